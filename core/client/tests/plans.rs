//! What a profile needs and would change, told before anything is connected.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use p2svpn_client::{Client, ConnectOptions, Device, ErrorCode};
use support::options;

const CERTIFICATE: &[u8] = include_bytes!("../../profile/tests/fixtures/certificate.xml");

#[test]
fn a_plan_tells_what_the_profile_needs_and_no_secret() {
    let client = Client::builder().build().unwrap();
    let id = *client.profiles().import(CERTIFICATE, None).unwrap().id();
    let text = std::str::from_utf8(CERTIFICATE).unwrap();
    let (_, secret) = text.split_once("<serversecret>").unwrap();
    let (secret, _) = secret.split_once('<').unwrap();

    let plan = client.explain(&id, &options()).unwrap();

    let text = format!("{plan}\n{}", plan.to_json());
    let server = client.profiles().details(&id).unwrap().servers[0]
        .host
        .clone();
    assert!(text.contains(&server), "{text}");
    assert!(!text.contains(&secret[..32]), "{text}");
    let unknown = client.explain(&"0123456789abcdef".parse().unwrap(), &options());
    assert_eq!(unknown.unwrap_err().code(), ErrorCode::ProfileUnknown);
}

#[test]
fn a_plan_for_the_userspace_device_changes_nothing_on_the_machine() {
    let client = Client::builder().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("azurevpnconfig.xml");
    std::fs::write(&path, CERTIFICATE).unwrap();
    let id = *client.profiles().import(CERTIFICATE, None).unwrap().id();
    let paths = [path];
    let network = |device| {
        let options = ConnectOptions::default().device(device);
        let of_files = client.explain_files(&paths, &options).unwrap();
        let plan = client.explain(&id, &options).unwrap();
        assert_eq!(of_files[0].plan.network, plan.network);
        plan.network
    };

    assert_eq!(network(Device::Userspace).changes_machine, Some(false));
    let tun = network(Device::Tun { name: None });
    assert_eq!(tun.changes_machine, Some(true));
}

#[cfg(target_os = "linux")]
#[test]
fn the_tunnels_of_the_client_are_no_networks_that_the_machine_is_in() {
    if !p2svpn_house::require_root("it makes a network namespace and a TUN device") {
        return;
    }
    // Threads that this one starts live in the namespace too, and it ends with the last of them.
    let thread = std::thread::spawn(|| {
        nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNET).unwrap();
        let mut ip = std::process::Command::new("ip");
        let up = ip.args(["link", "set", "lo", "up"]).status().unwrap();
        assert!(up.success());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(no_network_of_its_own());
    });
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

#[cfg(target_os = "linux")]
async fn no_network_of_its_own() {
    let bench = support::Bench::new().await;
    let tun = |name: &str| {
        let name = Some(name.to_owned());
        ConnectOptions::default().device(Device::Tun { name })
    };
    let certificate = support::certificate(&bench.identity);
    let session = bench.connect(tun("ours").certificate(certificate));
    support::within(session.connected()).await.unwrap();
    let is_among = |client: &Client| {
        let profiles = client.profiles();
        let imported = profiles.import(CERTIFICATE, None).unwrap();
        let plan = client.explain(imported.id(), &tun("other")).unwrap();
        let mut networks = plan.network.local_networks.unwrap().into_iter();
        networks.any(|network| network.interface == "ours")
    };

    assert!(!is_among(&bench.client));
    let stranger = Client::builder().build().unwrap();
    assert!(is_among(&stranger), "the tunnel is in no network at all");

    session.disconnect();
    support::within(session.closed()).await;
}
