use super::{Authentication, AuthenticationKind};

/// The ways to sign in that a profile offers, at most one of each kind, and which of them is used.
///
/// A gateway with several kinds of sign-in hands out a file for each; they are one profile with a
/// choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationChoice {
    selected: Authentication,
    /// Sorted by kind; none of the selected kind.
    others: Vec<Authentication>,
}

impl AuthenticationChoice {
    /// Makes a choice of one.
    pub fn new(only: Authentication) -> Self {
        Self {
            selected: only,
            others: Vec::new(),
        }
    }

    /// Returns the way that is used.
    pub fn selected(&self) -> &Authentication {
        &self.selected
    }

    /// Returns the other ways, in the order of [`AuthenticationKind`].
    pub fn others(&self) -> &[Authentication] {
        &self.others
    }

    /// Walks all ways, the selected one first.
    pub fn iter(&self) -> impl Iterator<Item = &Authentication> {
        std::iter::once(&self.selected).chain(&self.others)
    }

    /// Returns the way of a kind, if it is offered.
    pub fn get(&self, kind: AuthenticationKind) -> Option<&Authentication> {
        self.iter().find(|offered| offered.kind() == kind)
    }

    /// Adds a way, or replaces the one of its kind; what is selected stays so by its kind.
    pub fn offer(&mut self, authentication: Authentication) {
        if authentication.kind() == self.selected.kind() {
            self.selected = authentication;
            return;
        }
        self.others
            .retain(|other| other.kind() != authentication.kind());
        self.others.push(authentication);
        self.others.sort_by_key(Authentication::kind);
    }

    /// Selects the way of a kind, and returns whether it is offered; if not, nothing changes.
    pub fn select(&mut self, kind: AuthenticationKind) -> bool {
        if kind == self.selected.kind() {
            return true;
        }
        let Some(place) = self.others.iter().position(|other| other.kind() == kind) else {
            return false;
        };
        let selected = self.others.swap_remove(place);
        let former = std::mem::replace(&mut self.selected, selected);
        self.others.push(former);
        self.others.sort_by_key(Authentication::kind);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authentication::{CertificateAuthentication, PasswordAuthentication};

    fn certificate() -> Authentication {
        Authentication::Certificate(CertificateAuthentication::default())
    }

    fn password() -> Authentication {
        Authentication::Password(PasswordAuthentication::default())
    }

    #[test]
    fn what_is_selected_stays_so_when_others_are_offered() {
        let mut choice = AuthenticationChoice::new(password());

        choice.offer(certificate());

        assert_eq!(choice.selected().kind(), AuthenticationKind::Password);
        assert_eq!(choice.others(), [certificate()]);
    }

    #[test]
    fn a_way_of_a_kind_replaces_the_former_one() {
        let mut choice = AuthenticationChoice::new(password());
        let known = PasswordAuthentication {
            username: Some("alice".to_owned()),
            ..PasswordAuthentication::default()
        };

        choice.offer(Authentication::Password(known.clone()));

        assert_eq!(choice.selected(), &Authentication::Password(known));
        assert!(choice.others().is_empty());
    }

    #[test]
    fn only_what_is_offered_can_be_selected() {
        let mut choice = AuthenticationChoice::new(password());
        choice.offer(certificate());

        assert!(!choice.select(AuthenticationKind::Entra));
        assert!(choice.select(AuthenticationKind::Certificate));

        assert_eq!(choice.selected(), &certificate());
        assert_eq!(choice.others(), [password()]);
    }
}
