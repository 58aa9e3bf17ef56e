use std::convert::Infallible;
use std::time::Duration;

use p2svpn_system::Path;
use p2svpn_tunnel::Tunnel;

use super::failure::Failure;
use super::guard::Guard;
use super::machine::Machine;
use super::shared::Shared;
use super::sign_in::SignIn;
use super::surroundings::Surroundings;
use super::tunnel_events::{Heard, TunnelEvents};
use crate::error::{Error, ErrorCode};

/// A session while packets go through.
pub(super) struct Connected<'a> {
    pub(super) shared: &'a Shared,
    pub(super) sign_in: &'a SignIn,
    pub(super) tunnel: &'a Tunnel,
    pub(super) machine: &'a mut Machine,
    pub(super) guard: &'a mut Option<Guard>,
    pub(super) events: &'a mut TunnelEvents,
    pub(super) surroundings: &'a mut Surroundings,
    /// The way to the gateway that the connection was made by.
    pub(super) path: Option<Path>,
}

/// How long a connection is kept that has no way to its gateway: a cable that is plugged in again, or a lease that is renewed,
/// finds it as it was.
const GRACE: Duration = Duration::from_secs(5);

impl Connected<'_> {
    /// Does what the gateway asks for, keeps what is shown to it fresh, and looks after the way to it; returns how the
    /// connection was lost.
    pub(super) async fn stay(mut self) -> Failure {
        let (sign_in, tunnel) = (self.sign_in, self.tunnel);
        let outcome = tokio::select! {
            outcome = self.serve() => outcome,
            never = sign_in.keep_fresh(tunnel) => match never {},
        };
        match outcome {
            Ok(never) => match never {},
            Err(failure) => failure,
        }
    }

    async fn serve(&mut self) -> Result<Infallible, Failure> {
        let gateway = self.tunnel.peer_addr().ip();
        // When a connection without a way is given up.
        let mut deadline = None;
        loop {
            tokio::select! {
                heard = self.events.next() => self.act_on(heard?).await?,
                notice = self.surroundings.notice() => {
                    if notice.ends_connections() {
                        return Err(lost("the machine slept"));
                    }
                    let now = self.machine.way_to(gateway).await;
                    deadline = match (now, deadline) {
                        (None, None) => self.shared.clock().now().checked_add(GRACE),
                        (None, deadline) => deadline,
                        (now, _) if now == self.path => None,
                        _ => return Err(lost("the way to the gateway has changed")),
                    };
                }
                () = self.shared.rest_until(deadline), if deadline.is_some() => {
                    return Err(lost("there is no way to the gateway"));
                }
            }
        }
    }

    async fn act_on(&mut self, heard: Heard) -> Result<(), Failure> {
        match heard {
            Heard::Established(_) => {}
            Heard::Reconfigured(reconfigured) => {
                let gateway = self.tunnel.peer_addr().ip();
                let adapted = self.machine.adapt(&reconfigured.push, gateway).await;
                adapted.map_err(Failure::final_one)?;
                let fits = self.machine.fit(self.guard).await;
                fits.map_err(Failure::final_one)?;
            }
            Heard::CredentialsDue => self.sign_in.credentials_due(),
            Heard::AuthToken(token) => self.sign_in.take_over(token),
        }
        Ok(())
    }
}

/// A connection that is over although nobody says so, and is called for again at once.
fn lost(reason: &str) -> Failure {
    Failure {
        at_once: true,
        ..Failure::for_now(Error::new(ErrorCode::ConnectionLost, reason))
    }
}
