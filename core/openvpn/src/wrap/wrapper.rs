use super::config::Wrapping;
use super::key_error::KeyError;
use super::packet_number::{PacketNumber, ReceivedNumbers, SendNumbers};
use super::static_key::StaticKey;
use super::tls_auth::TlsAuthKeys;
use super::tls_crypt::{TAG_LEN, TlsCryptKeys};
use super::tls_crypt_v2::{TlsCryptV2ServerKey, WrappedClientKey};
use crate::packet::{ControlPacket, HEAD_LEN, Opcode, PacketError, Role, opcode_and_key};

/// Puts the wrapping of one connection around control packets and takes it off again.
///
/// Holds the keys ready for use and the numbers against replay of both ways. One wrapper serves all
/// keys of a connection, but for rekeys with dynamic tls-crypt, which have their own.
pub(crate) struct Wrapper {
    role: Role,
    scheme: Scheme,
    /// What the peer and this end share; enters the dynamic key.
    shared: Option<StaticKey>,
    /// What goes behind packets that bring the client's key.
    client_key: Option<WrappedClientKey>,
    sent: SendNumbers,
    received: ReceivedNumbers,
}

enum Scheme {
    Plain,
    TlsAuth(Box<TlsAuthKeys>),
    TlsCrypt(Box<TlsCryptKeys>),
    /// The gateway's side of tls-crypt-v2 before the first authentic packet of the client.
    AwaitingClientKey(TlsCryptV2ServerKey),
}

/// Why a packet was not wrapped or unwrapped; a received packet is to be dropped and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WrapError {
    #[error(transparent)]
    Packet(#[from] PacketError),
    #[error("the packet is not authentic")]
    NotAuthentic,
    #[error("the packet was received before")]
    Replayed,
    #[error("the client's key is not usable: {0}")]
    ClientKey(KeyError),
    #[error("this packet needs a client key, and there is none")]
    NoClientKey,
    #[error("the packet numbers are used up")]
    Exhausted,
    #[error("the cryptographic library failed")]
    Library,
}

impl Wrapper {
    /// Prepares the keys of this end.
    pub(crate) fn new(wrapping: &Wrapping, role: Role) -> Self {
        let mut wrapper = Self {
            role,
            scheme: Scheme::Plain,
            shared: None,
            client_key: None,
            sent: SendNumbers::starting_after(0),
            received: ReceivedNumbers::new(),
        };
        match wrapping {
            Wrapping::None => {}
            Wrapping::TlsAuth {
                key,
                direction,
                digest,
            } => {
                wrapper.scheme =
                    Scheme::TlsAuth(Box::new(TlsAuthKeys::new(key, *direction, *digest)));
                wrapper.shared = Some(key.clone());
            }
            Wrapping::TlsCrypt { key } => wrapper.use_tls_crypt(key.clone()),
            Wrapping::TlsCryptV2 { client_key } => {
                wrapper.use_tls_crypt(client_key.key().clone());
                if role == Role::Client {
                    wrapper.client_key = Some(client_key.wrapped().clone());
                    wrapper.sent = SendNumbers::starting_after(EARLY_NEGOTIATION);
                }
            }
            Wrapping::TlsCryptV2Gateway { server_key } => {
                wrapper.scheme = Scheme::AwaitingClientKey(server_key.clone());
            }
        }
        wrapper
    }

    /// The wrapper of all packets of rekeys when dynamic tls-crypt was negotiated.
    ///
    /// `exporter_output` is what the TLS session of the first key exports with the label
    /// `EXPORTER-OpenVPN-dynamic-tls-crypt` and no context.
    pub(crate) fn dynamic(&self, exporter_output: &[u8; StaticKey::LEN]) -> Self {
        let key = match &self.shared {
            Some(shared) => shared.xor(exporter_output),
            None => StaticKey::from_bytes(exporter_output),
        };
        Self::new(&Wrapping::TlsCrypt { key }, self.role)
    }

    /// The kind of a client's first packet.
    pub(crate) fn client_reset_opcode(&self) -> Opcode {
        match self.client_key {
            Some(_) => Opcode::HardResetClientV3,
            None => Opcode::HardResetClientV2,
        }
    }

