use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use p2svpn_client::{
    Error, ErrorCode, ExportFormat, HttpError, HttpProxy, ProfileId, SealingKey, SecretsInExport,
    SystemHttp, SystemHttpOptions,
};
use zeroize::Zeroizing;

use crate::edit_report::EditReport;
use crate::error::VpnError;
use crate::event::Event;
use crate::http_client::{HttpClient, of_program};
use crate::options::ConnectOptions;
use crate::profile::{ExportedProfile, ImportedProfile, Plan, ProfileSummary, UpdatedProfile};
use crate::profile_details::ProfileDetails;
use crate::profile_edit::ProfileEdit;
use crate::profile_problem::ProfileProblem;
use crate::session::Session;

/// The library as a program holds it: profiles, sessions, and one queue of events. For any thread.
#[derive(uniffi::Object)]
pub struct Client {
    client: p2svpn_client::Client,
}

/// How a client is made.
#[derive(uniffi::Record)]
pub struct ClientOptions {
    /// How many events may wait, from 1 to 65,536; 256 if absent.
    #[uniffi(default = None)]
    pub event_capacity: Option<u32>,
    /// Whether there may be several sessions at once.
    #[uniffi(default = false)]
    pub several_sessions: bool,
    /// The folder of the profiles; in memory if absent.
    #[uniffi(default = None)]
    pub profile_folder: Option<String>,
    /// The 32 bytes that the profiles' secrets in that folder are sealed with; a key in the system's key ring if absent.
    #[uniffi(default = None)]
    pub sealing_key: Option<Vec<u8>>,
    /// Whether the key of that folder lies in it in the clear, in place of a sealing key.
    #[uniffi(default = false)]
    pub unprotected_secrets: bool,
    /// Hosts to which users may be sent to sign in beside Microsoft's.
    #[uniffi(default = [])]
    pub authorities: Vec<String>,
    /// Certificates, PEM, that those hosts' may come from, beside those that the machine trusts.
    #[uniffi(default = None)]
    pub login_roots: Option<Vec<u8>>,
    /// The address of the proxy on the way to those hosts; the system's own if absent.
    #[uniffi(default = None)]
    pub login_proxy: Option<String>,
    /// What sends the requests of sign-ins, instead of the library's own client, which roots and proxy are for.
    #[uniffi(default = None)]
    pub http_client: Option<Arc<dyn HttpClient>>,
    /// The folder in which is written down what would outlast a kill; the machine's own if absent.
    #[uniffi(default = None)]
    pub journal_folder: Option<String>,
}

#[uniffi::export]
impl Client {
    /// Makes a client, with two threads of its own.
    #[uniffi::constructor]
    pub fn new(options: ClientOptions) -> Result<Arc<Self>, VpnError> {
        let mut builder =
            p2svpn_client::Client::builder().several_sessions(options.several_sessions);
        if let Some(capacity) = options.event_capacity {
            builder = builder.event_capacity(usize::try_from(capacity).unwrap_or(usize::MAX));
        }
        if let Some(folder) = options.journal_folder {
            builder = builder.journal_folder(folder);
        }
        for host in options.authorities {
            builder = builder.allow_authority(host);
        }
        let is_own = options.login_roots.is_some() || options.login_proxy.is_some();
        if let Some(client) = options.http_client {
            if is_own {
                let rule = "login_roots and login_proxy are not for a program's own HTTP client";
                return Err(Error::new(ErrorCode::InvalidArgument, rule).into());
            }
            builder = builder.http_client(Arc::new(of_program(client)));
        } else if is_own {
            let http = login_http(options.login_roots.as_deref(), options.login_proxy);
            let unfit =
                |error: HttpError| Error::new(ErrorCode::InvalidArgument, error.to_string());
            builder = builder.http_client(Arc::new(http.map_err(unfit)?));
        }
        match (
            options.profile_folder,
            options.sealing_key.map(Zeroizing::new),
        ) {
            (Some(folder), Some(key)) if !options.unprotected_secrets => {
                let key = SealingKey::from_slice(&key)
                    .map_err(|error| Error::new(ErrorCode::InvalidArgument, error.to_string()))?;
                builder = builder.profile_store(folder, key);
            }
            (Some(folder), None) if options.unprotected_secrets => {
                builder = builder.unprotected_profile_store(folder);
            }
            (Some(folder), None) => builder = builder.key_ring_profile_store(folder),
            (None, None) if !options.unprotected_secrets => {}
            _ => {
                let rule = "a sealing key and unprotected secrets are for a folder of profiles, and only one of both";
                return Err(Error::new(ErrorCode::InvalidArgument, rule).into());
            }
        }
        Ok(Arc::new(Self {
            client: builder.build()?,
        }))
    }

