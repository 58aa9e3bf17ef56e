use zeroize::Zeroizing;

use super::error::{PushError, UpdateError};
use super::parse::parse;
use super::reply::PushReply;
use super::update::apply;
use super::warning::PushWarning;

/// The longest reply or update over all its messages.
const LONGEST: usize = 256 * 1024;

const REPLY: &str = "PUSH_REPLY";
const UPDATE: &str = "PUSH_UPDATE";
const CONTINUATION: &str = "push-continuation";

/// Puts a push reply together that came in several messages.
#[derive(Default)]
pub(crate) struct PushAssembly(OptionsAssembly);

impl PushAssembly {
    /// Takes in one message, `PUSH_REPLY` and all; yields the settings when they are complete.
    ///
    /// After that, and after an error, the next message begins a new reply.
    pub(crate) fn add(
        &mut self,
        message: &str,
    ) -> Result<Option<(PushReply, Vec<PushWarning>)>, PushError> {
        match self.0.add(REPLY, message)? {
            Some(options) => parse(&options).map(Some),
            None => Ok(None),
        }
    }
}

/// Puts changes of settings together that came in several messages.
#[derive(Default)]
pub(crate) struct UpdateAssembly(OptionsAssembly);

impl UpdateAssembly {
    /// Takes in one message, `PUSH_UPDATE` and all; yields what becomes of the current settings when the changes are
    /// complete.
    ///
    /// After that, and after an error, the next message begins new changes.
    pub(crate) fn add(
        &mut self,
        message: &str,
        current: &PushReply,
    ) -> Result<Option<(PushReply, Vec<PushWarning>)>, UpdateError> {
        match self.0.add(UPDATE, message)? {
            Some(options) => apply(&options, current).map(Some),
            None => Ok(None),
        }
    }
}

/// Collects options over several messages.
#[derive(Default)]
struct OptionsAssembly {
    options: Zeroizing<String>,
    /// Bytes of all messages so far: empty ones must not go on for ever either.
    received: usize,
}

impl OptionsAssembly {
    /// Takes in one message of this name; yields all options, separated by commas, when they are complete.
    fn add(&mut self, name: &str, message: &str) -> Result<Option<Zeroizing<String>>, PushError> {
        let options = message.strip_prefix(name).ok_or(PushError::NotAPushReply);
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
        Ok(Some(complete.options))
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
