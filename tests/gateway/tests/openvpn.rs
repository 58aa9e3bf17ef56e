//! The gateway against the client of OpenVPN itself, in a network namespace of its own: the same program, the same
//! files, and somebody else's idea of the protocol.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

/// Starts the gateway and the client, fetches bytes through the tunnel, and says what their hash is and should be.
const SCRIPT: &str = r#"
set -eu
ip link set lo up
"$PROGRAM" --folder "$FOLDER" $OPTIONS >"$FOLDER/gateway.log" 2>&1 &
until grep -q ^ready "$FOLDER/gateway.log"; do sleep 0.05; done
openvpn --config "$FOLDER/vpnconfig.ovpn" --disable-dco $CLIENT >"$FOLDER/openvpn.log" 2>&1 &
until grep -q 'Initialization Sequence Completed' "$FOLDER/openvpn.log"; do sleep 0.05; done
visit() {
    exec 3<>/dev/tcp/10.1.0.4/80
    printf 'GET %s HTTP/1.1\r\nConnection: close\r\n\r\n' "$1" >&3
    while IFS= read -r line <&3 && [ "$line" != $'\r' ]; do :; done
    cat <&3
}
visit /bytes/3000000 | sha256sum | cut -d ' ' -f 1
visit /hash/3000000
"#;

#[tokio::test]
async fn openvpns_own_client_fetches_bytes_in_azures_form_and_in_its_own() {
    if !p2svpn_house::require_root("it makes a network namespace and a TUN device")
        || !p2svpn_house::require_program("openvpn", "it is the client")
        || !p2svpn_house::require_path("/dev/net/tun", "the client makes a TUN device")
    {
        return;
    }
    for (options, client) in [
        ("", ""),
        ("--tls 1.2", ""),
        ("--data v2 --keys ekm", ""),
        ("--cipher CHACHA20-POLY1305 --data v2", ""),
        // As old clients and Azure's own: no negotiation of ciphers and nothing else that came later.
        ("", "--disable-occ --data-ciphers AES-256-GCM"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new("unshare")
            // A process namespace, so that everything in it ends with its first process.
            .args([
                "--net",
                "--pid",
                "--fork",
                "--kill-child",
                "bash",
                "-c",
                SCRIPT,
            ])
            .env("PROGRAM", env!("CARGO_BIN_EXE_p2svpn-gateway"))
            .env("FOLDER", folder.path())
            .env("OPTIONS", options)
            .env("CLIENT", client)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();

        let output = tokio::time::timeout(Duration::from_secs(60), output).await;

        let logs = ["gateway.log", "openvpn.log"]
            .map(|log| std::fs::read_to_string(folder.path().join(log)));
        let output = output
            .unwrap_or_else(|_| panic!("{options:?} {client:?} came to no end: {logs:#?}"))
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines.len() == 2 && lines[0] == lines[1] && lines[0].len() == 64,
            "{options:?}: {text} {output:?} {logs:#?}"
        );
    }
}
