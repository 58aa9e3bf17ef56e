//! A machine of namespaces, whose names are looked up by a real systemd-resolved on a bus of its own.

use std::cell::RefCell;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use zbus::Connection;
use zbus::fdo::DBusProxy;

/// What the server of the tunnel's network answers, whatever the name is.
pub(crate) const INSIDE: Ipv4Addr = Ipv4Addr::new(10, 9, 9, 9);

/// What the server of the uplink's network answers, whatever the name is.
pub(crate) const OUTSIDE: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

/// Where they are.
pub(crate) const INSIDE_SERVER: Ipv4Addr = Ipv4Addr::new(10, 1, 0, 4);
const OUTSIDE_SERVER: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);

/// How often a name is asked for.
const ATTEMPTS: usize = 10;

/// The user that systemd-resolved becomes; the package makes it where it is installed.
const USER: &str = "systemd-resolve";
const USER_NUMBER: &str = "990";

/// What the machine's programs read, where it is that of this machine alone.
const RESOLVER_FILE: &str = "nameserver 127.0.0.53\noptions edns0 trust-ad\n";

const BUS: &str = r#"<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// Runs a test on a thread that has a network and a file system of its own, with an interface `tunnel` and an interface
/// `uplink` that lead to networks with a DNS server each. systemd-resolved answers, and has been told of the uplink's server.
#[track_caller]
pub(crate) fn on_a_machine<F: AsyncFnOnce(&Machine) + Send + 'static>(test: F) {
    let resolved = resolved();
    if !p2svpn_house::require_root("it makes namespaces")
        || !p2svpn_house::require_program("dbus-daemon", "systemd-resolved is asked by it")
        || !p2svpn_house::require_path(&resolved, "tests/lab/resolver/unpack brings it")
    {
        return;
    }
    let thread = thread::spawn(move || {
        unshare(libc::CLONE_NEWNET | libc::CLONE_NEWNS);
        ip("link set lo up");
        for (name, address, server, answer) in [
            ("tunnel", "10.1.0.2/24", INSIDE_SERVER, INSIDE),
            ("uplink", "192.168.1.2/24", OUTSIDE_SERVER, OUTSIDE),
        ] {
            let far = dns_server(server, answer);
            ip(&format!("link add {name} type veth peer name far-{name}"));
            ip(&format!("link set far-{name} netns {}", far.thread));
            far.go_on.send(format!("far-{name}")).unwrap();
            far.is_ready.recv().unwrap();
            ip(&format!("addr add {address} dev {name}"));
            ip(&format!("link set {name} up"));
            // systemd-resolved asks nobody while there is no network, and the kernel notices a cable some time later.
            while !ip(&format!("link show {name}")).contains("state UP") {
                thread::sleep(Duration::from_millis(20));
            }
        }
        mount_files();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let machine = Machine::start(&resolved).await;
            machine.tell_of_the_uplink().await;
            test(&machine).await;
        });
    });
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// What runs on the machine; it ends with this.
pub(crate) struct Machine {
    pub(crate) bus: Connection,
    programs: RefCell<Vec<Child>>,
}

impl Machine {
    async fn start(resolved: &Path) -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--config-file=/run/bus.conf", "--nofork", "--nopidfile"])
            .arg("--print-address")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = daemon.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut String::new()).unwrap();
        let resolver = Command::new(resolved)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let bus = Connection::system().await.unwrap();
        let machine = Self {
            bus,
            programs: RefCell::new(vec![resolver, daemon]),
        };
        let names = DBusProxy::new(&machine.bus).await.unwrap();
        let name = zbus::names::BusName::try_from("org.freedesktop.resolve1").unwrap();
        while !names.name_has_owner(name.clone()).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        machine
    }

    /// As the program that looks after the uplink does.
    async fn tell_of_the_uplink(&self) {
        let index = index_of("uplink");
        let servers = vec![(libc::AF_INET, OUTSIDE_SERVER.octets().to_vec())];
        self.call("SetLinkDNS", &(index, servers)).await;
        self.call("SetLinkDefaultRoute", &(index, true)).await;
    }

    async fn call(&self, method: &str, arguments: &(impl serde::Serialize + zbus::zvariant::Type)) {
        let (name, path) = ("org.freedesktop.resolve1", "/org/freedesktop/resolve1");
        let interface = "org.freedesktop.resolve1.Manager";
        let answer = self
            .bus
            .call_method(Some(name), path, Some(interface), method, arguments);
        answer.await.unwrap();
    }

    /// Looks a name up as any program does, and again where nobody answers: while an interface changes, systemd-resolved gives
    /// up what it is asking.
    pub(crate) fn lookup(&self, name: &str) -> Option<Ipv4Addr> {
        (0..ATTEMPTS).find_map(|_| {
            let output = Command::new("getent")
                .args(["ahostsv4", name])
                .output()
                .unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            said.split_whitespace().next()?.parse().ok()
        })
    }

    /// Ends systemd-resolved, as an administrator may.
    pub(crate) fn stop_resolver(&self) {
        end(self.programs.borrow_mut().remove(0));
    }

    /// What systemd-resolved keeps for an interface: servers, domains, and whether it is asked for all other names.
    pub(crate) async fn settings_of(
        &self,
        interface: &str,
    ) -> (Vec<Vec<u8>>, Vec<(String, bool)>, bool) {
        let (name, path) = ("org.freedesktop.resolve1", "/org/freedesktop/resolve1");
        let manager = zbus::Proxy::new(&self.bus, name, path, "org.freedesktop.resolve1.Manager");
        let link: zbus::zvariant::OwnedObjectPath = manager
            .await
            .unwrap()
            .call("GetLink", &(index_of(interface),))
            .await
            .unwrap();
        let link = zbus::Proxy::new(&self.bus, name, link, "org.freedesktop.resolve1.Link");
        let link = link.await.unwrap();
        let servers: Vec<(i32, Vec<u8>)> = link.get_property("DNS").await.unwrap();
        (
            servers.into_iter().map(|(_, server)| server).collect(),
            link.get_property("Domains").await.unwrap(),
            link.get_property("DefaultRoute").await.unwrap(),
        )
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.programs.get_mut().drain(..).for_each(end);
    }
}

