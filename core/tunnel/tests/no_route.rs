//! Datagrams on a machine that loses its network, in a namespace of the test's own.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::io;
use std::time::Duration;

use p2svpn_openvpn::Error;
use p2svpn_tunnel::{TunnelEnd, UdpTransport};
use support::ends::{CLIENT, GATEWAY, Plan, stack, udp_pair_between};
use support::namespace::{in_new_namespace, ip};

/// The gateway's address, in a network that this one has no other way to.
const FAR: &str = "192.0.2.1";

const SHORT: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_secs(50);

#[test]
fn a_missing_route_before_the_first_answer_ends_the_tunnel() {
    if !may_cut_the_network() {
        return;
    }
    in_new_namespace(|| async {
        let (near, _far) = separable_pair().await;
        ip(&["address", "delete", FAR, "dev", "lo"]);

        let mut client = Plan::over_datagrams().run_client(near);

        let end = client.closed().await;
        assert!(
            matches!(
                end,
                TunnelEnd::Connection(Error::ClosedWithoutAnswer(Some(
                    io::ErrorKind::NetworkUnreachable
                )))
            ),
            "{end:?}"
        );
    });
}

#[test]
fn a_network_lost_for_a_while_costs_packets_and_not_the_tunnel() {
    if !may_cut_the_network() {
        return;
    }
    in_new_namespace(|| async {
        let plan = Plan::over_datagrams();
        let (near, far) = separable_pair().await;
        let (mut client, mut gateway) = (plan.run_client(near), plan.run_gateway(far));
        plan.admit(&mut gateway).await;
        tokio::join!(client.established(), gateway.established());
        let near = stack(&client, CLIENT).await;
        let far = stack(&gateway, GATEWAY).await;
        near.ping(GATEWAY.into(), LONG).await.unwrap();

        ip(&["address", "delete", FAR, "dev", "lo"]);
        let lost = near.ping(GATEWAY.into(), SHORT).await;
        let lost_back = far.ping(CLIENT.into(), SHORT).await;
        // One has no way to the other's address, the other has no address. A busy machine may be slower than the pings.
        let counted = async {
            for tunnel in [&client.tunnel, &gateway.tunnel] {
                while tunnel.statistics().dropped.not_sent == 0 {
                    tokio::task::yield_now().await;
                }
            }
        };
        tokio::time::timeout(LONG, counted).await.unwrap();
        ip(&["address", "add", FAR, "dev", "lo"]);

        assert!(lost.is_err() && lost_back.is_err());
        near.ping(GATEWAY.into(), LONG).await.unwrap();
    });
}

/// Two sockets with different addresses, one of which can be taken away.
async fn separable_pair() -> (UdpTransport, UdpTransport) {
    ip(&["link", "set", "lo", "up"]);
    ip(&["address", "add", FAR, "dev", "lo"]);
    udp_pair_between("127.0.0.1", FAR).await
}

fn may_cut_the_network() -> bool {
    p2svpn_house::require_root("it makes a network namespace")
        && p2svpn_house::require_program("ip", "it cuts the namespace's network")
}
