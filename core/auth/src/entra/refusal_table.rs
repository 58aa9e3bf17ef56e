//! Causes and remedies of Entra's refusals (Microsoft Learn, "Microsoft Entra authentication and authorization error codes").

use super::refusal_class::RefusalClass::{self, Administrator, SignIn, Temporary, User};

/// What is known of a refusal.
pub(super) struct Row {
    pub(super) class: RefusalClass,
    pub(super) cause: &'static str,
    pub(super) remedy: &'static str,
}

/// Finds what is known: by number, else by the error of OAuth.
pub(super) fn row(code: Option<u32>, error: &str) -> &'static Row {
    let by_code = NUMBERED.iter().find(|(number, _)| Some(*number) == code);
    if let Some((_, row)) = by_code {
        return row;
    }
    let by_name = NAMED.iter().find(|(names, _)| names.contains(&error));
    by_name.map_or(&UNKNOWN, |(_, row)| row)
}

const fn row_of(class: RefusalClass, cause: &'static str, remedy: &'static str) -> Row {
    Row {
        class,
        cause,
        remedy,
    }
}

const ENDED: &str = "Sign in again.";
const TRY_LATER: &str = "Try again in a few minutes.";

/// By number, in order.
#[rustfmt::skip] // A row is a line.
const NUMBERED: &[(u32, Row)] = &[
    (16000, row_of(SignIn, "Several accounts are signed in and none was chosen.", "Sign in again and choose the account.")),
    (50001, row_of(Administrator, "The VPN application is not known in this tenant.", "An administrator checks the audience of the gateway's profile, and consents to the application Azure VPN in the tenant.")),
    (50005, row_of(Administrator, "The rules of the organization do not allow sign-ins from this kind of device.", "Use a device that the organization allows, or ask an administrator to change the Conditional Access policy.")),
    (50011, row_of(Administrator, "The address that the browser comes back to is not registered for the application.", "An administrator adds http://localhost as a redirect address for mobile and desktop applications to the application registration.")),
    (50020, row_of(User, "The account belongs to another organization, which is not known in this tenant.", "Use an account of this organization, or ask an administrator to invite the account as a guest.")),
    (50034, row_of(User, "There is no such account in the organization.", "Check the user name, and that the profile is the organization's own.")),
    (50053, row_of(User, "The account is locked after too many wrong tries, or the sign-in came from an address with a bad name.", "Wait some minutes and try again, or ask an administrator to unlock the account.")),
    (50055, row_of(User, "The password has expired.", "Sign in in a browser and set a new password, then connect again.")),
    (50057, row_of(Administrator, "The account is disabled.", "Ask an administrator to enable the account.")),
    (50058, row_of(SignIn, "Nobody is signed in in the browser.", ENDED)),
    (50059, row_of(Administrator, "The address of the sign-in names no tenant.", "Get a new profile from the administrator: its tenant is damaged.")),
    (50072, row_of(SignIn, "The account has to set up a second way to prove itself.", "Sign in again in a browser and follow the steps there.")),
    (50074, row_of(SignIn, "A second way to prove who you are is needed.", "Sign in again and do the second step.")),
    (50076, row_of(SignIn, "A second way to prove who you are is needed, by a change of the rules or because you are in a new place.", "Sign in again and do the second step.")),
    (50078, row_of(SignIn, "The second step was too long ago.", "Sign in again and do the second step.")),
    (50079, row_of(SignIn, "The account has to set up a second way to prove itself.", "Sign in again in a browser and follow the steps there.")),
    (50085, row_of(SignIn, "The sign-in at another provider has ended.", ENDED)),
    (50089, row_of(SignIn, "The sign-in took too long.", ENDED)),
    (50097, row_of(Administrator, "The rules of the organization want a device that proves itself.", "Use a device that is joined to the organization, with a token from the system's own sign-in.")),
    (50105, row_of(Administrator, "The account is not assigned to the VPN application.", "An administrator assigns the user or one of his groups to the application Azure VPN.")),
    (50126, row_of(User, "The user name or the password is wrong.", "Check both and sign in again.")),
    (50128, row_of(Administrator, "There is no tenant of this name.", "Get a new profile from the administrator: its tenant is wrong.")),
    (50129, row_of(Administrator, "The rules of the organization want a device that is registered.", "Register the device with the organization, then connect again.")),
    (50131, row_of(User, "The rules of the organization do not allow this sign-in: the place, the device or the time.", "Sign in from an allowed place or device, or ask an administrator about the Conditional Access policy.")),
    (50132, row_of(SignIn, "The password was changed, or the sign-in was revoked.", ENDED)),
    (50133, row_of(SignIn, "The password was changed since the last sign-in.", ENDED)),
    (50140, row_of(SignIn, "The sign-in was interrupted by a question of the page.", ENDED)),
    (50144, row_of(User, "The password has expired in the organization's own directory.", "Set a new password there, then connect again.")),
    (50158, row_of(SignIn, "The rules of the organization want more than was proved at the last sign-in.", "Sign in again and follow the steps there.")),
    (50173, row_of(SignIn, "The sign-in was revoked, as after a new password.", ENDED)),
    (50196, row_of(Temporary, "The same question was asked too often.", TRY_LATER)),
    (53000, row_of(Administrator, "The device does not comply with the rules of the organization.", "Make the device comply as the organization's portal says, or ask an administrator.")),
    (53001, row_of(Administrator, "The rules of the organization want a device that is joined to its domain.", "Use such a device, with a token from the system's own sign-in.")),
    (53002, row_of(Administrator, "The rules of the organization do not approve of this application.", "Ask an administrator to allow it in the Conditional Access policy.")),
    (53003, row_of(Administrator, "A Conditional Access policy blocks this sign-in.", "Ask an administrator, who finds the policy in the sign-in log by the correlation id. If sign-in by device code is what is blocked, sign in with the browser.")),
    (53004, row_of(User, "The second step must be set up anew because the sign-in was found risky.", "Sign in to another application of the organization from a known place first.")),
    (54005, row_of(SignIn, "The answer of the browser was used already.", ENDED)),
    (65001, row_of(Administrator, "Nobody has consented that the VPN application may sign users in.", "An administrator grants consent to the application Azure VPN for the tenant.")),
    (65004, row_of(User, "You did not agree to what the application may do.", "Sign in again and agree, or ask an administrator to consent for everybody.")),
    (70000, row_of(SignIn, "What was kept of the last sign-in is not valid.", ENDED)),
    (70002, row_of(SignIn, "What was kept of the last sign-in is not valid.", ENDED)),
    (70008, row_of(SignIn, "The last sign-in has expired.", ENDED)),
    (70011, row_of(Administrator, "What the application asks for is not valid.", "An administrator checks the audience of the gateway's profile.")),
    (70016, row_of(Temporary, "The code was not entered yet.", "Enter the code on the page.")),
    (70018, row_of(SignIn, "The code of the sign-in is not valid.", "Begin the sign-in anew.")),
    (70019, row_of(SignIn, "The code of the sign-in has expired.", "Begin the sign-in anew.")),
    (70020, row_of(SignIn, "The code of the sign-in has expired.", "Begin the sign-in anew.")),
    (70043, row_of(SignIn, "The last sign-in is longer ago than the rules of the organization allow.", ENDED)),
    (70044, row_of(SignIn, "The last sign-in is longer ago than the rules of the organization allow.", ENDED)),
    (75003, row_of(Administrator, "The sign-in at another provider failed.", "Ask an administrator, who finds it in the sign-in log by the correlation id.")),
    (90002, row_of(Administrator, "There is no such tenant in this cloud.", "Get a new profile from the administrator: its tenant or its cloud is wrong.")),
    (90014, row_of(Administrator, "Something is missing in the request.", "Get a new profile from the administrator, and report this as a fault of the program if it stays.")),
    (90033, row_of(Temporary, "Entra ID is out of order for the moment.", TRY_LATER)),
    (90072, row_of(Administrator, "The account is not a guest of this tenant yet.", "Use an account of this organization, or ask an administrator to invite the account as a guest.")),
    (90094, row_of(Administrator, "Only an administrator can consent to what the application may do.", "An administrator grants consent to the application Azure VPN for the tenant.")),
    (500_011, row_of(Administrator, "The VPN application is not known in this tenant.", "An administrator checks the audience of the gateway's profile, and consents to the application Azure VPN in the tenant.")),
    (500_014, row_of(Administrator, "The VPN application is disabled in this tenant.", "An administrator enables the enterprise application Azure VPN, or its licence.")),
    (500_112, row_of(SignIn, "The browser came back to another address than the one that was announced.", ENDED)),
    (500_121, row_of(User, "The second step failed: it was refused, or took too long.", "Sign in again and do the second step in time.")),
    (501_481, row_of(SignIn, "The answer of the browser belongs to another sign-in.", ENDED)),
    (530_003, row_of(Administrator, "The rules of the organization want a device that it manages.", "Use such a device, with a token from the system's own sign-in.")),
    (530_032, row_of(Administrator, "The organization's security rules block this sign-in.", "Ask an administrator, who finds it in the sign-in log by the correlation id.")),
    (650_052, row_of(Administrator, "The organization has no subscription to the VPN application.", "An administrator consents to the application Azure VPN in the tenant.")),
    (650_057, row_of(Administrator, "The application that signs in may not ask for the gateway's application.", "An administrator adds the permission to the gateway's application (the profile's audience) to the application registration.")),
    (700_003, row_of(Administrator, "The device is not known in the tenant.", "Register the device with the organization anew.")),
    (700_016, row_of(Administrator, "The application is not known in this tenant.", "An administrator checks the tenant and the application id of the gateway's profile, and consents to the application Azure VPN in the tenant.")),
    (700_082, row_of(SignIn, "The last sign-in has expired because it was not used for long.", ENDED)),
    (700_084, row_of(SignIn, "The last sign-in has expired.", ENDED)),
    (900_144, row_of(Administrator, "Something is missing in the request.", "Get a new profile from the administrator, and report this as a fault of the program if it stays.")),
    (900_382, row_of(Administrator, "The tenant is in another cloud.", "Get a new profile from the administrator: its login host is that of another cloud.")),
    (900_383, row_of(Administrator, "The tenant is in another cloud.", "Get a new profile from the administrator: its login host is that of another cloud.")),
    (900_439, row_of(Administrator, "The tenant is in another cloud.", "Get a new profile from the administrator: its login host is that of another cloud.")),
    (7_000_112, row_of(Administrator, "The application is disabled.", "An administrator enables the application in the tenant.")),
    (7_000_218, row_of(Administrator, "The application is registered as one that has a secret of its own.", "An administrator allows public client flows in the application registration.")),
    (9_002_313, row_of(Administrator, "The request makes no sense to Entra ID.", "Get a new profile from the administrator, and report this as a fault of the program if it stays.")),
    (9_002_325, row_of(Administrator, "The application is registered for another kind of sign-in.", "An administrator registers http://localhost as a redirect address for mobile and desktop applications.")),
];

