use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cryptoki::context::Pkcs11;
use cryptoki::object::{Attribute, CertificateType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use rustls::pki_types::CertificateDer;

/// Where Debian has it.
pub(crate) const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";

pub(crate) const PIN: &str = "271828";

/// What SoftHSM2 is told of its mechanisms to be like an old card.
pub(crate) const WITHOUT_PSS: &str = "CKM_RSA_PKCS";

const LABEL: &str = "Alice";

/// Says in the environment where SoftHSM2 has its settings.
const SETTINGS: &str = "SOFTHSM2_CONF";

/// Runs the body of the named test in a process of its own, with a token of its own: SoftHSM2 takes the place of its
/// tokens from the environment, and a module is initialized once in a process.
pub(crate) fn on_a_token(test: &str, mechanisms: &str, body: impl FnOnce(&Token)) {
    if let Some(settings) = std::env::var_os(SETTINGS) {
        body(&Token::new(Path::new(&settings)));
        return;
    }
    if !p2svpn_house::require_path(MODULE, "it is a token made of software (Debian: softhsm2)") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let settings = folder.path().join("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\nslots.mechanisms = {mechanisms}\n",
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

/// A token in this process, and the hands of its owner.
pub(crate) struct Token {
    folder: PathBuf,
}

impl Token {
    fn new(settings: &Path) -> Self {
        softhsm(&["--init-token", "--free", "--so-pin", "31415926"]);
        Self {
            folder: settings.parent().unwrap().to_owned(),
        }
    }

    /// Puts a private key on it, with its public key, as long as no module is loaded.
    pub(crate) fn import_key(&self, name: &str, id: &str) {
        let path = fixture_path(name);
        softhsm(&["--import", &path, "--token", LABEL, "--id", id]);
    }

    pub(crate) fn import_key_pem(&self, pem: &str, id: &str) {
        let path = self.folder.join("key.pem");
        std::fs::write(&path, pem).unwrap();
        let path = path.display().to_string();
        softhsm(&["--import", &path, "--token", LABEL, "--id", id]);
    }

    /// Puts a certificate on it; the module must be loaded.
    pub(crate) fn add_certificate(&self, certificate: &CertificateDer<'_>, id: &[u8]) {
        let (context, slot) = self.slot();
        let session = context.open_rw_session(slot).unwrap();
        session
            .create_object(&[
                Attribute::Class(ObjectClass::CERTIFICATE),
                Attribute::CertificateType(CertificateType::X_509),
                Attribute::Token(true),
                Attribute::Private(false),
                Attribute::Id(id.to_vec()),
                Attribute::Subject(vec![0x30, 0x00]),
                Attribute::Value(certificate.to_vec()),
            ])
            .unwrap();
    }

    pub(crate) fn remove_keys(&self) {
        self.with_keys(|session, key| session.destroy_object(key).unwrap());
    }

    pub(crate) fn change_keys(&self, attributes: &[Attribute]) {
        self.with_keys(|session, key| session.update_attributes(key, attributes).unwrap());
    }

    pub(crate) fn with_keys(&self, act: impl Fn(&Session, ObjectHandle)) {
        let (context, slot) = self.slot();
        let session = context.open_rw_session(slot).unwrap();
        // It is logged in already where an identity is open.
        let _ = session.login(UserType::User, Some(&AuthPin::from(PIN.to_owned())));
        for key in session
            .find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)])
            .unwrap()
        {
            act(&session, key);
        }
    }

    /// How many objects it holds, its secret ones among them.
    pub(crate) fn objects(&self) -> usize {
        let (context, slot) = self.slot();
        let session = context.open_ro_session(slot).unwrap();
        let _ = session.login(UserType::User, Some(&AuthPin::from(PIN.to_owned())));
        session.find_objects(&[]).unwrap().len()
    }

    /// The module as the tests use it: loaded and initialized by what they test.
    fn slot(&self) -> (Pkcs11, Slot) {
        let context = Pkcs11::new(MODULE).unwrap();
        let slots = context.get_slots_with_initialized_token().unwrap();
        (context, slots[0])
    }
}

pub(crate) fn fixture_path(name: &str) -> String {
    format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn softhsm(arguments: &[&str]) {
    let output = Command::new("softhsm2-util")
        .args(arguments)
        .args(["--label", LABEL, "--pin", PIN])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}
