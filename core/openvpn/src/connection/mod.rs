//! One connection, from the first packet to the last, in either role.

mod channel;
mod client;
mod config;
mod core;
mod event;
mod exchange;
mod gateway;
#[cfg(any(test, fuzzing))]
mod insider;
mod keep_alive;
mod key_schedule;
mod key_state;
mod limits;
mod renewal;
mod stage;

#[cfg(test)]
mod tests;

use std::io::ErrorKind;
use std::time::Instant;

use self::client::ClientRole;
use self::core::Core;
use self::gateway::GatewayRole;
use crate::challenge::{AnswerError, ChallengeId};
use crate::credentials::Credentials;
use crate::data::DataStatistics;
use crate::error::Error;
use crate::packet::opcode_and_key;
use crate::push::PushReply;

pub use self::config::{ClientConfig, GatewayConfig, Renegotiation, Start, Timeouts};
pub use self::event::{Admission, CloseReason, Established, Event, Reconfigured, TimeoutReason};
pub use self::stage::Stage;

/// An OpenVPN connection without sockets and clocks.
///
/// A driver hands in control packets and the time, and after each call takes out, until there is nothing more,
/// what [`poll_transmit`](Self::poll_transmit) has for the wire and what [`poll_event`](Self::poll_event) has to
/// tell; it calls [`handle_timeout`](Self::handle_timeout) at the instant that
/// [`poll_timeout`](Self::poll_timeout) names. Data packets do not come through here: the
/// [`Sealer`](crate::Sealer) and the [`Opener`](crate::Opener) that arrive with [`Event::Established`] handle them
/// wherever the driver wants.
///
/// The same input at the same instants gives the same output, but for the randomness that the provider draws.
pub struct Connection {
    core: Core,
    role: Role,
}

enum Role {
    Client(Box<ClientRole>),
    Gateway(Box<GatewayRole>),
}

impl Connection {
    /// A client that opens the session: its first packet is ready for `poll_transmit`.
    ///
    /// # Errors
    /// [`Error::NoRandomness`], and [`Error::Configuration`] where the settings cannot be used.
    pub fn client(mut config: ClientConfig, start: Start) -> Result<Self, Error> {
        config.timeouts = config.timeouts.bounded();
        let mut core = Core::client(&config, start)?;
        let role = ClientRole::new(config, start.now, &mut core)?;
        Ok(Self {
            core,
            role: Role::Client(Box::new(role)),
        })
    }

    /// A gateway that waits for one client's first packet.
    ///
    /// # Errors
    /// As for [`Connection::client`].
    pub fn gateway(mut config: GatewayConfig, start: Start) -> Result<Self, Error> {
        config.timeouts = config.timeouts.bounded();
        let core = Core::gateway(&config, start)?;
        Ok(Self {
            core,
            role: Role::Gateway(Box::new(GatewayRole::new(config, start.now))),
        })
    }

    /// Takes in one control packet, without the length that precedes it on a stream.
    ///
    /// Data packets belong to the [`Opener`](crate::Opener); here they are ignored.
    pub fn receive(&mut self, now: Instant, packet: &mut [u8]) {
        let is_control = packet
            .first()
            .and_then(|first| opcode_and_key(*first))
            .is_some_and(|(opcode, _)| !opcode.is_data());
        if !is_control || self.core.is_closed() {
            return;
        }
        let result = match (self.core.receive(now, packet), &mut self.role) {
            (Ok(received), Role::Client(role)) => role.received(now, received, &mut self.core),
            (Ok(received), Role::Gateway(role)) => role.received(now, received, &mut self.core),
            // What arrived before the error counts first: it may say why.
            (Err(error), Role::Client(role)) => role.read_all(now, &mut self.core).and(Err(error)),
            (Err(error), Role::Gateway(role)) => role.read_all(now, &mut self.core).and(Err(error)),
        };
        let result = result.and_then(|()| self.core.check_peer());
        self.settle(result);
    }

