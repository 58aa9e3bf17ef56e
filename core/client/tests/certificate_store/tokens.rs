//! Tokens made of software (SoftHSM2), for one test alone.

use std::process::{Command, Stdio};

use p2svpn_client::CertificateStore;

/// Where Debian has it.
const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";

pub(crate) const PIN: &str = "271828";

/// Says in the environment where SoftHSM2 has its settings.
const SETTINGS: &str = "SOFTHSM2_CONF";

/// Runs the body of the named test in a process of its own, with tokens of its own: SoftHSM2 takes the place of its tokens
/// from the environment, and a module is initialized once in a process.
pub(crate) fn on_tokens(test: &str, labels: &[&str], body: impl Future<Output = ()>) {
    if std::env::var_os(SETTINGS).is_some() {
        for label in labels {
            init_token(label);
        }
        let runtime = tokio::runtime::Runtime::new().unwrap();
        return runtime.block_on(body);
    }
    if !p2svpn_house::require_path(MODULE, "it is a token made of software (Debian: softhsm2)") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let settings = folder.path().join("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    std::fs::write(&settings, text).unwrap();

    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(SETTINGS, &settings)
        .stdin(Stdio::null())
        .output()
        .unwrap();

    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

pub(crate) fn store() -> CertificateStore {
    CertificateStore::Pkcs11(MODULE.into())
}

fn init_token(label: &str) {
    let output = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--so-pin", "31415926"])
        .args(["--label", label, "--pin", PIN])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
