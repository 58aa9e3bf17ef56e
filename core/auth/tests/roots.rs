//! Promises of `TrustedRoots`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use p2svpn_auth::{AuthError, TrustedRoots};

const DIGICERT_GLOBAL_ROOT_CA: &str = "A8985D3A65E5E5C4B2D7D66D40C6DD2FB19C5436";
const DIGICERT_GLOBAL_ROOT_G2: &str = "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4";

#[test]
fn the_bundled_roots_are_the_ones_azure_pins() {
    let roots = TrustedRoots::bundled();

    let known: Vec<_> = roots
        .summaries()
        .map(|root| (root.subject.as_str(), root.sha1_text()))
        .collect();

    let subject = |name| format!("C=US, O=DigiCert Inc, OU=www.digicert.com, CN={name}");
    let (ca, g2) = (
        subject("DigiCert Global Root CA"),
        subject("DigiCert Global Root G2"),
    );
    assert_eq!(
        known,
        [
            (ca.as_str(), DIGICERT_GLOBAL_ROOT_CA.to_owned()),
            (g2.as_str(), DIGICERT_GLOBAL_ROOT_G2.to_owned())
        ]
    );
}

#[test]
fn a_pinned_root_is_found_by_its_hash_and_no_other_is() {
    let roots = TrustedRoots::default();
    let g2 = roots.summaries().nth(1).unwrap().sha1;

    let found = roots.by_thumbprint(&g2).unwrap();

    assert_eq!(roots.pinned(&[g2, [7; 20]]), [found]);
    assert!(roots.by_thumbprint(&[7; 20]).is_none());
    assert!(roots.pinned(&[]).is_empty());
}

#[test]
fn roots_of_the_host_are_added_from_pem_and_der_once() {
    let pem = [fixture("root.pem"), fixture("intermediate.pem")].concat();
    let mut roots = TrustedRoots::empty();

    let added = roots.add_pem(&pem).unwrap();
    let der = roots.by_thumbprint(&added[0]).unwrap();
    let again = roots.add_der(&der).unwrap();

    assert_eq!(added.len(), 2);
    assert_eq!(again, added[0]);
    assert_eq!(roots.summaries().count(), 2);
}

#[test]
fn bad_roots_are_refused_and_nothing_is_added() {
    let mut roots = TrustedRoots::empty();
    let half_bad = [
        fixture("root.pem"),
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec(),
    ];

    assert!(matches!(
        roots.add_der(b"no certificate"),
        Err(AuthError::Certificate { .. })
    ));
    assert!(matches!(
        roots.add_pem(&half_bad.concat()),
        Err(AuthError::Certificate { .. })
    ));
    assert_eq!(
        roots.add_pem(b"no blocks at all"),
        Err(AuthError::NoCertificate)
    );
    assert!(matches!(
        roots.add_der(&vec![0; (1 << 20) + 1]),
        Err(AuthError::TooLarge { .. })
    ));
    assert_eq!(roots.summaries().count(), 0);
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!(
        "{}/tests/fixtures/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}
