//! A gateway that takes the stand-in's tokens.

use std::time::Duration;

use p2svpn_gateway::{FakeEntra, Gateway, GatewayEvent};
use p2svpn_openvpn::{Credentials, Error};
use p2svpn_profile::{Authentication, ImportError, ImportOptions, SourceFile};
use p2svpn_tunnel::{TunnelEnd, TunnelEvent};

use crate::application::{ALICE, refresh, silent, text, tokens};
use crate::support::{Client, LONG, Plan};

async fn gateway(entra: &FakeEntra) -> Gateway {
    Gateway::builder().entra(entra).start().await.unwrap()
}

fn credentials(token: &str) -> Credentials {
    Credentials {
        username: "AzureAD".to_owned().into(),
        password: token.to_owned().into(),
    }
}

async fn connect(gateway: &Gateway, credentials: Credentials) -> Result<Client, TunnelEnd> {
    let plan = Plan {
        credentials: Some(credentials),
        ..Plan::default()
    };
    Client::try_connect(&gateway.profile_xml(), None, plan).await
}

async fn connected(gateway: &Gateway, token: &str) -> Client {
    match connect(gateway, credentials(token)).await {
        Ok(client) => client,
        Err(end) => panic!("not connected: {end:?}"),
    }
}

async fn next_refusal(events: &mut p2svpn_gateway::GatewayEvents) -> String {
    let refused = async {
        loop {
            if let Some(GatewayEvent::Refused { reason, .. }) = events.next().await {
                return reason;
            }
        }
    };
    tokio::time::timeout(LONG, refused)
        .await
        .expect("nobody is refused")
}

#[tokio::test]
async fn its_profile_sends_users_to_the_stand_in_if_the_host_program_allows_it() {
    let entra = FakeEntra::builder()
        .application("11111111-2222-3333-4444-555555555555")
        .start()
        .await
        .unwrap();
    let xml = gateway(&entra).await.profile_xml();
    let import = |authorities: Vec<String>| {
        let file = SourceFile {
            name: "azurevpnconfig.xml",
            bytes: xml.as_bytes(),
        };
        p2svpn_profile::import(&[file], &ImportOptions { authorities })
    };

    let refused = import(vec!["localhost".to_owned()]).unwrap_err();
    let imported = import(vec![entra.host_and_port()]).unwrap();

    let host = entra.host_and_port();
    assert_eq!(refused.error, ImportError::UnknownAuthority { host });
    assert!(
        imported[0].warnings.is_empty(),
        "{:?}",
        imported[0].warnings
    );
    let Authentication::Entra(wanted) = imported[0].profile.authentication.selected() else {
        panic!("another sign-in");
    };
    assert_eq!(wanted.tenant.as_str(), entra.authority());
    assert_eq!(wanted.audience, entra.audience());
    assert_eq!(wanted.issuer, entra.issuer());
    assert_eq!(wanted.client_id(), entra.client_id());
}

#[tokio::test]
async fn a_token_lets_a_client_in_without_a_certificate() {
    let entra = silent().await;
    let gateway = gateway(&entra).await;
    let mut events = gateway.events();
    let tokens = tokens(&entra, &[]).await;

    let client = connected(&gateway, text(&tokens, "access_token")).await;

    assert!(!client.fetch(&gateway, "/").await.is_empty());
    loop {
        if let GatewayEvent::Admitted { common_name, .. } = events.next().await.unwrap() {
            assert_eq!(common_name, ALICE);
            break;
        }
    }
}

#[tokio::test]
async fn long_tokens_let_clients_in_too() {
    let entra = silent().await;
    let gateway = gateway(&entra).await;
    for size in [5 * 1024, 40 * 1024] {
        entra.change_policy(|policy| policy.token_bytes = size);

        connected(&gateway, &entra.access_token(ALICE).unwrap()).await;
    }
}

