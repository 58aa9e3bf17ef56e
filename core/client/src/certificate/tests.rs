#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use super::*;

#[test]
fn a_file_that_is_not_there_is_named() {
    let LoadError::Other(error) = Certificate::pfx_file("/nowhere/me.pfx").load().unwrap_err()
    else {
        panic!("a password cannot help");
    };

    assert_eq!(error.code(), ErrorCode::CertificateUnreadable);
    assert!(error.to_string().contains("/nowhere/me.pfx"), "{error}");
}

#[test]
fn nothing_secret_prints() {
    let certificate =
        Certificate::pem_with_key("certificate text", "key text").password("open sesame");

    let printed = format!("{certificate:?}");

    for secret in ["sesame", "key text", "certificate text"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn bytes_that_are_no_certificate_are_damaged() {
    for certificate in [Certificate::pem("nonsense"), Certificate::pfx(vec![0; 100])] {
        let LoadError::Other(error) = certificate.load().unwrap_err() else {
            panic!("a password cannot help")
        };
        let expected = [
            ErrorCode::CertificateDamaged,
            ErrorCode::CertificateIncomplete,
        ];
        assert!(expected.contains(&error.code()), "{error:?}");
    }
}
