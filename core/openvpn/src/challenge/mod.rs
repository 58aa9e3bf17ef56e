//! Questions of the gateway to the user: typed, and the forms in which their answers travel.
//!
//! There are three kinds. A gateway asks in a connection that waits or runs (`INFO_PRE`, `INFO`): a [`Challenge`],
//! answered by its id. It asks when it turns a client away (`AUTH_FAILED,CRV1`): a [`DynamicChallenge`], answered by
//! the credentials of the next connection. Or the profile asks before the first packet (`static-challenge`): a
//! [`StaticChallenge`], answered by the credentials of this one.

mod dynamic_challenge;
mod notice;
mod open_questions;
mod question;
mod sign_in_method;
mod static_challenge;
mod web_auth;

pub use dynamic_challenge::DynamicChallenge;
pub(crate) use notice::Notice;
pub use open_questions::AnswerError;
pub(crate) use open_questions::OpenQuestions;
pub use question::{Challenge, ChallengeId, ChallengeKind};
pub use sign_in_method::SignInMethod;
pub use static_challenge::StaticChallenge;
pub use web_auth::{WebAuth, WebProxy};

#[cfg(test)]
mod tests;
