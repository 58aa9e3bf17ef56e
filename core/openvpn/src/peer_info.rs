//! What each end says of itself in the key exchange: lines of `KEY=VALUE`.

use crate::challenge::SignInMethod;
use crate::data::Cipher;

/// The most entries that are taken from a peer.
const MOST_ENTRIES: usize = 64;

/// The longest line that is taken from a peer, as in OpenVPN.
const LONGEST_LINE: usize = 255;

/// What this library can do, as bits of `IV_PROTO`: longer data headers with a peer id (2), settings without being
/// asked for (4), keys exported from TLS (8), waiting for sign-ins elsewhere (16), goodbyes in the control channel
/// (128), temporary refusals (256), rekeys that are wrapped with a key of their own (512), data packets with epochs
/// (1,024), the `dns` option as it became final (2,048), changes of settings in mid-session (4,096).
const PROTO: u32 = DATA_V2
    | PUSH_UNASKED
    | TLS_EXPORTER
    | AUTH_PENDING
    | CC_EXIT
    | AUTH_FAILED_TEMP
    | DYNAMIC_TLS_CRYPT
    | DATA_EPOCH
    | DNS_OPTION
    | PUSH_UPDATE;

const DATA_V2: u32 = 1 << 1;
const PUSH_UNASKED: u32 = 1 << 2;
const TLS_EXPORTER: u32 = 1 << 3;
const AUTH_PENDING: u32 = 1 << 4;
const CC_EXIT: u32 = 1 << 7;
const AUTH_FAILED_TEMP: u32 = 1 << 8;
const DYNAMIC_TLS_CRYPT: u32 = 1 << 9;
const DATA_EPOCH: u32 = 1 << 10;
const DNS_OPTION: u32 = 1 << 11;
const PUSH_UPDATE: u32 = 1 << 12;

/// What one end says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeerInfo {
    entries: Vec<(String, String)>,
}

impl PeerInfo {
    /// What a client says: its version and platform, the data ciphers that it allows, preferred first, the largest
    /// MTU of the tunnel that it takes, the `extensions` of OpenVPN 2.4 and later unless it is to pass for older, and the
    /// ways in which its user can be asked.
    pub(crate) fn of_client(
        version: &str,
        platform: &str,
        ciphers: &[Cipher],
        mtu: u16,
        extensions: bool,
        sign_in: &[SignInMethod],
    ) -> Self {
        let mut info = Self::default();
        info.add("IV_VER", version);
        info.add("IV_PLAT", platform);
        info.add("IV_TCPNL", "1");
        info.add("IV_MTU", &mtu.to_string());
        // For servers of OpenVPN 2.4, which know no list of ciphers.
        if [Cipher::Aes128Gcm, Cipher::Aes256Gcm]
            .iter()
            .all(|cipher| ciphers.contains(cipher))
        {
            info.add("IV_NCP", "2");
        }
        let names: Vec<&str> = ciphers.iter().map(|cipher| cipher.name()).collect();
        info.add("IV_CIPHERS", &names.join(":"));
        // The framings of compression that are understood: none of them compresses.
        for stub in ["IV_LZO_STUB", "IV_COMP_STUB", "IV_COMP_STUBv2"] {
            if extensions {
                info.add(stub, "1");
            }
        }
        if extensions {
            info.add("IV_PROTO", &PROTO.to_string());
        }
        if !sign_in.is_empty() {
            let names: Vec<&str> = sign_in.iter().map(|method| method.name()).collect();
            info.add("IV_SSO", &names.join(","));
        }
        info
    }

