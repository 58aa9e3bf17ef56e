use p2svpn_auth::{EntraClient, Tokens};

use crate::challenge::{ChallengeKind, DeviceCode};
use crate::error::{Error, ErrorCode};
use crate::session::shared::Shared;

/// Has the user sign in on any device with a code, and asks Entra whether it is done.
pub(super) async fn sign_in(
    shared: &Shared,
    client: &EntraClient,
    refusal: Option<Error>,
) -> Result<Tokens, Error> {
    let sign_in = client.device_sign_in().await?;
    let kind = ChallengeKind::DeviceCode(DeviceCode {
        page: sign_in.page.clone(),
        code: sign_in.user_code.clone(),
        expires: shared.unix_time_in(sign_in.lifetime),
    });
    tokio::select! {
        biased;
        tokens = client.wait_for_device(&sign_in) => Ok(tokens?),
        // Nothing answers it but declining.
        _ = shared.ask(kind, 0, refusal) => Err(ErrorCode::SignInCancelled.into()),
    }
}
