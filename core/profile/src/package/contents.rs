use std::collections::BTreeSet;
use std::sync::Arc;

use super::beside::Beside;
use super::budget::Budget;
use super::file::File;
use super::found::{Found, Source};
use super::kind::Kind;
use super::naming::name;
use super::roots::Roots;
use super::vpn_settings::VpnSettings;
use super::weight::{weight_of_certificates, weight_of_network, weight_of_settings};
use crate::certificate::Certificate;
use crate::content::Content;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::import_failure::ImportFailure;
use crate::profile::Profile;
use crate::warning::{Warning, WarningKind, Warnings};

/// The names' ends of the files in a package that may be of use: never a program.
const OF_USE: [&str; 11] = [
    "xml", "json", "ovpn", "conf", "cer", "crt", "pem", "key", "p12", "pfx", "txt",
];

/// Says whether a file in a package may be of use by its name, which is all that is known before it is
/// inflated.
pub(crate) fn is_of_use(name: &str) -> bool {
    let Some((_, end)) = name.rsplit_once('.') else {
        return false;
    };
    // The portal numbers roots: `VpnServerRoot.cer_0`.
    let end = end.split_once('_').map_or(end, |(end, _)| end);
    OF_USE.iter().any(|known| end.eq_ignore_ascii_case(known))
}

/// What files that stand beside each other hold.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    found: Vec<Found>,
    settings: Vec<(Arc<str>, VpnSettings)>,
    certificates: Vec<(Arc<str>, Vec<Certificate>)>,
    others: Vec<(Arc<str>, Content)>,
    /// Warnings of files that are no profiles.
    warnings: Vec<Warning>,
    warnings_left_out: usize,
    /// The package's name and what else is in it.
    package: Option<(Arc<str>, Vec<String>)>,
}

