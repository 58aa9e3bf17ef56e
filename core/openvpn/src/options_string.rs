//! The options string: a summary of its own settings that each end sends in the key exchange.
//!
//! Modern ends only warn by it; older ones take the data cipher from it.

use crate::data::{Cipher, CompressionFraming};
use crate::frame::Framing;
use crate::wrap::{KeyDirection, Wrapping};

/// What the data channel adds to a packet, as options strings count it: more than there is, because the initialisation
/// vector and a block are counted for ciphers that send neither.
struct Protection {
    iv: u32,
    block: u32,
    tag: u32,
}

/// What OpenVPN states unless it was set up otherwise, whatever cipher is used in the end: that of its former standard,
/// Blowfish with SHA-1.
const USUAL: Protection = Protection {
    iv: 8,
    block: 8,
    tag: 20,
};

/// The first byte of a packet, and the packet id.
const HEADER: u32 = 1 + 4;

/// The length before each packet in a stream.
const STREAM_HEADER: u32 = 2;

/// The MTU that a gateway states unless it was set up otherwise.
const USUAL_MTU: u16 = 1_500;

/// The client's options string; `mtu` is that of the tunnel.
pub(crate) fn client(
    framing: Framing,
    wrapping: &Wrapping,
    cipher: Cipher,
    mtu: u16,
    compression: CompressionFraming,
) -> String {
    let proto = match framing {
        Framing::Stream => "TCPv4_CLIENT",
        Framing::Datagram => "UDPv4",
    };
    let layout = Layout {
        framing,
        compression,
        mtu,
    };
    build(layout, wrapping, cipher, proto, "tls-client")
}

/// The gateway's options string.
pub(crate) fn gateway(
    framing: Framing,
    wrapping: &Wrapping,
    cipher: Cipher,
    compression: CompressionFraming,
) -> String {
    let proto = match framing {
        Framing::Stream => "TCPv4_SERVER",
        Framing::Datagram => "UDPv4",
    };
    let layout = Layout {
        framing,
        compression,
        mtu: USUAL_MTU,
    };
    build(layout, wrapping, cipher, proto, "tls-server")
}

/// The data cipher that an options string names; `none` where it says that nothing is encrypted.
pub(crate) fn cipher_of(options: &str) -> Option<String> {
    options
        .split(',')
        .find_map(|option| option.trim().strip_prefix("cipher "))
        .map(|cipher| match cipher {
            "[null-cipher]" => "none".to_owned(),
            cipher => cipher.to_owned(),
        })
}

/// How packets look: what the string tells of sizes follows from it.
#[derive(Clone, Copy)]
struct Layout {
    framing: Framing,
    compression: CompressionFraming,
    mtu: u16,
}

impl Layout {
    /// The longest packet on the wire, as options strings count it.
    fn link_mtu(self, protection: &Protection) -> u32 {
        let stream = match self.framing {
            Framing::Stream => STREAM_HEADER,
            Framing::Datagram => 0,
        };
        let compression = match self.compression {
            CompressionFraming::LzoStub | CompressionFraming::Stub => 1,
            CompressionFraming::None | CompressionFraming::StubV2 => 0,
        };
        let protection = protection.iv + protection.block + protection.tag;
        u32::from(self.mtu) + stream + compression + HEADER + protection
    }
}

fn build(layout: Layout, wrapping: &Wrapping, cipher: Cipher, proto: &str, role: &str) -> String {
    let (mtu, link_mtu) = (layout.mtu, layout.link_mtu(&USUAL));
    let compression = match layout.compression {
        CompressionFraming::None => "",
        _ => "comp-lzo,",
    };
    let key_size = 8 * cipher.key_len();
    let (key_direction, auth, tls_auth) = match wrapping {
        Wrapping::TlsAuth {
            direction, digest, ..
        } => (key_direction(*direction), digest.name(), "tls-auth,"),
        _ => ("", "SHA1", ""),
    };
    format!(
        "V4,dev-type tun,link-mtu {link_mtu},tun-mtu {mtu},proto {proto},{compression}{key_direction}cipher {cipher},auth {auth},\
         keysize {key_size},{tls_auth}key-method 2,{role}"
    )
}

