use std::future::pending;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use p2svpn_system::{NetworkWatch, SleepMeter, path_to};
use tokio::time::sleep;

use super::shared::{Notice, Shared};

/// A longer sleep than this ends connections: firewalls and gateways have forgotten them, which nobody says.
const NAP: Duration = Duration::from_secs(30);

/// How often is looked whether the machine slept.
const LOOK: Duration = Duration::from_secs(5);

/// What goes on around a session: changes of the machine's network, and its sleep, as the host tells of them and as the system
/// does.
pub(super) struct Surroundings {
    shared: Arc<Shared>,
    /// None where the system does not let the network be watched.
    watch: Option<NetworkWatch>,
    sleep: SleepMeter,
}

impl Surroundings {
    /// Begins to watch.
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        let watch = NetworkWatch::open();
        if let Err(error) = &watch {
            tracing::warn!(session = %shared.id(), %error, "changes of the network are heard of from the host only");
        }
        Self {
            shared: Arc::clone(shared),
            watch: watch.ok(),
            sleep: SleepMeter::new(shared.clock()),
        }
    }

    /// Waits until something has happened. Dropping the future loses nothing.
    pub(super) async fn notice(&mut self) -> Notice {
        tokio::select! {
            biased;
            notice = self.shared.noticed() => notice,
            slept = wake(&mut self.sleep) => Notice::Woke(Some(slept)),
            () = network_change(&mut self.watch) => Notice::NetworkChanged,
        }
    }

    /// Waits until a call to an address had better be made anew: the way to it is another one than now, or something has
    /// changed and the gateway was not heard yet, `restarts` times at most. A link that has only just come up loses the first
    /// packets, which would be sent again a second later.
    pub(super) async fn way_changes(&mut self, address: IpAddr, restarts: &mut u32) {
        let before = path_to(address);
        loop {
            self.notice().await;
            if path_to(address) != before {
                return;
            }
            if *restarts > 0 && !self.shared.hears_gateway() {
                *restarts -= 1;
                return;
            }
        }
    }
}

impl Notice {
    /// Whether a connection is over for certain, whatever way there is.
    pub(super) fn ends_connections(self) -> bool {
        match self {
            Self::NetworkChanged => false,
            Self::Woke(slept) => slept.is_none_or(|slept| slept > NAP),
        }
    }
}

async fn network_change(watch: &mut Option<NetworkWatch>) {
    match watch {
        Some(watch) => watch.changed().await,
        None => pending().await,
    }
}

/// Waits until the machine has slept, and answers how long; less than a look apart is no sleep.
async fn wake(meter: &mut SleepMeter) -> Duration {
    loop {
        let slept = meter.take();
        if slept > LOOK {
            return slept;
        }
        sleep(LOOK).await;
    }
}
