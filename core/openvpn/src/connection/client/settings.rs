//! The settings of a client's connection: the first ones, and what the gateway makes of them in mid-session.

use std::sync::Arc;

use crate::error::Error;
use crate::push::{
    AuthToken, PushAssembly, PushError, PushReply, PushWarning, UpdateAssembly, UpdateError,
};

/// The settings in force, and parts of those that are arriving.
#[derive(Default)]
pub(super) struct Settings {
    replies: PushAssembly,
    updates: UpdateAssembly,
    current: Option<InForce>,
    /// The largest MTU that the client takes.
    most_mtu: u16,
}

struct InForce {
    push: Arc<PushReply>,
    /// The name of the data cipher, which may not have been pushed.
    cipher: &'static str,
}

/// What a message in mid-session brings, once it is complete.
pub(super) struct Later {
    /// The settings from now on.
    pub(super) push: Arc<PushReply>,
    /// Those until now.
    pub(super) old: Arc<PushReply>,
    /// A new token, if there is one.
    pub(super) token: Option<AuthToken>,
    pub(super) warnings: Vec<PushWarning>,
}

impl Settings {
    pub(super) fn new(most_mtu: u16) -> Self {
        Self {
            most_mtu,
            ..Self::default()
        }
    }

    /// Takes in a push reply of the handshake; yields the settings when they are complete.
    pub(super) fn first(
        &mut self,
        message: &str,
    ) -> Result<Option<(PushReply, Vec<PushWarning>)>, Error> {
        let complete = self.replies.add(message)?;
        Ok(complete.map(|(push, warnings)| self.limited(push, warnings)))
    }

    /// Puts the first settings in force.
    pub(super) fn begin(&mut self, push: PushReply, cipher: &'static str) {
        self.current = Some(InForce {
            push: Arc::new(push),
            cipher,
        });
    }

    /// Takes in a push reply in mid-session: new settings, or nothing but a token.
    pub(super) fn later(&mut self, message: &str) -> Result<Option<Later>, Error> {
        let Some((push, warnings)) = self.replies.add(message)? else {
            return Ok(None);
        };
        let Some(InForce { push: old, cipher }) = &self.current else {
            return Ok(None);
        };
        if push.is_empty() {
            // Options that mean nothing here say nothing of the settings either.
            return match message.contains(',') {
                true => Ok(None),
                false => Err(PushError::Empty.into()),
            };
        }
        let token = push.auth_token.clone();
        let push = if push.only_renews_token() {
            PushReply {
                auth_token: token.clone(),
                ..PushReply::clone(old)
            }
        } else {
            push.in_place_of(old, cipher)
                .map_err(|name| Error::NotUpdatable(name.to_owned()))?
        };
        Ok(self.replace(push, warnings, token))
    }

    /// Takes in changes of the settings; none also where there are no settings to change.
    pub(super) fn update(&mut self, message: &str) -> Result<Option<Later>, Error> {
        let Some(InForce { push: old, .. }) = &self.current else {
            return Ok(None);
        };
        match self.updates.add(message, old) {
            Ok(None) => Ok(None),
            Ok(Some((push, _))) if push.addresses.is_empty() => Err(Error::NoAddress),
            Ok(Some((push, warnings))) => Ok(self.replace(push, warnings, None)),
            Err(UpdateError::NotUpdatable(name)) => Err(Error::NotUpdatable(name)),
            Err(UpdateError::Push(error)) => Err(error.into()),
        }
    }

    /// Whether there are settings that could be changed.
    pub(super) fn are_in_force(&self) -> bool {
        self.current.is_some()
    }

    fn replace(
        &mut self,
        push: PushReply,
        warnings: Vec<PushWarning>,
        token: Option<AuthToken>,
    ) -> Option<Later> {
        let (push, warnings) = self.limited(push, warnings);
        let push = Arc::new(push);
        let current = self.current.as_mut()?;
        let old = std::mem::replace(&mut current.push, Arc::clone(&push));
        Some(Later {
            push,
            old,
            token,
            warnings,
        })
    }

    fn limited(
        &self,
        mut push: PushReply,
        mut warnings: Vec<PushWarning>,
    ) -> (PushReply, Vec<PushWarning>) {
        warnings.extend(push.limit_mtu(self.most_mtu));
        (push, warnings)
    }
}
