//! What both roles share: the control channel, the keys, the timers of a running connection, and the events.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Instant;

use rustls::crypto::CryptoProvider;
use zeroize::Zeroizing;

use super::channel::{ControlChannel, Received};
use super::config::{ClientConfig, GatewayConfig, Start};
use super::event::{CloseReason, Established, Event, Reconfigured, TimeoutReason};
use super::keep_alive::{GiveUp, KeepAlive};
use super::key_schedule::KeySchedule;
use super::limits::Limits;
use super::renewal::Renewal;
use super::stage::Stage;
use crate::data::{
    Cipher, CompressionFraming, DataChannel, DataFormat, DataStatistics, IpVersion, MssFix,
};
use crate::error::Error;
use crate::frame::Framing;
use crate::keying::{ClientSecrets, KeyMaterial, ServerSecrets};
use crate::packet::{KeyId, Role, SessionId};
use crate::push::PushReply;
use crate::tls::{SessionTime, TlsSession};
use crate::warning::Warning;
use crate::wrap::Wrapping;

/// The message by which either side says goodbye, where `protocol-flags cc-exit` was agreed.
const EXIT: &[u8] = b"EXIT\0";

/// Under this label TLS exports what wraps the control packets of rekeys (`protocol-flags dyn-tls-crypt`).
const DYNAMIC_TLS_CRYPT_LABEL: &[u8] = b"EXPORTER-OpenVPN-dynamic-tls-crypt";

/// What both roles share.
pub(super) struct Core {
    role: Role,
    framing: Framing,
    channel: ControlChannel,
    provider: Arc<CryptoProvider>,
    time: Arc<SessionTime>,
    stage: Stage,
    data: Option<Data>,
    renewal: Renewal,
    keep_alive: KeepAlive,
    /// When the connection ends by itself; client role, once it is established.
    limits: Option<Limits>,
    /// When the peer was last heard on the control channel, or could not be heard.
    heard: Instant,
    /// When a keepalive was last asked for, so that an idle driver is not asked twice.
    keep_alive_asked: Instant,
    may_exit: bool,
    events: VecDeque<Event>,
    reconfiguration: Option<Reconfiguration>,
    closed: bool,
}

/// Settings that nobody was told of yet. However often a gateway changes them meanwhile, two of them are kept.
struct Reconfiguration {
    old: Arc<PushReply>,
    new: Arc<PushReply>,
}

/// The data channel, once it is there.
struct Data {
    channel: DataChannel,
    keys: KeySchedule,
    cipher: Cipher,
    exported: bool,
}

/// What was agreed on the data channel.
pub(super) struct Agreement {
    pub(super) cipher: Cipher,
    pub(super) peer_id: Option<u32>,
    pub(super) material: KeyMaterial,
    pub(super) compression: CompressionFraming,
    pub(super) mssfix: MssFix,
    pub(super) tunnel_mtu: u16,
    pub(super) carrier: IpVersion,
    pub(super) may_exit: bool,
    pub(super) push: PushReply,
}

impl Core {
    pub(super) fn client(config: &ClientConfig, start: Start) -> Result<Self, Error> {
        Self::new(
            Role::Client,
            config.framing,
            &config.wrapping,
            &config.provider,
            Renewal::new(config.renegotiation, config.timeouts.handshake),
            start,
        )
    }

    pub(super) fn gateway(config: &GatewayConfig, start: Start) -> Result<Self, Error> {
        Self::new(
            Role::Gateway,
            config.framing,
            &config.wrapping,
            &config.provider,
            Renewal::new(config.renegotiation, config.timeouts.handshake),
            start,
        )
    }

    fn new(
        role: Role,
        framing: Framing,
        wrapping: &Wrapping,
        provider: &Arc<CryptoProvider>,
        renewal: Renewal,
        start: Start,
    ) -> Result<Self, Error> {
        let time = Arc::new(SessionTime::new(start.now, start.unix_time));
        Ok(Self {
            role,
            framing,
            channel: ControlChannel::new(role, framing, wrapping, provider, Arc::clone(&time))?,
            provider: Arc::clone(provider),
            time,
            stage: Stage::Reset,
            data: None,
            renewal,
            keep_alive: KeepAlive::default(),
            limits: None,
            heard: start.now,
            keep_alive_asked: start.now,
            may_exit: false,
            events: VecDeque::new(),
            reconfiguration: None,
            closed: false,
        })
    }

    pub(super) fn stage(&self) -> Stage {
        self.stage
    }

