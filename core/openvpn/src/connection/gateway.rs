//! The gateway's part of a connection: it answers, asks its driver whether the client may come in, and pushes settings; at
//! a rekey it asks again.

use std::time::Instant;

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::channel::Received;
use super::config::GatewayConfig;
use super::core::{Agreement, Core};
use super::event::{Admission, Event, TimeoutReason};
use super::exchange::Exchange;
use super::stage::Stage;
use crate::control_message::ControlMessage;
use crate::data::{Cipher, CompressionFraming};
use crate::error::Error;
use crate::keying::{ClientKeyMessage, ServerKeyMessage, ServerSecrets};
use crate::options_string;
use crate::packet::KeyId;
use crate::peer_info::PeerInfo;
use crate::push::PushReply;
use crate::tls::TlsSession;
use crate::warning::Warning;

/// The longest control message that OpenVPN clients take.
const LONGEST_PUSH: usize = 1_000;

/// The MTU of the tunnel unless another one is pushed.
const USUAL_MTU: u16 = 1_500;

/// This side's part of an exchange is its message, once it was sent.
type GatewayExchange = Exchange<ClientKeyMessage, Option<ServerKeyMessage>>;

/// What the gateway knows of its connection.
pub(super) struct GatewayRole {
    config: GatewayConfig,
    started: Instant,
    exchange: GatewayExchange,
    verdict: Option<Verdict>,
    push_requested: bool,
    /// What the client was told.
    pushed: Option<PushReply>,
    dropped_messages: u64,
}

enum Verdict {
    Admitted(Box<PushReply>),
    Refused(String),
}

impl GatewayRole {
    pub(super) fn new(config: GatewayConfig, now: Instant) -> Self {
        Self {
            config,
            started: now,
            exchange: Exchange::new(KeyId::FIRST, None),
            verdict: None,
            push_requested: false,
            pushed: None,
            dropped_messages: 0,
        }
    }

    pub(super) fn received(
        &mut self,
        now: Instant,
        received: Received,
        core: &mut Core,
    ) -> Result<(), Error> {
        match received {
            Received::Reset => {
                core.send_reset()?;
                let session = self.tls_session(core)?;
                core.start_tls(session)?;
            }
            Received::SoftReset => {
                self.dropped_messages += self.exchange.dropped_messages();
                self.exchange = Exchange::new(core.key_id(), None);
                core.renewal().enter(Stage::Tls);
                let session = self.tls_session(core)?;
                core.start_tls(session)?;
            }
            Received::Control | Received::Ignored => {}
        }
        if core.tls_is_established() {
            if core.stage() == Stage::Tls {
                core.enter(Stage::KeyExchange);
            }
            core.renewal().enter(Stage::KeyExchange);
        }
        self.read_all(now, core)
    }

