use crate::error::LabError;

/// Does the job for each thing at once, on threads of their own; the results come in the things' order.
///
/// # Errors
/// The first thing's whose job failed.
///
/// # Panics
/// When a job does: it is that panic that goes on.
pub fn at_once<T: Send, R: Send>(
    things: impl IntoIterator<Item = T>,
    job: impl Fn(T) -> Result<R, LabError> + Sync,
) -> Result<Vec<R>, LabError> {
    let job = &job;
    std::thread::scope(|scope| {
        let threads: Vec<_> = things
            .into_iter()
            .map(|thing| scope.spawn(move || job(thing)))
            .collect();
        threads
            .into_iter()
            .map(|thread| match thread.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}
