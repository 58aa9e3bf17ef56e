use std::sync::Arc;

use super::weight::{weight_of, weight_of_name};
use crate::error::ImportError;
use crate::imported::Imported;
use crate::position::Position;
use crate::warning::{MAXIMUM_WARNINGS, Warning, WarningKind, Warnings};

/// The most that an import keeps of all its files, in bytes: 4 MiB. A list of networks takes some 55
/// bytes for each.
const MAXIMUM_KEPT_BYTES: usize = 4 << 20;

/// What an import may still keep of its files.
///
/// Each file is bounded by itself, but there may be a thousand of them.
#[derive(Debug)]
pub(crate) struct Budget {
    bytes: usize,
    warnings: usize,
}

impl Budget {
    /// Makes the budget of a whole import.
    pub(crate) fn new() -> Self {
        Self {
            bytes: MAXIMUM_KEPT_BYTES,
            warnings: MAXIMUM_WARNINGS,
        }
    }

    /// Takes the name of a file that is going to be listed: even of empty ones there may be many.
    pub(crate) fn list(&mut self, name: &str) -> Result<(), ImportError> {
        self.spend(weight_of_name(name))
    }

    /// Takes bytes that are going to be kept, or says that it is too much.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), ImportError> {
        self.bytes = self
            .bytes
            .checked_sub(bytes)
            .ok_or(ImportError::TooMuchTogether {
                limit: MAXIMUM_KEPT_BYTES,
            })?;
        Ok(())
    }

    /// Takes what a file was read to; warnings without room are counted.
    pub(super) fn admit(&mut self, mut imported: Imported) -> Result<Imported, ImportError> {
        let profile = &mut imported.profile;
        for networks in [
            &mut profile.include_routes,
            &mut profile.exclude_routes,
            &mut profile.network.routes,
            &mut profile.network.address_pool,
        ] {
            networks.shrink_to_fit();
        }
        self.spend(weight_of(profile))?;
        let (warnings, left_out) = self.admit_warnings(imported.warnings);
        imported.warnings = warnings;
        imported.warnings_left_out = imported.warnings_left_out.saturating_add(left_out);
        Ok(imported)
    }

    /// Takes warnings as far as there is room, and returns how many are left out.
    pub(super) fn admit_warnings(&mut self, mut warnings: Vec<Warning>) -> (Vec<Warning>, usize) {
        let kept = warnings.len().min(self.warnings);
        let left_out = warnings.len().saturating_sub(kept);
        self.warnings = self.warnings.saturating_sub(kept);
        warnings.truncate(kept);
        (warnings, left_out)
    }

    /// Warns of a file, with a profile.
    pub(super) fn warn(
        &mut self,
        imported: &mut Imported,
        file: &Arc<str>,
        kind: WarningKind,
        message: std::fmt::Arguments<'_>,
    ) {
        let mut warnings = Warnings::default();
        warnings.push(Position::START, kind, message);
        let (warnings, _) = warnings.finish_in(file);
        let (warnings, left_out) = self.admit_warnings(warnings);
        imported.append(warnings, left_out);
    }
}
