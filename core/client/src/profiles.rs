use std::path::{Path, PathBuf};
use std::sync::Arc;

use p2svpn_profile::{
    Authentication, AuthenticationKind, EditReport, Exported, Imported, InvalidValue, KnownProfile,
    Problem as StoreProblem, Profile, ProfileEdit, ProfileId, ProfileName, Relation,
    SecretsInExport, SourceFile, Surroundings,
};

use crate::entra_accounts::EntraAccounts;
use crate::error::{Error, ErrorCode, invalid};
use crate::export_format::ExportFormat;
use crate::imported_profile::{ImportedProfile, UpdatedProfile};
use crate::profile_details::ProfileDetails;
use crate::profile_keeper::ProfileKeeper;
use crate::profile_summary::ProfileSummary;
use crate::source_files::SourceFiles;
use crate::warning::Warning;

/// The profiles of a client. Cheap to clone, for any thread; clones share the profiles.
///
/// They live in memory for the life of the client, or in a folder that
/// [`ClientBuilder::profile_store`](crate::ClientBuilder::profile_store) names. Every function here may read and write
/// files and blocks for as long as that takes, usually milliseconds; call them from a thread where that does no harm.
/// What changes or refreshes profiles may also wait for the secret store, which may ask the user; what lists or shows them
/// never does.
///
/// "Those of the store" are the errors `STORE_UNAVAILABLE`, `STORE_FULL`, `STORE_UNTRUSTED`, `STORE_KEY_WRONG` and
/// `STORE_DAMAGED`; after any of them everything is as it was.
///
/// What changes is told by [`EventKind::ProfilesChanged`](crate::EventKind::ProfilesChanged).
#[derive(Clone, Debug)]
pub struct Profiles {
    keeper: Arc<ProfileKeeper>,
    accounts: Arc<EntraAccounts>,
}

impl Profiles {
    pub(crate) fn new(keeper: Arc<ProfileKeeper>, accounts: Arc<EntraAccounts>) -> Self {
        Self { keeper, accounts }
    }

    /// What sessions use of the profiles and of who is signed in.
    pub(crate) fn for_sessions(&self) -> (Arc<EntraAccounts>, Arc<ProfileKeeper>) {
        (Arc::clone(&self.accounts), Arc::clone(&self.keeper))
    }

    /// Reads a file that holds one profile and keeps it: the zip package of the Azure portal as it comes,
    /// `azurevpnconfig.xml`, what Microsoft's client exports, an Intune policy, an OpenVPN configuration with the files
    /// beside it that it names, or a profile in this library's JSON.
    ///
    /// The kind is told from what the file holds, never from its name. What was imported before is not kept twice: it is
    /// the profile that it became, with the user's edits; if its secrets were gone, it has them again. If they are there and
    /// locked, nothing is changed.
    ///
    /// # Errors
    /// `PROFILE_UNREADABLE`, `SEVERAL_PROFILES` where the file holds several gateways, `STORE_UNAVAILABLE` also where the
    /// profile is there with its secrets locked, and the other 2xx numbers; nothing is kept then.
    pub fn import_file(&self, path: impl AsRef<Path>) -> Result<ImportedProfile, Error> {
        let files = SourceFiles::read(&[path.as_ref().to_owned()])?;
        let imported = only(self.keeper.read(&files.as_sources())?)?;
        self.keep(imported)
    }

    /// Reads files that explain each other, or that hold several profiles, and keeps all profiles in them: at least one.
    ///
    /// Files of one gateway that differ in how to sign in become one profile with a choice.
    ///
    /// # Errors
    /// As for [`Profiles::import_file`] without `SEVERAL_PROFILES`. Nothing is kept if a file cannot be read; profiles
    /// before one that cannot be stored are kept.
    pub fn import_files(&self, paths: &[PathBuf]) -> Result<Vec<ImportedProfile>, Error> {
        let found = self.read_files(paths)?;
        found
            .into_iter()
            .map(|imported| self.keep(imported))
            .collect()
    }

    /// Reads one profile from the bytes of a file and keeps it, under a name of its own if one is given.
    ///
    /// The same bytes again change nothing but the name, and give the same id.
    ///
    /// # Errors
    /// As for [`Profiles::import_file`], and `INVALID_ARGUMENT` for the name; nothing is kept then.
    pub fn import(&self, bytes: &[u8], name: Option<&str>) -> Result<ImportedProfile, Error> {
        let name = name.map(profile_name).transpose()?;
        let source = SourceFile { name: "", bytes };
        let imported = only(self.keeper.read(&[source])?)?;
        let mut kept = self.keep(imported)?;
        if let Some(name) = name {
            let renamed = self.keeper.rename(*kept.id(), &name)?;
            kept.summary = ProfileSummary::new(&renamed);
        }
        Ok(kept)
    }

