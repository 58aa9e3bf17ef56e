//! Sessions whose user signs in at a provider that others wrote, in a real browser.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::time::Duration;

use p2svpn_client::{
    Answer, Challenge, ChallengeKind, Client, ConnectOptions, Device, EntraMethod, ErrorCode,
    EventKind, ProfileId, Session, SignInPage,
};
use p2svpn_gateway::{Gateway, GatewayBuilder};
use p2svpn_identity::{Browser, Provider, is_installed};

const ALICE: &str = "alice@contoso.example";

/// More than a browser takes to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A provider, a gateway that takes its tokens, and a client of both.
struct Bench {
    provider: Provider,
    gateway: Gateway,
    client: Client,
    profile: ProfileId,
}

impl Bench {
    async fn new(gateway: GatewayBuilder) -> Self {
        let provider = Provider::start().await;
        let issuer = provider.token_issuer().await;
        let gateway = gateway.token_issuer(issuer).start().await.unwrap();
        let client = provider.client();
        let xml = gateway.profile_xml();
        let profile = *client.profiles().import(xml.as_bytes(), None).unwrap().id();
        Self {
            provider,
            gateway,
            client,
            profile,
        }
    }

    fn connect(&self, method: EntraMethod) -> Session {
        let options = ConnectOptions::default()
            .device(Device::Userspace)
            .entra_method(method);
        self.client.connect(&self.profile, options).unwrap()
    }

    async fn challenge(&self) -> Challenge {
        loop {
            let event = within(self.client.next_event()).await.unwrap();
            match event.kind {
                EventKind::Challenge(challenge) => return challenge,
                EventKind::Ended(ended) if ended.error.is_some() => panic!("{ended}"),
                _ => {}
            }
        }
    }

    /// Takes events up to a challenge for a page, and that page.
    async fn page(&self) -> SignInPage {
        match self.challenge().await.kind {
            ChallengeKind::SignInPage(page) => page,
            other => panic!("{other:?}"),
        }
    }

    async fn disconnect(&self, session: Session) {
        session.disconnect();
        within(session.closed()).await;
    }
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(PATIENCE, future).await;
    outcome.expect("nothing happened in time")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_signs_in_once_and_the_browser_says_what_to_do_next() {
    if !is_installed() {
        return;
    }
    let bench = Bench::new(Gateway::builder()).await;
    let browser = Browser::of(ALICE);
    let session = bench.connect(EntraMethod::Browser);

    let page = bench.page().await;
    let seen = within(browser.sign_in(&page.url)).await;

    assert_eq!(seen.pages, ["select_account", "login", "consent"]);
    assert!(
        seen.address
            .starts_with(page.redirect_uri.as_deref().unwrap()),
        "{seen:?}"
    );
    assert!(seen.text.contains("close"), "{seen:?}");
    within(session.connected()).await.unwrap();
    let sessions = bench.gateway.sessions();
    assert_eq!(sessions[0].common_name.as_deref(), Some(ALICE));
    bench.disconnect(session).await;
    // The next session needs no browser, and gets its own token from what the first one left.
    let again = bench.connect(EntraMethod::Browser);
    within(again.connected()).await.unwrap();
    assert_eq!(
        bench.client.profiles().signed_in(&bench.profile).unwrap(),
        [ALICE]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_knows_its_user_asks_only_which_account() {
    if !is_installed() {
        return;
    }
    let bench = Bench::new(Gateway::builder()).await;
    let browser = Browser::of(ALICE);
    let first = bench.connect(EntraMethod::Browser);
    within(browser.sign_in(&bench.page().await.url)).await;
    within(first.connected()).await.unwrap();
    bench.disconnect(first).await;
    bench
        .client
        .profiles()
        .sign_out(&bench.profile, None)
        .unwrap();

    let second = bench.connect(EntraMethod::Browser);
    let seen = within(browser.sign_in(&bench.page().await.url)).await;

    assert_eq!(seen.pages[0], "select_account");
    assert!(!seen.pages.contains(&"login".to_owned()), "{seen:?}");
    within(second.connected()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_says_no_in_the_browser_has_cancelled() {
    if !is_installed() {
        return;
    }
    let bench = Bench::new(Gateway::builder()).await;
    let session = bench.connect(EntraMethod::Browser);

    let page = bench.page().await;
    let seen = within(Browser::of(ALICE).decline(&page.url)).await;

    let error = within(session.closed()).await.error.unwrap();
    assert_eq!(error.code(), ErrorCode::SignInCancelled, "{error}");
    assert!(!seen.text.is_empty(), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_typed_on_another_device() {
    if !is_installed() {
        return;
    }
    let bench = Bench::new(Gateway::builder()).await;
    let session = bench.connect(EntraMethod::DeviceCode);

    let asked = bench.challenge().await;
    let ChallengeKind::DeviceCode(device) = &asked.kind else {
        panic!("{asked:?}")
    };
    let seen = within(Browser::of(ALICE).enter(&device.page, &device.code)).await;

    assert_eq!(
        seen.pages,
        ["code", "confirm", "login", "consent"],
        "{seen:?}"
    );
    within(session.connected()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_was_revoked_is_asked_for_again() {
    if !is_installed() {
        return;
    }
    let mut bench = Bench::new(Gateway::builder()).await;
    let browser = Browser::of(ALICE);
    let first = bench.connect(EntraMethod::Browser);
    within(browser.sign_in(&bench.page().await.url)).await;
    within(first.connected()).await.unwrap();
    bench.disconnect(first).await;
    // Its access token is good still; only one that was refused is renewed before its time.
    bench.provider.revoke().await;
    bench
        .gateway
        .set_misbehaviour(p2svpn_gateway::Misbehaviour::Refuses(String::new()));
    let refused = bench.connect(EntraMethod::Browser);
    let error = within(refused.closed()).await.error.unwrap();
    assert_eq!(error.code(), ErrorCode::SignInRefused);
    bench
        .gateway
        .set_misbehaviour(p2svpn_gateway::Misbehaviour::None);
    while bench.client.try_event().is_some() {}

    let again = bench.connect(EntraMethod::Browser);
    let asked = bench.challenge().await;

    let refusal = asked.refusal.unwrap();
    assert_eq!(refusal.code(), ErrorCode::EntraSignInNeeded, "{refusal}");
    again.answer(asked.id, Answer::Cancel).unwrap();
    within(again.closed()).await;
}
