use std::time::Instant;

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use super::notice::Question;
use super::question::{Challenge, ChallengeId, ChallengeKind};

/// The longest answer in bytes: with it in Base64 the message stays below the 2,048 bytes that OpenVPN reads at once.
const LONGEST_ANSWER: usize = 1_500;

const ANSWER: &str = "CR_RESPONSE,";

/// Why an answer was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// Nothing was asked under this id: a defect of the host.
    #[error("no such question was asked")]
    Unknown,
    /// The question was answered before, another has taken its place, or the connection is over: drop the answer.
    #[error("the question is not open any more")]
    Late,
    /// The question is answered at its web address, not by text: open the address.
    #[error("the question is answered at its web address")]
    NotByText,
    /// The answer is longer than 1,500 bytes: ask the user again.
    #[error("the answer is longer than 1,500 bytes")]
    TooLong,
}

/// Which question of a connection is open.
///
/// An answer does not travel with the name of its question, so only the newest question can be answered.
#[derive(Default)]
pub(crate) struct OpenQuestions {
    asked: u64,
    newest: Option<Open>,
}

struct Open {
    id: ChallengeId,
    by_text: bool,
}

impl OpenQuestions {
    /// Gives a question its id; the one before it is not open any more.
    pub(crate) fn ask(&mut self, question: Question, expiry: Option<Instant>) -> Challenge {
        let id = ChallengeId(self.asked);
        self.asked += 1;
        self.newest = Some(Open {
            id,
            by_text: question.kind == ChallengeKind::Text,
        });
        Challenge {
            id,
            kind: question.kind,
            text: question.text,
            masked: question.masked,
            response_required: question.response_required,
            url: question.url,
            expiry,
        }
    }

    /// The message that answers the question, its final zero byte included.
    pub(crate) fn answer(
        &mut self,
        id: ChallengeId,
        response: &str,
    ) -> Result<Zeroizing<Vec<u8>>, AnswerError> {
        if id.0 >= self.asked {
            return Err(AnswerError::Unknown);
        }
        let open = self.newest.as_ref().filter(|open| open.id == id);
        if !open.ok_or(AnswerError::Late)?.by_text {
            return Err(AnswerError::NotByText);
        }
        if response.len() > LONGEST_ANSWER {
            return Err(AnswerError::TooLong);
        }
        self.newest = None;
        let encoded = Zeroizing::new(Base64::encode_string(response.as_bytes()));
        let mut message = Zeroizing::new(Vec::with_capacity(ANSWER.len() + encoded.len() + 1));
        message.extend_from_slice(ANSWER.as_bytes());
        message.extend_from_slice(encoded.as_bytes());
        message.push(0);
        Ok(message)
    }

    /// Closes every question: nobody waits for an answer any more.
    pub(crate) fn close(&mut self) {
        self.newest = None;
    }
}