    /// Returns a summary of each profile, in the order of the user.
    pub fn list(&self) -> Vec<ProfileSummary> {
        let stored = self.keeper.list();
        stored.iter().map(ProfileSummary::new).collect()
    }

    /// Returns the summary of one profile.
    ///
    /// # Errors
    /// `PROFILE_UNKNOWN`. For a profile that is in the folder and cannot be used, which [`Profiles::problems`] tells
    /// as well: `SECRETS_MISSING`, `STORE_KEY_WRONG`, `STORE_UNAVAILABLE` where its secrets are locked or its file cannot be
    /// read, `PROFILE_NEWER` and `STORE_DAMAGED`.
    pub fn get(&self, id: &ProfileId) -> Result<ProfileSummary, Error> {
        Ok(ProfileSummary::new(&self.keeper.get(*id)?))
    }

    /// Returns everything that a host shows of one profile.
    ///
    /// # Errors
    /// As for [`Profiles::get`].
    pub fn details(&self, id: &ProfileId) -> Result<ProfileDetails, Error> {
        Ok(ProfileDetails::new(&self.keeper.get(*id)?))
    }

    /// Changes a profile, and returns what came of it: all of the changes, or none.
    ///
    /// Sessions that use it go on with what they began with.
    ///
    /// # Errors
    /// Those of [`Profiles::get`], `EDIT_REFUSED` for changes that do not fit the profile, and those of the store.
    pub fn edit(&self, id: &ProfileId, edit: &ProfileEdit) -> Result<EditReport, Error> {
        let mut report = EditReport::default();
        self.keeper.change(*id, |profile| {
            let edited = edit.apply(profile)?;
            report = edited.report;
            Ok(edited.profile)
        })?;
        Ok(report)
    }

    /// Brings a profile up to date with the bytes of a newer package of its gateway, and keeps what the user edited.
    ///
    /// A profile that an import of the same package made before is removed, unless it was edited, which a name of its own
    /// is, too.
    ///
    /// # Errors
    /// Those of [`Profiles::get`], `UPDATE_MISMATCH` for a profile of another gateway, those of
    /// [`Profiles::import_file`] and of the store.
    pub fn update(&self, id: &ProfileId, bytes: &[u8]) -> Result<UpdatedProfile, Error> {
        let source = SourceFile { name: "", bytes };
        self.bring_up_to_date(*id, only(self.keeper.read(&[source])?)?)
    }

    /// Brings a profile up to date with the file of a newer package, as [`Profiles::update`] does.
    ///
    /// # Errors
    /// As for [`Profiles::update`], and `PROFILE_UNREADABLE`.
    pub fn update_file(
        &self,
        id: &ProfileId,
        path: impl AsRef<Path>,
    ) -> Result<UpdatedProfile, Error> {
        self.update_files(id, &[path.as_ref().to_owned()])
    }

    /// Brings a profile up to date with files that explain each other, as [`Profiles::update`] does: together they are one
    /// profile, perhaps with a choice of how to sign in.
    ///
    /// # Errors
    /// As for [`Profiles::update_file`], and `SEVERAL_PROFILES`.
    pub fn update_files(&self, id: &ProfileId, paths: &[PathBuf]) -> Result<UpdatedProfile, Error> {
        self.bring_up_to_date(*id, only(self.read_files(paths)?)?)
    }

    /// Writes a profile in the format of another program, or in this library's own, with its secrets or without.
    ///
    /// # Errors
    /// As for [`Profiles::get`]. What the format cannot say is in the export's notes.
    pub fn export(
        &self,
        id: &ProfileId,
        format: ExportFormat,
        secrets: SecretsInExport,
    ) -> Result<Exported, Error> {
        Ok(format.write(&self.keeper.get(*id)?.profile, secrets))
    }

    /// Copies a profile with its secrets under another name, after all others.
    ///
    /// # Errors
    /// Those of [`Profiles::get`], `INVALID_ARGUMENT` for the name, and those of the store.
    pub fn duplicate(&self, id: &ProfileId, name: &str) -> Result<ProfileSummary, Error> {
        let copy = self.keeper.duplicate(*id, profile_name(name)?)?;
        Ok(ProfileSummary::new(&copy))
    }

    /// Moves a profile to a place in the list, counted from 0; beyond the end is the end.
    ///
    /// # Errors
    /// Those of [`Profiles::get`] and of the store.
    pub fn move_to(&self, id: &ProfileId, index: usize) -> Result<(), Error> {
        self.keeper.move_to(*id, index)
    }

    /// Forgets a profile and its secrets, also one that cannot be used; sessions that use it go on.
    ///
    /// # Errors
    /// `PROFILE_UNKNOWN`, and those of the store.
    pub fn remove(&self, id: &ProfileId) -> Result<(), Error> {
        self.keeper.remove(*id)
    }