const NAMED: &[(&[&str], Row)] = &[
    (
        &[
            "temporarily_unavailable",
            "server_error",
            "slow_down",
            "authorization_pending",
        ],
        row_of(
            Temporary,
            "Entra ID is busy or out of order for the moment.",
            TRY_LATER,
        ),
    ),
    (
        &[
            "invalid_grant",
            "interaction_required",
            "login_required",
            "consent_required",
            "expired_token",
            "bad_verification_code",
        ],
        row_of(
            SignIn,
            "The last sign-in counts no more, or Entra ID has a question to the user.",
            ENDED,
        ),
    ),
    (
        &["access_denied", "authorization_declined"],
        row_of(
            User,
            "The sign-in was declined.",
            "Sign in again if that was not meant, else ask an administrator, who finds it in the sign-in log by the correlation id.",
        ),
    ),
    (
        &[
            "invalid_client",
            "unauthorized_client",
            "invalid_request",
            "invalid_scope",
            "invalid_resource",
            "unsupported_grant_type",
            "unsupported_response_type",
        ],
        row_of(
            Administrator,
            "The application or the profile does not fit the tenant.",
            "Get a new profile from the administrator; he finds what is wrong in the sign-in log by the correlation id.",
        ),
    ),
];

const UNKNOWN: Row = row_of(
    Administrator,
    "Entra ID refused the sign-in.",
    "Ask an administrator, who finds it in the sign-in log by the correlation id.",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_once_and_in_order() {
        let numbers = NUMBERED.iter().map(|(number, _)| number);

        assert!(numbers.is_sorted_by(|former, latter| former < latter));
    }

    #[test]
    fn every_row_says_what_is_the_matter_and_what_to_do() {
        let rows = NUMBERED.iter().map(|(_, row)| row);
        for row in rows
            .chain(NAMED.iter().map(|(_, row)| row))
            .chain([&UNKNOWN])
        {
            for sentence in [row.cause, row.remedy] {
                assert!(sentence.ends_with('.') && sentence.len() > 10, "{sentence}");
            }
            assert_ne!(row.cause, row.remedy);
        }
    }

    #[test]
    fn what_azures_users_meet_has_its_own_row() {
        for (code, class) in [
            (50011, Administrator),
            (65001, Administrator),
            (650_057, Administrator),
            (700_016, Administrator),
            (900_383, Administrator),
            (50076, SignIn),
            (50079, SignIn),
            (53003, Administrator),
            (50058, SignIn),
            (70043, SignIn),
            (700_082, SignIn),
            (50057, Administrator),
            (50126, User),
        ] {
            let found = row(Some(code), "invalid_grant");
            assert_eq!(found.class, class, "{code}");
            assert!(NUMBERED.iter().any(|(number, _)| *number == code), "{code}");
        }
    }

    #[test]
    fn any_other_number_is_judged_by_its_class() {
        for (error, class) in [
            ("invalid_grant", SignIn),
            ("temporarily_unavailable", Temporary),
            ("access_denied", User),
            ("invalid_client", Administrator),
            ("something_new", Administrator),
        ] {
            assert_eq!(row(Some(123_456), error).class, class, "{error}");
        }
    }
}
