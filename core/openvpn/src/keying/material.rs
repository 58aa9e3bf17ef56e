use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::error::KeyMethodError;
use super::prf::prf;
use super::secrets::{ClientSecrets, ServerSecrets};
use crate::packet::{Role, SessionId};

const MASTER_LABEL: &[u8] = b"OpenVPN master secret";
const EXPANSION_LABEL: &[u8] = b"OpenVPN key expansion";
const SLOT: usize = 64;

/// Which way a packet travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    ClientToGateway,
    GatewayToClient,
}

impl Direction {
    /// The direction of what this role sends.
    pub(crate) const fn sent_by(role: Role) -> Self {
        match role {
            Role::Client => Self::ClientToGateway,
            Role::Gateway => Self::GatewayToClient,
        }
    }

    /// The direction of what this role receives.
    pub(crate) const fn received_by(role: Role) -> Self {
        Self::sent_by(role.peer())
    }
}

/// The 256 bytes that all data keys of one negotiation come from.
///
/// Four slots of 64 bytes: cipher key and HMAC key of what the client sends, then the same of what the gateway sends.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct KeyMaterial(Box<[u8; Self::LEN]>);

impl KeyMaterial {
    pub(crate) const LEN: usize = 256;

    /// The label under which TLS exports the material (`key-derivation tls-ekm`); it takes no context.
    pub(crate) const EXPORTER_LABEL: &[u8] = b"EXPORTER-OpenVPN-datakeys";

    /// Derives the material from both sides' random numbers, as all OpenVPN versions can.
    pub(crate) fn from_prf(
        client: &ClientSecrets,
        server: &ServerSecrets,
        client_session: SessionId,
        server_session: SessionId,
    ) -> Self {
        let mut master = Zeroizing::new([0; 48]);
        prf(
            &client.pre_master,
            &[MASTER_LABEL, &client.random1, &server.random1],
            master.as_mut(),
        );
        let mut material = Self(Box::new([0; Self::LEN]));
        let sessions = (client_session.as_bytes(), server_session.as_bytes());
        let seed: [&[u8]; 5] = [
            EXPANSION_LABEL,
            &client.random2,
            &server.random2,
            sessions.0,
            sessions.1,
        ];
        prf(&master, &seed, material.0.as_mut());
        material
    }

    /// Takes over what TLS exported under [`EXPORTER_LABEL`](Self::EXPORTER_LABEL).
    pub(crate) fn from_exporter(exported: &Zeroizing<[u8; Self::LEN]>) -> Self {
        Self(Box::new(**exported))
    }

    /// The cipher's key of a direction is the first bytes of these; an error if all that are needed are zero.
    pub(crate) fn cipher_key(
        &self,
        direction: Direction,
        len: usize,
    ) -> Result<&[u8], KeyMethodError> {
        let key = self
            .slot(direction, 0)
            .get(..len)
            .ok_or(KeyMethodError::Refused)?;
        if key.iter().all(|&byte| byte == 0) {
            return Err(KeyMethodError::ZeroKey);
        }
        Ok(key)
    }

    /// The slot that ciphers with their own authentication take the nonce's tail from.
    pub(crate) fn hmac_slot(&self, direction: Direction) -> &[u8] {
        self.slot(direction, 1)
    }

    fn slot(&self, direction: Direction, index: usize) -> &[u8] {
        let first = match direction {
            Direction::ClientToGateway => 0,
            Direction::GatewayToClient => 2,
        };
        self.0
            .chunks_exact(SLOT)
            .nth(first + index)
            .unwrap_or_default()
    }
}

impl fmt::Debug for KeyMaterial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeyMaterial(..)")
    }
}
