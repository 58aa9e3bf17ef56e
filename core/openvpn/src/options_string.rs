//! The options string: a summary of its own settings that each end sends in the key exchange.
//!
//! Modern ends only warn by it; older ones take the data cipher from it.

use crate::data::Cipher;
use crate::frame::Framing;
use crate::wrap::{KeyDirection, Wrapping};

/// What `link-mtu` exceeds `tun-mtu` by: OpenVPN states the overhead of its former standard cipher, whatever is used.
const LINK_OVERHEAD: u32 = 41;

/// What a stream adds to that.
const STREAM_OVERHEAD: u32 = 2;

/// The MTU that a gateway states unless it was set up otherwise.
const USUAL_MTU: u16 = 1_500;

/// The client's options string; `mtu` is that of the tunnel.
pub(crate) fn client(framing: Framing, wrapping: &Wrapping, cipher: Cipher, mtu: u16) -> String {
    let proto = match framing {
        Framing::Stream => "TCPv4_CLIENT",
        Framing::Datagram => "UDPv4",
    };
    build(framing, wrapping, cipher, mtu, proto, "tls-client")
}

/// The gateway's options string.
pub(crate) fn gateway(framing: Framing, wrapping: &Wrapping, cipher: Cipher) -> String {
    let proto = match framing {
        Framing::Stream => "TCPv4_SERVER",
        Framing::Datagram => "UDPv4",
    };
    build(framing, wrapping, cipher, USUAL_MTU, proto, "tls-server")
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

fn build(
    framing: Framing,
    wrapping: &Wrapping,
    cipher: Cipher,
    mtu: u16,
    proto: &str,
    role: &str,
) -> String {
    let stream = if framing == Framing::Stream {
        STREAM_OVERHEAD
    } else {
        0
    };
    let link_mtu = u32::from(mtu) + LINK_OVERHEAD + stream;
    let key_size = 8 * cipher.key_len();
    let (key_direction, auth, tls_auth) = match wrapping {
        Wrapping::TlsAuth {
            direction, digest, ..
        } => (key_direction(*direction), digest.name(), "tls-auth,"),
        _ => ("", "SHA1", ""),
    };
    format!(
        "V4,dev-type tun,link-mtu {link_mtu},tun-mtu {mtu},proto {proto},{key_direction}cipher {cipher},auth {auth},\
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
            client(Framing::Datagram, &Wrapping::None, Cipher::Aes256Gcm, 1_500),
            "V4,dev-type tun,link-mtu 1541,tun-mtu 1500,proto UDPv4,cipher AES-256-GCM,auth SHA1,keysize 256,key-method 2,tls-client"
        );
        assert_eq!(
            client(
                Framing::Stream,
                &tls_auth(KeyDirection::One),
                Cipher::Aes128Gcm,
                1_400
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
                Cipher::ChaCha20Poly1305
            ),
            "V4,dev-type tun,link-mtu 1543,tun-mtu 1500,proto TCPv4_SERVER,keydir 0,cipher CHACHA20-POLY1305,auth SHA256,keysize 256,tls-auth,key-method 2,tls-server"
        );
    }

    #[test]
    fn the_cipher_is_found_wherever_it_stands() {
        let own = gateway(Framing::Datagram, &Wrapping::None, Cipher::Aes192Gcm);
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
