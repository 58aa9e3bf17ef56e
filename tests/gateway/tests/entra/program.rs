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
