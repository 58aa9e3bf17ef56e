//! What users meet at the pages.

use p2svpn_gateway::{EntraRefusal, EntraStep, FakeEntra};

use crate::application::{ALICE, authorize, claims, fill, redeem, silent, text};

const RIGHT: [(&str, &str); 2] = [("username", ALICE), ("password", "secret")];

#[tokio::test]
async fn a_user_signs_in_at_the_page_and_the_application_gets_tokens() {
    let entra = FakeEntra::builder().start().await.unwrap();

    let page = authorize(&entra, &[("login_hint", ALICE)]).await;
    assert!(page.body.contains(ALICE));
    let sent_back = fill(&entra, &page, &RIGHT).await;
    let (place, _) = sent_back.redirect();
    let code = sent_back.redirected("code").unwrap();
    let tokens = redeem(&entra, &code, &[]).await.json();

    assert_eq!(place, "http://localhost:2023/");
    assert_eq!(sent_back.redirected("state").unwrap(), "state-1");
    assert_eq!(
        (text(&tokens, "token_type"), &tokens["expires_in"]),
        ("Bearer", &3900.into())
    );
    let access = claims(text(&tokens, "access_token"));
    for (name, value) in [
        ("aud", entra.audience()),
        ("iss", &entra.issuer()),
        ("appid", entra.client_id()),
        ("tid", entra.tenant_id()),
        ("upn", ALICE),
        ("scp", "user_impersonation"),
    ] {
        assert_eq!(text(&access, name), value);
    }
    let time = |name: &str| access[name].as_i64().unwrap();
    assert_eq!(time("exp") - time("iat"), 3900 + 300);
    let id = claims(text(&tokens, "id_token"));
    assert_eq!(
        (text(&id, "nonce"), text(&id, "aud")),
        ("nonce-1", entra.client_id())
    );
    assert_eq!(text(&id, "oid"), text(&access, "oid"));
    assert!(access.get("groups").is_none());
}

#[tokio::test]
async fn a_wrong_password_is_told_and_can_be_corrected() {
    let entra = FakeEntra::builder().start().await.unwrap();

    let page = authorize(&entra, &[]).await;
    let page = fill(&entra, &page, &[("username", ALICE), ("password", "guess")]).await;
    assert!(page.body.contains("AADSTS50126"));
    let page = fill(
        &entra,
        &page,
        &[("username", "bob@contoso.example"), ("password", "x")],
    )
    .await;
    assert!(page.body.contains("AADSTS50034"));
    let sent_back = fill(&entra, &page, &RIGHT).await;

    assert!(sent_back.redirected("code").is_some());
    let codes: Vec<_> = entra
        .requests()
        .iter()
        .map(|request| request.error_code)
        .collect();
    assert_eq!(codes, [None, Some(50126), Some(50034), None]);
}

#[tokio::test]
async fn a_locked_account_cannot_sign_in() {
    let entra = FakeEntra::builder().start().await.unwrap();
    assert!(entra.change_account(ALICE, |account| account.is_disabled = true));
    assert!(!entra.change_account("bob@contoso.example", |_| {}));

    let page = authorize(&entra, &[]).await;
    let page = fill(&entra, &page, &RIGHT).await;

    assert!(page.body.contains("AADSTS50057"));
}

#[tokio::test]
async fn a_second_step_is_asked_for_when_it_is_needed() {
    let entra = FakeEntra::builder()
        .policy(|policy| policy.second_factor_needed = true)
        .start()
        .await
        .unwrap();

    let page = authorize(&entra, &[]).await;
    let page = fill(&entra, &page, &RIGHT).await;
    assert!(page.body.contains("name=\"code\""));
    let page = fill(&entra, &page, &[("code", "000000")]).await;
    assert!(page.body.contains("AADSTS500121"));
    let sent_back = fill(&entra, &page, &[("code", "123456")]).await;

    let code = sent_back.redirected("code").unwrap();
    let tokens = redeem(&entra, &code, &[]).await.json();
    let access = claims(text(&tokens, "access_token"));
    assert_eq!(access["amr"], serde_json::json!(["pwd", "mfa"]));
}

#[tokio::test]
async fn a_user_without_a_second_step_is_told_to_set_it_up() {
    let entra = FakeEntra::builder()
        .policy(|policy| policy.second_factor_needed = true)
        .start()
        .await
        .unwrap();
    entra.change_account(ALICE, |account| account.second_factor = None);

    let page = authorize(&entra, &[]).await;
    let page = fill(&entra, &page, &RIGHT).await;
    let page = fill(&entra, &page, &[("code", "123456")]).await;

    assert!(page.body.contains("AADSTS50079"));
}

