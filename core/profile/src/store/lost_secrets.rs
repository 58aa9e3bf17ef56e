use crate::error::ImportError;
use crate::json::{Document, from_document_alone};
use crate::profile::Profile;

/// Makes an edited profile again whose secrets are lost, with those of the import that it began with.
///
/// Whatever can be edited stays as the user made it. A secret that did not come with the import is
/// gone, and its place is empty.
pub(super) fn restored(edited: &Document, imported: &Profile) -> Result<Profile, ImportError> {
    let mut profile = from_document_alone(edited)?;
    let validation = &imported.server_validation;
    profile.server_validation.wrapping = validation.wrapping.clone();
    profile
        .unknown_elements
        .clone_from(&imported.unknown_elements);
    let ways: Vec<_> = profile.authentication.iter().cloned().collect();
    for mut way in ways {
        let known = imported.authentication.get(way.kind());
        if let Some(certificate) = way.certificate_mut() {
            let known = known.and_then(|known| known.certificate());
            certificate.identity = known.and_then(|known| known.identity.clone());
        }
        if let Some(password) = way.password_mut() {
            let known = known.and_then(|known| known.password());
            password.password = known.and_then(|known| known.password.clone());
        }
        profile.authentication.offer(way);
    }
    Ok(profile)
}
