use std::ffi::{CString, c_char};
use std::ptr;

use p2svpn_client::{StoreProblem, StoreProblemKind};

use crate::guard::{act, look};
use crate::output::{c_string, pointer};

/// What can be wrong in the folder of the profiles.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_profile_problem_kinds {
    /// Something that this version does not know.
    P2SVPN_PROFILE_PROBLEM_OTHER = 0,
    /// A file is damaged, was changed by somebody else, or could have been planted. It is in the folder `damaged`, with its
    /// secrets kept: import the profile again, then call p2svpn_client_discard_profile_file().
    P2SVPN_PROFILE_PROBLEM_SET_ASIDE = 1,
    /// The same, but the file is where it was, because the folder cannot be written.
    P2SVPN_PROFILE_PROBLEM_DAMAGED = 2,
    /// A newer version of the library wrote the file; it is left as it is.
    P2SVPN_PROFILE_PROBLEM_NEWER = 3,
    /// The system does not let the file be read; it is left as it is.
    P2SVPN_PROFILE_PROBLEM_UNREADABLE = 4,
    /// The profile's secrets are not there: import the profile again.
    P2SVPN_PROFILE_PROBLEM_SECRETS_MISSING = 5,
    /// The profile's secrets cannot be read now.
    P2SVPN_PROFILE_PROBLEM_SECRETS_UNREADABLE = 6,
    /// The file's name is not one that the library gave; it is ignored.
    P2SVPN_PROFILE_PROBLEM_FOREIGN_NAME = 7,
    /// There are more files than profiles may be; this one is ignored.
    P2SVPN_PROFILE_PROBLEM_TOO_MANY = 8,
    /// The order of the profiles is lost; they are in that of their imports.
    P2SVPN_PROFILE_PROBLEM_ORDER = 9,
    /// Others could read the file or enter the folder. It was closed to them.
    P2SVPN_PROFILE_PROBLEM_WAS_OPEN_TO_OTHERS = 10,
    /// The profile's secrets were sealed with another key than that of the client.
    P2SVPN_PROFILE_PROBLEM_WRONG_KEY = 11,
}

/// Something in the folder of the profiles that is not as it should be; all other profiles are there. It belongs to the
/// list it comes from.
pub struct p2svpn_profile_problem {
    kind: p2svpn_profile_problem_kinds,
    path: CString,
    profile: Option<CString>,
    set_aside: Option<CString>,
    reason: CString,
    remedy: CString,
}

/// What was wrong in the folder of the profiles when it was looked at. Any thread may use it.
pub struct p2svpn_profile_problems(Vec<p2svpn_profile_problem>);

impl p2svpn_profile_problem {
    fn new(problem: &StoreProblem) -> Self {
        Self {
            kind: p2svpn_profile_problem_kinds::of(problem.kind),
            path: c_string(problem.path.display()),
            profile: problem.id.map(c_string),
            set_aside: problem.set_aside().map(c_string),
            reason: c_string(&problem.reason),
            remedy: c_string(problem.kind.remedy()),
        }
    }
}

impl p2svpn_profile_problem_kinds {
    fn of(kind: StoreProblemKind) -> Self {
        use p2svpn_profile_problem_kinds::*;
        match kind {
            StoreProblemKind::SetAside => P2SVPN_PROFILE_PROBLEM_SET_ASIDE,
            StoreProblemKind::Damaged => P2SVPN_PROFILE_PROBLEM_DAMAGED,
            StoreProblemKind::Newer => P2SVPN_PROFILE_PROBLEM_NEWER,
            StoreProblemKind::Unreadable => P2SVPN_PROFILE_PROBLEM_UNREADABLE,
            StoreProblemKind::SecretsMissing => P2SVPN_PROFILE_PROBLEM_SECRETS_MISSING,
            StoreProblemKind::SecretsUnreadable => P2SVPN_PROFILE_PROBLEM_SECRETS_UNREADABLE,
            StoreProblemKind::WrongKey => P2SVPN_PROFILE_PROBLEM_WRONG_KEY,
            StoreProblemKind::ForeignName => P2SVPN_PROFILE_PROBLEM_FOREIGN_NAME,
            StoreProblemKind::TooMany => P2SVPN_PROFILE_PROBLEM_TOO_MANY,
            StoreProblemKind::Order => P2SVPN_PROFILE_PROBLEM_ORDER,
            StoreProblemKind::WasOpenToOthers => P2SVPN_PROFILE_PROBLEM_WAS_OPEN_TO_OTHERS,
            _ => P2SVPN_PROFILE_PROBLEM_OTHER,
        }
    }
}

impl p2svpn_profile_problems {
    pub(crate) fn new(problems: &[StoreProblem]) -> Self {
        Self(problems.iter().map(p2svpn_profile_problem::new).collect())
    }
}

/// Frees a list of problems and the problems in it. NULL is nothing.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_problems_free(problems: Option<Box<p2svpn_profile_problems>>) {
    act(|| drop(problems));
}

/// Returns how many problems there are.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_problems_count(
    problems: Option<&p2svpn_profile_problems>,
) -> usize {
    look(problems, 0, |problems| problems.0.len())
}

/// Returns a problem of the list; NULL beyond the last. It belongs to the list.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_problems_at(
    problems: Option<&p2svpn_profile_problems>,
    index: usize,
) -> Option<&p2svpn_profile_problem> {
    look(problems, None, |problems| problems.0.get(index))
}

/// Returns what is wrong: one of #p2svpn_profile_problem_kinds.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_problem_kind(problem: Option<&p2svpn_profile_problem>) -> u32 {
    look(problem, 0, |problem| problem.kind as u32)
}

/// Returns the path of the file or folder, where it is now; "" for NULL. It belongs to the problem.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_problem_path(
    problem: Option<&p2svpn_profile_problem>,
) -> *const c_char {
    look(problem, c"".as_ptr(), |problem| problem.path.as_ptr())
}

/// Returns the id of the profile, where the file's name tells; NULL where it does not. It belongs to the problem.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_problem_profile(
    problem: Option<&p2svpn_profile_problem>,
) -> *const c_char {
    look(problem, ptr::null(), |problem| {
        pointer(problem.profile.as_ref())
    })
}

/// Returns the name to give to p2svpn_client_discard_profile_file(); NULL for a problem of another kind than
/// #P2SVPN_PROFILE_PROBLEM_SET_ASIDE. It belongs to the problem.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_problem_set_aside(
    problem: Option<&p2svpn_profile_problem>,
) -> *const c_char {
    look(problem, ptr::null(), |problem| {
        pointer(problem.set_aside.as_ref())
    })
}

/// Returns what is wrong, in a clause that repeats no secret; "" for NULL. It belongs to the problem.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_problem_reason(
    problem: Option<&p2svpn_profile_problem>,
) -> *const c_char {
    look(problem, c"".as_ptr(), |problem| problem.reason.as_ptr())
}

/// Returns what the user can do about it, in a sentence; "" for NULL. It belongs to the problem.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_profile_problem_remedy(
    problem: Option<&p2svpn_profile_problem>,
) -> *const c_char {
    look(problem, c"".as_ptr(), |problem| problem.remedy.as_ptr())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_of_problem_has_a_number_of_its_own() {
        let kinds = StoreProblemKind::ALL.into_iter();

        let numbers: BTreeSet<u32> = kinds
            .map(|kind| p2svpn_profile_problem_kinds::of(kind) as u32)
            .collect();

        assert_eq!(numbers.len(), StoreProblemKind::ALL.len());
        assert!(!numbers.contains(&0));
    }
}
