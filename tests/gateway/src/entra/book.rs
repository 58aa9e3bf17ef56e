use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::entra::account::EntraAccount;
use crate::entra::device_code::{Decision, DeviceCode};
use crate::entra::fault::EntraFault;
use crate::entra::grant::{AuthorizationCode, Grant, RefreshToken, Scopes};
use crate::entra::policy::EntraPolicy;
use crate::entra::refusal::EntraRefusal;
use crate::entra::request::EntraRequest;
use crate::entra::shelf::Shelf;
use crate::entra::step::EntraStep;
use crate::entra::ticket::Ticket;

/// What changes.
#[derive(Default)]
pub(super) struct Book {
    pub(super) policy: EntraPolicy,
    pub(super) accounts: Vec<EntraAccount>,
    /// Who has agreed to what the application may do.
    pub(super) consented: BTreeSet<String>,
    pub(super) refusals: BTreeMap<EntraStep, EntraRefusal>,
    /// How the next so many answers fail, in order.
    pub(super) faults: VecDeque<(EntraStep, EntraFault, u32)>,
    pub(super) tickets: Shelf<Ticket>,
    pub(super) codes: Shelf<AuthorizationCode>,
    pub(super) refresh_tokens: Shelf<RefreshToken>,
    pub(super) device_codes: Shelf<DeviceCode>,
    /// The users of the access tokens that were not revoked, by the tokens' ids.
    pub(super) access_tokens: Shelf<String>,
    requests: VecDeque<EntraRequest>,
}

/// Requests that are remembered.
const MOST_REQUESTS: usize = 4096;

impl Book {
    pub(super) fn new(policy: EntraPolicy, accounts: Vec<EntraAccount>) -> Self {
        Self {
            policy,
            accounts,
            ..Self::default()
        }
    }

    pub(super) fn account(&self, username: &str) -> Option<&EntraAccount> {
        let mut accounts = self.accounts.iter();
        accounts.find(|account| account.username.eq_ignore_ascii_case(username))
    }

    /// The account of a user who is let in.
    pub(super) fn active_account(&self, username: &str) -> Result<&EntraAccount, EntraRefusal> {
        match self.account(username) {
            None => Err(EntraRefusal::UnknownUser),
            Some(account) if account.is_disabled => Err(EntraRefusal::AccountDisabled),
            Some(account) => Ok(account),
        }
    }

    /// What a user grants who does whatever is asked, at once: the one of this name, or else the first.
    pub(super) fn grant_at_once(
        &mut self,
        username: Option<&str>,
        scopes: Scopes,
        now: i64,
    ) -> Result<Grant, EntraRefusal> {
        let first = self.accounts.first();
        let first = first.map(|account| account.username.as_str());
        let username = username.or(first).ok_or(EntraRefusal::UnknownUser)?;
        let account = self.active_account(username)?;
        let second_factor = account.second_factor.is_some();
        if self.policy.second_factor_needed && !second_factor {
            return Err(EntraRefusal::SecondFactorNotSetUp);
        }
        let username = account.username.clone();
        self.consented.insert(username.clone());
        Ok(Grant {
            username,
            scopes,
            second_factor,
            claims: None,
            nonce: None,
            signed_in_at: now,
        })
    }

    /// How the next answer to such a request fails.
    pub(super) fn next_fault(&mut self, step: EntraStep) -> Option<EntraFault> {
        let place = self.faults.iter().position(|(of, ..)| *of == step)?;
        let (_, fault, times) = self.faults.get_mut(place)?;
        let fault = *fault;
        *times = times.saturating_sub(1);
        if *times == 0 {
            self.faults.remove(place);
        }
        Some(fault)
    }

    pub(super) fn record(&mut self, request: EntraRequest) {
        if self.requests.len() >= MOST_REQUESTS {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
    }

    pub(super) fn requests(&self) -> Vec<EntraRequest> {
        self.requests.iter().cloned().collect()
    }

    /// Ends everything that a user has signed in for.
    pub(super) fn revoke(&mut self, username: &str) {
        let is_meant = |user: &str| user.eq_ignore_ascii_case(username);
        self.codes.retain(|code| !is_meant(&code.grant.username));
        self.device_codes.retain(|code| {
            !matches!(&code.decision, Decision::Approved(grant) if is_meant(&grant.username))
        });
        self.refresh_tokens
            .for_each(|token| token.is_revoked |= is_meant(&token.grant.username));
        self.access_tokens.retain(|user| !is_meant(user));
    }
}
