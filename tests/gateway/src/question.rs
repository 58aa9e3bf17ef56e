use p2svpn_openvpn::Admission;

/// What a gateway asks before it lets a client in, besides the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// A text that must not be shown while it is typed, asked in the connection that waits (`CR_TEXT`).
    Text {
        /// The question.
        text: String,
        /// The right answer.
        answer: String,
    },
    /// A text that may be shown, asked by turning the client away (`AUTH_FAILED,CRV1`): its next connection has to bring the
    /// answer.
    NextTime {
        /// The question.
        text: String,
        /// The right answer.
        answer: String,
    },
    /// That the user signs in at this page (`WEB_AUTH`), which [`Gateway::sign_in`](crate::Gateway::sign_in) stands for.
    Page {
        /// The page's address.
        url: String,
    },
}

/// What to do about a client that a question is put to.
pub(crate) enum Asked {
    /// It has answered already.
    Right,
    /// It is turned away, with this text.
    Refused(String),
    /// It waits, after these messages.
    Waits([String; 2]),
}

/// What links the answer in the next connection to its question.
const STATE_ID: &str = "b2YgdGhlIHRlc3Q";
/// The user name that the next connection has to bring, "alice".
const USERNAME: &str = "YWxpY2U=";

pub(crate) const WRONG: &str = "the answer is wrong";

impl Question {
    /// Puts the question to a client that asks to be let in.
    pub(crate) fn put(&self, admission: &Admission) -> Asked {
        let pending = "AUTH_PENDING,timeout 60".to_owned();
        match self {
            Self::Text { text, .. } => {
                Asked::Waits([pending, format!("INFO_PRE,CR_TEXT:R:{text}")])
            }
            Self::Page { url } => {
                Asked::Waits([pending, format!("INFO_PRE,WEB_AUTH:external:{url}")])
            }
            Self::NextTime { text, answer } => match admission.password.as_str() {
                "" => Asked::Refused(format!("CRV1:R,E:{STATE_ID}:{USERNAME}:{text}")),
                password if password == format!("CRV1::{STATE_ID}::{answer}") => Asked::Right,
                _ => Asked::Refused(WRONG.to_owned()),
            },
        }
    }

    /// Whether this is the answer to a question that a client waits with.
    pub(crate) fn is_answered_by(&self, given: &str) -> bool {
        matches!(self, Self::Text { answer, .. } if answer == given)
    }
}