fn end(mut program: Child) {
    program.kill().unwrap();
    program.wait().unwrap();
}

/// A thread with a network of its own, in which a server gives every name the same address.
struct Far {
    thread: libc::pid_t,
    /// Takes the name of the interface that leads back, once it is there.
    go_on: mpsc::Sender<String>,
    is_ready: mpsc::Receiver<()>,
}

fn dns_server(address: Ipv4Addr, answer: Ipv4Addr) -> Far {
    let (tell_thread, thread) = mpsc::channel();
    let (go_on, interface) = mpsc::channel::<String>();
    let (tell_ready, is_ready) = mpsc::channel();
    thread::spawn(move || {
        unshare(libc::CLONE_NEWNET);
        // SAFETY: the call takes nothing and cannot fail.
        tell_thread.send(unsafe { libc::gettid() }).unwrap();
        let interface = interface.recv().unwrap();
        ip(&format!("addr add {address}/24 dev {interface}"));
        ip(&format!("link set {interface} up"));
        let socket = UdpSocket::bind((address, 53)).unwrap();
        tell_ready.send(()).unwrap();
        let mut query = [0; 1_500];
        // It ends with the process, as its network does.
        while let Ok((size, from)) = socket.recv_from(&mut query) {
            let _ = socket.send_to(&answer_to(&query[..size], answer), from);
        }
    });
    Far {
        thread: thread.recv().unwrap(),
        go_on,
        is_ready,
    }
}

/// The record with which a server says that it knows extensions, and has none (RFC 6891 section 6.1.2).
const NO_OPTIONS: [u8; 11] = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0];

/// The answer to a query (RFC 1035 section 4): the address for what asks for one, and nothing for anything else.
fn answer_to(query: &[u8], address: Ipv4Addr) -> Vec<u8> {
    let name_end = 12 + query[12..].iter().position(|byte| *byte == 0).unwrap();
    let question = &query[12..name_end + 5];
    let has_address = question[question.len() - 4..] == [0, 1, 0, 1];
    let mut answer = query[..2].to_vec();
    let (answers, options) = (u8::from(has_address), u8::from(query[11] > 0));
    answer.extend([0x81, 0x80, 0, 1, 0, answers, 0, 0, 0, options]);
    answer.extend(question);
    if has_address {
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4]);
        answer.extend(address.octets());
    }
    if options > 0 {
        answer.extend(NO_OPTIONS);
    }
    answer
}

/// Puts files of this machine alone where its programs look for them.
fn mount_files() {
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{program} {arguments:?}: {output:?}"
        );
    };
    run("mount", &["--make-rprivate", "/"]);
    run("mount", &["-t", "tmpfs", "tmpfs", "/run"]);
    for folder in ["/run/dbus", "/run/systemd"] {
        std::fs::create_dir(folder).unwrap();
    }
    std::fs::write("/run/bus.conf", BUS).unwrap();
    let of_user = |file: &str, line: String| {
        let former = std::fs::read_to_string(file).unwrap();
        let is_there = former
            .lines()
            .any(|line| line.starts_with(&format!("{USER}:")));
        former + if is_there { "" } else { &line }
    };
    let user = of_user(
        "/etc/passwd",
        format!("{USER}:x:{USER_NUMBER}:{USER_NUMBER}::/:/bin/false\n"),
    );
    let group = of_user("/etc/group", format!("{USER}:x:{USER_NUMBER}:\n"));
    for (file, content) in [
        ("passwd", user.as_str()),
        ("group", &group),
        ("resolv.conf", RESOLVER_FILE),
        ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: dns\n"),
    ] {
        std::fs::write(format!("/run/{file}"), content).unwrap();
        run(
            "mount",
            &["--bind", &format!("/run/{file}"), &format!("/etc/{file}")],
        );
    }
}

fn resolved() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.cache/resolved/systemd-resolved")
}

pub(crate) fn index_of(interface: &str) -> i32 {
    let said = ip(&format!("-o link show {interface}"));
    said.split(':').next().unwrap().parse().unwrap()
}

pub(crate) fn ip(arguments: &str) -> String {
    let output = Command::new("ip")
        .args(arguments.split(' '))
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ip {arguments}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// Gives the calling thread a network of its own.
pub(crate) fn unshare_network() {
    unshare(libc::CLONE_NEWNET);
}

fn unshare(what: libc::c_int) {
    // SAFETY: the call takes no pointers and affects only this thread.
    let result = unsafe { libc::unshare(what) };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}
