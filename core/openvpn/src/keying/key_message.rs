//! Key method 2: the first message that each side sends inside TLS.

use zeroize::Zeroizing;

use super::error::KeyMethodError;
use super::secrets::{ClientSecrets, ServerSecrets};

/// Four zero bytes, then the number of the key method.
const PREAMBLE: [u8; 5] = [0, 0, 0, 0, METHOD];
const METHOD: u8 = 2;

/// The upper four bits of the key method's byte are flags that nobody sets any more.
const METHOD_MASK: u8 = 0x0f;

/// The client's message: its random numbers, the options string, the credentials and the peer info.
pub(crate) struct ClientKeyMessage {
    pub(crate) secrets: ClientSecrets,
    pub(crate) options: String,
    /// Empty where none is used.
    pub(crate) username: Zeroizing<String>,
    /// Empty where none is used.
    pub(crate) password: Zeroizing<String>,
    pub(crate) peer_info: String,
}

impl ClientKeyMessage {
    /// The message as plaintext of TLS, to be sent in one piece; each text may have up to 65,534 bytes.
    ///
    /// All four texts are always there, because some servers wait for the missing ones.
    pub(crate) fn encode(&self) -> Result<Zeroizing<Vec<u8>>, KeyMethodError> {
        let Self {
            secrets,
            options,
            username,
            password,
            peer_info,
        } = self;
        let texts: [(&'static str, &str); 4] = [
            ("options string", options),
            ("user name", username),
            ("password", password),
            ("peer info", peer_info),
        ];
        encode(
            &[&secrets.pre_master, &secrets.random1, &secrets.random2],
            &texts,
        )
    }

    /// Reads the message at the start of TLS plaintext, and yields what follows it; `Truncated` while it is incomplete.
    ///
    /// Clients of OpenVPN 2.0 end it after the password; what else they send then has to come in another record.
    pub(crate) fn decode(plaintext: &[u8]) -> Result<(Self, &[u8]), KeyMethodError> {
        let mut reader = Reader::new(plaintext)?;
        let secrets = ClientSecrets {
            pre_master: reader.take()?,
            random1: reader.take()?,
            random2: reader.take()?,
        };
        let (options, username, password) = (reader.text()?, reader.text()?, reader.text()?);
        let peer_info = if reader.0.is_empty() {
            &[]
        } else {
            reader.text()?
        };
        let message = Self {
            secrets,
            options: lossy(options),
            username: exact(username, "user name")?,
            password: exact(password, "password")?,
            peer_info: lossy(peer_info),
        };
        Ok((message, reader.0))
    }
}

/// The gateway's message: its random numbers, the options string, and from OpenVPN 2.8 on the peer info.
pub(crate) struct ServerKeyMessage {
    pub(crate) secrets: ServerSecrets,
    pub(crate) options: String,
    /// Empty where none is sent.
    pub(crate) peer_info: String,
}

impl ServerKeyMessage {
    /// The message as plaintext of TLS, to be sent in one piece, with the empty user name and password that
    /// OpenVPN 2 adds.
    pub(crate) fn encode(&self) -> Result<Zeroizing<Vec<u8>>, KeyMethodError> {
        let Self {
            secrets,
            options,
            peer_info,
        } = self;
        let texts: [(&'static str, &str); 4] = [
            ("options string", options),
            ("user name", ""),
            ("password", ""),
            ("peer info", peer_info),
        ];
        encode(&[&secrets.random1, &secrets.random2], &texts)
    }

    /// Reads the message at the start of TLS plaintext, and yields what follows it; `Truncated` while it is incomplete.
    ///
    /// OpenVPN 3 ends it after the options string. What follows then is taken for control messages.
    pub(crate) fn decode(plaintext: &[u8]) -> Result<(Self, &[u8]), KeyMethodError> {
        let mut reader = Reader::new(plaintext)?;
        let secrets = ServerSecrets {
            random1: reader.take()?,
            random2: reader.take()?,
        };
        let options = lossy(reader.text()?);
        let after_options = reader.0;
        let (Ok(_), Ok(_), Ok(peer_info)) = (reader.text(), reader.text(), reader.text()) else {
            return Ok((
                Self {
                    secrets,
                    options,
                    peer_info: String::new(),
                },
                after_options,
            ));
        };
        Ok((
            Self {
                secrets,
                options,
                peer_info: lossy(peer_info),
            },
            reader.0,
        ))
    }
}

fn encode(
    numbers: &[&[u8]],
    texts: &[(&'static str, &str)],
) -> Result<Zeroizing<Vec<u8>>, KeyMethodError> {
    let texts_len: usize = texts.iter().map(|(_, text)| 3 + text.len()).sum();
    let numbers_len: usize = numbers.iter().map(|number| number.len()).sum();
    // Never grows, so that no copy is left behind.
    let mut out = Zeroizing::new(Vec::with_capacity(PREAMBLE.len() + numbers_len + texts_len));
    out.extend_from_slice(&PREAMBLE);
    for number in numbers {
        out.extend_from_slice(number);
    }
    for (name, text) in texts {
        write_text(&mut out, text, name)?;
    }
    Ok(out)
}

/// Writes a text with its length and a final zero byte, which both count; an empty text is only a length of zero.
fn write_text(out: &mut Vec<u8>, text: &str, name: &'static str) -> Result<(), KeyMethodError> {
    if text.is_empty() {
        out.extend_from_slice(&[0, 0]);
        return Ok(());
    }
    if text.as_bytes().contains(&0) {
        return Err(KeyMethodError::ZeroByte(name));
    }
    let len = u16::try_from(text.len() + 1).map_err(|_| KeyMethodError::TooLong(name))?;
    out.extend_from_slice(&len.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
    out.push(0);
    Ok(())
}

fn exact(text: &[u8], name: &'static str) -> Result<Zeroizing<String>, KeyMethodError> {
    let text = str::from_utf8(until_zero(text)).map_err(|_| KeyMethodError::NotUtf8(name))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// A text that only machines read: foreign bytes are replaced rather than refused.
fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(until_zero(text)).into_owned()
}

fn until_zero(text: &[u8]) -> &[u8] {
    text.split(|&byte| byte == 0).next().unwrap_or_default()
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn new(plaintext: &'a [u8]) -> Result<Self, KeyMethodError> {
        let mut reader = Self(plaintext);
        let [.., method] = reader.take::<{ PREAMBLE.len() }>()?;
        if method & METHOD_MASK != METHOD {
            return Err(KeyMethodError::Method);
        }
        Ok(reader)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], KeyMethodError> {
        let (taken, rest) = self
            .0
            .split_first_chunk()
            .ok_or(KeyMethodError::Truncated)?;
        self.0 = rest;
        Ok(*taken)
    }

    /// The bytes of the next text with its zero byte. They are not looked at yet: a message that arrives in tiny records is
    /// read anew at each.
    fn text(&mut self) -> Result<&'a [u8], KeyMethodError> {
        let len = u16::from_be_bytes(self.take()?);
        let (text, rest) = self
            .0
            .split_at_checked(usize::from(len))
            .ok_or(KeyMethodError::Truncated)?;
        self.0 = rest;
        Ok(text)
    }
}
