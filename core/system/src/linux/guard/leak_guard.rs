use std::io;

use super::nft::Nft;
use super::{TABLE, script};
use crate::SystemError;
use crate::guard_rules::GuardRules;
use crate::linux::journal::{Change, Journal, Record};
use crate::privilege::can_configure_network;

/// Keeps everything on the machine that shall go through the tunnel, as its [`GuardRules`] say.
///
/// It is there for programs of this machine and for what it forwards for others, such as containers, over IPv4 and IPv6, also for
/// connections that were open before. What comes in is not its concern: what is answered goes out. Tables of others are not touched,
/// and whatever they refuse stays refused.
///
/// Dropping it lowers it, as the end of the process does, unless it shall stay after a kill.
#[derive(Debug)]
pub struct LeakGuard {
    nft: Nft,
    table: String,
    /// The rules that are in effect.
    rules: GuardRules,
    /// Where it is written down that the table is there, if it outlasts a kill.
    record: Option<Record>,
}

impl LeakGuard {
    /// Raises it, in one step, in the calling thread's network namespace. Needs the program `nft` and CAP_NET_ADMIN.
    ///
    /// With a journal it stays when this process is killed, until the next [`Journal::recover`]; without, the kernel lowers it then.
    ///
    /// # Errors
    /// [`SystemError::ProgramMissing`] without `nft`, [`SystemError::PermissionDenied`] without the privilege,
    /// [`SystemError::Refused`] otherwise.
    pub async fn raise(rules: GuardRules, journal: Option<Journal>) -> Result<Self, SystemError> {
        check(&rules)?;
        if !can_configure_network() {
            // A program that is started by root would have the privilege again.
            return Err(refused(io::Error::from_raw_os_error(libc::EPERM)));
        }
        let mut nft = Nft::start().map_err(refused)?;
        let table = new_name().map_err(refused)?;
        let is_owned = journal.is_none();
        let mut record = journal.map(Record::new);
        if let Some(record) = &mut record {
            let change = Change::Table {
                name: table.clone(),
            };
            record.note(&[change]).map_err(refused)?;
        }
        let raised = nft.run(&script::make(&table, &rules, is_owned)).await;
        if let (Err(_), Some(record)) = (&raised, &mut record) {
            record.forget();
        }
        raised.map_err(refused)?;
        tracing::info!(table, is_owned, "the leak guard is up");
        Ok(Self {
            nft,
            table,
            rules,
            record,
        })
    }

    /// Gives it other rules, in one step: there is no moment without any. On an error the former ones are in effect.
    ///
    /// # Errors
    /// As for [`raise`](Self::raise).
    pub async fn change(&mut self, rules: GuardRules) -> Result<(), SystemError> {
        if rules == self.rules {
            return Ok(());
        }
        check(&rules)?;
        let changed = self.nft.run(&script::change(&self.table, &rules)).await;
        changed.map_err(refused)?;
        self.rules = rules;
        Ok(())
    }

    /// Returns the rules that are in effect.
    pub fn rules(&self) -> &GuardRules {
        &self.rules
    }

    /// Lowers it: everything goes its way again.
    ///
    /// # Errors
    /// [`SystemError::Refused`] if the table could not be removed; with an owner it goes all the same.
    pub async fn lower(mut self) -> Result<(), SystemError> {
        let lowered = self.nft.run(&script::delete(&self.table)).await;
        lowered.map_err(refused)?;
        if let Some(record) = &mut self.record {
            record.forget();
        }
        tracing::info!(table = self.table, "the leak guard is down");
        Ok(())
    }
}

/// Refuses a name that would not be one word in a rule: the kernel lets interfaces have almost any.
fn check(rules: &GuardRules) -> Result<(), SystemError> {
    let is_plain = |name: &String| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        !name.is_empty() && name.bytes().all(fits)
    };
    if rules.tunnel.as_ref().is_none_or(is_plain) {
        return Ok(());
    }
    let reason = "the interface's name has other characters than letters, digits, '-', '_' and '.'";
    Err(refused(io::Error::new(io::ErrorKind::InvalidInput, reason)))
}

/// A name that no other table has.
fn new_name() -> io::Result<String> {
    let number = crate::linux::random_number()?;
    Ok(format!("{TABLE}{number:016x}"))
}

fn refused(source: io::Error) -> SystemError {
    let operation = "raise the leak guard".to_owned();
    if source.kind() == io::ErrorKind::NotFound {
        return SystemError::ProgramMissing {
            operation,
            program: "nft",
            package: "nftables",
        };
    }
    if source.raw_os_error() == Some(libc::EPERM) {
        return SystemError::PermissionDenied {
            operation,
            capability: "CAP_NET_ADMIN",
        };
    }
    SystemError::Refused { operation, source }
}
