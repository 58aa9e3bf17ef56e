//! The client's part of a connection: reset, TLS, key exchange, push request and reply, and the same but for the last two
//! at each rekey.

mod settings;

use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use self::settings::{Later, Settings};
use super::channel::Received;
use super::config::ClientConfig;
use super::core::{Agreement, Core};
use super::event::{Event, TimeoutReason};
use super::exchange::Exchange;
use super::stage::Stage;
use crate::auth_failure::AuthFailure;
use crate::challenge::{AnswerError, ChallengeId, Notice, OpenQuestions};
use crate::control_message::ControlMessage;
use crate::credentials::Credentials;
use crate::data::{Cipher, CompressionFraming};
use crate::error::Error;
use crate::keying::{ClientKeyMessage, ClientSecrets, ServerKeyMessage};
use crate::options_string;
use crate::packet::KeyId;
use crate::peer_info::PeerInfo;
use crate::push::{AuthToken, PushReply, PushWarning};
use crate::tls::TlsSession;
use crate::warning::Warning;

/// How often the push request is repeated.
const PUSH_REQUEST_EVERY: Duration = Duration::from_secs(5);

/// The usual life of a key; a gateway can ask for a wait of half of it for a sign-in elsewhere.
const USUAL_KEY_LIFE: Duration = Duration::from_secs(3_600);

/// How many messages without effect are told of.
const MOST_PASSED_OVER: usize = 64;

const PUSH_REQUEST: &[u8] = b"PUSH_REQUEST\0";

type ClientExchange = Exchange<ServerKeyMessage, ClientPart>;

/// The client's part of one key exchange.
struct ClientPart {
    secrets: ClientSecrets,
    /// How our message was sent; none: not yet.
    sent: Option<SentWith>,
    /// When the gateway's message was complete.
    answered: Option<Instant>,
}

/// What the client has shown in its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SentWith {
    /// The credentials, if there are any.
    Credentials,
    /// The token that stands for them.
    Token,
}

/// What the client knows of its own connection.
pub(super) struct ClientRole {
    config: ClientConfig,
    /// Stands for the credentials from now on.
    token: Option<AuthToken>,
    started: Instant,
    exchange: ClientExchange,
    /// The one before: messages may still come in its TLS session.
    former: Option<ClientExchange>,
    settings: Settings,
    questions: OpenQuestions,
    /// Until when the gateway waits for a sign-in elsewhere, in a rekey.
    pending_until: Option<Instant>,
    /// Messages that were passed over.
    passed_over: usize,
    push_deadline: Option<Instant>,
    push_request_due: Option<Instant>,
    dropped_messages: u64,
}

impl ClientRole {
    pub(super) fn new(config: ClientConfig, now: Instant, core: &mut Core) -> Result<Self, Error> {
        if config.ciphers.is_empty() {
            return Err(Error::Configuration("no data cipher is allowed".to_owned()));
        }
        let exchange = new_exchange(KeyId::FIRST, core)?;
        let settings = Settings::new(config.mtu);
        let role = Self {
            config,
            token: None,
            started: now,
            exchange,
            former: None,
            settings,
            questions: OpenQuestions::default(),
            pending_until: None,
            passed_over: 0,
            push_deadline: None,
            push_request_due: None,
            dropped_messages: 0,
        };
        // Made once here so that settings that cannot be used are refused before anything is sent.
        role.tls_session(core)?;
        role.key_message(&role.exchange).encode()?;
        core.send_reset()?;
        Ok(role)
    }

    pub(super) fn received(
        &mut self,
        now: Instant,
        received: Received,
        core: &mut Core,
    ) -> Result<(), Error> {
        match received {
            Received::Reset => {
                let session = self.tls_session(core)?;
                core.start_tls(session)?;
            }
            Received::SoftReset => {
                let exchange = new_exchange(core.key_id(), core)?;
                let former = std::mem::replace(&mut self.exchange, exchange);
                let forgotten = self.former.replace(former);
                self.dropped_messages +=
                    forgotten.map_or(0, |exchange| exchange.dropped_messages());
                core.renewal().enter(Stage::Tls);
                let session = self.tls_session(core)?;
                core.start_tls(session)?;
            }
            Received::Control | Received::Ignored => {}
        }
        if self.exchange.key_id == core.key_id()
            && self.exchange.own.sent.is_none()
            && core.tls_is_established()
        {
            self.send_key_message(core)?;
        }
        self.read_all(now, core)
    }

