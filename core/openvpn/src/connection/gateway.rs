//! The gateway's part of the handshake: it answers, asks its driver whether the client may come in, and pushes settings.

use std::time::Instant;

use zeroize::Zeroizing;

use super::channel::Received;
use super::config::GatewayConfig;
use super::core::{Agreement, Core};
use super::event::{Admission, Event, TimeoutReason};
use super::stage::Stage;
use crate::control_message::{ControlMessage, ControlMessages};
use crate::data::{Cipher, CompressionFraming};
use crate::error::Error;
use crate::keying::{ClientKeyMessage, KeyMethodError, ServerKeyMessage, ServerSecrets};
use crate::options_string;
use crate::peer_info::PeerInfo;
use crate::push::PushReply;
use crate::tls::TlsSession;

/// The longest client message: four strings of 64 KiB and the random numbers.
const LONGEST_KEY_MESSAGE: usize = 4 * 65_537 + 256;

/// The longest control message that OpenVPN clients take.
const LONGEST_PUSH: usize = 1_000;

/// The MTU of the tunnel unless another one is pushed.
const USUAL_MTU: u16 = 1_500;

/// What the gateway knows of the handshake.
pub(super) struct GatewayRole {
    config: GatewayConfig,
    started: Instant,
    inbound: Zeroizing<Vec<u8>>,
    client: Option<ClientKeyMessage>,
    key_message: Option<ServerKeyMessage>,
    messages: ControlMessages,
    verdict: Option<Verdict>,
    push_requested: bool,
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
            inbound: Zeroizing::default(),
            client: None,
            key_message: None,
            messages: ControlMessages::default(),
            verdict: None,
            push_requested: false,
        }
    }

    pub(super) fn received(
        &mut self,
        now: Instant,
        received: Received,
        core: &mut Core,
    ) -> Result<(), Error> {
        if received == Received::Reset {
            core.send_reset()?;
            let config = &self.config;
            let session = TlsSession::gateway(
                core.provider(),
                core.time(),
                config.tls_versions,
                &config.identity,
                &config.client_roots,
            )?;
            core.start_tls(session)?;
        }
        if core.stage() == Stage::Tls && core.tls_is_established() {
            core.enter(Stage::KeyExchange);
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
        self.messages.dropped()
    }

    /// Reads what one TLS record brought: the client's part of the key exchange first, then control messages.
    fn read(&mut self, now: Instant, plaintext: &[u8], core: &mut Core) -> Result<(), Error> {
        if self.client.is_some() {
            return self.read_messages(now, plaintext, core);
        }
        self.inbound.extend_from_slice(plaintext);
        let (message, rest) = match ClientKeyMessage::decode(&self.inbound) {
            Ok((message, rest)) => (message, Zeroizing::new(rest.to_vec())),
            Err(KeyMethodError::Truncated) if self.inbound.len() < LONGEST_KEY_MESSAGE => {
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        self.inbound = Zeroizing::default();
        let peer_info = PeerInfo::parse(&message.peer_info);
        self.push_requested = peer_info.wants_push_unasked();
        core.tell(Event::Admission(Box::new(Admission {
            certificates: core
                .tls()
                .map(|tls| tls.summary().peer_certificates)
                .unwrap_or_default(),
            username: message.username.clone(),
            password: message.password.clone(),
            peer_info,
        })));
        self.client = Some(message);
        self.read_messages(now, &rest, core)
    }

    fn read_messages(
        &mut self,
        now: Instant,
        plaintext: &[u8],
        core: &mut Core,
    ) -> Result<(), Error> {
        self.messages.feed(plaintext);
        while let Some(message) = self.messages.next_message() {
            match message {
                ControlMessage::PushRequest => self.push_requested = true,
                ControlMessage::Exit => return Err(Error::PeerExit),
                _ => {}
            }
        }
        self.push_when_ready(now, core)
    }

    fn judge(&mut self, now: Instant, verdict: Verdict, core: &mut Core) -> Result<(), Error> {
        if self.verdict.is_some() || self.client.is_none() {
            return Err(Error::Protocol("a verdict that nobody asked for"));
        }
        let cipher = match &verdict {
            Verdict::Admitted(push) => cipher_of(push)?,
            Verdict::Refused(_) => Cipher::Aes256Gcm,
        };
        let message = ServerKeyMessage {
            secrets: ServerSecrets::random(core.provider().secure_random)?,
            options: options_string::gateway(
                self.config.framing,
                &self.config.wrapping,
                cipher,
                self.config.compression,
            ),
            peer_info: String::new(),
        };
        core.send_message(&message.encode()?)?;
        self.key_message = Some(message);
        core.enter(Stage::Push);
        self.verdict = Some(verdict);
        self.push_when_ready(now, core)
    }

    fn push_when_ready(&mut self, now: Instant, core: &mut Core) -> Result<(), Error> {
        if !self.push_requested || core.stage() != Stage::Push {
            return Ok(());
        }
        match self.verdict.take() {
            None => Ok(()),
            Some(Verdict::Refused(text)) => {
                core.send_message(format!("AUTH_FAILED,{text}\0").as_bytes())?;
                Err(Error::AuthenticationFailed(text))
            }
            Some(Verdict::Admitted(push)) => self.establish(now, *push, core),
        }
    }

    fn establish(&mut self, now: Instant, push: PushReply, core: &mut Core) -> Result<(), Error> {
        for mut message in push.to_messages(LONGEST_PUSH) {
            message.push('\0');
            core.send_message(message.as_bytes())?;
        }
        let (Some(client), Some(own)) = (&self.client, &self.key_message) else {
            return Err(Error::Protocol("settings before the key exchange"));
        };
        let compression = match push.compression.as_deref() {
            // Clients turn real compressors down, so what they would be framed like does not matter.
            Some(option) => CompressionFraming::of_option(option).unwrap_or_default(),
            None => self.config.compression,
        };
        let material = core.key_material(&push, &client.secrets, &own.secrets)?;
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

fn cipher_of(push: &PushReply) -> Result<Cipher, Error> {
    match &push.cipher {
        None => Ok(Cipher::Aes256Gcm),
        Some(name) => name.parse().map_err(|_| Error::Cipher(name.clone())),
    }
}
