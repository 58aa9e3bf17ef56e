use std::fmt;
use std::sync::Arc;

use crate::authentication::Authentication;
use crate::content::Content;
use crate::error::ImportError;
use crate::import_failure::ImportFailure;
use crate::imported::Imported;
use crate::package::{
    Archive, Budget, Contents, File, Found, MAXIMUM_IMPORT_BYTES, is_of_use, merge,
};
use crate::profile::Profile;

/// A file to import.
#[derive(Clone, Copy)]
pub struct SourceFile<'a> {
    /// Its name, with or without folders. It names a profile that has no name of its own, it occurs in
    /// messages, and it is what an `.ovpn` finds the files beside it by, which have the same folders in
    /// their names; it says nothing of what kind the file is.
    pub name: &'a str,
    /// What it holds. It may hold secrets: zeroizing it is the caller's.
    pub bytes: &'a [u8],
}

impl fmt::Debug for SourceFile<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SourceFile({:?}, ..)", self.name)
    }
}

/// What the host program decides about an import.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Hosts to which users may be sent to sign in beside Microsoft's, such as `login.example.com`, or
    /// `login.example.com:8443` for another port than 443. A profile names the page that asks for a
    /// password, so one that names another host or port is refused.
    pub authorities: Vec<String>,
}

/// Reads whatever an administrator handed out into profiles, of which there is at least one.
///
/// Packages of the Azure portal as they come (zip), `azurevpnconfig.xml` and what Microsoft's client
/// exports, Intune policies, OpenVPN configurations with the files beside them, and profiles in this
/// library's own JSON are told apart by what they hold. Files beside each other explain each other:
/// `VpnSettings.xml` says what lies behind a gateway, certificates are the roots that profiles name.
///
/// Files that differ in nothing but how to sign in are one [`Profile`] with a choice. Where it is
/// made of several files, the selection of one that offers several ways by itself stays. Else Entra ID
/// is selected if it is offered, and then a client certificate: nobody has to be given anything else to
/// sign in with Entra ID, while a certificate has to be installed first. [`AuthenticationChoice::select`](crate::AuthenticationChoice::select) changes
/// that.
///
/// Each [`Warning`](crate::Warning) names its file. An import takes at most 16 MiB of memory beside
/// the bytes given, whatever they say and however many files there are: files that hold more than 4 MiB
/// together, which is some 75,000 networks or 800 small profiles, are refused.
///
/// # Errors
///
/// [`ImportFailure`] with the file, and what the host should do. Nothing is imported partly.
pub fn import(
    files: &[SourceFile<'_>],
    options: &ImportOptions,
) -> Result<Vec<Imported>, ImportFailure> {
    let mut found = Vec::new();
    let mut beside_each_other = Vec::new();
    let mut left = MAXIMUM_IMPORT_BYTES;
    let mut budget = Budget::new();
    for file in files {
        if Content::of_bytes(file.bytes) == Some(Content::ZipArchive) {
            found.extend(read_package(file, &mut left, &mut budget)?);
        } else {
            left = take(left, file, &mut budget)?;
            beside_each_other.push(File {
                name: file.name.into(),
                bytes: file.bytes,
            });
        }
    }
    if !beside_each_other.is_empty() {
        let contents = Contents::of_files(&beside_each_other, &mut budget)?;
        found.extend(contents.into_found(&mut budget)?);
    }
    if found.is_empty() {
        return Err(ImportFailure {
            file: None,
            error: ImportError::NotAzureProfile {
                found: Content::Empty,
            },
        });
    }
    for found in &found {
        check_authorities(&found.imported.profile, options)
            .map_err(|error| ImportFailure::new(&found.file, error))?;
    }
    let merged = merge(found, &mut budget)?;
    Ok(merged.into_iter().map(|found| found.imported).collect())
}

fn read_package(
    file: &SourceFile<'_>,
    left: &mut usize,
    budget: &mut Budget,
) -> Result<Vec<Found>, ImportFailure> {
    let in_package = |error| ImportFailure::new(file.name, error);
    let archive = Archive::read(file.bytes, *left, is_of_use).map_err(in_package)?;
    let files: Vec<File<'_>> = archive
        .files
        .iter()
        .map(|file| File {
            name: file.name.as_str().into(),
            bytes: &file.bytes,
        })
        .collect();
    let size: usize = archive.files.iter().map(|file| file.bytes.len()).sum();
    *left = left.saturating_sub(size);
    let package = Arc::from(file.name);
    Contents::of_package(&files, package, archive.others, budget)?.into_found(budget)
}

/// Takes a file that the user chose, or says that it is too large, or too much with those before it.
fn take(left: usize, file: &SourceFile<'_>, budget: &mut Budget) -> Result<usize, ImportFailure> {
    let (size, limit) = (file.bytes.len(), MAXIMUM_IMPORT_BYTES);
    let too_large = || match size > limit {
        true => ImportError::TooLarge { size, limit },
        false => ImportError::TooMuchTogether { limit },
    };
    left.checked_sub(size)
        .ok_or_else(too_large)
        .and_then(|left| budget.list(file.name).map(|()| left))
        .map_err(|error| ImportFailure::new(file.name, error))
}

/// Refuses a sign-in at a host that is neither Microsoft's nor allowed: the page could be a bait.
fn check_authorities(profile: &Profile, options: &ImportOptions) -> Result<(), ImportError> {
    for authentication in profile.authentication.iter() {
        let Authentication::Entra(entra) = authentication else {
            continue;
        };
        if !entra.tenant.is_allowed(&options.authorities) {
            return Err(ImportError::UnknownAuthority {
                host: entra.tenant.host_and_port(),
            });
        }
    }
    Ok(())
}
