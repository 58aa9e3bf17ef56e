use zeroize::Zeroizing;

use super::question::ChallengeKind;
use super::web_auth::WebAuth;
use crate::human_text::human_text;

/// The longest web address that is handed to a host.
const LONGEST_URL: usize = 8_192;

/// How much of an unknown kind's name is kept.
const LONGEST_NAME: usize = 40;

/// What a gateway says by `INFO` or `INFO_PRE`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// A question to the user.
    Question(Question),
    /// Something that this client never asked for and that needs no answer.
    Nothing,
    /// The web address is no `https` or `http` one, or too long: a host must not open it.
    BadUrl,
    /// A question of a known kind that makes no sense.
    Malformed,
    /// A notice of no known kind: its first word, at most 40 printable characters.
    Unknown(String),
}

/// A question that has no id yet.
#[derive(PartialEq, Eq)]
pub(crate) struct Question {
    pub(super) kind: ChallengeKind,
    pub(super) text: String,
    pub(super) masked: bool,
    pub(super) response_required: bool,
    pub(super) url: Option<Zeroizing<String>>,
}

impl Notice {
    /// Reads what follows `INFO,` or `INFO_PRE,`.
    pub(crate) fn parse(text: &str) -> Self {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        match name {
            "CR_TEXT" => rest
                .split_once(':')
                .map_or(Self::Malformed, |(flags, text)| Self::text(flags, text)),
            "OPEN_URL" => Self::at(rest, ChallengeKind::OpenUrl),
            "WEB_AUTH" => {
                let web_auth = rest
                    .split_once(':')
                    .and_then(|(flags, url)| Some((WebAuth::read(flags)?, url)));
                match web_auth {
                    Some((web_auth, url)) => Self::at(url, ChallengeKind::WebAuth(web_auth)),
                    None => Self::Malformed,
                }
            }
            // OpenVPN 3's channel between applications, which this client does not announce.
            "ACC" => Self::Nothing,
            name => Self::Unknown(
                name.chars()
                    .filter(char::is_ascii_graphic)
                    .take(LONGEST_NAME)
                    .collect(),
            ),
        }
    }

    fn text(flags: &str, text: &str) -> Self {
        let has = |flag: &str| flags.split(',').any(|set| set == flag);
        Self::Question(Question {
            kind: ChallengeKind::Text,
            text: human_text(text),
            masked: !has("E"),
            response_required: has("R"),
            url: None,
        })
    }

    fn at(url: &str, kind: ChallengeKind) -> Self {
        if !is_web_address(url) {
            return Self::BadUrl;
        }
        Self::Question(Question {
            kind,
            text: String::new(),
            masked: false,
            response_required: false,
            url: Some(Zeroizing::new(url.to_owned())),
        })
    }
}

/// Shows the kind and the text only: the address may sign in whoever knows it.
impl std::fmt::Debug for Question {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Question")
            .field("kind", &self.kind)
            .field("text", &self.text)
            .finish_non_exhaustive()
    }
}

/// Whether a host may hand this to a browser: `https` or `http` with a host, in printable ASCII.
fn is_web_address(url: &str) -> bool {
    let after_scheme = ["https://", "http://"].iter().find_map(|scheme| {
        let (start, rest) = url.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    after_scheme
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '['))
        && url.len() <= LONGEST_URL
        && url.bytes().all(|byte| {
            byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'`')
        })
}