    /// The next bytes for the wire, framed; none when there are none now.
    ///
    /// It goes on giving out what is left after the end, such as the alert that tells the peer why.
    pub fn poll_transmit(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.core.poll_transmit(now)
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next, and why; none after the end.
    pub fn poll_timeout(&self, now: Instant) -> Option<(Instant, TimeoutReason)> {
        if self.core.is_closed() {
            return None;
        }
        let role = match &self.role {
            Role::Client(role) => role.timeout(&self.core),
            Role::Gateway(role) => role.timeout(&self.core),
        };
        let all = [self.core.timeout(now), role];
        all.into_iter().flatten().min_by_key(|(due, _)| *due)
    }

    /// Does what has become due by `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.core.is_closed() {
            return;
        }
        let result = self
            .core
            .handle_timeout(now)
            .and_then(|()| match &mut self.role {
                Role::Client(role) => role.handle_timeout(now, &mut self.core),
                Role::Gateway(role) => role.handle_timeout(now, &mut self.core),
            });
        self.settle(result);
    }

    /// The next event; none when there are none now.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.core.poll_event()
    }

    /// Tells that the transport has ended: in order (none) or with an error.
    ///
    /// [`Event::Closed`] follows, with a cause that fits the stage.
    pub fn transport_closed(&mut self, kind: Option<ErrorKind>) {
        let error = self.core.transport_error(kind);
        self.settle(Err(error));
    }

    /// Ends the connection: tells the peer where it understands that, then [`Event::Closed`] follows.
    pub fn close(&mut self) {
        self.core.close_politely();
    }

    /// Tells that nothing could be read until `now`, for a reason on this side: the peer's silence is counted from
    /// here.
    pub fn excuse_silence(&mut self, now: Instant) {
        self.core.excuse_silence(now);
    }

    /// Tells that the peer has said goodbye in the data channel: [`Event::Closed`] follows.
    pub fn peer_left(&mut self) {
        self.settle(Err(Error::PeerExit));
    }

    /// Begins to replace the keys, unless that is under way already or there are none yet: [`Event::Rekeyed`] follows.
    ///
    /// It happens by itself when their time has come; a driver asks for it when the [`Sealer`](crate::Sealer) or the
    /// [`Opener`](crate::Opener) says that a key is nearly used up.
    pub fn rekey(&mut self, now: Instant) {
        if !self.core.is_closed() {
            let result = self.core.begin_rekey(now);
            self.settle(result);
        }
    }

    /// Client role: shows these credentials from the next rekey on, unless the gateway has given a token in their place.
    pub fn set_credentials(&mut self, credentials: Credentials) {
        if let Role::Client(role) = &mut self.role {
            role.set_credentials(credentials, &mut self.core);
        }
    }

    /// Client role: answers a question that [`Event::Challenge`] told of, by text.
    ///
    /// # Errors
    /// The answer was not sent; [`AnswerError`] says why.
    pub fn answer(&mut self, id: ChallengeId, response: &str) -> Result<(), AnswerError> {
        let Role::Client(role) = &mut self.role else {
            return Err(AnswerError::Unknown);
        };
        if self.core.is_closed() {
            return Err(AnswerError::Late);
        }
        let message = role.answer(id, response)?;
        let sent = self.core.send_message(&message);
        let answered = sent.as_ref().map_err(|_| AnswerError::Late).copied();
        self.settle(sent);
        answered
    }

    /// Tells that the sealer refuses to send because its key is used up: [`Event::Closed`] follows.
    pub fn keys_exhausted(&mut self) {
        self.settle(Err(Error::KeysExhausted));
    }

    /// Gateway role: lets the client in that [`Event::Admission`] told of.
    pub fn admit(&mut self, now: Instant, push: PushReply) {
        if let Role::Gateway(role) = &mut self.role
            && !self.core.is_closed()
        {
            let result = role.admit(now, push, &mut self.core);
            self.settle(result);
        }
    }

    /// Gateway role: turns the client away; `text` is shown to its user.
    pub fn refuse(&mut self, now: Instant, text: &str) {
        if let Role::Gateway(role) = &mut self.role
            && !self.core.is_closed()
        {
            let result = role.refuse(now, text, &mut self.core);
            self.settle(result);
        }
    }

    /// Gateway role: sends the client a message of any kind inside TLS, such as `PUSH_UPDATE,...` or `INFO_PRE,...`, once
    /// [`Event::Admission`] has told of it. It goes out as it is: what it says is the caller's.
    pub fn send_message(&mut self, message: &str) {
        if let Role::Gateway(role) = &mut self.role
            && !self.core.is_closed()
        {
            let result = role.send_message(message, &mut self.core);
            self.settle(result);
        }
    }

    /// How far the connection has come.
    pub fn stage(&self) -> Stage {
        self.core.stage()
    }

    /// Control packets that were ignored because they were damaged, replayed or of another session, and messages that
    /// were too long or made no sense.
    pub fn ignored_packets(&self) -> u64 {
        let messages = match &self.role {
            Role::Client(role) => role.dropped_messages(),
            Role::Gateway(role) => role.dropped_messages(),
        };
        self.core.ignored_packets() + messages
    }

    /// What went through the data channel; none before it is there.
    pub fn data_statistics(&self) -> Option<DataStatistics> {
        self.core.data_statistics()
    }

    fn settle(&mut self, result: Result<(), Error>) {
        if let Err(error) = result {
            self.core.fail(error);
        }
    }
}
