use p2svpn_client::EditReport as Report;

use crate::profile::names;

/// What an edit did, beside what it was asked for. Networks are written as `10.1.0.0/16`, fields have stable names.
#[derive(uniffi::Record)]
pub struct EditReport {
    /// The report for people.
    pub text: String,
    /// The fields in which the profile differs from the one before.
    pub changed: Vec<String>,
    /// What was added although it stood there already, and was passed over.
    pub duplicates: Vec<Duplicate>,
    /// Networks that were written with address bits beyond their mask.
    pub host_bits: Vec<HostBits>,
    /// Networks that lie inside another one of their list, and so add nothing to it.
    pub nested: Vec<Nested>,
    /// Include routes and exclude routes of which one lies inside the other.
    pub overlaps: Vec<Overlap>,
    /// How many networks fewer there are after aggregation.
    pub aggregated: u64,
    /// Whether a client certificate that the profile brought along was taken out with its key.
    pub identity_removed: bool,
}

/// Something that stood in a list already.
#[derive(uniffi::Record)]
pub struct Duplicate {
    /// The list.
    pub field: String,
    /// What was to be added.
    pub text: String,
}

/// A network that was written with address bits beyond its mask.
#[derive(uniffi::Record)]
pub struct HostBits {
    /// The list.
    pub field: String,
    /// The network as it was written, such as `10.1.2.3/8`.
    pub written: String,
    /// The network as it is used, such as `10.0.0.0/8`.
    pub used: String,
}

/// A network that lies inside another one of the same list.
#[derive(uniffi::Record)]
pub struct Nested {
    /// The list.
    pub field: String,
    /// The smallest other network that holds it.
    pub outer: String,
    /// The network.
    pub inner: String,
}

/// An include route and an exclude route of which one lies inside the other.
#[derive(uniffi::Record)]
pub struct Overlap {
    /// The network that is to be reached through the tunnel.
    pub include: String,
    /// The network that is to be reached outside the tunnel.
    pub exclude: String,
}

impl From<Report> for EditReport {
    fn from(report: Report) -> Self {
        let text = report.to_string();
        let duplicates = report.duplicates.into_iter().map(|duplicate| Duplicate {
            field: duplicate.field.name().to_owned(),
            text: duplicate.text,
        });
        let host_bits = report.host_bits.into_iter().map(|inexact| HostBits {
            field: inexact.field.name().to_owned(),
            written: inexact.written.to_string(),
            used: inexact.used.to_string(),
        });
        let nested = report.nested.into_iter().map(|nested| Nested {
            field: nested.field.name().to_owned(),
            outer: nested.outer.to_string(),
            inner: nested.inner.to_string(),
        });
        let overlaps = report.overlaps.into_iter().map(|overlap| Overlap {
            include: overlap.include.to_string(),
            exclude: overlap.exclude.to_string(),
        });
        Self {
            text,
            changed: names(&report.changed),
            duplicates: duplicates.collect(),
            host_bits: host_bits.collect(),
            nested: nested.collect(),
            overlaps: overlaps.collect(),
            aggregated: u64::try_from(report.aggregated).unwrap_or(u64::MAX),
            identity_removed: report.identity_removed,
        }
    }
}
