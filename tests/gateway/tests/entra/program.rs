//! What a script in another language finds: lines, files, and addresses.

use std::net::{Ipv4Addr, SocketAddr};

use p2svpn_openvpn::Credentials;
use p2svpn_profile::{Authentication, ImportOptions, SourceFile};

use crate::application::text;
use crate::http::{Answer, encode, send};
use crate::support::program::Program;
use crate::support::{Client, Plan};

#[tokio::test]
async fn a_script_signs_in_with_what_the_program_says_and_nobody_at_the_keyboard() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = "--entra --entra-policy at-once --entra-policy token-bytes=6000 \
        --entra-user bob@contoso.example=geheim";
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let mut program = Program::start(folder.path(), &arguments);
    let authority = program.fact("entra").await;
    let host = program.fact("entra-host").await;
    let root_pem = std::fs::read_to_string(program.fact("entra-root").await).unwrap();
    program.fact("ready").await;
    let profile = std::fs::read(folder.path().join("azurevpnconfig.xml")).unwrap();
    let file = SourceFile {
        name: "azurevpnconfig.xml",
        bytes: &profile,
    };
    let allowed = ImportOptions {
        authorities: vec![host.clone()],
    };
    let imported = p2svpn_profile::import(&[file], &allowed).unwrap();
    let Authentication::Entra(entra) = imported[0].profile.authentication.selected() else {
        panic!("another sign-in");
    };
    assert_eq!(entra.tenant.as_str(), authority);

    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, entra.tenant.port()));
    let (_, tenant) = authority.rsplit_once('/').unwrap();
    let post = async |place: &str, parameters: &[(&str, &str)]| -> Answer {
        let line = format!("POST /{tenant}/oauth2/v2.0/{place} HTTP/1.1");
        let body = encode(parameters);
        let answer = send(address, "localhost", &root_pem, &line, &body).await;
        answer.unwrap()
    };
    let (client_id, scope) = (entra.client_id(), format!("{}/.default", entra.audience));
    let begun = post("devicecode", &[("client_id", client_id), ("scope", &scope)]).await;
    let begun = begun.json();
    let grant = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", client_id),
        ("device_code", text(&begun, "device_code")),
    ];
    let tokens = post("token", &grant).await.json();
    let again = post("token", &grant).await;
    let token = text(&tokens, "access_token");
    let plan = Plan {
        credentials: Some(Credentials {
            username: "AzureAD".to_owned().into(),
            password: token.to_owned().into(),
        }),
        ..Plan::default()
    };
    let profile = String::from_utf8(profile).unwrap();
    let client = Client::try_connect(&profile, None, plan).await;

    assert!(client.is_ok());
    assert!(token.len() >= 6000);
    assert_eq!(again.status, 400);
    let mut said = program.lines(&["login", "admitted"], 4).await;
    // Two tasks say these, in any order.
    said.sort();
    assert_eq!(
        said,
        [
            "admitted 1 172.16.201.2 \"bob@contoso.example\"",
            "login device-poll 200",
            "login device-poll 400 AADSTS70018",
            "login device-start 200",
        ]
    );
    for file in ["client.pfx", "client.pem", "vpnconfig.ovpn"] {
        assert!(!folder.path().join(file).exists());
    }
    let readme = std::fs::read_to_string(folder.path().join("README.txt")).unwrap();
    assert!(readme.contains(&authority) && readme.contains(&host));
}

#[tokio::test]
async fn a_script_meets_the_refusals_and_failures_that_it_has_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = "--entra-refuse device-poll=53003 --entra-refuse refresh=50199 \
        --entra-disturb device-start=busy=7 --entra-disturb device-start=unavailable \
        --entra-disturb device-start=cut";
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let mut program = Program::start(folder.path(), &arguments);
    let authority = program.fact("entra").await;
    let root_pem = std::fs::read_to_string(program.fact("entra-root").await).unwrap();
    let (origin, tenant) = authority.rsplit_once('/').unwrap();
    let (_, port) = origin.rsplit_once(':').unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse().unwrap()));
    let client_id = "c632b3df-fb67-4d84-bdcf-b95ad541b5c8";
    let scope = format!("{client_id}/.default");
    let post = async |place: &str, parameters: &[(&str, &str)]| {
        let line = format!("POST /{tenant}/oauth2/v2.0/{place} HTTP/1.1");
        let body = encode(&[&[("client_id", client_id)], parameters].concat());
        send(address, "localhost", &root_pem, &line, &body).await
    };
    let begin = async || post("devicecode", &[("scope", &scope)]).await;

    let busy = begin().await.unwrap();
    let down = begin().await.unwrap();
    let cut = begin().await;
    let begun = begin().await.unwrap().json();
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let code = text(&begun, "device_code");
    let blocked = post("token", &[("grant_type", device), ("device_code", code)]).await;
    let refused = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    let refused = post("token", &refused).await;

    assert_eq!((busy.status, busy.header("retry-after")), (429, Some("7")));
    assert_eq!((down.status, down.header("retry-after")), (503, None));
    assert!(cut.is_err());
    let blocked = blocked.unwrap().error();
    assert_eq!(blocked, ("access_denied".to_owned(), 53003));
    let refused = refused.unwrap().error();
    assert_eq!(refused, ("invalid_grant".to_owned(), 50199));
}
