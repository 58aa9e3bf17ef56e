//! No panic reaches the caller.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Looks at an object; `fallback` is the answer for NULL.
pub(crate) fn look<'a, O, T>(
    object: Option<&'a O>,
    fallback: T,
    read: impl FnOnce(&'a O) -> T,
) -> T {
    match object.and_then(|object| caught(|| read(object))) {
        Some(answer) => answer,
        None => fallback,
    }
}

/// Runs what cannot fail, such as giving an object up.
pub(crate) fn act(body: impl FnOnce()) {
    if caught(body).is_none() {
        tracing::error!("a function of the C interface panicked");
    }
}

/// Runs something; none if it panicked.
pub(crate) fn caught<T>(body: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(value) => Some(value),
        Err(payload) => {
            // What the panic carries could panic again while it is dropped.
            std::mem::forget(payload);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]

    use super::*;

    #[test]
    fn a_panic_while_looking_is_the_answer_for_null() {
        assert_eq!(look(Some(&1), 7, |_| panic!("on purpose")), 7);
        assert_eq!(look(None::<&i32>, 7, |number| *number), 7);
        assert_eq!(look(Some(&1), 7, |number| *number), 1);
    }

    #[test]
    fn a_panic_while_acting_stays_inside() {
        act(|| panic!("on purpose"));
    }
}
