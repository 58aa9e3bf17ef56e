//! Stores of certificates as a host sets them up: listed, a PFX container put there, used, and removed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

#[path = "../support/mod.rs"]
mod support;
mod tokens;

use p2svpn_client::{Answer, Certificate, CertificateStore, ChallengeKind, ErrorCode, TokenAccess};
use support::{Bench, certificate, options, within};
use tokens::{PIN, on_tokens, store};

const PASSWORD: &str = "password of the container";

#[test]
fn an_imported_certificate_is_listed_signs_in_and_is_removed() {
    on_tokens(
        "an_imported_certificate_is_listed_signs_in_and_is_removed",
        &["Alice"],
        async {
            let bench = Bench::new().await;
            assert_eq!(store().certificates().unwrap(), []);

            let imported = store().import(&pfx(&bench), &access()).unwrap();
            assert_eq!(imported.subject, "CN=alice");
            assert!(imported.source.contains("Alice"), "{}", imported.source);
            let again = store().import(&pfx(&bench), &access()).unwrap();
            assert_eq!(again, imported);
            assert_eq!(
                store().certificates().unwrap(),
                std::slice::from_ref(&imported)
            );

            let session = bench.connect(options().certificate_store(store()));
            let asked = bench.next_challenge().await;
            assert!(matches!(asked.kind, ChallengeKind::TokenPin { .. }));
            session
                .answer(asked.id, Answer::Secret(PIN.to_owned().into()))
                .unwrap();
            within(session.connected()).await.unwrap();
            session.disconnect();
            within(session.closed()).await;

            let thumbprint = imported.thumbprint.to_lowercase();
            store().remove(&thumbprint, &access()).unwrap();
            assert_eq!(store().certificates().unwrap(), []);
            let gone = store().remove(&thumbprint, &access()).unwrap_err();
            assert_eq!(gone.code(), ErrorCode::NoCertificateFits);
            assert!(gone.to_string().contains(&thumbprint), "{gone}");
        },
    );
}

#[test]
fn a_wrong_password_pin_or_container_leaves_nothing_on_the_token() {
    on_tokens(
        "a_wrong_password_pin_or_container_leaves_nothing_on_the_token",
        &["Alice"],
        async {
            let bench = Bench::new().await;
            let code = |certificate: &Certificate, access: &TokenAccess| {
                store().import(certificate, access).unwrap_err().code()
            };
            let wrong_password = pfx(&bench).password("wrong");
            assert_eq!(
                code(&wrong_password, &access()),
                ErrorCode::CertificatePasswordWrong
            );
            let garbage = Certificate::pfx(vec![0x30; 5000]);
            assert_eq!(code(&garbage, &access()), ErrorCode::CertificateDamaged);
            let pem = certificate(&bench.identity);
            assert_eq!(code(&pem, &access()), ErrorCode::InvalidArgument);
            let missing = Certificate::pfx_file("/nonexistent/me.pfx");
            assert_eq!(code(&missing, &access()), ErrorCode::CertificateUnreadable);
            let no_pin = TokenAccess::default();
            assert_eq!(code(&pfx(&bench), &no_pin), ErrorCode::PinWrong);
            let wrong_pin = TokenAccess::default().pin("000000");
            assert_eq!(code(&pfx(&bench), &wrong_pin), ErrorCode::PinWrong);
            let elsewhere = access().label("Bob");
            assert_eq!(code(&pfx(&bench), &elsewhere), ErrorCode::TokenRemoved);

            assert_eq!(store().certificates().unwrap(), []);
        },
    );
}

#[test]
fn of_several_tokens_one_has_to_be_named() {
    on_tokens(
        "of_several_tokens_one_has_to_be_named",
        &["Alice", "Bob"],
        async {
            let bench = Bench::new().await;
            let unnamed = store().import(&pfx(&bench), &access()).unwrap_err();
            assert_eq!(unnamed.code(), ErrorCode::InvalidArgument);
            let mut labels = unnamed.causes().to_vec();
            labels.sort();
            assert_eq!(labels, ["Alice", "Bob"]);

            let mut thumbprint = String::new();
            for label in ["Alice", "Bob"] {
                let imported = store().import(&pfx(&bench), &access().label(label));
                thumbprint = imported.unwrap().thumbprint;
            }
            let unnamed = store().remove(&thumbprint, &access()).unwrap_err();
            assert_eq!(unnamed.code(), ErrorCode::InvalidArgument);
            assert_eq!(unnamed.causes().len(), 2);

            store().remove(&thumbprint, &access().label("Bob")).unwrap();

            let left = store().certificates().unwrap();
            assert_eq!(left.len(), 1);
            assert!(left[0].source.contains("Alice"), "{}", left[0].source);
        },
    );
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn linux_has_no_store_of_its_own_and_the_error_says_what_there_is() {
    let mut bench = Bench::new().await;
    for place in [
        CertificateStore::CurrentUser,
        CertificateStore::LocalMachine,
    ] {
        let refused = place.certificates().unwrap_err();
        assert_eq!(refused.code(), ErrorCode::CertificateStoreUnavailable);
        assert!(refused.to_string().contains("PKCS#11"), "{refused}");
        let refused = place.import(&pfx(&bench), &access()).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::CertificateStoreUnavailable);
        let refused = place.remove("00", &access()).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::CertificateStoreUnavailable);

        let ended = bench.end_of(options().certificate_store(place)).await;
        let error = ended.error.unwrap();
        assert_eq!(error.code(), ErrorCode::CertificateStoreUnavailable);
    }
}

#[test]
fn a_pin_is_not_printed() {
    let printed = format!("{:?}", access().label("Alice"));

    assert!(
        printed.contains("Alice") && !printed.contains(PIN),
        "{printed}"
    );
}

fn pfx(bench: &Bench) -> Certificate {
    Certificate::pfx(bench.identity.pfx(PASSWORD).unwrap()).password(PASSWORD)
}

fn access() -> TokenAccess {
    TokenAccess::default().pin(PIN)
}