    /// Reads what a peer says. Lines that make no sense, or are too long or too many, are left out.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let is_key = |key: &str| {
            !key.is_empty()
                && key
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        let lines = text.lines().filter(|line| line.len() <= LONGEST_LINE);
        let entries = lines
            .filter_map(|line| line.split_once('='))
            .filter(|(key, value)| is_key(key) && !value.contains(char::is_control))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .take(MOST_ENTRIES)
            .collect();
        Self { entries }
    }

    /// The value of this key; that of the first line if there are several.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value.as_str())
    }

    /// All entries in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The data ciphers that both the peer and this library know, the peer's preferred one first.
    #[must_use]
    pub fn ciphers(&self) -> Vec<Cipher> {
        self.get("IV_CIPHERS")
            .unwrap_or_default()
            .split(':')
            .filter_map(|name| name.parse().ok())
            .collect()
    }

    /// Whether the peer awaits its settings without asking for them.
    pub(crate) fn wants_push_unasked(&self) -> bool {
        self.proto() & PUSH_UNASKED != 0
    }

    /// Whether the peer can derive data keys from TLS.
    #[must_use]
    pub fn knows_tls_exporter(&self) -> bool {
        self.proto() & TLS_EXPORTER != 0
    }

    /// Whether the peer understands the longer header of data packets.
    #[must_use]
    pub fn knows_data_v2(&self) -> bool {
        self.proto() & DATA_V2 != 0
    }

    /// The lines as they travel, each ended by a line feed.
    pub(crate) fn to_text(&self) -> String {
        self.entries
            .iter()
            .map(|(key, value)| format!("{key}={value}\n"))
            .collect()
    }

    fn proto(&self) -> u32 {
        self.get("IV_PROTO")
            .and_then(|bits| bits.parse().ok())
            .unwrap_or(0)
    }

    /// Adds a line; servers would replace what they take for dangerous in the value, so that is done here.
    fn add(&mut self, key: &str, value: &str) {
        let safe =
            |character: char| character.is_ascii_graphic() && !matches!(character, '$' | '(' | '`');
        let longest = LONGEST_LINE - key.len() - 1;
        let value = value
            .chars()
            .map(|character| if safe(character) { character } else { '_' })
            .take(longest);
        self.entries.push((key.to_owned(), value.collect()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_client_says_what_servers_look_for() {
        let info = PeerInfo::of_client(
            "p2svpn 0.1",
            "linux",
            &[Cipher::Aes256Gcm, Cipher::Aes128Gcm],
            1_500,
            true,
            &[SignInMethod::WebAuth, SignInMethod::CrText],
        );

        assert_eq!(
            info.to_text(),
            "IV_VER=p2svpn_0.1\nIV_PLAT=linux\nIV_TCPNL=1\nIV_MTU=1500\nIV_NCP=2\nIV_CIPHERS=AES-256-GCM:AES-128-GCM\nIV_LZO_STUB=1\nIV_COMP_STUB=1\nIV_COMP_STUBv2=1\nIV_PROTO=8094\nIV_SSO=webauth,crtext\n"
        );
        assert!(info.wants_push_unasked() && info.knows_tls_exporter() && info.knows_data_v2());
        assert_eq!(PeerInfo::parse(&info.to_text()), info);
    }

    #[test]
    fn a_client_that_is_to_pass_for_older_names_no_extension() {
        let info = PeerInfo::of_client("1", "linux", &[Cipher::Aes256Gcm], 1_500, false, &[]);

        assert_eq!(info.get("IV_PROTO"), None);
    }

    #[test]
    fn the_old_mark_of_negotiation_needs_both_ciphers_that_it_stands_for() {
        let info = PeerInfo::of_client("1", "linux", &[Cipher::Aes256Gcm], 1_500, true, &[]);

        assert_eq!(info.get("IV_NCP"), None);
    }

    #[test]
    fn values_that_servers_take_for_dangerous_are_made_harmless() {
        let info = PeerInfo::of_client("a$(b)`c\nIV_PROTO=1", "linux", &[], 1_500, true, &[]);

        assert_eq!(info.get("IV_VER"), Some("a__b)_c_IV_PROTO=1"));
    }

    #[test]
    fn lines_are_bounded_in_length_and_number() {
        let info = PeerInfo::of_client(&"v".repeat(1_000), "linux", &[], 1_500, true, &[]);
        assert!(
            info.to_text()
                .lines()
                .all(|line| line.len() <= LONGEST_LINE)
        );

        let long = format!("A={}\nB=1\n", "x".repeat(LONGEST_LINE));
        assert_eq!(
            PeerInfo::parse(&long).iter().collect::<Vec<_>>(),
            [("B", "1")]
        );
        let many = "A=1\n".repeat(1_000);
        assert_eq!(PeerInfo::parse(&many).iter().count(), MOST_ENTRIES);
    }

    #[test]
    fn keys_are_compared_whole() {
        let info = PeerInfo::parse(
            "UV_IV_PROTO=4\nIV_PROTO=2\nIV_CIPHERS=AES-128-GCM:AES-256-CBC:chacha20-poly1305\n",
        );

        assert!(info.knows_data_v2() && !info.wants_push_unasked());
        assert_eq!(
            info.ciphers(),
            [Cipher::Aes128Gcm, Cipher::ChaCha20Poly1305]
        );
    }

    #[test]
    fn a_peer_that_says_nothing_knows_nothing() {
        let info = PeerInfo::parse("IV_PROTO=x\nno line\n=y\n");

        assert!(!info.knows_data_v2() && !info.knows_tls_exporter() && !info.wants_push_unasked());
        assert_eq!(info.ciphers(), []);
    }

    proptest! {
        #[test]
        fn arbitrary_text_is_read_without_a_panic_and_what_is_read_is_stable(text in "(\\PC|\n|=){0,300}") {
            let info = PeerInfo::parse(&text);
            prop_assert_eq!(PeerInfo::parse(&info.to_text()), info);
        }
    }
}
