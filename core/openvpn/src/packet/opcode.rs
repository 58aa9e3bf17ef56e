/// What kind of packet this is: the upper five bits of its first byte.
///
/// The opcodes 1 and 2 belong to key method 1, which nobody uses any more; they are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Opcode {
    /// Starts the negotiation of a new key on a live connection.
    SoftResetV1 = 3,
    /// Carries TLS bytes.
    ControlV1 = 4,
    /// Acknowledges control packets; has no message id and no payload.
    AckV1 = 5,
    /// Carries data behind a header of one byte.
    DataV1 = 6,
    /// The client's first packet without a wrapped client key.
    HardResetClientV2 = 7,
    /// The gateway's answer to the client's first packet.
    HardResetServerV2 = 8,
    /// Carries data behind a header of four bytes, with the peer id.
    DataV2 = 9,
    /// The client's first packet with tls-crypt-v2; the wrapped client key follows it.
    HardResetClientV3 = 10,
    /// Carries TLS bytes; the wrapped client key follows it.
    ControlWkcV1 = 11,
}

impl Opcode {
    /// Whether packets of this kind carry tunnelled data rather than control messages.
    #[must_use]
    pub const fn is_data(self) -> bool {
        matches!(self, Self::DataV1 | Self::DataV2)
    }

    /// Whether a tls-crypt-v2 client appends its wrapped client key to packets of this kind.
    #[must_use]
    pub const fn carries_client_key(self) -> bool {
        matches!(self, Self::HardResetClientV3 | Self::ControlWkcV1)
    }

    /// The first byte of a packet of this kind under `key`.
    #[must_use]
    pub const fn first_byte(self, key: KeyId) -> u8 {
        (self as u8) << 3 | key.0
    }

    const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            3 => Self::SoftResetV1,
            4 => Self::ControlV1,
            5 => Self::AckV1,
            6 => Self::DataV1,
            7 => Self::HardResetClientV2,
            8 => Self::HardResetServerV2,
            9 => Self::DataV2,
            10 => Self::HardResetClientV3,
            11 => Self::ControlWkcV1,
            _ => return None,
        })
    }
}

/// Which of the keys of a connection a packet belongs to: 0 for the first, then 1 to 7 in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId(u8);

impl KeyId {
    /// The key that the handshake negotiates.
    pub const FIRST: Self = Self(0);

    /// The key id of this number; none above 7.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number <= 7 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The key id of the next rekey; 7 is followed by 1, because 0 never comes back.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.0 < 7 {
            Self(self.0 + 1)
        } else {
            Self(1)
        }
    }

    /// The number as it travels, 0 to 7.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// The kind and the key of a packet by its first byte; none for kinds that are unknown or obsolete.
#[must_use]
pub const fn opcode_and_key(first_byte: u8) -> Option<(Opcode, KeyId)> {
    match Opcode::from_number(first_byte >> 3) {
        Some(opcode) => Some((opcode, KeyId(first_byte & 7))),
        None => None,
    }
}
