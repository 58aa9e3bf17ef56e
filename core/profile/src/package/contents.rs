use std::collections::BTreeSet;
use std::sync::Arc;

use super::beside::Beside;
use super::file::File;
use super::found::{Found, Source};
use super::kind::Kind;
use super::naming::name;
use super::vpn_settings::VpnSettings;
use crate::certificate::Certificate;
use crate::content::Content;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::import_failure::ImportFailure;
use crate::imported::Imported;
use crate::position::Position;
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
    pub(crate) fn of_files(files: &[File<'_>]) -> Result<Self, ImportFailure> {
        Self::read(files)
    }

    /// Reads the files of a package, among which there may be others.
    pub(crate) fn of_package(
        files: &[File<'_>],
        package: Arc<str>,
        others: &[String],
    ) -> Result<Self, ImportFailure> {
        let mut contents = Self::read(files)?;
        contents.package = Some((package, others.to_vec()));
        Ok(contents)
    }

    /// Returns the profiles, with all that the other files say of them.
    pub(crate) fn into_found(mut self) -> Result<Vec<Found>, ImportFailure> {
        self.check()?;
        let mut found = std::mem::take(&mut self.found);
        for (file, settings) in &self.settings {
            apply(settings, &mut found, file);
        }
        let package = self.package.as_ref().map(|(package, _)| &**package);
        for found in &mut found {
            name(found, package);
        }
        for (file, certificates) in &self.certificates {
            if certificates.is_empty() {
                let message =
                    format_args!("this holds no certificate that can be read; it is not used");
                warn(&mut found, file, message);
            }
            for certificate in certificates {
                recognize(certificate, &mut found, file);
            }
        }
        for (file, content) in &self.others {
            warn(
                &mut found,
                file,
                format_args!("this is {content}; it is not used"),
            );
        }
        if let Some(first) = found.first_mut() {
            first.imported.append(self.warnings, self.warnings_left_out);
        }
        Ok(found)
    }

    fn read(files: &[File<'_>]) -> Result<Self, ImportFailure> {
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
                    .add(file, *kind, &beside)
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
    ) -> Result<(), ImportError> {
        let name = Arc::clone(&file.name);
        let found = |source, imported: Imported| Found {
            imported: imported.in_file(&name),
            file: Arc::clone(&name),
            source,
        };
        match kind {
            Kind::Certificate => {
                self.certificates
                    .push((name, read_certificates(file.bytes)));
            }
            Kind::Json => match Profile::from_json(file.bytes) {
                Ok(imported) => self.found.push(found(Source::Json, imported)),
                Err(ImportError::NotAzureProfile { found }) => self.others.push((name, found)),
                Err(error) => return Err(error),
            },
            Kind::OpenVpn => {
                let find = |name: &str| beside.find(file, name);
                let imported = Profile::from_openvpn(file.bytes, &find)?;
                self.found.push(found(Source::OpenVpn, imported));
            }
            Kind::Xml => match Profile::from_azure_xml(file.bytes) {
                Ok(imported) => self.found.push(found(Source::Azure, imported)),
                Err(ImportError::NotAzureProfile {
                    found: Content::VpnSettings,
                }) => self.add_settings(file)?,
                Err(ImportError::NotAzureProfile { found }) => self.others.push((name, found)),
                Err(error) => return Err(error),
            },
            Kind::Other(content) => self.others.push((name, content)),
        }
        Ok(())
    }

    fn add_settings(&mut self, file: &File<'_>) -> Result<(), ImportError> {
        let mut warnings = Warnings::default();
        let settings = VpnSettings::read(file.bytes, &mut warnings)?;
        let (warnings, left_out) = warnings.finish_in(&file.name);
        self.warnings.extend(warnings);
        self.warnings_left_out = self.warnings_left_out.saturating_add(left_out);
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
fn apply(settings: &VpnSettings, found: &mut [Found], file: &Arc<str>) {
    let mut is_used = false;
    for found in found.iter_mut() {
        let profile = &mut found.imported.profile;
        if profile
            .servers
            .iter()
            .any(|server| settings.describes(server))
        {
            is_used = true;
            profile.network = settings.network.clone();
            for root in &settings.roots {
                found.recognize(root);
            }
        }
    }
    if !is_used {
        warn(
            found,
            file,
            format_args!("this describes another gateway; it is not used"),
        );
    }
}

fn recognize(certificate: &Certificate, found: &mut [Found], file: &Arc<str>) {
    let is_meant = found
        .iter_mut()
        .map(|found| found.recognize(certificate))
        .fold(false, |any, is_meant| any | is_meant);
    if !is_meant {
        let message = format_args!(
            "the certificate '{}' is none of the roots that the profile names; it is not used",
            certificate.subject()
        );
        warn(found, file, message);
    }
}

/// Warns of a file, with the first profile.
fn warn(found: &mut [Found], file: &Arc<str>, message: std::fmt::Arguments<'_>) {
    let Some(first) = found.first_mut() else {
        return;
    };
    let mut warnings = Warnings::default();
    warnings.push(Position::START, WarningKind::UnusedFile, message);
    let (warnings, left_out) = warnings.finish_in(file);
    first.imported.append(warnings, left_out);
}