fn key_direction(direction: KeyDirection) -> &'static str {
    match direction {
        KeyDirection::Bidirectional => "",
        KeyDirection::Zero => "keydir 0,",
        KeyDirection::One => "keydir 1,",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wrap::{Digest, StaticKey};

    #[test]
    fn a_client_states_what_openvpn_clients_state() {
        assert_eq!(
            client(
                Framing::Datagram,
                &Wrapping::None,
                Cipher::Aes256Gcm,
                1_500,
                CompressionFraming::None
            ),
            "V4,dev-type tun,link-mtu 1541,tun-mtu 1500,proto UDPv4,cipher AES-256-GCM,auth SHA1,keysize 256,key-method 2,tls-client"
        );
        assert_eq!(
            client(
                Framing::Stream,
                &tls_auth(KeyDirection::One),
                Cipher::Aes128Gcm,
                1_400,
                CompressionFraming::None
            ),
            "V4,dev-type tun,link-mtu 1443,tun-mtu 1400,proto TCPv4_CLIENT,keydir 1,cipher AES-128-GCM,auth SHA256,keysize 128,tls-auth,key-method 2,tls-client"
        );
    }

    #[test]
    fn a_gateway_states_the_other_side() {
        assert_eq!(
            gateway(
                Framing::Stream,
                &tls_auth(KeyDirection::Zero),
                Cipher::ChaCha20Poly1305,
                CompressionFraming::None
            ),
            "V4,dev-type tun,link-mtu 1543,tun-mtu 1500,proto TCPv4_SERVER,keydir 0,cipher CHACHA20-POLY1305,auth SHA256,keysize 256,tls-auth,key-method 2,tls-server"
        );
    }

    /// Servers that migrate away from compression look for exactly this word.
    #[test]
    fn every_framing_of_compression_is_stated_by_the_same_word() {
        for (compression, link_mtu) in [
            (CompressionFraming::LzoStub, 1_542),
            (CompressionFraming::Stub, 1_542),
            (CompressionFraming::StubV2, 1_541),
        ] {
            let tls_auth = tls_auth(KeyDirection::One);
            let stated = client(
                Framing::Datagram,
                &tls_auth,
                Cipher::Aes256Gcm,
                1_500,
                compression,
            );
            assert_eq!(
                stated,
                format!(
                    "V4,dev-type tun,link-mtu {link_mtu},tun-mtu 1500,proto UDPv4,comp-lzo,keydir 1,cipher AES-256-GCM,auth SHA256,keysize 256,tls-auth,key-method 2,tls-client"
                )
            );
        }
    }

    /// OpenVPN's unit test test_occ_mtu_calculation: a TLS client with a tunnel of 1400 bytes over UDP.
    #[test]
    fn the_published_link_mtus_are_computed() {
        let layout = Layout {
            framing: Framing::Datagram,
            compression: CompressionFraming::None,
            mtu: 1_400,
        };
        for (name, iv, block, tag, expected) in [
            ("AES-128-CBC with SHA-1", 16, 16, 20, 1_457),
            ("neither cipher nor digest", 0, 0, 0, 1_405),
            ("AES-256-GCM", 12, 16, 16, 1_449),
        ] {
            let protection = Protection { iv, block, tag };
            assert_eq!(layout.link_mtu(&protection), expected, "{name}");
        }
    }

    #[test]
    fn the_cipher_is_found_wherever_it_stands() {
        let own = gateway(
            Framing::Datagram,
            &Wrapping::None,
            Cipher::Aes192Gcm,
            CompressionFraming::None,
        );
        assert_eq!(cipher_of(&own).as_deref(), Some("AES-192-GCM"));
        assert_eq!(
            cipher_of("cipher [null-cipher],auth SHA1").as_deref(),
            Some("none")
        );
        let captured = "V4,dev-type tun,link-mtu 1541,tun-mtu 1500,proto UDPv4,auth SHA1,keysize 128,key-method 2,tls-server";
        assert_eq!(cipher_of(captured), None);
        assert_eq!(cipher_of("V4,ciphered x"), None);
    }

    fn tls_auth(direction: KeyDirection) -> Wrapping {
        let key = StaticKey::from_bytes(&[7; 256]);
        Wrapping::TlsAuth {
            key,
            direction,
            digest: Digest::Sha256,
        }
    }
}
