//! Which of many certificates may have issued one, by their names.

/// The most certificates that are taken for issuers, so that those that name each other end somewhere.
const MOST_ISSUERS: usize = 32;

/// A certificate with the names in it, both in a form in which equal names are equal bytes.
pub(super) struct NamedCertificate {
    pub(super) subject: Vec<u8>,
    pub(super) issuer: Vec<u8>,
    pub(super) der: Vec<u8>,
}

/// Returns the certificate, then all those that may be its issuers, the issuers of those, and so on.
///
/// Several may have one name: a root that is made anew often keeps it. All of them are returned, for a caller that tells them
/// apart by their keys.
pub(super) fn with_issuers(leaf: &NamedCertificate, known: &[NamedCertificate]) -> Vec<Vec<u8>> {
    let mut chain = vec![leaf.der.clone()];
    let mut names = vec![&leaf.issuer];
    let mut next = 0;
    while let Some(name) = names.get(next).copied() {
        next += 1;
        for issuer in known.iter().filter(|one| one.subject == *name) {
            if chain.contains(&issuer.der) {
                continue;
            }
            if chain.len() > MOST_ISSUERS {
                return chain;
            }
            chain.push(issuer.der.clone());
            if !names.contains(&&issuer.issuer) {
                names.push(&issuer.issuer);
            }
        }
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(subject: &str, issuer: &str, der: &str) -> NamedCertificate {
        NamedCertificate {
            subject: subject.into(),
            issuer: issuer.into(),
            der: der.into(),
        }
    }

    fn names(chain: &[Vec<u8>]) -> Vec<String> {
        let text = |der: &Vec<u8>| String::from_utf8_lossy(der).into_owned();
        chain.iter().map(text).collect()
    }

    #[test]
    fn the_issuers_follow_up_to_the_root() {
        let leaf = certificate("alice", "intermediate", "leaf");
        let known = [
            certificate("root", "root", "root"),
            certificate("stranger", "root", "stranger"),
            certificate("intermediate", "root", "intermediate"),
        ];

        let chain = with_issuers(&leaf, &known);

        assert_eq!(names(&chain), ["leaf", "intermediate", "root"]);
    }

    #[test]
    fn roots_of_the_same_name_are_all_returned() {
        let leaf = certificate("alice", "root", "leaf");
        let known = [
            certificate("root", "root", "old root"),
            certificate("root", "root", "new root"),
        ];

        let chain = with_issuers(&leaf, &known);

        assert_eq!(names(&chain), ["leaf", "old root", "new root"]);
    }

    #[test]
    fn a_certificate_in_two_keychains_is_returned_once() {
        let leaf = certificate("alice", "root", "leaf");
        let root = || certificate("root", "root", "root");

        let chain = with_issuers(&leaf, &[root(), root()]);

        assert_eq!(names(&chain), ["leaf", "root"]);
    }

    #[test]
    fn a_self_signed_certificate_is_not_its_own_issuer() {
        let leaf = certificate("alice", "alice", "leaf");
        let known = [certificate("alice", "alice", "leaf")];

        assert_eq!(names(&with_issuers(&leaf, &known)), ["leaf"]);
    }

    #[test]
    fn certificates_that_issue_each_other_come_to_an_end() {
        let leaf = certificate("alice", "one", "leaf");
        let known = [
            certificate("one", "two", "one"),
            certificate("two", "one", "two"),
        ];

        assert_eq!(names(&with_issuers(&leaf, &known)), ["leaf", "one", "two"]);
    }

    #[test]
    fn a_keychain_full_of_one_name_is_cut_off() {
        let leaf = certificate("alice", "root", "leaf");
        let known: Vec<_> = (0..1_000)
            .map(|number| certificate("root", "root", &number.to_string()))
            .collect();

        assert_eq!(with_issuers(&leaf, &known).len(), MOST_ISSUERS + 1);
    }
}
