use std::fmt;

use ipnet::IpNet;

use super::field::Field;

/// What an edit did, beside what it was asked for.
///
/// [`Display`](fmt::Display) writes it for people, a line for each kind of finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EditReport {
    /// The fields in which the edited profile differs from the one before, in the order of
    /// [`Field::ALL`].
    pub changed: Vec<Field>,
    /// What was added although it stood there already, and was passed over.
    pub duplicates: Vec<Duplicate>,
    /// Networks that were written with address bits beyond their mask.
    pub host_bits: Vec<HostBits>,
    /// Networks of the edited lists that lie inside another one of the same list, and so add
    /// nothing to it.
    pub nested: Vec<Nested>,
    /// Networks of one edited list that lie inside a network of the other list, or equal it.
    pub overlaps: Vec<Overlap>,
    /// How many networks fewer there are after aggregation.
    pub aggregated: usize,
    /// Whether a client certificate that the profile brought along was taken out with its private key,
    /// because another one is named now.
    pub identity_removed: bool,
}

/// Something that stood in a list already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The list.
    pub field: Field,
    /// What was to be added.
    pub text: String,
}

/// A network that was written with address bits beyond its mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostBits {
    /// The list.
    pub field: Field,
    /// The network as it was written, such as `10.1.2.3/8`.
    pub written: IpNet,
    /// The network as it is used, such as `10.0.0.0/8`.
    pub used: IpNet,
}

/// A network that lies inside another one of the same list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nested {
    /// The list.
    pub field: Field,
    /// The smallest other network that holds it.
    pub outer: IpNet,
    /// The network.
    pub inner: IpNet,
}

/// An include route and an exclude route of which one lies inside the other.
///
/// The traffic of the smaller network goes where its own route says; where both are equal they
/// contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The network that is to be reached through the tunnel.
    pub include: IpNet,
    /// The network that is to be reached outside the tunnel.
    pub exclude: IpNet,
}

impl Overlap {
    /// Says whether both are the same network, so that one of the routes has no effect.
    pub fn is_contradiction(&self) -> bool {
        self.include == self.exclude
    }
}

impl EditReport {
    /// Says whether the profile stays as it was.
    pub fn is_unchanged(&self) -> bool {
        self.changed.is_empty()
    }
}

/// How many findings of a kind are shown to people, the rest being counted.
const SHOWN: usize = 3;

impl fmt::Display for EditReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changed.is_empty() {
            formatter.write_str("nothing changed")?;
        } else {
            let names: Vec<&str> = self.changed.iter().map(|field| field.name()).collect();
            write!(formatter, "changed: {}", names.join(", "))?;
        }
        show(formatter, "already there", &self.duplicates, |duplicate| {
            format!("{} in {}", duplicate.text, duplicate.field)
        })?;
        show(formatter, "written inexactly", &self.host_bits, |inexact| {
            format!("{} is used as {}", inexact.written, inexact.used)
        })?;
        show(formatter, "adds nothing", &self.nested, |nested| {
            format!("{} lies inside {}", nested.inner, nested.outer)
        })?;
        show(formatter, "overlap", &self.overlaps, |overlap| {
            format!(
                "include {} and exclude {}",
                overlap.include, overlap.exclude
            )
        })?;
        if self.aggregated > 0 {
            write!(
                formatter,
                "\nnetworks saved by aggregation: {}",
                self.aggregated
            )?;
        }
        if self.identity_removed {
            formatter.write_str(
                "\nremoved: the client certificate that the profile brought along, with its private key",
            )?;
        }
        Ok(())
    }
}

fn show<T>(
    formatter: &mut fmt::Formatter<'_>,
    title: &str,
    findings: &[T],
    text: impl Fn(&T) -> String,
) -> fmt::Result {
    if findings.is_empty() {
        return Ok(());
    }
    let shown: Vec<String> = findings.iter().take(SHOWN).map(text).collect();
    write!(formatter, "\n{title}: {}", shown.join("; "))?;
    match findings.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => write!(formatter, "; and {more} more"),
    }
}