    /// Reads a profile from a file and keeps it; blocks for as long as reading takes.
    pub fn import_profile_file(&self, path: String) -> Result<ImportedProfile, VpnError> {
        Ok(self.client.profiles().import_file(path)?.into())
    }

    /// Reads a profile from its bytes and keeps it, under a name of its own if one is given.
    pub fn import_profile(
        &self,
        bytes: Vec<u8>,
        name: Option<String>,
    ) -> Result<ImportedProfile, VpnError> {
        let bytes = Zeroizing::new(bytes);
        let imported = self.client.profiles().import(&bytes, name.as_deref())?;
        Ok(imported.into())
    }

    /// Reads files that explain each other or hold several profiles, and keeps all profiles in them.
    pub fn import_profile_files(
        &self,
        paths: Vec<String>,
    ) -> Result<Vec<ImportedProfile>, VpnError> {
        let imported = self.client.profiles().import_files(&path_list(paths))?;
        Ok(imported.into_iter().map(ImportedProfile::from).collect())
    }

    /// Changes a profile, and returns what came of it.
    pub fn edit_profile(&self, id: String, edit: ProfileEdit) -> Result<EditReport, VpnError> {
        let edit = edit.try_into()?;
        let report = self.client.profiles().edit(&profile_id(&id)?, &edit)?;
        Ok(report.into())
    }

    /// Brings a profile up to date with the files of a newer package, and keeps what the user edited.
    pub fn update_profile_files(
        &self,
        id: String,
        paths: Vec<String>,
    ) -> Result<UpdatedProfile, VpnError> {
        let id = profile_id(&id)?;
        let updated = self
            .client
            .profiles()
            .update_files(&id, &path_list(paths))?;
        Ok(updated.into())
    }

    /// Brings a profile up to date with the bytes of a newer package, and keeps what the user edited.
    pub fn update_profile(&self, id: String, bytes: Vec<u8>) -> Result<UpdatedProfile, VpnError> {
        let bytes = Zeroizing::new(bytes);
        let id = profile_id(&id)?;
        Ok(self.client.profiles().update(&id, &bytes)?.into())
    }

    /// Copies a profile under another name.
    pub fn duplicate_profile(&self, id: String, name: String) -> Result<ProfileSummary, VpnError> {
        let id = profile_id(&id)?;
        Ok(self.client.profiles().duplicate(&id, &name)?.into())
    }

    /// Moves a profile to a place in the list.
    pub fn move_profile(&self, id: String, index: u32) -> Result<(), VpnError> {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        Ok(self.client.profiles().move_to(&profile_id(&id)?, index)?)
    }

    /// Writes a profile in a format, `azure_xml`, `json` or `openvpn`, with its secrets or without.
    pub fn export_profile(
        &self,
        id: String,
        format: String,
        with_secrets: bool,
    ) -> Result<ExportedProfile, VpnError> {
        let unknown = || {
            Error::new(
                ErrorCode::InvalidArgument,
                format!("no format is '{format}'"),
            )
        };
        let format = ExportFormat::of_name(&format).ok_or_else(unknown)?;
        let secrets = if with_secrets {
            SecretsInExport::Included
        } else {
            SecretsInExport::LeftOut
        };
        let exported = self
            .client
            .profiles()
            .export(&profile_id(&id)?, format, secrets)?;
        Ok(exported.into())
    }

    /// Tells what a profile needs and would change if it were connected with these options, before anything is.
    pub fn explain(&self, id: String, options: ConnectOptions) -> Result<Plan, VpnError> {
        let plan = self.client.explain(&profile_id(&id)?, &options.into())?;
        Ok(plan.into())
    }

    /// Tells what the profiles in files need and would change with these options, without keeping them.
    pub fn explain_files(
        &self,
        paths: Vec<String>,
        options: ConnectOptions,
    ) -> Result<Vec<Plan>, VpnError> {
        let explained = self
            .client
            .explain_files(&path_list(paths), &options.into())?;
        Ok(explained.into_iter().map(Plan::from).collect())
    }

