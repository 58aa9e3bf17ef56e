//! Keys replaced under traffic at full speed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use p2svpn_openvpn::PushReply;
use p2svpn_tunnel::{Drops, Tunnel, TunnelEvent};
use support::ends::{CLIENT, End, GATEWAY, Plan, connect, stack};
use support::{MIB, transfers};
use tokio::sync::Notify;

const LONG: Duration = Duration::from_secs(50);
const ROUNDS: u64 = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_change_under_full_traffic_over_a_stream_and_nothing_is_lost() {
    let dropped = rekey_under_traffic(Plan::new()).await;

    assert_eq!(dropped, [Drops::default(); 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_change_under_full_traffic_over_datagrams_and_only_full_buffers_lose_any() {
    let mut plan = Plan::over_datagrams();
    plan.push.peer_id = Some(5);
    let dropped = rekey_under_traffic(plan).await;

    for mut dropped in dropped {
        dropped.receive_buffer_full = 0;
        assert_eq!(dropped, Drops::default());
    }
}

#[tokio::test]
async fn keys_are_replaced_when_their_time_has_come() {
    for mut plan in [Plan::new(), Plan::over_datagrams()] {
        plan.client.renegotiation.after = Some(Duration::from_secs(1));
        let (client, gateway) = plan.meet().await;
        let client = Rekeyed::follow(client, &plan.push);
        let gateway = Rekeyed::follow(gateway, &plan.push);

        client.reaches(2).await;
        gateway.reaches(2).await;
    }
}

/// Sends 16 MiB each way while the keys are replaced by either side and by both at once; answers what each end dropped.
async fn rekey_under_traffic(plan: Plan) -> [Drops; 2] {
    let (client, gateway) = plan.meet().await;
    let (near_stack, far_stack) = (stack(&client, CLIENT).await, stack(&gateway, GATEWAY).await);
    let (near, far) = connect(&near_stack, &far_stack).await;
    let client = Rekeyed::follow(client, &plan.push);
    let gateway = Rekeyed::follow(gateway, &plan.push);

    let transfers = transfers(near, far, 16 * MIB);
    let mut under_traffic = 0;
    for round in 0..ROUNDS {
        match round % 3 {
            0 => client.tunnel.rekey().await.unwrap(),
            1 => gateway.tunnel.rekey().await.unwrap(),
            _ => {
                let (first, second) = tokio::join!(client.tunnel.rekey(), gateway.tunnel.rekey());
                first.and(second).unwrap();
            }
        }
        client.reaches(round + 1).await;
        gateway.reaches(round + 1).await;
        under_traffic += usize::from(!transfers[0].is_finished() && !transfers[1].is_finished());
    }
    assert!(
        under_traffic >= 3,
        "only {under_traffic} rekeys under traffic"
    );
    for transfer in transfers {
        transfer.await.unwrap();
    }
    [&client, &gateway].map(|end| end.tunnel.statistics().dropped)
}

/// An end whose rekeys are counted and, in the gateway's role, allowed.
struct Rekeyed {
    tunnel: Arc<Tunnel>,
    count: Arc<AtomicU64>,
    changed: Arc<Notify>,
}

impl Rekeyed {
    fn follow(end: End, push: &PushReply) -> Rekeyed {
        let End { tunnel, mut events } = end;
        let rekeyed = Rekeyed {
            tunnel: Arc::new(tunnel),
            count: Arc::default(),
            changed: Arc::default(),
        };
        let (tunnel, push) = (Arc::downgrade(&rekeyed.tunnel), push.clone());
        let (count, changed) = (Arc::clone(&rekeyed.count), Arc::clone(&rekeyed.changed));
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                match (event, tunnel.upgrade()) {
                    (TunnelEvent::Admission(_), Some(tunnel)) => {
                        tunnel.admit(push.clone()).await.unwrap();
                    }
                    (TunnelEvent::Rekeyed(_), _) => {
                        count.fetch_add(1, Ordering::Relaxed);
                        changed.notify_one();
                    }
                    _ => {}
                }
            }
        });
        rekeyed
    }

    /// Waits until the keys have been replaced that often.
    async fn reaches(&self, count: u64) {
        let reached = async {
            while self.count.load(Ordering::Relaxed) < count {
                self.changed.notified().await;
            }
        };
        tokio::time::timeout(LONG, reached)
            .await
            .unwrap_or_else(|_| panic!("{} of {count}", self.count.load(Ordering::Relaxed)));
    }
}