#[tokio::test]
async fn whoever_brings_no_good_token_is_refused_without_a_reason() {
    let entra = FakeEntra::builder()
        .audiences(["api://gateway", "api://other"])
        .policy(|policy| policy.asks = false)
        .start()
        .await
        .unwrap();
    let stranger = silent().await;
    let gateway = gateway(&entra).await;
    let mut events = gateway.events();
    let other = tokens(&entra, &[("scope", "api://other/.default")]).await;
    let revoked = entra.access_token(ALICE).unwrap();
    entra.revoke(ALICE);
    let good = entra.access_token(ALICE).unwrap();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    let (_, others) = revoked.split_once('.').unwrap();
    let (others, _) = others.split_once('.').unwrap();
    let nobody = Credentials {
        username: String::new().into(),
        ..credentials(&good)
    };

    for (credentials, reason) in [
        (credentials(""), "no token"),
        (credentials("password"), "no token"),
        (
            credentials(&stranger.access_token(ALICE).unwrap()),
            "no token",
        ),
        (
            credentials(&format!("{header}.{others}.{signature}")),
            "no token",
        ),
        (
            credentials(text(&other, "access_token")),
            "another audience",
        ),
        (credentials(&revoked), "revoked"),
        (nobody, "no user name"),
    ] {
        let end = connect(&gateway, credentials).await;

        match end {
            Err(TunnelEnd::Connection(Error::AuthenticationFailed(text))) => assert_eq!(text, ""),
            Err(end) => panic!("{reason}: {end:?}"),
            Ok(_) => panic!("{reason}: the client was let in"),
        }
        let said = next_refusal(&mut events).await;
        assert!(said.contains(reason), "{said}");
    }
    assert_eq!(gateway.statistics().admitted, 0);
    connected(&gateway, &good).await;
}

#[tokio::test]
async fn a_token_counts_by_entras_clock() {
    let entra = silent().await;
    let gateway = gateway(&entra).await;
    let mut events = gateway.events();
    let token = entra.access_token(ALICE).unwrap();

    for (offset, reason) in [(-600, "not yet valid"), (3901, "expired")] {
        entra.change_policy(|policy| policy.clock_offset = offset);

        assert!(connect(&gateway, credentials(&token)).await.is_err());

        let said = next_refusal(&mut events).await;
        assert!(said.contains(reason), "{said}");
    }
}

#[tokio::test]
async fn a_rekey_with_a_fresh_token_goes_on_and_one_with_an_old_token_ends() {
    let entra = silent().await;
    let gateway = gateway(&entra).await;
    let first = tokens(&entra, &[]).await;
    let mut client = connected(&gateway, text(&first, "access_token")).await;

    // The first token expires; the session goes on with it until the keys are replaced.
    entra.change_policy(|policy| policy.clock_offset = 3901);
    assert!(!client.fetch(&gateway, "/").await.is_empty());
    let fresh = refresh(&entra, text(&first, "refresh_token")).await.json();
    let fresh = credentials(text(&fresh, "access_token"));
    client.tunnel.set_credentials(fresh).await.unwrap();
    client.tunnel.rekey().await.unwrap();
    client.rekeyed().await;
    assert!(!client.fetch(&gateway, "/").await.is_empty());

    entra.change_policy(|policy| policy.clock_offset = 2 * 3901);
    client.tunnel.rekey().await.unwrap();

    refused(client.end().await);
}

#[tokio::test]
async fn a_revocation_ends_the_session_at_the_next_rekey() {
    let entra = silent().await;
    let gateway = Gateway::builder()
        .entra(&entra)
        .renegotiate_after(Duration::from_secs(1))
        .start()
        .await
        .unwrap();
    let mut events = gateway.events();
    let mut client = connected(&gateway, &entra.access_token(ALICE).unwrap()).await;
    client.rekeyed().await;

    entra.revoke(ALICE);

    refused(client.end().await);
    assert!(next_refusal(&mut events).await.contains("revoked"));
}

fn refused(end: TunnelEnd) {
    match end {
        TunnelEnd::Connection(Error::AuthenticationFailed(text)) => assert_eq!(text, ""),
        end => panic!("another end: {end:?}"),
    }
}

impl Client {
    /// Waits until the keys were replaced.
    async fn rekeyed(&mut self) {
        let rekeyed = async {
            loop {
                match self.events.recv().await.expect("the end is told") {
                    TunnelEvent::Rekeyed(_) => return,
                    TunnelEvent::Closed(end) => panic!("over: {end:?}"),
                    _ => {}
                }
            }
        };
        tokio::time::timeout(LONG, rekeyed)
            .await
            .expect("the keys stay");
    }
}