#[tokio::test]
async fn consent_is_asked_for_once() {
    let entra = FakeEntra::builder()
        .policy(|policy| policy.consent_needed = true)
        .start()
        .await
        .unwrap();

    let page = authorize(&entra, &[]).await;
    let page = fill(&entra, &page, &RIGHT).await;
    let sent_back = fill(&entra, &page, &[("consent", "yes"), ("action", "next")]).await;
    let again = authorize(&entra, &[]).await;
    let again = fill(&entra, &again, &RIGHT).await;

    assert!(page.body.contains("name=\"consent\""));
    assert!(sent_back.redirected("code").is_some());
    assert!(again.redirected("code").is_some());
}

#[tokio::test]
async fn a_user_may_cancel_at_every_page() {
    let entra = FakeEntra::builder()
        .policy(|policy| policy.consent_needed = true)
        .start()
        .await
        .unwrap();
    let page = authorize(&entra, &[]).await;
    let later = fill(&entra, &authorize(&entra, &[]).await, &RIGHT).await;

    for page in [page, later] {
        let sent_back = fill(&entra, &page, &[("action", "cancel")]).await;

        let said = |name| sent_back.redirected(name);
        assert_eq!(said("error").unwrap(), "access_denied");
        assert_eq!(said("error_subcode").unwrap(), "cancel");
        assert_eq!(said("state").unwrap(), "state-1");
        assert!(said("code").is_none());
    }
}

#[tokio::test]
async fn a_page_can_be_sent_once() {
    let entra = FakeEntra::builder().start().await.unwrap();
    let page = authorize(&entra, &[]).await;

    fill(&entra, &page, &RIGHT).await;
    let again = fill(&entra, &page, &RIGHT).await;

    assert_eq!(again.status, 400);
}

#[tokio::test]
async fn nobody_is_asked_where_the_policy_says_so() {
    let entra = silent().await;

    let hinted = authorize(&entra, &[("login_hint", ALICE)]).await;
    let stranger = authorize(&entra, &[("login_hint", "bob@contoso.example")]).await;
    entra.change_account(ALICE, |account| account.is_disabled = true);
    let locked = authorize(&entra, &[]).await;

    assert!(hinted.redirected("code").is_some());
    for (answer, code) in [(stranger, "AADSTS50034"), (locked, "AADSTS50057")] {
        assert!(
            answer
                .redirected("error_description")
                .unwrap()
                .starts_with(code)
        );
    }
    assert_eq!(entra.count(EntraStep::Page), 0);
}

#[tokio::test]
async fn who_lacks_a_second_step_is_not_signed_in_at_once() {
    let entra = silent().await;
    entra.change_policy(|policy| policy.second_factor_needed = true);
    entra.change_account(ALICE, |account| account.second_factor = None);

    let answer = authorize(&entra, &[]).await;

    let description = answer.redirected("error_description").unwrap();
    assert!(description.starts_with("AADSTS50079"), "{description}");
}

#[tokio::test]
async fn an_account_that_is_locked_meanwhile_gets_nothing_for_its_code() {
    let entra = silent().await;
    let code = authorize(&entra, &[]).await.redirected("code").unwrap();
    entra.change_account(ALICE, |account| account.is_disabled = true);

    let answer = redeem(&entra, &code, &[]).await;

    assert_eq!(answer.error(), ("invalid_grant".to_owned(), 50057));
    assert!(entra.access_token(ALICE).is_err());
}

#[tokio::test]
async fn a_sign_in_that_is_to_be_refused_is() {
    let entra = FakeEntra::builder().start().await.unwrap();
    let page = authorize(&entra, &[]).await;

    entra.refuse(EntraStep::Page, EntraRefusal::Blocked);
    let blocked = fill(&entra, &page, &RIGHT).await;
    entra.refuse(EntraStep::Authorize, EntraRefusal::WrongCloud);
    let elsewhere = authorize(&entra, &[]).await;
    entra.allow(EntraStep::Authorize);
    let allowed = authorize(&entra, &[]).await;

    assert!(
        blocked
            .redirected("error_description")
            .unwrap()
            .starts_with("AADSTS53003")
    );
    assert!(elsewhere.status == 400 && elsewhere.body.contains("AADSTS900383"));
    assert_eq!(allowed.status, 200);
}
