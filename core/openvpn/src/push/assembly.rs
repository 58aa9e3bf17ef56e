use zeroize::Zeroizing;

use super::error::PushError;
use super::parse::parse;
use super::reply::PushReply;
use super::warning::PushWarning;

/// The longest reply over all its messages.
const LONGEST: usize = 256 * 1024;

const NAME: &str = "PUSH_REPLY";
const CONTINUATION: &str = "push-continuation";

/// Puts a push reply together that came in several messages.
#[derive(Default)]
pub(crate) struct PushAssembly {
    options: Zeroizing<String>,
    /// Bytes of all messages so far: empty ones must not go on for ever either.
    received: usize,
}

impl PushAssembly {
    /// Takes in one message, `PUSH_REPLY` and all; yields the settings when they are complete.
    ///
    /// After that, and after an error, the next message begins a new reply.
    pub(crate) fn add(
        &mut self,
        message: &str,
    ) -> Result<Option<(PushReply, Vec<PushWarning>)>, PushError> {
        let options = message.strip_prefix(NAME).ok_or(PushError::NotAPushReply);
        let options = options.and_then(|rest| match rest {
            "" => Ok(""),
            rest => rest.strip_prefix(',').ok_or(PushError::NotAPushReply),
        });
        let more = options.and_then(|options| self.append(message.len(), options));
        if more == Ok(true) {
            return Ok(None);
        }
        let complete = std::mem::take(self);
        more?;
        parse(&complete.options).map(Some)
    }

    /// Appends a message's options; true when more are to follow.
    fn append(&mut self, len: usize, options: &str) -> Result<bool, PushError> {
        self.received += len;
        if self.received > LONGEST {
            return Err(PushError::TooLong);
        }
        let mut more = false;
        for option in options.split(',') {
            match option.trim_start().strip_prefix(CONTINUATION) {
                Some(value) if value.is_empty() || value.starts_with(' ') => {
                    more = match value.trim() {
                        "2" => true,
                        "0" | "1" => false,
                        _ => return Err(PushError::BrokenContinuation),
                    };
                }
                _ => self.push(option),
            }
        }
        Ok(more)
    }

    fn push(&mut self, option: &str) {
        if !self.options.is_empty() {
            self.options.push(',');
        }
        let needed = self.options.len() + option.len();
        if needed > self.options.capacity() {
            // Growing in place could leave a copy of a token behind.
            let mut larger = Zeroizing::new(String::with_capacity((2 * needed).max(1024)));
            larger.push_str(&self.options);
            self.options = larger;
        }
        self.options.push_str(option);
    }
}
