//! Promises of the program to scripts and to tests in other languages.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::path::Path;

use p2svpn_auth::Identity;
use p2svpn_tunnel::TunnelEnd;
use support::program::{Program, command, terminate};
use support::{Client, LONG, Plan};

#[tokio::test]
async fn its_files_are_all_that_a_client_needs_and_a_signal_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path(), &["--password", "geheim", "--client", "bob"]);
    let address = program.fact("ready").await;

    let profile = std::fs::read_to_string(folder.path().join("azurevpnconfig.xml")).unwrap();
    let pfx = std::fs::read(folder.path().join("client.pfx")).unwrap();
    let identity = Identity::from_pfx(&pfx, "geheim").unwrap();
    let mut client = match Client::try_connect(&profile, &identity, Plan::default()).await {
        Ok(client) => client,
        Err(end) => panic!("not connected: {end:?}"),
    };
    assert!(profile.contains(&format!("<fqdn>{address}</fqdn>")));
    assert_eq!(program.fact("admitted").await, "1 172.16.201.2 \"bob\"");

    terminate(&program.child).await;

    assert!(matches!(client.end().await, TunnelEnd::Connection(_)));
    assert_eq!(program.fact("ended").await, "1 ended by order");
    program.fact("stopped").await;
    assert!(program.child.wait().await.unwrap().success());
}

#[tokio::test]
async fn pem_files_hold_the_same_identity_and_only_the_owner_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(&folder.path().join("new/deep"), &[]);
    program.fact("ready").await;
    let folder = folder.path().join("new/deep");

    let pem = std::fs::read(folder.join("client.pem")).unwrap();
    let identity = Identity::from_pem(&pem, None, None).unwrap();
    let pfx = std::fs::read(folder.join("client.pfx")).unwrap();

    assert_eq!(
        identity.summary(),
        Identity::from_pfx(&pfx, "secret").unwrap().summary()
    );
    assert!(
        std::fs::read_to_string(folder.join("README.txt"))
            .unwrap()
            .contains("secret")
    );
    #[cfg(unix)]
    for file in std::fs::read_dir(&folder).unwrap() {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}

#[tokio::test]
async fn it_ends_by_itself_after_the_time_given() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path(), &["--for", "0.1"]);

    program.fact("ready").await;
    program.fact("stopped").await;

    assert!(program.child.wait().await.unwrap().success());
}

#[tokio::test]
async fn its_options_reach_the_gateway() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = "--data v2 --keys ekm --tls 1.2 --cipher CHACHA20-POLY1305 --network 10.5.0.0/24 --dns 10.5.0.4 \
        --route 10.6.0.0/16 --mtu 1300 --ping 7 --ping-restart 60 --pool 10.77.0.0/24 --host localhost";
    let mut program = Program::start(
        folder.path(),
        &arguments.split_whitespace().collect::<Vec<_>>(),
    );
    program.fact("ready").await;
    let profile = std::fs::read_to_string(folder.path().join("azurevpnconfig.xml")).unwrap();
    let pem = std::fs::read(folder.path().join("client.pem")).unwrap();
    let identity = Identity::from_pem(&pem, None, None).unwrap();

    let client = match Client::try_connect(&profile, &identity, Plan::default()).await {
        Ok(client) => client,
        Err(end) => panic!("not connected: {end:?}"),
    };

    let push = &client.settings.push;
    assert!(push.peer_id.is_some() && push.uses_tls_exporter());
    assert_eq!(
        (client.settings.cipher, push.tun_mtu),
        ("CHACHA20-POLY1305", Some(1300))
    );
    assert!(client.settings.tls.version.contains("1.2"));
    let routes: Vec<String> = push
        .routes
        .iter()
        .map(|route| route.destination.to_string())
        .collect();
    assert_eq!(routes, ["10.5.0.0/24", "10.6.0.0/16"]);
    assert_eq!(push.addresses[0].to_string(), "10.77.0.2/24");
    assert_eq!(push.resolvers[0].to_string(), "10.5.0.4");
    let page = client
        .stack
        .dial("10.5.0.4:80".parse().unwrap(), LONG)
        .await;
    assert!(page.is_ok());
}

#[tokio::test]
async fn wrong_arguments_are_explained_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("files");
    for (arguments, words) in [
        (&["--data", "v3"][..], "\"v3\" is none of v1, v2"),
        (&["--colour"], "--colour"),
        (&["--listen", "here"], "here"),
        (
            &["--misbehave", "politely"],
            "\"politely\" is no misbehaviour",
        ),
        (
            &["--misbehave", "silent=lunch"],
            "none of reset, tls, key-exchange, push, established",
        ),
        (&["--entra-policy", "lenient"], "\"lenient\" is no policy"),
        (&["--entra-user", "alice"], "NAME=PASSWORD"),
        (
            &["--entra-refuse", "lunch=53003"],
            "none of authorize, page, code, refresh, device-start, device-poll",
        ),
        (&["--entra-refuse", "code=never"], "invalid digit"),
        (&["--entra-disturb", "code=lazy"], "\"lazy\" is no fault"),
        (&["--for", "-1"], "-1 is no number of seconds"),
        (&["--pool", "10.0.0.0/31"], "no room for a client"),
    ] {
        let output = command(&target).args(arguments).output().await.unwrap();

        let text = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && text.contains(words),
            "{arguments:?}: {text}"
        );
        assert!(!target.exists());
    }
}

#[tokio::test]
async fn help_has_examples() {
    let output = command(Path::new("unused"))
        .arg("--help")
        .output()
        .await
        .unwrap();

    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.contains("Examples:") && text.contains("--misbehave"));
}
