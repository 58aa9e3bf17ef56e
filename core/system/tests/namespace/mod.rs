//! A network namespace for each test, and how it looks from inside.

use std::process::Command;

/// Runs a test on a thread in a new network namespace, with an uplink that has a default route and a TUN device `tunnel`.
#[track_caller]
pub(crate) fn in_namespace<F: AsyncFnOnce() + Send + 'static>(test: F) {
    if !p2svpn_house::require_root("it makes network namespaces") {
        return;
    }
    let thread = std::thread::spawn(|| {
        // SAFETY: the call takes no pointers and affects only this thread, which ends with the test.
        let result = unsafe { libc::unshare(libc::CLONE_NEWNET) };
        assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
        ip("link set lo up");
        ip("link add uplink type veth peer name router");
        ip("link set uplink up");
        ip("link set router up");
        ip("addr add 192.168.1.2/24 dev uplink");
        ip("route add default via 192.168.1.1 dev uplink");
        ip("tuntap add dev tunnel mode tun");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(test());
    });
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Runs `ip` in the thread's namespace and returns what it says.
pub(crate) fn ip(arguments: &str) -> String {
    let output = Command::new("ip")
        .args(arguments.split(' '))
        .output()
        .expect("the ip program is installed");
    assert!(
        output.status.success(),
        "ip {arguments}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Everything the kernel says about addresses and routes, byte for byte, except what it does by itself and in its own time:
/// link-local addresses come and go with a device, a device that was up once keeps its queue discipline, and a cable that was
/// plugged in is noticed some time later, on a busy machine in the midst of a test.
pub(crate) fn snapshot() -> String {
    let devices = json("-j -d addr show")
        .into_iter()
        .map(|mut device| {
            device["addr_info"]
                .as_array_mut()
                .unwrap()
                .retain(|address| address["scope"] != "link");
            forget_the_cable(&mut device);
            let kept = ["ifname", "flags", "mtu", "addr_info"]
                .map(|key| format!("\"{key}\":{}", device[key]));
            kept.join(",")
        })
        .collect::<Vec<_>>();
    let link_local = |route: &serde_json::Value| {
        let destination = route["dst"].as_str().unwrap();
        destination.starts_with("fe80:") || destination == "ff00::/8" || destination == "multicast"
    };
    let routes = [
        "-j -d -4 route show table all",
        "-j -d -6 route show table all",
    ]
    .into_iter()
    .flat_map(json)
    .filter(|route| !link_local(route))
    .map(|mut route| {
        forget_the_cable(&mut route);
        route.to_string()
    })
    .collect::<Vec<_>>();
    format!("{}\n{}", devices.join("\n"), routes.join("\n"))
}

/// Leaves out whether a device has found its other end.
fn forget_the_cable(entry: &mut serde_json::Value) {
    if let Some(serde_json::Value::Array(flags)) = entry.get_mut("flags") {
        flags.retain(|flag| flag != "NO-CARRIER" && flag != "LOWER_UP" && flag != "linkdown");
    }
}

fn json(arguments: &str) -> Vec<serde_json::Value> {
    serde_json::from_str(&ip(arguments)).unwrap()
}

/// Destinations in the main table through a device, sorted.
pub(crate) fn routes_of(device: &str, snapshot: &str) -> Vec<String> {
    let mut destinations: Vec<String> = snapshot
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|route| route["dev"] == device && route["type"] == "unicast")
        .map(|route| route["dst"].as_str().unwrap().to_owned())
        .collect();
    destinations.sort();
    destinations
}

/// The device through which the kernel would send to an address.
pub(crate) fn device_to(address: &str) -> String {
    json(&format!("-j route get {address}"))[0]["dev"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Takes all capabilities from the calling thread.
pub(crate) fn drop_capabilities() {
    #[repr(C)]
    struct Header {
        version: u32,
        pid: i32,
    }
    let header = Header {
        version: 0x2008_0522,
        pid: 0,
    };
    let nothing = [0u32; 6];
    // SAFETY: capset(2) reads a header and, for this version, two structures of three words each; both outlive the call.
    let result = unsafe { libc::syscall(libc::SYS_capset, &raw const header, nothing.as_ptr()) };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}
