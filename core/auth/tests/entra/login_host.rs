//! A login host that answers what a test has written down, and a clock that a test sets.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use p2svpn_auth::{
    EntraClient, EntraClock, EntraTenant, HttpAnswer, HttpClient, HttpError, HttpRequest,
    HttpResponse,
};
use p2svpn_profile::EntraAuthentication;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// The time of every test's beginning, in Unix seconds: 2026-03-01.
pub(crate) const NOW: i64 = 1_772_323_200;

#[derive(Default)]
pub(crate) struct LoginHost {
    answers: Mutex<VecDeque<Result<HttpResponse, HttpError>>>,
    requests: Mutex<Vec<HttpRequest>>,
    /// If there is one, each request waits for a permit.
    gate: Option<Arc<Semaphore>>,
}

impl LoginHost {
    pub(crate) fn answering(
        answers: impl IntoIterator<Item = Result<HttpResponse, HttpError>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.into_iter().collect()),
            ..Self::default()
        })
    }

    pub(crate) fn behind(gate: &Arc<Semaphore>, answer: HttpResponse) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new([Ok(answer)].into()),
            gate: Some(Arc::clone(gate)),
            ..Self::default()
        })
    }

    pub(crate) fn then(&self, answer: HttpResponse) {
        self.answers.lock().unwrap().push_back(Ok(answer));
    }

    pub(crate) fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// What the request at this place had in its form.
    pub(crate) fn field(&self, place: usize, name: &str) -> Option<String> {
        let requests = self.requests.lock().unwrap();
        let fields = form_urlencoded::parse(&requests[place].body);
        fields
            .into_owned()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value)
    }

    pub(crate) fn url(&self, place: usize) -> String {
        self.requests.lock().unwrap()[place].url.clone()
    }
}

impl HttpClient for LoginHost {
    fn send(&self, request: HttpRequest) -> HttpAnswer<'_> {
        Box::pin(async move {
            self.requests.lock().unwrap().push(request);
            if let Some(gate) = &self.gate {
                gate.acquire().await.unwrap().forget();
            }
            let answer = self.answers.lock().unwrap().pop_front();
            answer.expect("nothing more should have been asked")
        })
    }
}

#[derive(Default)]
pub(crate) struct TestClock(AtomicU64);

impl TestClock {
    pub(crate) fn pass(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl EntraClock for TestClock {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }

    fn unix_seconds(&self) -> i64 {
        NOW + i64::try_from(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

pub(crate) fn profile() -> EntraAuthentication {
    EntraAuthentication::new(
        "https://login.microsoftonline.com/tenant".parse().unwrap(),
        "audience",
        "https://sts.windows.net/tenant/",
    )
}

pub(crate) fn client(host: &Arc<LoginHost>, clock: &Arc<TestClock>) -> EntraClient {
    let host = Arc::clone(host) as Arc<dyn HttpClient>;
    let clock = Arc::clone(clock) as Arc<dyn EntraClock>;
    EntraClient::new(EntraTenant::new(&profile()), host, clock)
}

pub(crate) fn jwt(payload: &Value) -> String {
    let payload = Base64UrlUnpadded::encode_string(payload.to_string().as_bytes());
    format!("e30.{payload}.c2lnbmF0dXJl")
}

/// An answer with tokens whose access token says which one it is.
pub(crate) fn tokens(number: u32) -> HttpResponse {
    response(200, &token_answer(number))
}

pub(crate) fn token_answer(number: u32) -> Value {
    let claims = json!({
        "upn": "alice@contoso.example", "oid": "o-1", "tid": "t-1", "number": number,
    });
    json!({
        "token_type": "Bearer",
        "access_token": jwt(&claims),
        "refresh_token": format!("refresh-{number}"),
        "expires_in": 3600,
    })
}

pub(crate) fn access_token(number: u32) -> String {
    let answer = token_answer(number);
    answer["access_token"].as_str().unwrap().to_owned()
}

pub(crate) fn refusal(error: &str, code: u32) -> HttpResponse {
    let answer = json!({
        "error": error,
        "error_description": format!("AADSTS{code}: No. Trace ID: t Correlation ID: c Timestamp: 2026-03-01 00:00:00Z"),
        "error_codes": [code],
        "correlation_id": "c",
    });
    response(400, &answer)
}

pub(crate) fn response(status: u16, answer: &Value) -> HttpResponse {
    HttpResponse::new(status, Vec::new(), answer.to_string().into_bytes())
}
