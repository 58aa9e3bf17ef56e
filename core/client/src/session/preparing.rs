use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use p2svpn_openvpn::{Remote, Remotes, Retry};
use p2svpn_profile::{DeviceKind, Profile};
use p2svpn_system::can_configure_network;

use super::dialogue::{Dialogue, framing, timeouts};
use super::exception::certificate_exception;
use super::link::{self, device_kind};
use super::machine::DeviceWish;
use super::reconnecting::retry;
use super::shared::Shared;
use super::sign_in::SignIn;
use crate::entra_accounts::EntraAccounts;
use crate::error::{Error, ErrorCode};
use crate::options::ConnectOptions;
use crate::profile_keeper::ProfileKeeper;

/// All that a session needs to call its gateways, for the first time and again.
pub(super) struct Prepared {
    pub(super) dialogue: Dialogue,
    pub(super) sign_in: SignIn,
    /// Which server is called when.
    pub(super) remotes: Remotes,
    /// For a name, and for a TCP connection to each address.
    pub(super) timeout: Duration,
    /// How patiently a lost connection is got back; nothing if it is not.
    pub(super) retry: Option<Retry>,
    /// Whether the host says when it has applied what is wanted of the machine.
    pub(super) host_confirms: bool,
    /// The device to open; nothing once the host's own one is in use.
    pub(super) wish: Option<DeviceWish>,
}

/// Loads and checks what the profile and the host say, and has whoever connects sign in; fails early on what would fail late.
pub(super) async fn prepare(
    shared: &Arc<Shared>,
    profile: &Arc<Profile>,
    mut options: ConnectOptions,
    accounts: &EntraAccounts,
    keeper: &Arc<ProfileKeeper>,
) -> Result<Prepared, Error> {
    let exception = options.server_exception.as_ref();
    let exception = exception.map(|exception| certificate_exception(shared, exception));
    let mut dialogue = Dialogue::new(profile, &options, exception)?;
    let sign_in = SignIn::new(shared, profile, &options, accounts, keeper)?;
    link::check(&options.device, !options.leave_machine)?;
    let is_guarded = options.leak_guard.is_some();
    if is_guarded && device_kind(&options, can_configure_network()) != DeviceKind::Machine {
        let rule = "the leak guard is for a network device that the session configures";
        return Err(Error::new(ErrorCode::InvalidArgument, rule));
    }
    if let Some(identity) = sign_in.identity(&options).await? {
        dialogue.sign_in(&identity)?;
    }
    if let Some(credentials) = sign_in.credentials().await? {
        dialogue.set_credentials(credentials);
    }
    Ok(Prepared {
        dialogue,
        sign_in,
        remotes: remotes(profile, options.rounds),
        timeout: timeouts(profile, &options).connect,
        retry: retry(options.reconnect),
        host_confirms: options.host_confirms,
        wish: Some(DeviceWish {
            device: std::mem::take(&mut options.device),
            mtu: options.mtu,
            configures: !options.leave_machine,
        }),
    })
}

fn remotes(profile: &Profile, rounds: Option<u32>) -> Remotes {
    let remotes = profile.servers.iter().map(|server| Remote {
        host: server.host().to_owned(),
        port: server.port(),
        framing: framing(server),
    });
    let retry = Retry {
        attempts: Some(rounds.and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN)),
        ..Retry::default()
    };
    Remotes::new(remotes.collect(), retry)
}