    /// Appends a packet as it travels, without the length that goes before it in a stream.
    ///
    /// `unix_time` is in seconds and counts at the first packet only, and when the packet numbers overflow.
    /// The wrapped client key is appended to the kinds of packet that bring it. On an error `out` is as it was.
    pub(crate) fn wrap(
        &mut self,
        packet: &ControlPacket<'_>,
        unix_time: u32,
        out: &mut Vec<u8>,
    ) -> Result<(), WrapError> {
        packet.check()?;
        let start = out.len();
        let wrapped = self.append(packet, unix_time, out);
        if wrapped.is_err() {
            out.truncate(start);
        }
        wrapped
    }

    /// Authenticates a packet, drops replays, and reads it.
    ///
    /// The packet is decrypted in place, so its bytes are spoilt after an error.
    pub(crate) fn unwrap<'a>(
        &mut self,
        packet: &'a mut [u8],
    ) -> Result<ControlPacket<'a>, WrapError> {
        let first = packet.first().ok_or(PacketError::Truncated)?;
        let (opcode, _) = opcode_and_key(*first).ok_or(PacketError::NotControl)?;
        if opcode.is_data() {
            return Err(PacketError::NotControl.into());
        }
        let brings_client_key = opcode.carries_client_key() && self.role == Role::Gateway;
        match &self.scheme {
            Scheme::Plain => Ok(ControlPacket::parse(packet)?),
            Scheme::TlsAuth(keys) => open_tls_auth(keys, &mut self.received, packet),
            Scheme::TlsCrypt(keys) if brings_client_key => {
                let (end, _) = WrappedClientKey::split_off(packet).ok_or(WrapError::NoClientKey)?;
                let packet = packet.get_mut(..end).unwrap_or_default();
                open_tls_crypt(keys, &mut self.received, packet)
            }
            Scheme::TlsCrypt(keys) => open_tls_crypt(keys, &mut self.received, packet),
            Scheme::AwaitingClientKey(_) if !brings_client_key => Err(WrapError::NoClientKey),
            Scheme::AwaitingClientKey(server_key) => {
                let (end, wrapped) =
                    WrappedClientKey::split_off(packet).ok_or(WrapError::NoClientKey)?;
                let key = server_key
                    .unwrap(wrapped)
                    .map_err(WrapError::ClientKey)?
                    .key;
                let keys = Box::new(TlsCryptKeys::new(&key, self.role));
                let packet = packet.get_mut(..end).unwrap_or_default();
                let packet = open_tls_crypt(&keys, &mut self.received, packet)?;
                self.scheme = Scheme::TlsCrypt(keys);
                self.shared = Some(key);
                Ok(packet)
            }
        }
    }

    /// Bytes that the wrapping adds to the plain form of every packet.
    pub(crate) fn overhead(&self) -> usize {
        match &self.scheme {
            Scheme::Plain => 0,
            Scheme::TlsAuth(keys) => keys.tag_len() + PacketNumber::LEN,
            Scheme::TlsCrypt(_) | Scheme::AwaitingClientKey(_) => PacketNumber::LEN + TAG_LEN,
        }
    }

    /// Bytes that come on top of [`Self::overhead`] in the kinds of packet that bring the client's key.
    pub(crate) fn client_key_len(&self) -> usize {
        self.client_key
            .as_ref()
            .map_or(0, |key| key.as_bytes().len())
    }

    fn use_tls_crypt(&mut self, key: StaticKey) {
        self.scheme = Scheme::TlsCrypt(Box::new(TlsCryptKeys::new(&key, self.role)));
        self.shared = Some(key);
    }

    fn append(
        &mut self,
        packet: &ControlPacket<'_>,
        unix_time: u32,
        out: &mut Vec<u8>,
    ) -> Result<(), WrapError> {
        match &self.scheme {
            Scheme::Plain => packet.write(out)?,
            Scheme::TlsAuth(keys) => {
                let number = self
                    .sent
                    .next(unix_time)
                    .ok_or(WrapError::Exhausted)?
                    .to_bytes();
                append_tls_auth(keys, packet, number, out)?;
            }
            Scheme::TlsCrypt(keys) => {
                let number = self
                    .sent
                    .next(unix_time)
                    .ok_or(WrapError::Exhausted)?
                    .to_bytes();
                append_tls_crypt(keys, packet, number, out)?;
            }
            Scheme::AwaitingClientKey(_) => return Err(WrapError::NoClientKey),
        }
        if packet.opcode.carries_client_key() {
            let client_key = self.client_key.as_ref().ok_or(WrapError::NoClientKey)?;
            out.extend_from_slice(client_key.as_bytes());
        }
        Ok(())
    }
}