    /// Reads what has been decrypted.
    pub(super) fn read_all(&mut self, now: Instant, core: &mut Core) -> Result<(), Error> {
        for (key_id, plaintext) in core.take_plaintext() {
            // What comes with keys that are being replaced does not count any more.
            if key_id == self.exchange.key_id {
                self.read(now, &plaintext, core)?;
            }
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
            Stage::Push => Some((
                self.started + timeouts.handshake + timeouts.push,
                TimeoutReason::Push,
            )),
            Stage::Established => None,
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant, core: &mut Core) -> Result<(), Error> {
        let timeouts = &self.config.timeouts;
        match self.timeout(core) {
            Some((due, _)) if now < due => Ok(()),
            None => Ok(()),
            Some((_, TimeoutReason::Answer)) => Err(Error::NoAnswer(timeouts.answer)),
            Some((_, TimeoutReason::Push)) => Err(Error::PushTimedOut(timeouts.push)),
            Some(_) => Err(Error::HandshakeTimedOut {
                stage: core.stage(),
                after: timeouts.handshake,
            }),
        }
    }

    /// Sends a message of any kind inside TLS: a question, changed settings. Before the client is let in or turned away it
    /// follows the gateway's part of the key exchange.
    pub(super) fn send_message(&mut self, message: &str, core: &mut Core) -> Result<(), Error> {
        if self.exchange.peer.is_some() && self.exchange.own.is_none() {
            if core.stage() == Stage::Established {
                return Err(Error::Protocol("a message in the middle of a rekey"));
            }
            self.exchange_keys(Cipher::Aes256Gcm, core)?;
        }
        core.send_message(format!("{message}\0").as_bytes())
    }

    pub(super) fn admit(
        &mut self,
        now: Instant,
        push: PushReply,
        core: &mut Core,
    ) -> Result<(), Error> {
        self.judge(now, Verdict::Admitted(Box::new(push)), core)
    }

    pub(super) fn refuse(
        &mut self,
        now: Instant,
        text: &str,
        core: &mut Core,
    ) -> Result<(), Error> {
        self.judge(now, Verdict::Refused(text.to_owned()), core)
    }

    /// Messages that were too long or made no sense.
    pub(super) fn dropped_messages(&self) -> u64 {
        self.dropped_messages + self.exchange.dropped_messages()
    }

    fn tls_session(&self, core: &Core) -> Result<TlsSession, Error> {
        let config = &self.config;
        TlsSession::gateway(
            core.provider(),
            core.time(),
            config.tls_versions,
            &config.identity,
            &config.client_roots,
        )
    }

    /// Reads what one TLS record brought: the client's part of the key exchange first, then control messages.
    fn read(&mut self, now: Instant, plaintext: &[u8], core: &mut Core) -> Result<(), Error> {
        let complete = self.exchange.feed(plaintext)?;
        if let Some(client) = self.exchange.peer.as_ref().filter(|_| complete) {
            let peer_info = PeerInfo::parse(&client.peer_info);
            self.push_requested |= peer_info.wants_push_unasked();
            core.tell(Event::Admission(Box::new(Admission {
                certificates: core
                    .tls()
                    .map(|tls| tls.summary().peer_certificates)
                    .unwrap_or_default(),
                username: client.username.clone(),
                password: client.password.clone(),
                peer_info,
                is_rekey: core.stage() == Stage::Established,
            })));
        }
        while let Some(message) = self.exchange.next_message() {
            match message {
                ControlMessage::PushRequest => self.push_requested = true,
                ControlMessage::Exit => return Err(Error::PeerExit),
                ControlMessage::ChallengeResponse(encoded) => match answer(&encoded) {
                    Some(answer) => core.tell(Event::Answer(answer)),
                    None => core.warn([Warning::MalformedAnswer]),
                },
                _ => {}
            }
        }
        self.push_when_ready(now, core)
    }

    fn judge(&mut self, now: Instant, verdict: Verdict, core: &mut Core) -> Result<(), Error> {
        let unasked = || Error::Protocol("a verdict that nobody asked for");
        let client = self.exchange.peer.as_ref().ok_or_else(unasked)?;
        let client = client.secrets.clone();
        let waits = core.stage() == Stage::Push && self.verdict.is_none();
        if self.exchange.own.is_some() && !waits {
            return Err(unasked());
        }
        let cipher = match &verdict {
            Verdict::Admitted(push) => cipher_of(push)?,
            Verdict::Refused(_) => Cipher::Aes256Gcm,
        };
        if core.stage() != Stage::Established {
            if self.exchange.own.is_none() {
                self.exchange_keys(cipher, core)?;
            }
            self.verdict = Some(verdict);
            return self.push_when_ready(now, core);
        }
        let own = self.send_key_message(cipher, core)?;
        core.renew_keys(now, &client, &own.secrets)?;
        self.exchange.own = Some(own);
        match verdict {
            Verdict::Refused(text) => refuse(text, core),
            // The client knows what has not changed.
            Verdict::Admitted(push) if self.pushed.as_ref() == Some(push.as_ref()) => Ok(()),
            Verdict::Admitted(push) => {
                send(&push, core)?;
                self.pushed = Some(*push);
                Ok(())
            }
        }
    }

    /// The gateway's part of the first key exchange: messages may follow.
    fn exchange_keys(&mut self, cipher: Cipher, core: &mut Core) -> Result<(), Error> {
        self.exchange.own = Some(self.send_key_message(cipher, core)?);
        core.open_for_messages()?;
        core.enter(Stage::Push);
        Ok(())
    }

    fn send_key_message(&self, cipher: Cipher, core: &mut Core) -> Result<ServerKeyMessage, Error> {
        let own = ServerKeyMessage {
            secrets: ServerSecrets::random(core.provider().secure_random)?,
            options: options_string::gateway(
                self.config.framing,
                &self.config.wrapping,
                cipher,
                self.config.compression,
            ),
            peer_info: String::new(),
        };
        core.send_key_message(&own.encode()?)?;
        Ok(own)
    }

    fn push_when_ready(&mut self, now: Instant, core: &mut Core) -> Result<(), Error> {
        if !self.push_requested || core.stage() != Stage::Push {
            return Ok(());
        }
        match self.verdict.take() {
            None => Ok(()),
            Some(Verdict::Refused(text)) => refuse(text, core),
            Some(Verdict::Admitted(push)) => self.establish(now, *push, core),
        }
    }

    fn establish(&mut self, now: Instant, push: PushReply, core: &mut Core) -> Result<(), Error> {
        send(&push, core)?;
        let (Some(client), Some(own)) = (&self.exchange.peer, &self.exchange.own) else {
            return Err(Error::Protocol("settings before the key exchange"));
        };
        let compression = match push.compression.as_deref() {
            // Clients turn real compressors down, so what they would be framed like does not matter.
            Some(option) => CompressionFraming::of_option(option).unwrap_or_default(),
            None => self.config.compression,
        };
        let exported = push.uses_tls_exporter();
        let material = core.key_material(exported, &client.secrets, &own.secrets)?;
        self.pushed = Some(push.clone());
        core.establish(
            now,
            Agreement {
                cipher: cipher_of(&push)?,
                peer_id: push.peer_id,
                material,
                compression,
                mssfix: self.config.mssfix,
                tunnel_mtu: push.tun_mtu.unwrap_or(USUAL_MTU),
                carrier: self.config.carrier,
                may_exit: push.protocol_flags.cc_exit,
                push,
            },
        )
    }
}

fn send(push: &PushReply, core: &mut Core) -> Result<(), Error> {
    for message in push.to_messages(LONGEST_PUSH).iter_mut() {
        message.push('\0');
        core.send_message(message.as_bytes())?;
    }
    Ok(())
}

/// The answer of the client's user, from Base64.
fn answer(encoded: &str) -> Option<Zeroizing<String>> {
    let bytes = Zeroizing::new(Base64::decode_vec(encoded).ok()?);
    let answer = std::str::from_utf8(&bytes).ok()?;
    Some(Zeroizing::new(answer.to_owned()))
}

fn refuse(text: String, core: &mut Core) -> Result<(), Error> {
    core.send_message(format!("AUTH_FAILED,{text}\0").as_bytes())?;
    Err(Error::AuthenticationFailed(text))
}

fn cipher_of(push: &PushReply) -> Result<Cipher, Error> {
    match &push.cipher {
        None => Ok(Cipher::Aes256Gcm),
        Some(name) => name.parse().map_err(|_| Error::Cipher(name.clone())),
    }
}