    /// Returns what is wrong in the folder of the profiles: files that were set aside, profiles whose secrets are gone.
    pub fn problems(&self) -> Vec<StoreProblem> {
        self.keeper.problems()
    }

    /// Deletes a damaged file that was set aside, with its secrets, and returns whether it was there.
    ///
    /// It goes by the name that [`StoreProblem::set_aside`] gives, of one of the [`problems`](Profiles::problems).
    ///
    /// # Errors
    /// Those of the store.
    pub fn discard(&self, set_aside: &str) -> Result<bool, Error> {
        self.keeper.discard(set_aside)
    }

    /// Looks at what other processes did to the folder of the profiles; events tell what is different.
    ///
    /// This happens by itself every few seconds. What this call does beside it is to try again what could not be used: call
    /// it when the user has unlocked the secret store.
    ///
    /// # Errors
    /// Those of the store; the profiles that were known are known still.
    pub fn refresh(&self) -> Result<(), Error> {
        self.keeper.refresh()
    }

    /// Returns the whole profile.
    pub(crate) fn profile(&self, id: ProfileId) -> Result<Arc<Profile>, Error> {
        Ok(self.keeper.get(id)?.profile)
    }

    /// Reads files without keeping what is in them.
    pub(crate) fn read_files(&self, paths: &[PathBuf]) -> Result<Vec<Imported>, Error> {
        self.keeper.read(&SourceFiles::read(paths)?.as_sources())
    }

    /// What a plan has to know of the machine and of the profiles but one.
    pub(crate) fn surroundings(
        &self,
        without: Option<ProfileId>,
        connected: &[ProfileId],
    ) -> Surroundings {
        let others = self.keeper.list();
        let others = others.iter().filter(|other| Some(other.id) != without);
        Surroundings {
            profiles: Some(
                others
                    .map(|other| KnownProfile::of(&other.profile, connected.contains(&other.id)))
                    .collect(),
            ),
            ..self.keeper.surroundings()
        }
    }

    /// Returns the user names that have signed in with Entra ID for a profile and are remembered, the last one first; none for
    /// other profiles. What one profile remembers is shared by all of the same application.
    ///
    /// # Errors
    /// Those of [`Profiles::get`] and of the store.
    pub fn signed_in(&self, id: &ProfileId) -> Result<Vec<String>, Error> {
        let profile = self.profile(*id)?;
        match profile.authentication.get(AuthenticationKind::Entra) {
            Some(Authentication::Entra(entra)) => self.accounts.usernames(entra),
            _ => Ok(Vec::new()),
        }
    }

    /// Forgets the sign-in of a user with Entra ID, or those of all users of the profile's application.
    ///
    /// The next session asks for a sign-in; sessions that are connected go on until their token ends. Entra itself and the
    /// browser do not learn of it, and may let the user in again without a question.
    ///
    /// # Errors
    /// Those of [`Profiles::get`] and of the store.
    pub fn sign_out(&self, id: &ProfileId, username: Option<&str>) -> Result<(), Error> {
        let profile = self.profile(*id)?;
        match profile.authentication.get(AuthenticationKind::Entra) {
            Some(Authentication::Entra(entra)) => self.accounts.sign_out(entra, username),
            _ => Ok(()),
        }
    }

    fn bring_up_to_date(&self, id: ProfileId, newer: Imported) -> Result<UpdatedProfile, Error> {
        let updated = self.keeper.update(id, newer.profile)?;
        Ok(UpdatedProfile {
            summary: ProfileSummary::new(&updated.stored),
            kept: updated.kept,
            conflicts: updated.conflicts,
            removed: updated.removed,
            warnings: newer.warnings.into_iter().map(Warning::from).collect(),
            warnings_left_out: newer.warnings_left_out,
        })
    }

    fn keep(&self, imported: Imported) -> Result<ImportedProfile, Error> {
        let update_of = match self.keeper.relation(&imported.profile) {
            Relation::UpdateOf(id) => Some(id),
            _ => None,
        };
        let stored = self.keeper.add(imported.profile)?;
        Ok(ImportedProfile {
            summary: ProfileSummary::new(&stored),
            warnings: imported.warnings.into_iter().map(Warning::from).collect(),
            warnings_left_out: imported.warnings_left_out,
            update_of,
        })
    }
}

/// The one profile that was found.
fn only(mut found: Vec<Imported>) -> Result<Imported, Error> {
    let count = found.len();
    match found.pop() {
        Some(only) if count == 1 => Ok(only),
        _ => Err(Error::new(ErrorCode::SeveralProfiles, format!("{count}"))),
    }
}

fn profile_name(text: &str) -> Result<ProfileName, Error> {
    text.parse()
        .map_err(|reason: InvalidValue| invalid("the name", &reason))
}
