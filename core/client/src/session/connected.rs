use std::convert::Infallible;

use p2svpn_openvpn::AttemptEnd;
use p2svpn_tunnel::Tunnel;

use super::failure::{Failure, Next};
use super::machine::Machine;
use super::sign_in::SignIn;
use super::surroundings::{Surroundings, way_to};
use super::tunnel_events::{Heard, TunnelEvents};
use crate::error::{Error, ErrorCode};

/// A session while packets go through.
pub(super) struct Connected<'a> {
    pub(super) sign_in: &'a SignIn,
    pub(super) tunnel: &'a Tunnel,
    pub(super) machine: &'a mut Machine,
    pub(super) events: &'a mut TunnelEvents,
    pub(super) surroundings: &'a mut Surroundings,
}

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
        loop {
            tokio::select! {
                heard = self.events.next() => self.act_on(heard?).await?,
                notice = self.surroundings.notice() => {
                    if notice.ends_connections() {
                        return Err(lost("the machine slept"));
                    }
                    self.look_at_the_way().await?;
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
            }
            Heard::CredentialsDue => self.sign_in.credentials_due(),
            Heard::AuthToken(token) => self.sign_in.take_over(token),
        }
        Ok(())
    }

    /// Ends a connection whose way is gone: nobody else would say so for a long time.
    async fn look_at_the_way(&mut self) -> Result<(), Failure> {
        // What keeps the gateway outside the tunnel has to follow the machine's network.
        self.machine.apply().await.map_err(Failure::final_one)?;
        let local = self.tunnel.local_addr().ip();
        if local.is_unspecified() || way_to(self.tunnel.peer_addr().ip()) == Some(local) {
            return Ok(());
        }
        Err(lost("the way to the gateway has changed"))
    }
}

/// A connection that is over although nobody says so, and is called for again at once.
fn lost(reason: &str) -> Failure {
    Failure {
        error: Error::new(ErrorCode::ConnectionLost, reason),
        next: Next::Again(AttemptEnd::Failed),
        stumbled: false,
        at_once: true,
    }
}
