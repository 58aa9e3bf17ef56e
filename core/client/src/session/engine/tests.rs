#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use tokio::sync::oneshot;

use super::*;

#[tokio::test]
async fn a_panic_is_caught_also_after_the_first_await() {
    let panics = async {
        tokio::task::yield_now().await;
        panic!("a defect");
    };

    assert!(caught(panics).await.is_err());
    assert!(matches!(caught(async { 7 }).await, Ok(7)));
}

#[tokio::test]
async fn work_in_time_is_waited_for() {
    let outcome = finish_within(Duration::MAX, async { 7 }).await;

    assert!(matches!(outcome, Ok(7)));
}

#[tokio::test]
async fn work_that_takes_too_long_goes_on_to_its_end() {
    let (allow, allowed) = oneshot::channel::<()>();
    let (tell, done) = oneshot::channel();
    let work = async move {
        allowed.await.unwrap();
        tell.send("done").unwrap();
    };

    let rest = finish_within(Duration::ZERO, work).await.unwrap_err();
    allow.send(()).unwrap();

    rest.await.unwrap();
    assert_eq!(done.await, Ok("done"));
}

#[tokio::test]
async fn work_that_panics_passes_its_panic_on() {
    let work = async { panic!("a defect") };

    assert!(
        caught(finish_within::<()>(Duration::MAX, work))
            .await
            .is_err()
    );
}
