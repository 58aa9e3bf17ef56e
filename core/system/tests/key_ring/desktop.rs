//! A desktop's bus and GNOME's key ring, for one test alone.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use p2svpn_system::{KeyRing, KeyRingError};

/// Says in the environment which folder a test's desktop has.
const FOLDER: &str = "P2SVPN_TEST_DESKTOP";

const BUS: &str = "DBUS_SESSION_BUS_ADDRESS";

/// Runs the body of the named test in a process of its own, with a desktop of its own: a process has one environment, which
/// says where its desktop's bus is.
pub(crate) fn on_a_desktop(test: &str, body: impl FnOnce(Desktop)) {
    if let Some(folder) = std::env::var_os(FOLDER) {
        body(Desktop {
            folder: folder.into(),
            bus: None,
            ring: None,
        });
        return;
    }
    for program in ["dbus-daemon", "gnome-keyring-daemon"] {
        if !p2svpn_house::require_program(program, "the desktop's key ring runs on it") {
            return;
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([test, "--exact", "--nocapture"])
        .env(FOLDER, folder.path())
        .env(BUS, format!("unix:path={}/bus", folder.path().display()))
        .stdin(Stdio::null());
    for name in [
        "HOME",
        "XDG_RUNTIME_DIR",
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
    ] {
        command.env(name, folder.path());
    }
    let output = command.output().unwrap();

    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The desktop of this process; its programs end with it.
pub(crate) struct Desktop {
    folder: PathBuf,
    bus: Option<Child>,
    ring: Option<Child>,
}

impl Desktop {
    /// Starts the bus, which starts nothing by itself.
    pub(crate) fn start_bus(&mut self) {
        let settings = self.folder.join("bus.conf");
        fs::write(&settings, bus_settings(&self.folder)).unwrap();
        let mut bus = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", settings.display()))
            .args(["--nofork", "--nopidfile", "--print-address"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let said = bus.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut address).unwrap();
        assert!(!address.is_empty(), "the bus did not start");
        self.bus = Some(bus);
    }

    /// Starts the key ring as a login with this password does, or one that nobody has unlocked.
    pub(crate) fn start_ring(&mut self, password: Option<&str>) {
        let mut command = Command::new("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets"]);
        if password.is_some() {
            command.arg("--unlock");
        }
        let mut ring = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = ring.stdin.take().unwrap();
        input
            .write_all(password.unwrap_or_default().as_bytes())
            .unwrap();
        drop(input);
        self.ring = Some(ring);
        while let Err(KeyRingError::NotThere { .. }) = KeyRing::fetch(b"is it there?") {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the key ring as a logout does.
    pub(crate) fn end_ring(&mut self) {
        end(&mut self.ring);
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        end(&mut self.ring);
        end(&mut self.bus);
    }
}

fn end(child: &mut Option<Child>) {
    if let Some(mut child) = child.take() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

fn bus_settings(folder: &Path) -> String {
    format!(
        r#"<busconfig>
  <type>session</type>
  <listen>unix:path={}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#,
        folder.display()
    )
}
