//! What must never be seen: secrets of every sign-in in the log at its finest, in events, errors and what `Debug` shows.
//!
//! A program of its own with one test, since the log is the process's.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::fmt::Debug;
use std::io;
use std::sync::{Arc, Mutex};

use p2svpn_client::{
    AccessToken, Answer, Certificate, ChallengeKind, Client, ConnectOptions, Credentials,
    EntraMethod, EventKind, HttpAnswer, HttpClient, HttpProxy, HttpRequest, SealingKey, Session,
    SystemHttp, SystemHttpOptions,
};
use p2svpn_gateway::{FakeEntra, Gateway};
use support::{Bench, options, within};

const PASSWORD: &str = "planted-password";
const WRONG: &str = "planted-wrong-password";
const ALICE: &str = "alice@contoso.example";

/// Everything that somebody could read.
#[derive(Clone, Default)]
struct Record(Arc<Mutex<Vec<u8>>>);

impl Record {
    fn show(&self, what: &impl Debug) {
        let shown = format!("{what:?}\n");
        self.0.lock().unwrap().extend_from_slice(shown.as_bytes());
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Record {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The way to the login host, which sees every secret of a sign-in pass.
struct Wiretap {
    http: SystemHttp,
    secrets: Arc<Mutex<Vec<String>>>,
}

impl Wiretap {
    fn on(entra: &FakeEntra) -> (Self, Arc<Mutex<Vec<String>>>) {
        let options = SystemHttpOptions::default().proxy(HttpProxy::Direct);
        let options = options.trusted_roots(entra.root_pem().as_bytes()).unwrap();
        let secrets = Arc::default();
        let http = SystemHttp::new(options).unwrap();
        let tap = Self {
            http,
            secrets: Arc::clone(&secrets),
        };
        (tap, secrets)
    }

    /// Keeps what a form or an answer says under these names.
    fn keep(&self, pairs: impl Iterator<Item = (String, String)>) {
        let names = [
            "code",
            "code_verifier",
            "refresh_token",
            "access_token",
            "id_token",
            "device_code",
        ];
        let secret = pairs.filter(|(name, _)| names.contains(&name.as_str()));
        self.secrets
            .lock()
            .unwrap()
            .extend(secret.map(|(_, value)| value));
    }
}

impl HttpClient for Wiretap {
    fn send(&self, request: HttpRequest) -> HttpAnswer<'_> {
        Box::pin(async move {
            self.keep(form_urlencoded::parse(&request.body).into_owned());
            let answer = self.http.send(request).await?;
            let said: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let members = said.as_object().into_iter().flatten();
            self.keep(
                members
                    .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))),
            );
            Ok(answer)
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_any_sign_in_is_ever_seen() {
    let record = Record::default();
    let writer = record.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    let mut planted: Vec<String> = vec![PASSWORD.to_owned(), WRONG.to_owned()];

    by_certificate(&record).await;
    by_password(&record).await;
    planted.extend(with_entra(&record).await);

    let seen = record.text();
    assert!(
        seen.contains("Connected") && seen.lines().count() > 50,
        "{seen}"
    );
    assert!(planted.len() > 8, "{}", planted.len());
    for secret in planted {
        assert!(secret.len() >= 16, "{secret} may stand there by chance");
        let place = seen.lines().find(|line| line.contains(&secret));
        assert_eq!(place, None, "{secret}");
    }
}

/// A certificate whose password is wrong at first.
async fn by_certificate(record: &Record) {
    let bench = Bench::new().await;
    let container = bench.identity.pfx(PASSWORD).unwrap();
    let options = options().certificate(Certificate::pfx(container).password(WRONG));
    let session = start(record, &bench, options);

    let asked = bench.next_challenge().await;
    record.show(&asked);
    answer(record, &session, asked.id, Answer::secret(PASSWORD));
    within(session.connected()).await.unwrap();
    finish(record, &bench, &session).await;
}

/// A password that is wrong, kept in a sealed folder, and one that the options give.
async fn by_password(record: &Record) {
    let folder = tempfile::tempdir().unwrap();
    let key = SealingKey::new(&[0x5a; 32]);
    record.show(&key);
    let builder = Client::builder().profile_store(folder.path().join("store"), key);
    record.show(&builder);
    let gateway = Gateway::builder().user("alice", PASSWORD);
    let bench = Bench::of(gateway, builder.build().unwrap()).await;
    let session = start(record, &bench, options());
    for password in [WRONG, PASSWORD] {
        let asked = bench.next_challenge().await;
        record.show(&asked);
        let credentials = Credentials::new("alice", password).keep(true);
        record.show(&credentials);
        answer(record, &session, asked.id, Answer::Credentials(credentials));
    }
    within(session.connected()).await.unwrap();
    finish(record, &bench, &session).await;
    record.show(&bench.client.profiles());
    record.show(&bench.client.profiles().details(&bench.profile).unwrap());

    let wrong = options().credentials(Credentials::new("alice", WRONG));
    let refused = start(record, &bench, wrong);
    record.show(&within(refused.closed()).await);
    finish(record, &bench, &refused).await;
}

/// A browser, a device code, and tokens of the host.
async fn with_entra(record: &Record) -> Vec<String> {
    let entra = FakeEntra::builder().policy(|policy| {
        policy.asks = false;
        policy.device_interval = std::time::Duration::from_secs(1);
    });
    let entra = entra.start().await.unwrap();
    let (tap, secrets) = Wiretap::on(&entra);
    let client = Client::builder()
        .allow_authority(entra.host_and_port())
        .http_client(Arc::new(tap))
        .build()
        .unwrap();
    let bench = Bench::of(Gateway::builder().entra(&entra), client).await;

    let session = start(record, &bench, options());
    let asked = bench.next_challenge().await;
    record.show(&asked);
    let ChallengeKind::SignInPage(page) = &asked.kind else {
        panic!("{asked:?}")
    };
    secrets.lock().unwrap().push(page.url.clone());
    let back = redirect(&entra, &page.url).await;
    secrets.lock().unwrap().push(back.clone());
    answer(record, &session, asked.id, Answer::redirect(back));
    within(session.connected()).await.unwrap();
    finish(record, &bench, &session).await;
    bench
        .client
        .profiles()
        .sign_out(&bench.profile, None)
        .unwrap();

    let session = start(
        record,
        &bench,
        options().entra_method(EntraMethod::DeviceCode),
    );
    within(session.connected()).await.unwrap();
    finish(record, &bench, &session).await;

    let session = start(record, &bench, options().entra_method(EntraMethod::Token));
    let asked = bench.next_challenge().await;
    record.show(&asked);
    let token = entra.access_token(ALICE).unwrap();
    secrets.lock().unwrap().push(token.clone());
    let token = AccessToken::new(token);
    record.show(&token);
    answer(record, &session, asked.id, Answer::AccessToken(token));
    within(session.connected()).await.unwrap();
    finish(record, &bench, &session).await;

    let secrets = secrets.lock().unwrap();
    secrets.clone()
}

fn start(record: &Record, bench: &Bench, options: ConnectOptions) -> Session {
    record.show(&options);
    let session = bench.connect(options);
    record.show(&session);
    session
}

fn answer(record: &Record, session: &Session, id: p2svpn_client::ChallengeId, answer: Answer) {
    record.show(&answer);
    session.answer(id, answer).unwrap();
}

/// Disconnects, and shows what was told.
async fn finish(record: &Record, bench: &Bench, session: &Session) {
    record.show(&session.status());
    session.disconnect();
    let ended = within(session.closed()).await;
    record.show(&ended);
    while let Some(event) = bench.client.try_event() {
        if let EventKind::Warning(warning) = &event.kind {
            record.show(&warning.to_string());
        }
        record.show(&event);
    }
}

/// Where the stand-in sends the browser.
async fn redirect(entra: &FakeEntra, url: &str) -> String {
    let (tap, _) = Wiretap::on(entra);
    let mut request = HttpRequest::post_form(url, Default::default());
    request.method = p2svpn_client::HttpMethod::Get;
    let answer = tap.http.send(request).await.unwrap();
    answer.header("location").unwrap().to_owned()
}
