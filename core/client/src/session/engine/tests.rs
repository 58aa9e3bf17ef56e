#![allow(clippy::panic)]

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