    /// Goes on to the next part of the handshake.
    pub(super) fn enter(&mut self, stage: Stage) {
        self.stage = stage;
        self.events.push_back(Event::Stage(stage));
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn provider(&self) -> &Arc<CryptoProvider> {
        &self.provider
    }

    pub(super) fn time(&self) -> &Arc<SessionTime> {
        &self.time
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.events.push_back(event);
    }

    pub(super) fn warn(&mut self, warnings: impl IntoIterator<Item = impl Into<Warning>>) {
        let warnings = warnings.into_iter().map(Into::into);
        self.events.extend(warnings.map(Event::Warning));
    }

    pub(super) fn poll_event(&mut self) -> Option<Event> {
        if matches!(self.events.front(), None | Some(Event::Closed(_)))
            && let Some(reconfigured) = self.take_reconfigured()
        {
            return Some(Event::Reconfigured(Box::new(reconfigured)));
        }
        self.events.pop_front()
    }

    pub(super) fn poll_transmit(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.channel.poll_transmit(now)
    }

    pub(super) fn receive(&mut self, now: Instant, packet: &mut [u8]) -> Result<Received, Error> {
        let key_id = self.channel.key_id();
        let received = self.channel.receive(now, packet)?;
        if received != Received::Ignored {
            self.heard = now;
        }
        if self.channel.key_id() != key_id {
            self.rekey_begun(now);
        }
        Ok(received)
    }

    /// Begins to negotiate the next keys, unless that is under way already or there are none yet.
    pub(super) fn begin_rekey(&mut self, now: Instant) -> Result<(), Error> {
        if self.stage != Stage::Established || self.renewal.is_under_way() {
            return Ok(());
        }
        self.renewal.ask(now);
        self.begin_rekey_when_ready(now)
    }

    /// Begins what has become due once the peer has all that was said under the current key id, because nothing is sent
    /// again under a former one: it would never hear of the keys that it is to replace.
    fn begin_rekey_when_ready(&mut self, now: Instant) -> Result<(), Error> {
        if !self.renewal.is_due(now, self.channel.is_acknowledged()) {
            return Ok(());
        }
        self.channel.begin_rekey()?;
        self.rekey_begun(now);
        Ok(())
    }

    fn rekey_begun(&mut self, now: Instant) {
        self.renewal.begun(now);
        if let Some(data) = &mut self.data {
            data.keys.switch(&data.channel);
        }
    }

    /// Brings the data keys of a rekey into use, from the key exchange that has just been completed.
    pub(super) fn renew_keys(
        &mut self,
        now: Instant,
        client: &ClientSecrets,
        gateway: &ServerSecrets,
    ) -> Result<(), Error> {
        let key_id = self.channel.key_id();
        let exported = self.data.as_ref().is_some_and(|data| data.exported);
        let material = self.key_material(exported, client, gateway)?;
        let data = self
            .data
            .as_mut()
            .ok_or(Error::Protocol("a rekey before the first keys"))?;
        data.keys.make_room(&data.channel);
        data.channel
            .install(key_id, data.cipher, &material, self.role)?;
        let began = self.renewal.finished(now);
        let transition = self.renewal.transition();
        data.keys.installed(key_id, (began, now), transition);
        self.channel.allow_rekey(true);
        self.events.push_back(Event::Rekeyed(key_id));
        self.channel.open_for_messages()
    }

    /// The peer still asks whether this end may stay: its new key is not sent under before then.
    pub(super) fn hold_new_key(&mut self, until: Instant) {
        self.renewal.extend(until);
        if let Some(data) = &mut self.data {
            data.keys.hold_until(until);
        }
    }

    /// The key id of the newest negotiation.
    pub(super) fn key_id(&self) -> KeyId {
        self.channel.key_id()
    }

    /// The times of the rekeys.
    pub(super) fn renewal(&mut self) -> &mut Renewal {
        &mut self.renewal
    }

    /// An error when the peer has closed TLS: in mid-session that is its goodbye.
    pub(super) fn check_peer(&self) -> Result<(), Error> {
        if !self.tls().is_some_and(TlsSession::is_closed_by_peer) {
            return Ok(());
        }
        Err(match self.stage {
            Stage::Established => Error::PeerExit,
            _ => self.transport_error(None),
        })
    }

    pub(super) fn send_reset(&mut self) -> Result<(), Error> {
        self.channel.send_reset()
    }

    pub(super) fn start_tls(&mut self, session: TlsSession) -> Result<(), Error> {
        if self.stage == Stage::Reset {
            self.enter(Stage::Tls);
        }
        self.channel.start_tls(session)
    }

    pub(super) fn tls(&self) -> Option<&TlsSession> {
        self.channel.tls()
    }

    pub(super) fn tls_is_established(&self) -> bool {
        self.tls().is_some_and(TlsSession::is_established)
    }

    pub(super) fn send_message(&mut self, message: &[u8]) -> Result<(), Error> {
        self.channel.send_message(message)
    }

    /// Sends a message of the key exchange, before all others.
    pub(super) fn send_key_message(&mut self, message: &[u8]) -> Result<(), Error> {
        self.channel.send_key_message(message)
    }

    /// The key exchange is done: other messages may be sent.
    pub(super) fn open_for_messages(&mut self) -> Result<(), Error> {
        self.channel.open_for_messages()
    }

    pub(super) fn take_plaintext(&mut self) -> Vec<(KeyId, Zeroizing<Vec<u8>>)> {
        self.channel.take_plaintext()
    }

    /// The material of the data keys: exported from the TLS session of this negotiation, or derived from its random
    /// numbers.
    pub(super) fn key_material(
        &self,
        exported: bool,
        client: &ClientSecrets,
        gateway: &ServerSecrets,
    ) -> Result<KeyMaterial, Error> {
        if exported {
            let tls = self.tls().ok_or(Error::Protocol("keys without TLS"))?;
            let exported = tls.export(KeyMaterial::EXPORTER_LABEL)?;
            return Ok(KeyMaterial::from_exporter(&exported));
        }
        let (client_id, gateway_id) = self.session_ids()?;
        Ok(KeyMaterial::from_prf(
            client, gateway, client_id, gateway_id,
        ))
    }

    /// Both session ids, the client's first, as the classic key derivation wants them.
    pub(super) fn session_ids(&self) -> Result<(SessionId, SessionId), Error> {
        let local = self.channel.local();
        let remote = self
            .channel
            .remote()
            .ok_or(Error::Protocol("keys without a session"))?;
        Ok(match self.role {
            Role::Client => (local, remote),
            Role::Gateway => (remote, local),
        })
    }

    /// Opens the data channel and hands its halves out.
    pub(super) fn establish(&mut self, now: Instant, agreement: Agreement) -> Result<(), Error> {
        let format = DataFormat {
            framing: self.framing,
            peer_id: agreement.peer_id,
            epoch: agreement.push.protocol_flags.aead_epoch,
            compression: agreement.compression,
        };
        let clamp = agreement
            .mssfix
            .clamp(&format, agreement.tunnel_mtu, agreement.carrier);
        let key_id = self.channel.key_id();
        let (channel, sealer, opener) = DataChannel::new(format, clamp, now);
        channel.install(key_id, agreement.cipher, &agreement.material, self.role)?;
        self.data = Some(Data {
            keys: KeySchedule::new(&channel, key_id, now),
            channel,
            cipher: agreement.cipher,
            exported: agreement.push.uses_tls_exporter(),
        });
        if agreement.push.protocol_flags.dyn_tls_crypt {
            let tls = self.tls().ok_or(Error::Protocol("keys without TLS"))?;
            let exported = tls.export(DYNAMIC_TLS_CRYPT_LABEL)?;
            self.channel.wrap_rekeys(&exported);
        }
        self.channel.allow_rekey(true);
        self.renewal.started(now);
        self.may_exit = agreement.may_exit;
        self.keep_alive = KeepAlive::of(&agreement.push);
        if self.role == Role::Client {
            self.limits = Some(Limits::new(now, &agreement.push));
        }
        self.keep_alive_asked = now;
        self.heard = now;
        let tls = self.tls().map(TlsSession::summary);
        self.enter(Stage::Established);
        self.events
            .push_back(Event::Established(Box::new(Established {
                push: agreement.push,
                tls: tls.ok_or(Error::Protocol("keys without TLS"))?,
                cipher: agreement.cipher.name(),
                sealer,
                opener,
            })));
        Ok(())
    }

    /// Acts on settings that were changed in mid-session and tells of them.
    pub(super) fn reconfigure(&mut self, now: Instant, old: Arc<PushReply>, new: Arc<PushReply>) {
        self.keep_alive = KeepAlive::of(&new);
        let carried = self.carried();
        if let Some(limits) = &mut self.limits {
            limits.change(now, &new, carried);
        }
        match &mut self.reconfiguration {
            Some(untold) => untold.new = new,
            None => self.reconfiguration = Some(Reconfiguration { old, new }),
        }
    }

    pub(super) fn timeout(&self, now: Instant) -> Option<(Instant, TimeoutReason)> {
        let transmit = self
            .channel
            .transmit_due(now)
            .map(|due| (due, TimeoutReason::Transmit));
        let keep_alive = self
            .keep_alive_due()
            .map(|due| (due, TimeoutReason::KeepAlive));
        let silent = self
            .give_up_due()
            .map(|(due, _)| (due, TimeoutReason::PeerSilent));
        let limit = self.limits.as_ref().and_then(Limits::timeout);
        let switch = self
            .data
            .as_ref()
            .and_then(|data| data.keys.timeout())
            .map(|due| (due, TimeoutReason::KeySwitch));
        let renewal = self.renewal.timeout(self.channel.is_acknowledged());
        let all = [transmit, keep_alive, silent, limit, switch, renewal];
        all.into_iter().flatten().min_by_key(|(due, _)| *due)
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        if self.keep_alive_due().is_some_and(|due| due <= now) {
            self.keep_alive_asked = now;
            self.events.push_back(Event::KeepAliveDue);
        }
        if let Some(data) = &mut self.data
            && data
                .keys
                .handle_timeout(&data.channel, now, self.channel.is_acknowledged())
            && !self.renewal.is_under_way()
        {
            self.channel.forget_former();
        }
        if let Some(before) = self.renewal.credentials_due(now) {
            self.events.push_back(Event::CredentialsDue { before });
        }
        self.begin_rekey_when_ready(now)?;
        self.renewal.check(now)?;
        let carried = self.carried();
        if let Some(limits) = &mut self.limits {
            limits.check(now, carried)?;
        }
        match self.give_up_due() {
            Some((due, give_up)) if due <= now => Err(give_up.error()),
            _ => Ok(()),
        }
    }

    pub(super) fn excuse_silence(&mut self, now: Instant) {
        self.heard = self.heard.max(now);
    }

    /// The transport ended: what that means at this stage.
    pub(super) fn transport_error(&self, kind: Option<ErrorKind>) -> Error {
        match self.stage {
            Stage::Reset => Error::ClosedWithoutAnswer(kind),
            Stage::Established => Error::TransportClosed(kind),
            stage => Error::ClosedDuringHandshake {
                stage,
                // Once the gateway has exchanged keys, it has accepted the certificate.
                certificate_sent: stage < Stage::Push
                    && self
                        .tls()
                        .is_some_and(TlsSession::certificate_was_asked_for),
                kind,
            },
        }
    }

    /// Ends with an error; the peer is told by what TLS has queued. The first error is the one that counts.
    pub(super) fn fail(&mut self, error: Error) {
        self.end(CloseReason::Failed(error));
    }

    pub(super) fn close_politely(&mut self) {
        if self.closed {
            return;
        }
        if self.may_exit {
            // Nothing more can be done if TLS refuses it: the transport's end says the same.
            let _ = self.channel.send_message(EXIT);
        }
        self.channel.close_tls();
        self.end(CloseReason::Local);
    }

    pub(super) fn ignored_packets(&self) -> u64 {
        self.channel.ignored()
    }

    pub(super) fn data_statistics(&self) -> Option<DataStatistics> {
        self.data.as_ref().map(|data| data.channel.statistics())
    }

    /// What differs from the settings that were told of last; none if nothing does.
    fn take_reconfigured(&mut self) -> Option<Reconfigured> {
        let Reconfiguration { old, new } = self.reconfiguration.take()?;
        let changes = new.changes_since(&old);
        (!changes.is_empty()).then(|| Reconfigured {
            push: Arc::unwrap_or_clone(new),
            changes,
        })
    }

    fn end(&mut self, reason: CloseReason) {
        if !self.closed {
            self.closed = true;
            self.events.push_back(Event::Closed(reason));
        }
    }

    fn keep_alive_due(&self) -> Option<Instant> {
        let interval = self.keep_alive.interval?;
        let sent = self.data.as_ref()?.channel.last_sent();
        Some(
            sent.map_or(self.keep_alive_asked, |sent| {
                sent.max(self.keep_alive_asked)
            }) + interval,
        )
    }

    /// The bytes that the tunnel has carried, both ways together.
    fn carried(&self) -> u64 {
        let statistics = self.data_statistics().unwrap_or_default();
        statistics
            .sent_bytes
            .saturating_add(statistics.received_bytes)
    }

    fn give_up_due(&self) -> Option<(Instant, GiveUp)> {
        let give_up = self.keep_alive.give_up?;
        let received = self.data.as_ref()?.channel.last_received();
        Some((
            received.map_or(self.heard, |received| received.max(self.heard)) + give_up.after,
            give_up,
        ))
    }
}