    /// Reads what has been decrypted.
    pub(super) fn read_all(&mut self, now: Instant, core: &mut Core) -> Result<(), Error> {
        for (key_id, plaintext) in core.take_plaintext() {
            self.read(now, key_id, &plaintext, core)?;
        }
        Ok(())
    }

    /// Shows these credentials at the next rekey.
    pub(super) fn set_credentials(&mut self, credentials: Credentials, core: &mut Core) {
        self.config.credentials = Some(credentials);
        core.renewal().want_credentials(false);
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
                let since = self.exchange.own.answered.unwrap_or(self.started);
                Err(Error::PushTimedOut(now.saturating_duration_since(since)))
            }
            _ => self.request_push(now, core),
        }
    }

    /// Messages that were too long or made no sense.
    pub(super) fn dropped_messages(&self) -> u64 {
        let former = self.former.as_ref();
        self.dropped_messages
            + self.exchange.dropped_messages()
            + former.map_or(0, ClientExchange::dropped_messages)
    }

    fn tls_session(&self, core: &Core) -> Result<TlsSession, Error> {
        let config = &self.config;
        TlsSession::client(
            core.provider(),
            core.time(),
            &config.tls,
            &config.validation,
            config.identity.as_ref(),
        )
    }

    fn send_key_message(&mut self, core: &mut Core) -> Result<(), Error> {
        if core.stage() == Stage::Tls {
            core.enter(Stage::KeyExchange);
        }
        core.renewal().enter(Stage::KeyExchange);
        let message = self.key_message(&self.exchange).encode()?;
        self.exchange.own.sent = Some(match self.token {
            Some(_) => SentWith::Token,
            None => SentWith::Credentials,
        });
        core.send_key_message(&message)
    }

    fn key_message(&self, exchange: &ClientExchange) -> ClientKeyMessage {
        let config = &self.config;
        let cipher = config.ciphers.first().copied().unwrap_or(Cipher::Aes256Gcm);
        let known = config.credentials.as_ref();
        let username = known.map(|known| known.username.clone());
        let password = known.map(|known| known.password.clone());
        let (username, password) = match &self.token {
            Some(token) => (
                token.username.clone().or(username),
                Some(token.token.clone()),
            ),
            None => (username, password),
        };
        ClientKeyMessage {
            secrets: exchange.own.secrets.clone(),
            options: options_string::client(
                config.framing,
                &config.wrapping,
                cipher,
                config.mtu,
                config.compression,
            ),
            username: username.unwrap_or_default(),
            password: password.unwrap_or_default(),
            peer_info: PeerInfo::of_client(
                &config.version,
                &config.platform,
                &config.ciphers,
                config.mtu,
                config.extensions,
                &config.sign_in_methods,
            )
            .to_text(),
        }
    }

    /// Reads what one TLS record brought: the gateway's part of the key exchange first, then control messages.
    fn read(
        &mut self,
        now: Instant,
        key_id: KeyId,
        plaintext: &[u8],
        core: &mut Core,
    ) -> Result<(), Error> {
        if key_id != self.exchange.key_id {
            let former = self.former.as_mut();
            // Keys that were never exchanged have been replaced: nothing that came with them counts.
            if let Some(former) = former.filter(|former| former.peer.is_some()) {
                former.feed(plaintext)?;
            }
            return self.obey_former(now, core);
        }
        if self.exchange.feed(plaintext)? {
            self.exchange.own.answered = Some(now);
            self.exchanged(now, core)?;
        }
        while let Some(message) = self.exchange.next_message() {
            self.obey(now, message, core)?;
        }
        if core.stage() == Stage::Push && self.push_request_due.is_none() {
            self.request_push(now, core)?;
        }
        Ok(())
    }

    fn obey_former(&mut self, now: Instant, core: &mut Core) -> Result<(), Error> {
        while let Some(message) = self.former.as_mut().and_then(ClientExchange::next_message) {
            self.obey(now, message, core)?;
        }
        Ok(())
    }

    /// The key exchange is complete: the first one is followed by the settings, a later one by the new keys.
    fn exchanged(&mut self, now: Instant, core: &mut Core) -> Result<(), Error> {
        if core.stage() != Stage::Established {
            core.open_for_messages()?;
            core.enter(Stage::Push);
            self.push_deadline = Some(now + self.config.timeouts.push);
            return Ok(());
        }
        if let Some(server) = &self.exchange.peer {
            core.renew_keys(now, &self.exchange.own.secrets, &server.secrets)?;
        }
        self.want_credentials(core);
        Ok(())
    }

    fn want_credentials(&self, core: &mut Core) {
        let wear_out = self.config.credentials.is_some() && self.token.is_none();
        core.renewal().want_credentials(wear_out);
    }

    fn obey(
        &mut self,
        now: Instant,
        message: ControlMessage,
        core: &mut Core,
    ) -> Result<(), Error> {
        match message {
            ControlMessage::PushReply(text) if core.stage() == Stage::Push => {
                match self.settings.first(&text)? {
                    Some(push) => self.establish(now, push, core),
                    None => Ok(()),
                }
            }
            ControlMessage::PushReply(text) => {
                let later = self.settings.later(&text)?;
                self.reconfigure(now, later, core);
                Ok(())
            }
            ControlMessage::PushUpdate(text) if self.settings.are_in_force() => {
                let later = self.settings.update(&text)?;
                self.reconfigure(now, later, core);
                Ok(())
            }
            ControlMessage::PushUpdate(_) => {
                self.pass_over(Warning::EarlyUpdate, core);
                Ok(())
            }
            ControlMessage::Info(text) => {
                self.notice(now, &text, core);
                Ok(())
            }
            ControlMessage::AuthPending(limit) => {
                self.wait_for_sign_in(limit, core);
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
                AuthFailure::Permanent(text) if self.has_shown_token() => Error::TokenExpired(text),
                AuthFailure::Permanent(text) => Error::AuthenticationFailed(text),
            }),
            ControlMessage::Restart(restart) => Err(Error::PeerRestart {
                message: restart.message,
                keep_credentials: restart.keep_credentials,
                next_remote: restart.next_remote,
            }),
            ControlMessage::Halt(text) => Err(Error::PeerHalt(text)),
            ControlMessage::Exit => Err(Error::PeerExit),
            // A zero byte too many.
            ControlMessage::Unknown(name) if name.is_empty() => Ok(()),
            // OpenVPN 3's own, which ask for nothing that this client announced.
            ControlMessage::Unknown(name) if matches!(name.as_str(), "ACC" | "RELAY") => Ok(()),
            ControlMessage::Unknown(name) => {
                self.pass_over(Warning::UnknownMessage(name), core);
                Ok(())
            }
            // A client's own.
            ControlMessage::PushRequest | ControlMessage::ChallengeResponse(_) => Ok(()),
        }
    }

    /// Whether the keys in use, or those that replace them, were asked for with the token.
    fn has_shown_token(&self) -> bool {
        let exchanges = [Some(&self.exchange), self.former.as_ref()];
        let mut sent = exchanges
            .into_iter()
            .flatten()
            .map(|exchange| exchange.own.sent);
        sent.any(|sent| sent == Some(SentWith::Token))
    }

    /// The gateway waits for something outside this connection, such as an approval on a telephone.
    fn wait_for_sign_in(&mut self, limit: Option<Duration>, core: &mut Core) {
        let Some(since) = self.exchange.own.answered else {
            return;
        };
        // Half of a key's life, as in OpenVPN, counted from where the wait began, so that it cannot be drawn out for ever.
        let config = &self.config;
        let longest = config.renegotiation.after.unwrap_or(USUAL_KEY_LIFE) / 2;
        let longest = longest.min(USUAL_KEY_LIFE / 2).max(config.timeouts.push);
        let deadline = since + limit.unwrap_or(config.timeouts.push).min(longest);
        if core.stage() == Stage::Established {
            core.hold_new_key(deadline);
            self.pending_until = self.pending_until.max(Some(deadline));
        } else {
            self.push_deadline = self.push_deadline.max(Some(deadline));
        }
    }

    /// Tells of a question to the user.
    fn notice(&mut self, now: Instant, text: &str, core: &mut Core) {
        let question = match Notice::parse(text) {
            Notice::Question(question) => question,
            Notice::Nothing => return,
            Notice::BadUrl => return self.pass_over(Warning::RefusedAddress, core),
            Notice::Malformed => return self.pass_over(Warning::MalformedQuestion, core),
            Notice::Unknown(name) => return self.pass_over(Warning::UnknownNotice(name), core),
        };
        let expiry = match core.stage() {
            Stage::Established => self.pending_until.filter(|until| *until > now),
            _ => self.push_deadline,
        };
        let challenge = self.questions.ask(question, expiry);
        core.tell(Event::Challenge(Box::new(challenge)));
    }

    /// The message that answers a question.
    pub(super) fn answer(
        &mut self,
        id: ChallengeId,
        response: &str,
    ) -> Result<Zeroizing<Vec<u8>>, AnswerError> {
        self.questions.answer(id, response)
    }

    /// Tells that a message has no effect, unless that was told often enough.
    fn pass_over(&mut self, warning: Warning, core: &mut Core) {
        self.passed_over = self.passed_over.saturating_add(1);
        match self.passed_over {
            ..=MOST_PASSED_OVER => core.warn([warning]),
            count if count == MOST_PASSED_OVER + 1 => core.warn([Warning::Suppressed]),
            _ => {}
        }
    }

    /// Goes on with settings that the gateway sent in mid-session, if they are complete.
    fn reconfigure(&mut self, now: Instant, later: Option<Later>, core: &mut Core) {
        let Some(later) = later else { return };
        for warning in later.warnings {
            self.pass_over(warning.into(), core);
        }
        self.adopt_token(later.token, core);
        core.reconfigure(now, later.old, later.push);
    }

    /// Uses the token in place of the credentials from now on.
    fn adopt_token(&mut self, token: Option<AuthToken>, core: &mut Core) {
        let Some(mut token) = token else { return };
        if token.username.is_none() {
            token.username = self.token.take().and_then(|former| former.username);
        }
        self.token = Some(token.clone());
        core.tell(Event::AuthToken(token));
        self.want_credentials(core);
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
        if push.addresses.is_empty() {
            return Err(Error::NoAddress);
        }
        let compression = match push.compression.as_deref() {
            Some(option) => CompressionFraming::of_option(option)?,
            None => self.config.compression,
        };
        let cipher = self.cipher(&push)?;
        let server = self
            .exchange
            .peer
            .as_ref()
            .ok_or(Error::Protocol("settings before the key exchange"))?;
        let exported = push.uses_tls_exporter();
        let material = core.key_material(exported, &self.exchange.own.secrets, &server.secrets)?;
        self.want_credentials(core);
        self.adopt_token(push.auth_token.clone(), core);
        self.settings.begin(push.clone(), cipher.name());
        self.questions.close();
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
        let named = match (&push.cipher, &self.exchange.peer) {
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

fn new_exchange(key_id: KeyId, core: &Core) -> Result<ClientExchange, Error> {
    let own = ClientPart {
        secrets: ClientSecrets::random(core.provider().secure_random)?,
        sent: None,
        answered: None,
    };
    Ok(Exchange::new(key_id, own))
}