impl Contents {
    /// Reads files that the user chose; each must be of a known kind.
    pub(crate) fn of_files(files: &[File<'_>], budget: &mut Budget) -> Result<Self, ImportFailure> {
        Self::read(files, budget)
    }

    /// Reads the files of a package, among which there may be others.
    pub(crate) fn of_package(
        files: &[File<'_>],
        package: Arc<str>,
        others: Vec<String>,
        budget: &mut Budget,
    ) -> Result<Self, ImportFailure> {
        let mut contents = Self::read(files, budget)?;
        contents.package = Some((package, others));
        Ok(contents)
    }

    /// Returns the profiles, with all that the other files say of them.
    pub(crate) fn into_found(mut self, budget: &mut Budget) -> Result<Vec<Found>, ImportFailure> {
        self.check()?;
        let mut found = std::mem::take(&mut self.found);
        for (file, settings) in &self.settings {
            apply(settings, &mut found, file, budget)
                .map_err(|error| ImportFailure::new(file, error))?;
        }
        let package = self.package.as_ref().map(|(package, _)| &**package);
        for found in &mut found {
            name(found, package);
        }
        self.recognize_certificates(&mut found, budget);
        for (file, content) in &self.others {
            let message = format_args!("this is {content}; it is not used");
            warn(&mut found, file, message, budget);
        }
        if let Some(first) = found.first_mut() {
            first.imported.append(self.warnings, self.warnings_left_out);
        }
        Ok(found)
    }

    fn recognize_certificates(&self, found: &mut [Found], budget: &mut Budget) {
        let all = self.certificates.iter();
        let mut roots = Roots::new(all.flat_map(|(_, certificates)| certificates));
        for found in &mut *found {
            found.recognize(&mut roots);
        }
        for (file, certificates) in &self.certificates {
            if certificates.is_empty() {
                let message =
                    format_args!("this holds no certificate that can be read; it is not used");
                warn(found, file, message, budget);
            }
            for certificate in certificates.iter().filter(|it| roots.is_unused(it)) {
                let message = format_args!(
                    "the certificate '{}' is none of the roots that the profile names; it is not used",
                    certificate.subject()
                );
                warn(found, file, message, budget);
            }
        }
    }

    fn read(files: &[File<'_>], budget: &mut Budget) -> Result<Self, ImportFailure> {
        let kinds: Vec<Kind> = files.iter().map(|file| Kind::of(file.bytes)).collect();
        let beside = Beside::new(files, &kinds);
        let mut contents = Self::default();
        let mut taken = BTreeSet::new();
        for (file, kind) in files.iter().zip(&kinds) {
            if *kind == Kind::OpenVpn {
                let names = beside.named_by(file);
                taken.extend(names.map_err(|error| ImportFailure::new(&file.name, error))?);
            }
        }
        for (place, (file, kind)) in files.iter().zip(&kinds).enumerate() {
            if !taken.contains(&place) {
                contents
                    .add(file, *kind, &beside, budget)
                    .map_err(|error| ImportFailure::new(&file.name, error))?;
            }
        }
        Ok(contents)
    }

    fn add(
        &mut self,
        file: &File<'_>,
        kind: Kind,
        beside: &Beside<'_, '_>,
        budget: &mut Budget,
    ) -> Result<(), ImportError> {
        let name = Arc::clone(&file.name);
        let (source, read) = match kind {
            Kind::Certificate => {
                let certificates = read_certificates(file.bytes);
                budget.spend(weight_of_certificates(&certificates))?;
                self.certificates.push((name, certificates));
                return Ok(());
            }
            Kind::Other(content) => {
                self.others.push((name, content));
                return Ok(());
            }
            Kind::Json => (Source::Json, Profile::from_json(file.bytes)),
            Kind::OpenVpn => {
                let find = |name: &str| beside.find(file, name);
                (Source::OpenVpn, Profile::from_openvpn(file.bytes, &find))
            }
            Kind::Xml => (Source::Azure, Profile::from_azure_xml(file.bytes)),
        };
        match read {
            Ok(imported) => self.found.push(Found {
                is_choice: !imported.profile.authentication.others().is_empty(),
                imported: budget.admit(imported)?.in_file(&name),
                file: name,
                source,
            }),
            Err(ImportError::NotAzureProfile {
                found: Content::VpnSettings,
            }) if kind == Kind::Xml => self.add_settings(file, budget)?,
            Err(ImportError::NotAzureProfile { found }) if kind != Kind::OpenVpn => {
                self.others.push((name, found));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn add_settings(&mut self, file: &File<'_>, budget: &mut Budget) -> Result<(), ImportError> {
        let mut warnings = Warnings::default();
        let settings = VpnSettings::read(file.bytes, &mut warnings)?;
        budget.spend(weight_of_settings(&settings.network, &settings.roots))?;
        let (warnings, left_out) = warnings.finish_in(&file.name);
        let (warnings, without_room) = budget.admit_warnings(warnings);
        self.warnings.extend(warnings);
        self.warnings_left_out = self
            .warnings_left_out
            .saturating_add(left_out)
            .saturating_add(without_room);
        self.settings.push((Arc::clone(&file.name), settings));
        Ok(())
    }

    /// Refuses what has no profile, and files that the user chose and that are of no kind that is read.
    fn check(&self) -> Result<(), ImportFailure> {
        let (failed, error) = match &self.package {
            None => {
                if let Some((file, found)) = self.others.first() {
                    let error = ImportError::NotAzureProfile { found: *found };
                    return Err(ImportFailure::new(file, error));
                }
                let settings = self
                    .settings
                    .iter()
                    .map(|(file, _)| (file, Content::VpnSettings));
                let certificates = self
                    .certificates
                    .iter()
                    .map(|(file, _)| (file, Content::Certificate));
                let Some((file, found)) = settings.chain(certificates).next() else {
                    return Ok(());
                };
                (file, ImportError::NotAzureProfile { found })
            }
            Some((package, _)) => (package, ImportError::NoProfile { holds: self.list() }),
        };
        if !self.found.is_empty() {
            return Ok(());
        }
        let mut settings = self.settings.iter();
        match settings.find(|(_, settings)| !settings.has_openvpn()) {
            Some((_, settings)) => {
                let vpn_types = settings.vpn_types.join(", ");
                Err(ImportFailure::new(
                    failed,
                    ImportError::WithoutOpenVpn { vpn_types },
                ))
            }
            None => Err(ImportFailure::new(failed, error)),
        }
    }

    /// Lists what is in a package without a profile, for a message.
    fn list(&self) -> String {
        const MOST: usize = 6;
        let settings = self.settings.iter().map(|(file, _)| &**file);
        let certificates = self.certificates.iter().map(|(file, _)| &**file);
        let others = self.others.iter().map(|(file, _)| &**file);
        let rest = self.package.iter().flat_map(|(_, rest)| rest);
        let mut names = settings
            .chain(certificates)
            .chain(others)
            .chain(rest.map(String::as_str));
        let mut listed: Vec<String> = names
            .by_ref()
            .take(MOST)
            .map(|name| Excerpt::of(name).to_string())
            .collect();
        match names.count() {
            0 if listed.is_empty() => return "nothing".to_owned(),
            0 => {}
            left => listed.push(format!("and {left} more")),
        }
        listed.join(", ")
    }
}

/// Reads the certificates of a file in DER or PEM; none where there is anything else.
fn read_certificates(bytes: &[u8]) -> Vec<Certificate> {
    let read = match std::str::from_utf8(bytes) {
        Ok(text) if text.contains("-----BEGIN ") => Certificate::from_pem(text),
        _ => Certificate::from_der(bytes).map(|certificate| vec![certificate]),
    };
    read.unwrap_or_default()
}

/// Lets the settings of a gateway say what they know to the profiles of it.
fn apply(
    settings: &VpnSettings,
    found: &mut [Found],
    file: &Arc<str>,
    budget: &mut Budget,
) -> Result<(), ImportError> {
    let mut is_used = false;
    let mut roots = Roots::new(&settings.roots);
    for found in found.iter_mut() {
        let profile = &mut found.imported.profile;
        if profile
            .servers
            .iter()
            .any(|server| settings.describes(server))
        {
            is_used = true;
            budget.spend(weight_of_network(&settings.network))?;
            profile.network = settings.network.clone();
            found.recognize(&mut roots);
        }
    }
    if !is_used {
        let message = format_args!("this describes another gateway; it is not used");
        warn(found, file, message, budget);
    }
    Ok(())
}

/// Warns of a file that is not used, with the first profile.
fn warn(
    found: &mut [Found],
    file: &Arc<str>,
    message: std::fmt::Arguments<'_>,
    budget: &mut Budget,
) {
    if let Some(first) = found.first_mut() {
        budget.warn(&mut first.imported, file, WarningKind::UnusedFile, message);
    }
}
