//! The client's part of the handshake: reset, TLS, key method 2, push request and reply.

use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::channel::Received;
use super::config::ClientConfig;
use super::core::{Agreement, Core};
use super::event::TimeoutReason;
use super::stage::Stage;
use crate::auth_failure::AuthFailure;
use crate::control_message::{ControlMessage, ControlMessages};
use crate::data::{Cipher, CompressionFraming};
use crate::error::Error;
use crate::keying::{ClientKeyMessage, ClientSecrets, KeyMethodError, ServerKeyMessage};
use crate::options_string;
use crate::peer_info::PeerInfo;
use crate::push::{PushAssembly, PushReply, PushWarning};
use crate::tls::TlsSession;

/// How often the push request is repeated.
const PUSH_REQUEST_EVERY: Duration = Duration::from_secs(5);

/// The longest wait for a sign-in elsewhere that a gateway can ask for: half of the usual life of a key.
const LONGEST_PENDING: Duration = Duration::from_secs(1_800);

const PUSH_REQUEST: &[u8] = b"PUSH_REQUEST\0";

/// The most plaintext that may wait for the end of the server's key method 2 message.
const LONGEST_KEY_MESSAGE: usize = 64 * 1024;

/// What the client knows of its own handshake.
pub(super) struct ClientRole {
    config: ClientConfig,
    started: Instant,
    key_message: ClientKeyMessage,
    inbound: Zeroizing<Vec<u8>>,
    server: Option<ServerKeyMessage>,
    messages: ControlMessages,
    push: PushAssembly,
    push_since: Option<Instant>,
    push_deadline: Option<Instant>,
    push_request_due: Option<Instant>,
}

impl ClientRole {
    pub(super) fn new(config: ClientConfig, now: Instant, core: &mut Core) -> Result<Self, Error> {
        if config.ciphers.is_empty() {
            return Err(Error::Configuration("no data cipher is allowed".to_owned()));
        }
        let key_message = key_message(&config, core)?;
        // Made once here so that settings that cannot be used are refused before anything is sent.
        Self::tls_session(&config, core)?;
        core.send_reset()?;
        Ok(Self {
            config,
            started: now,
            key_message,
            inbound: Zeroizing::default(),
            server: None,
            messages: ControlMessages::default(),
            push: PushAssembly::default(),
            push_since: None,
            push_deadline: None,
            push_request_due: None,
        })
    }

    pub(super) fn received(
        &mut self,
        now: Instant,
        received: Received,
        core: &mut Core,
    ) -> Result<(), Error> {
        if received == Received::Reset {
            let session = Self::tls_session(&self.config, core)?;
            core.start_tls(session)?;
        }
        if core.stage() == Stage::Tls && core.tls_is_established() {
            core.enter(Stage::KeyExchange);
            core.send_message(&self.key_message.encode()?)?;
        }
        self.read_all(now, core)
    }

    /// Reads what has been decrypted.
    pub(super) fn read_all(&mut self, now: Instant, core: &mut Core) -> Result<(), Error> {
        for plaintext in core.take_plaintext() {
            self.read(now, &plaintext, core)?;
        }
        Ok(())
    }

