use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use super::client::{HttpAnswer, HttpClient};
use super::error::HttpError;
use super::request::HttpRequest;
use super::response::{HttpResponse, MAXIMUM_HTTP_BODY};

/// How long a request may take altogether.
const PATIENCE: Duration = Duration::from_secs(60);

type Send = dyn Fn(HttpRequest) -> Result<HttpResponse, HttpError> + core::marker::Send + Sync;

/// Sends requests by a function of the host, which may block.
///
/// It is called on a thread of its own for each request, and given up after a minute: an answer that comes later is dropped. A
/// panic in it is a failure. What it promises is what [`HttpClient`] says.
#[derive(Clone)]
pub struct HttpFunction {
    send: Arc<Send>,
    patience: Duration,
}

impl HttpFunction {
    /// Takes the function.
    pub fn new(
        send: impl Fn(HttpRequest) -> Result<HttpResponse, HttpError>
        + core::marker::Send
        + Sync
        + 'static,
    ) -> Self {
        Self {
            send: Arc::new(send),
            patience: PATIENCE,
        }
    }
}

impl HttpClient for HttpFunction {
    fn send(&self, request: HttpRequest) -> HttpAnswer<'_> {
        let (send, patience) = (Arc::clone(&self.send), self.patience);
        Box::pin(async move {
            let (tell, told) = oneshot::channel();
            let work = move || {
                // Nobody may be waiting any more.
                let _ = tell.send(send(request));
            };
            let thread = thread::Builder::new().name("p2svpn-http".to_owned());
            thread.spawn(work).map_err(|error| HttpError::Failed {
                reason: error.to_string(),
            })?;
            match tokio::time::timeout(patience, told).await {
                Ok(Ok(answer)) => answer.and_then(check),
                Ok(Err(_)) => Err(HttpError::Failed {
                    reason: "the host's HTTP client panicked".to_owned(),
                }),
                Err(_) => Err(HttpError::TimedOut),
            }
        })
    }
}

impl fmt::Debug for HttpFunction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpFunction")
            .finish_non_exhaustive()
    }
}

fn check(answer: HttpResponse) -> Result<HttpResponse, HttpError> {
    if answer.body.len() > MAXIMUM_HTTP_BODY {
        let limit = MAXIMUM_HTTP_BODY;
        return Err(HttpError::TooLarge { limit });
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]

    use std::sync::mpsc;

    use zeroize::Zeroizing;

    use super::*;

    fn request() -> HttpRequest {
        HttpRequest::post_form(
            "https://login.example/token",
            Zeroizing::new(b"a=b".to_vec()),
        )
    }

    #[tokio::test]
    async fn the_function_gets_the_request_on_a_thread_of_its_own() {
        let caller = thread::current().id();
        let http = HttpFunction::new(move |request| {
            assert_ne!(thread::current().id(), caller);
            assert_eq!(request.url, "https://login.example/token");
            Ok(HttpResponse::new(200, Vec::new(), request.body.to_vec()))
        });

        let answer = http.send(request()).await;

        assert_eq!(
            answer,
            Ok(HttpResponse::new(200, Vec::new(), b"a=b".to_vec()))
        );
    }

    #[tokio::test]
    async fn what_goes_wrong_in_it_is_told() {
        let refused = HttpError::Proxy {
            reason: "407".to_owned(),
        };
        let told = refused.clone();
        let http = HttpFunction::new(move |_| Err(told.clone()));
        assert_eq!(http.send(request()).await, Err(refused));

        let http = HttpFunction::new(|_| panic!("a mistake of the host"));
        let failed = http.send(request()).await;
        assert!(
            matches!(failed, Err(HttpError::Failed { .. })),
            "{failed:?}"
        );

        let size = MAXIMUM_HTTP_BODY + 1;
        let http =
            HttpFunction::new(move |_| Ok(HttpResponse::new(200, Vec::new(), vec![0; size])));
        let limit = MAXIMUM_HTTP_BODY;
        assert_eq!(
            http.send(request()).await,
            Err(HttpError::TooLarge { limit })
        );
    }

    #[tokio::test]
    async fn one_that_does_not_return_is_given_up() {
        let (finish, finished) = mpsc::channel::<()>();
        let finished = std::sync::Mutex::new(finished);
        let mut http = HttpFunction::new(move |_| {
            let _ = finished.lock().map(|finished| finished.recv());
            Err(HttpError::TimedOut)
        });

        http.patience = Duration::from_millis(10);

        let given_up = http.send(request()).await;

        assert_eq!(given_up, Err(HttpError::TimedOut));
        drop(finish);
    }
}