    /// Returns what is wrong in the folder of the profiles.
    pub fn profile_problems(&self) -> Vec<ProfileProblem> {
        let problems = self.client.profiles().problems();
        problems.into_iter().map(ProfileProblem::from).collect()
    }

    /// Deletes a damaged file that was set aside, by the name that its problem tells, and answers whether it was there.
    pub fn discard_profile_file(&self, set_aside: String) -> Result<bool, VpnError> {
        Ok(self.client.profiles().discard(&set_aside)?)
    }

    /// Returns a summary of each profile.
    pub fn profiles(&self) -> Vec<ProfileSummary> {
        self.client
            .profiles()
            .list()
            .into_iter()
            .map(ProfileSummary::from)
            .collect()
    }

    /// Returns the summary of one profile.
    pub fn profile(&self, id: String) -> Result<ProfileSummary, VpnError> {
        let id = profile_id(&id)?;
        Ok(self.client.profiles().get(&id)?.into())
    }

    /// Returns everything that a program shows of one profile beside its summary.
    pub fn profile_details(&self, id: String) -> Result<ProfileDetails, VpnError> {
        let id = profile_id(&id)?;
        Ok(self.client.profiles().details(&id)?.into())
    }

    /// Looks at what other programs did to the folder of the profiles; events tell what is different.
    pub fn refresh_profiles(&self) -> Result<(), VpnError> {
        Ok(self.client.profiles().refresh()?)
    }

    /// Forgets a profile; sessions that use it go on.
    pub fn remove_profile(&self, id: String) -> Result<(), VpnError> {
        let id = profile_id(&id)?;
        Ok(self.client.profiles().remove(&id)?)
    }

    /// Returns the user names that have signed in with Entra ID for a profile and are remembered, the last one first.
    pub fn signed_in(&self, id: String) -> Result<Vec<String>, VpnError> {
        Ok(self.client.profiles().signed_in(&profile_id(&id)?)?)
    }

    /// Forgets the sign-in of a user with Entra ID, or those of all users of the profile's application.
    pub fn sign_out(&self, id: String, username: Option<String>) -> Result<(), VpnError> {
        let id = profile_id(&id)?;
        Ok(self.client.profiles().sign_out(&id, username.as_deref())?)
    }

    /// Starts a session and returns at once.
    pub fn connect(
        &self,
        profile: String,
        options: ConnectOptions,
    ) -> Result<Arc<Session>, VpnError> {
        let id = profile_id(&profile)?;
        let session = self.client.connect(&id, options.into())?;
        Ok(Arc::new(Session::new(session)))
    }

    /// Takes the next event as soon as there is one; none after the client was closed and the last event taken.
    ///
    /// Whoever stops waiting may lose the event that was about to be handed over.
    pub async fn next_event(&self) -> Option<Event> {
        self.client.next_event().await.map(Event::from)
    }

    /// Takes the next event if there is one now.
    pub fn try_event(&self) -> Option<Event> {
        self.client.try_event().map(Event::from)
    }

    /// Asks every session to end and returns at once; no session can be started afterwards.
    pub fn close(&self) {
        self.client.close();
    }

    /// Says whether the client was closed.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Waits until the client is closed and its sessions are over.
    pub async fn closed(&self) {
        self.client.closed().await;
    }

    /// Blocks until the client is closed and its sessions are over, and answers whether that was so within the time.
    pub fn wait_closed(&self, timeout: Duration) -> bool {
        self.client.wait_closed(timeout)
    }
}

/// The way to the login hosts.
fn login_http(roots: Option<&[u8]>, proxy: Option<String>) -> Result<SystemHttp, HttpError> {
    let mut options = SystemHttpOptions::default();
    if let Some(roots) = roots {
        options = options.trusted_roots(roots)?;
    }
    if let Some(proxy) = proxy {
        options = options.proxy(HttpProxy::Url(Zeroizing::new(proxy)));
    }
    SystemHttp::new(options)
}

fn path_list(paths: Vec<String>) -> Vec<PathBuf> {
    paths.into_iter().map(PathBuf::from).collect()
}

fn profile_id(text: &str) -> Result<ProfileId, Error> {
    text.parse()
        .map_err(|_| Error::new(ErrorCode::ProfileUnknown, text))
}