    pub(super) fn timeout(&self, core: &Core) -> Option<(Instant, TimeoutReason)> {
        let timeouts = &self.config.timeouts;
        match core.stage() {
            Stage::Reset => Some((self.started + timeouts.answer, TimeoutReason::Answer)),
            Stage::Tls | Stage::KeyExchange => {
                Some((self.started + timeouts.handshake, TimeoutReason::Handshake))
            }
            Stage::Push => {
                let deadline = self.push_deadline.map(|due| (due, TimeoutReason::Push));
                let request = self
                    .push_request_due
                    .map(|due| (due, TimeoutReason::PushRequest));
                [deadline, request]
                    .into_iter()
                    .flatten()
                    .min_by_key(|(due, _)| *due)
            }
            Stage::Established => None,
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant, core: &mut Core) -> Result<(), Error> {
        let Some((due, reason)) = self.timeout(core) else {
            return Ok(());
        };
        if now < due {
            return Ok(());
        }
        let timeouts = &self.config.timeouts;
        match reason {
            TimeoutReason::Answer => Err(Error::NoAnswer(timeouts.answer)),
            TimeoutReason::Handshake => Err(Error::HandshakeTimedOut {
                stage: core.stage(),
                after: timeouts.handshake,
            }),
            TimeoutReason::Push => {
                let since = self.push_since.unwrap_or(self.started);
                Err(Error::PushTimedOut(now.saturating_duration_since(since)))
            }
            _ => self.request_push(now, core),
        }
    }

    /// Messages that were too long or made no sense.
    pub(super) fn dropped_messages(&self) -> u64 {
        self.messages.dropped()
    }

    fn tls_session(config: &ClientConfig, core: &Core) -> Result<TlsSession, Error> {
        TlsSession::client(
            core.provider(),
            core.time(),
            config.tls_versions,
            &config.validation,
            config.identity.as_ref(),
        )
    }

    /// Reads what one TLS record brought: the server's part of the key exchange first, then control messages.
    fn read(&mut self, now: Instant, plaintext: &[u8], core: &mut Core) -> Result<(), Error> {
        if self.server.is_some() {
            return self.read_messages(now, plaintext, core);
        }
        self.inbound.extend_from_slice(plaintext);
        let (message, rest) = match ServerKeyMessage::decode(&self.inbound) {
            Ok((message, rest)) => (message, Zeroizing::new(rest.to_vec())),
            Err(KeyMethodError::Truncated) if self.inbound.len() < LONGEST_KEY_MESSAGE => {
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        self.inbound = Zeroizing::default();
        self.server = Some(message);
        core.enter(Stage::Push);
        self.push_since = Some(now);
        self.push_deadline = Some(now + self.config.timeouts.push);
        self.read_messages(now, &rest, core)?;
        if core.stage() == Stage::Push {
            self.request_push(now, core)?;
        }
        Ok(())
    }

    fn read_messages(
        &mut self,
        now: Instant,
        plaintext: &[u8],
        core: &mut Core,
    ) -> Result<(), Error> {
        self.messages.feed(plaintext);
        while let Some(message) = self.messages.next_message() {
            self.obey(now, message, core)?;
        }
        Ok(())
    }

    fn obey(
        &mut self,
        now: Instant,
        message: ControlMessage,
        core: &mut Core,
    ) -> Result<(), Error> {
        match message {
            ControlMessage::PushReply(text) if core.stage() == Stage::Push => {
                let Some(push) = self.push.add(&text)? else {
                    return Ok(());
                };
                self.establish(now, push, core)
            }
            ControlMessage::AuthPending(limit) if core.stage() == Stage::Push => {
                self.wait_for_sign_in(limit);
                Ok(())
            }
            ControlMessage::AuthFailed(text) => Err(match AuthFailure::parse(&text) {
                AuthFailure::Temporary {
                    backoff,
                    advance,
                    message,
                } => Error::TemporarilyRefused {
                    message,
                    backoff,
                    advance,
                },
                AuthFailure::Challenge(challenge) => Error::Challenge(Box::new(challenge)),
                AuthFailure::SessionExpired(text) => Error::TokenExpired(text),
                AuthFailure::Permanent(text) => Error::AuthenticationFailed(text),
            }),
            ControlMessage::Restart(restart) => Err(Error::PeerRestart {
                message: restart.message,
                keep_credentials: restart.keep_credentials,
                next_remote: restart.next_remote,
            }),
            ControlMessage::Halt(text) => Err(Error::PeerHalt(text)),
            ControlMessage::Exit => Err(Error::PeerExit),
            // A later push reply only renews a token; the others ask for nothing that this client announced.
            _ => Ok(()),
        }
    }

    /// The gateway waits for something outside this connection, such as an approval on a telephone.
    fn wait_for_sign_in(&mut self, limit: Option<Duration>) {
        let Some(since) = self.push_since else { return };
        // Counted from where the wait began, so that it cannot be drawn out for ever.
        let deadline = since
            + limit
                .unwrap_or(self.config.timeouts.push)
                .min(LONGEST_PENDING);
        self.push_deadline = self.push_deadline.max(Some(deadline));
    }

    fn request_push(&mut self, now: Instant, core: &mut Core) -> Result<(), Error> {
        self.push_request_due = Some(now + PUSH_REQUEST_EVERY);
        core.send_message(PUSH_REQUEST)
    }

    fn establish(
        &mut self,
        now: Instant,
        push: (PushReply, Vec<PushWarning>),
        core: &mut Core,
    ) -> Result<(), Error> {
        let (push, warnings) = push;
        core.warn(warnings);
        core.warn(push.without_effect());
        if push.addresses.is_empty() {
            return Err(Error::NoAddress);
        }
        let compression = match push.compression.as_deref() {
            Some(option) => CompressionFraming::of_option(option)?,
            None => self.config.compression,
        };
        let cipher = self.cipher(&push)?;
        let server = self
            .server
            .as_ref()
            .ok_or(Error::Protocol("settings before the key exchange"))?;
        let material = core.key_material(&push, &self.key_message.secrets, &server.secrets)?;
        core.establish(
            now,
            Agreement {
                cipher,
                peer_id: push.peer_id,
                material,
                compression,
                mssfix: self.config.mssfix,
                tunnel_mtu: push.tun_mtu.unwrap_or(self.config.mtu).min(self.config.mtu),
                carrier: self.config.carrier,
                may_exit: push.protocol_flags.cc_exit,
                push,
            },
        )
    }

    /// The pushed cipher; else the one in the server's options; else our first.
    fn cipher(&self, push: &PushReply) -> Result<Cipher, Error> {
        let named = match (&push.cipher, &self.server) {
            (Some(name), _) => Some(name.clone()),
            (None, Some(server)) => options_string::cipher_of(&server.options),
            (None, None) => None,
        };
        let Some(name) = named else {
            return self
                .config
                .ciphers
                .first()
                .copied()
                .ok_or(Error::Cipher(String::new()));
        };
        let cipher = name.parse::<Cipher>().ok();
        cipher
            .filter(|cipher| self.config.ciphers.contains(cipher))
            .ok_or(Error::Cipher(name))
    }
}

fn key_message(config: &ClientConfig, core: &Core) -> Result<ClientKeyMessage, Error> {
    let cipher = config.ciphers.first().copied().unwrap_or(Cipher::Aes256Gcm);
    let credentials = config.credentials.as_ref();
    Ok(ClientKeyMessage {
        secrets: ClientSecrets::random(core.provider().secure_random)?,
        options: options_string::client(
            config.framing,
            &config.wrapping,
            cipher,
            config.mtu,
            config.compression,
        ),
        username: credentials
            .map(|known| known.username.clone())
            .unwrap_or_default(),
        password: credentials
            .map(|known| known.password.clone())
            .unwrap_or_default(),
        peer_info: PeerInfo::of_client(
            &config.version,
            &config.platform,
            &config.ciphers,
            config.mtu,
            config.extensions,
            &config.sign_in_methods,
        )
        .to_text(),
    })
}