fn append_tls_auth(
    keys: &TlsAuthKeys,
    packet: &ControlPacket<'_>,
    number: [u8; PacketNumber::LEN],
    out: &mut Vec<u8>,
) -> Result<(), WrapError> {
    let head = packet.head();
    out.extend_from_slice(&head);
    let tag_start = out.len();
    out.resize(tag_start + keys.tag_len(), 0);
    out.extend_from_slice(&number);
    let body_start = out.len();
    packet.write_body(out)?;

    let tag = keys.sign(&number, &head, out.get(body_start..).unwrap_or_default());
    let place = out
        .get_mut(tag_start..tag_start + keys.tag_len())
        .ok_or(WrapError::Library)?;
    place.copy_from_slice(tag.as_ref());
    Ok(())
}

fn open_tls_auth<'a>(
    keys: &TlsAuthKeys,
    received: &mut ReceivedNumbers,
    packet: &'a [u8],
) -> Result<ControlPacket<'a>, WrapError> {
    let (head, rest) = packet
        .split_first_chunk::<HEAD_LEN>()
        .ok_or(PacketError::Truncated)?;
    let (tag, rest) = rest
        .split_at_checked(keys.tag_len())
        .ok_or(PacketError::Truncated)?;
    let (number, body) = rest.split_first_chunk().ok_or(PacketError::Truncated)?;
    if !keys.verify(tag, number, head, body) {
        return Err(WrapError::NotAuthentic);
    }
    if !received.accept(PacketNumber::from_bytes(*number)) {
        return Err(WrapError::Replayed);
    }
    Ok(ControlPacket::parse_parts(head, body)?)
}

fn append_tls_crypt(
    keys: &TlsCryptKeys,
    packet: &ControlPacket<'_>,
    number: [u8; PacketNumber::LEN],
    out: &mut Vec<u8>,
) -> Result<(), WrapError> {
    let start = out.len();
    out.extend_from_slice(&packet.head());
    out.extend_from_slice(&number);
    out.extend_from_slice(&[0; TAG_LEN]);
    packet.write_body(out)?;

    let written = out.get_mut(start..).unwrap_or_default();
    let (header, rest) = written
        .split_first_chunk_mut::<TLS_CRYPT_HEADER_LEN>()
        .ok_or(WrapError::Library)?;
    let (tag, body) = rest
        .split_first_chunk_mut::<TAG_LEN>()
        .ok_or(WrapError::Library)?;
    *tag = keys
        .send
        .seal(header, body)
        .map_err(|_| WrapError::Library)?;
    Ok(())
}

fn open_tls_crypt<'a>(
    keys: &TlsCryptKeys,
    received: &mut ReceivedNumbers,
    packet: &'a mut [u8],
) -> Result<ControlPacket<'a>, WrapError> {
    let (header, rest) = packet
        .split_first_chunk_mut::<TLS_CRYPT_HEADER_LEN>()
        .ok_or(PacketError::Truncated)?;
    let (tag, body) = rest
        .split_first_chunk_mut::<TAG_LEN>()
        .ok_or(PacketError::Truncated)?;
    keys.receive
        .open(header, tag, body)
        .map_err(|_| WrapError::NotAuthentic)?;

    let (head, number) = header
        .split_first_chunk::<HEAD_LEN>()
        .ok_or(PacketError::Truncated)?;
    let number = number.first_chunk().ok_or(PacketError::Truncated)?;
    if !received.accept(PacketNumber::from_bytes(*number)) {
        return Err(WrapError::Replayed);
    }
    Ok(ControlPacket::parse_parts(head, body)?)
}

/// What tls-crypt authenticates in clear: the head and the packet number.
const TLS_CRYPT_HEADER_LEN: usize = HEAD_LEN + PacketNumber::LEN;

/// A counter above this tells the gateway that a tls-crypt-v2 client can send its key again on demand.
const EARLY_NEGOTIATION: u32 = 0x0f00_0000;
