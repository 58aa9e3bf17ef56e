use std::net::IpAddr;

use ipnet::IpNet;

use super::change::{Change, ListChange};
use super::error::EditError;
use super::field::Field;
use super::list::{read_dns_server, read_list, read_network, read_suffix, refused};
use super::overlap::with_holders;
use super::report::{EditReport, Nested, Overlap};
use super::server_text::ServerText;
use crate::authentication::AuthenticationKind;
use crate::dns_suffix::DnsSuffix;
use crate::invalid_value::InvalidValue;
use crate::limits::{LONGEST_LINE, MOST_OF_A_LIST, is_a_short_line};
use crate::name::ProfileName;
use crate::one_or_more::OneOrMore;
use crate::profile::Profile;
use crate::routes::Routes;
use crate::thumbprint::Thumbprint;
use crate::transport::Transport;

/// Changes to a profile, collected first and then applied together.
///
/// Each method reads its own text, and refuses it with a reason; the edit then stays as it was. What
/// depends on the profile is checked by [`apply`](Self::apply), in the order in which the changes
/// were made. One edit fits any number of profiles.
///
/// A *list* is a text: entries between commas, semicolons or line breaks; what follows a `#` in a line
/// is a comment. An empty list is one too: replacing by it clears. A list of networks takes
/// `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `10.0.0.0 255.0.0.0` and single addresses. Bits beyond the mask
/// are cleared, which the report tells.
///
/// ```
/// use p2svpn_profile::{Profile, ProfileEdit};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let bytes = include_bytes!("../../tests/fixtures/certificate.xml");
/// # let profile = Profile::from_azure_xml(bytes)?.profile;
/// let mut edit = ProfileEdit::new();
/// edit.rename("Office")?
///     .include("10.1.0.0/16, 10.2.0.0/16 # both plants")?
///     .replace_dns_servers("10.1.0.4")?;
/// let edited = edit.apply(&profile)?;
/// assert_eq!(edited.profile.name, "Office");
/// println!("{}", edited.report);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ProfileEdit {
    changes: Vec<Change>,
}

/// A profile after an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edited {
    /// The profile as it is now.
    pub profile: Profile,
    /// What came of the edit.
    pub report: EditReport,
}

impl ProfileEdit {
    /// Makes an edit that changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says whether nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Gives the profile another name.
    ///
    /// # Errors
    ///
    /// [`EditError::Value`] for what is no [`ProfileName`].
    pub fn rename(&mut self, name: &str) -> Result<&mut Self, EditError> {
        let name = read(Field::Name, name, |text| text.parse())?;
        Ok(self.push(Change::Name(name)))
    }

    /// Puts servers in the place of all that the profile has; the first is tried first.
    ///
    /// Each is `host` or `host:port`, over TCP, or over UDP with `/udp` after it.
    ///
    /// # Errors
    ///
    /// [`EditError::Value`] for a text that is no server, [`EditError::NoServer`] for none.
    pub fn replace_servers<S: AsRef<str>>(
        &mut self,
        servers: impl IntoIterator<Item = S>,
    ) -> Result<&mut Self, EditError> {
        let servers = read_servers(servers)?;
        let servers = servers.into_iter().map(ServerText::into_server);
        let mut distinct = Vec::new();
        for server in servers {
            if !distinct.contains(&server) {
                distinct.push(server);
            }
        }
        let servers = OneOrMore::from_vec(distinct).ok_or(EditError::NoServer)?;
        Ok(self.push(Change::ReplaceServers(servers)))
    }

    /// Adds a server, to be tried last: `host`, `host:port`, or with `/udp` after either.
    ///
    /// # Errors
    ///
    /// [`EditError::Value`] for a text that is no server.
    pub fn add_server(&mut self, server: &str) -> Result<&mut Self, EditError> {
        let server = read(Field::Servers, server, ServerText::read)?;
        Ok(self.push(Change::AddServer(server.into_server())))
    }

    /// Takes a server out, over whatever transport, or over the one after `/`.
    ///
    /// # Errors
    ///
    /// [`EditError::Value`] for a text that is no server. When applied: [`EditError::Absent`] for one
    /// that the profile does not have, [`EditError::NoServer`] for its last one.
    pub fn remove_server(&mut self, server: &str) -> Result<&mut Self, EditError> {
        let meant = read(Field::Servers, server, ServerText::read)?;
        let text = crate::excerpt::Excerpt::of(server.trim()).to_string();
        Ok(self.push(Change::RemoveServer(meant, text)))
    }

    /// Brings the servers into another order.
    ///
    /// # Errors
    ///
    /// [`EditError::Value`] for a text that is no server. When applied: [`EditError::Order`] unless
    /// each of the profile's servers is named once.
    pub fn order_servers<S: AsRef<str>>(
        &mut self,
        order: impl IntoIterator<Item = S>,
    ) -> Result<&mut Self, EditError> {
        let order = read_servers(order)?;
        Ok(self.push(Change::OrderServers(order)))
    }

    /// Lets every server be reached over another transport.
    pub fn set_transport(&mut self, transport: Transport) -> &mut Self {
        self.push(Change::Transport(transport))
    }

    /// Chooses the way to sign in. When applied, [`EditError::NotOffered`] refuses one that the
    /// profile does not offer.
    pub fn select_authentication(&mut self, kind: AuthenticationKind) -> &mut Self {
        self.push(Change::Authentication(kind))
    }

    /// Names the client certificate to sign in with, by its SHA-1 thumbprint.
    ///
    /// A certificate that the profile brought along is taken out with its private key, unless it is
    /// seen to be the one that is named; what a PFX file holds is not seen. The report tells it.
    ///
    /// # Errors
    ///
    /// [`EditError::Value`] for what is no thumbprint. When applied: [`EditError::Unused`] if the
    /// profile offers no way to sign in with a certificate.
    pub fn set_client_certificate(&mut self, thumbprint: &str) -> Result<&mut Self, EditError> {
        let thumbprint = read_thumbprint(Field::ClientCertificate, thumbprint)?;
        Ok(self.push(Change::ClientCertificate(Some(thumbprint))))
    }

    /// Leaves the choice of the client certificate open. When applied, refused as
    /// [`set_client_certificate`](Self::set_client_certificate) is.
    pub fn clear_client_certificate(&mut self) -> &mut Self {
        self.push(Change::ClientCertificate(None))
    }

    /// Names the root below which the client certificate must have been issued, by its SHA-1
    /// thumbprint.
    ///
    /// # Errors
    ///
    /// As [`set_client_certificate`](Self::set_client_certificate).
    pub fn set_certificate_issuer(&mut self, thumbprint: &str) -> Result<&mut Self, EditError> {
        let issuer = read_thumbprint(Field::CertificateIssuer, thumbprint)?;
        Ok(self.push(Change::CertificateIssuer(Some(issuer))))
    }

    /// Lets client certificates of any issuer be used. When applied, refused as
    /// [`set_client_certificate`](Self::set_client_certificate) is.
    pub fn clear_certificate_issuer(&mut self) -> &mut Self {
        self.push(Change::CertificateIssuer(None))
    }

    /// Sets the user name to sign in with.
    ///
    /// # Errors
    ///
    /// [`EditError::Value`] for an empty name, one of several lines, or one of more than 1,024 bytes.
    /// When applied: [`EditError::Unused`] if the profile offers no way to sign in with a user name.
    pub fn set_user_name(&mut self, name: &str) -> Result<&mut Self, EditError> {
        let name = read(Field::UserName, name, read_user_name)?;
        Ok(self.push(Change::UserName(Some(name))))
    }

    /// Lets the user name be asked for. When applied, refused as
    /// [`set_user_name`](Self::set_user_name) is.
    pub fn clear_user_name(&mut self) -> &mut Self {
        self.push(Change::UserName(None))
    }

    /// Adds a list of networks to reach through the tunnel. Those that are there already are passed
    /// over, which the report tells.
    ///
    /// # Errors
    ///
    /// [`EditError::Value`], with the line in a list of several lines, for what is no network;
    /// [`EditError::TooMany`] for more than [`Routes::MOST`], also when applied.
    pub fn include(&mut self, networks: &str) -> Result<&mut Self, EditError> {
        let networks = read_networks(Field::IncludeRoutes, networks)?;
        Ok(self.push(Change::Include(ListChange::Add(networks))))
    }

    /// Puts a list of networks in the place of all include routes; an empty one clears them.
    ///
    /// # Errors
    ///
    /// As [`include`](Self::include).
    pub fn replace_includes(&mut self, networks: &str) -> Result<&mut Self, EditError> {
        let networks = read_networks(Field::IncludeRoutes, networks)?;
        Ok(self.push(Change::Include(ListChange::Replace(networks))))
    }

    /// Takes a list of networks out of the include routes.
    ///
    /// # Errors
    ///
    /// As [`include`](Self::include). When applied: [`EditError::Absent`] for a network that is not
    /// exactly in the list, also if a larger one holds it.
    pub fn remove_includes(&mut self, networks: &str) -> Result<&mut Self, EditError> {
        let networks = read_networks(Field::IncludeRoutes, networks)?;
        Ok(self.push(Change::Include(ListChange::removal(networks, IpNet::trunc))))
    }

    /// Joins the include routes to the fewest networks that send the same traffic through the
    /// tunnel, sorted.
    ///
    /// The exclude routes are minded: where one cuts a piece out, the pieces are joined apart from
    /// what is around it. Routes of the machine itself cannot be: a joined network is less exact
    /// than its parts were.
    pub fn aggregate_includes(&mut self) -> &mut Self {
        self.push(Change::AggregateIncludes)
    }

    /// Adds a list of networks to reach outside the tunnel.
    ///
    /// # Errors
    ///
    /// As [`include`](Self::include).
    pub fn exclude(&mut self, networks: &str) -> Result<&mut Self, EditError> {
        let networks = read_networks(Field::ExcludeRoutes, networks)?;
        Ok(self.push(Change::Exclude(ListChange::Add(networks))))
    }

    /// Puts a list of networks in the place of all exclude routes; an empty one clears them.
    ///
    /// # Errors
    ///
    /// As [`include`](Self::include).
    pub fn replace_excludes(&mut self, networks: &str) -> Result<&mut Self, EditError> {
        let networks = read_networks(Field::ExcludeRoutes, networks)?;
        Ok(self.push(Change::Exclude(ListChange::Replace(networks))))
    }

    /// Takes a list of networks out of the exclude routes.
    ///
    /// # Errors
    ///
    /// As [`remove_includes`](Self::remove_includes).
    pub fn remove_excludes(&mut self, networks: &str) -> Result<&mut Self, EditError> {
        let networks = read_networks(Field::ExcludeRoutes, networks)?;
        Ok(self.push(Change::Exclude(ListChange::removal(networks, IpNet::trunc))))
    }

    /// Joins the exclude routes, as [`aggregate_includes`](Self::aggregate_includes) does with the
    /// include routes.
    pub fn aggregate_excludes(&mut self) -> &mut Self {
        self.push(Change::AggregateExcludes)
    }

    /// Sends all IPv4 traffic through the tunnel, or only that of the other routes.
    ///
    /// Forcing adds the include route `0.0.0.0/0`, unless one of the two forms of a forced tunnel is
    /// there, and makes the version at least 2, as administrators do for Microsoft's client. The
    /// opposite takes both forms out and leaves the version.
    pub fn force_tunnel(&mut self, is_forced: bool) -> &mut Self {
        self.push(Change::ForcedTunnel(is_forced))
    }

    /// Adds a list of DNS servers, to be asked last.
    ///
    /// # Errors
    ///
    /// [`EditError::Value`], with the line in a list of several lines, for what is not the address of
    /// one machine; [`EditError::TooMany`] for a list of more than 1,000.
    pub fn add_dns_servers(&mut self, addresses: &str) -> Result<&mut Self, EditError> {
        let addresses = read_dns_servers(addresses)?;
        Ok(self.push(Change::DnsServers(ListChange::Add(addresses))))
    }

    /// Puts a list of DNS servers in the place of all; an empty one leaves them to the gateway.
    ///
    /// # Errors
    ///
    /// As [`add_dns_servers`](Self::add_dns_servers).
    pub fn replace_dns_servers(&mut self, addresses: &str) -> Result<&mut Self, EditError> {
        let addresses = read_dns_servers(addresses)?;
        Ok(self.push(Change::DnsServers(ListChange::Replace(addresses))))
    }

    /// Takes a list of DNS servers out.
    ///
    /// # Errors
    ///
    /// As [`add_dns_servers`](Self::add_dns_servers). When applied: [`EditError::Absent`].
    pub fn remove_dns_servers(&mut self, addresses: &str) -> Result<&mut Self, EditError> {
        let addresses = read_dns_servers(addresses)?;
        Ok(self.push(Change::DnsServers(ListChange::removal(
            addresses,
            Clone::clone,
        ))))
    }

    /// Adds a list of domains whose names the DNS servers answer.
    ///
    /// # Errors
    ///
    /// [`EditError::Value`], with the line in a list of several lines, for what is no
    /// [`DnsSuffix`]; [`EditError::TooMany`] for a list of more than 1,000.
    pub fn add_dns_suffixes(&mut self, domains: &str) -> Result<&mut Self, EditError> {
        let domains = read_suffixes(Field::DnsSuffixes, domains)?;
        Ok(self.push(Change::DnsSuffixes(ListChange::Add(domains))))
    }

    /// Puts a list of domains in the place of all DNS suffixes; an empty one clears them.
    ///
    /// # Errors
    ///
    /// As [`add_dns_suffixes`](Self::add_dns_suffixes).
    pub fn replace_dns_suffixes(&mut self, domains: &str) -> Result<&mut Self, EditError> {
        let domains = read_suffixes(Field::DnsSuffixes, domains)?;
        Ok(self.push(Change::DnsSuffixes(ListChange::Replace(domains))))
    }

    /// Takes a list of domains out of the DNS suffixes.
    ///
    /// # Errors
    ///
    /// As [`add_dns_suffixes`](Self::add_dns_suffixes). When applied: [`EditError::Absent`].
    pub fn remove_dns_suffixes(&mut self, domains: &str) -> Result<&mut Self, EditError> {
        let domains = read_suffixes(Field::DnsSuffixes, domains)?;
        Ok(self.push(Change::DnsSuffixes(ListChange::removal(
            domains,
            Clone::clone,
        ))))
    }

    /// Decides whether to be connected always.
    pub fn set_always_on(&mut self, is_always_on: bool) -> &mut Self {
        self.push(Change::AlwaysOn(is_always_on))
    }

    /// Adds a list of domains of networks in which an always-on profile does not connect.
    ///
    /// # Errors
    ///
    /// As [`add_dns_suffixes`](Self::add_dns_suffixes).
    pub fn add_trusted_networks(&mut self, domains: &str) -> Result<&mut Self, EditError> {
        let domains = read_suffixes(Field::TrustedNetworks, domains)?;
        Ok(self.push(Change::TrustedNetworks(ListChange::Add(domains))))
    }

    /// Puts a list of domains in the place of all trusted networks; an empty one clears them.
    ///
    /// # Errors
    ///
    /// As [`add_dns_suffixes`](Self::add_dns_suffixes).
    pub fn replace_trusted_networks(&mut self, domains: &str) -> Result<&mut Self, EditError> {
        let domains = read_suffixes(Field::TrustedNetworks, domains)?;
        Ok(self.push(Change::TrustedNetworks(ListChange::Replace(domains))))
    }

    /// Takes a list of domains out of the trusted networks.
    ///
    /// # Errors
    ///
    /// As [`remove_dns_suffixes`](Self::remove_dns_suffixes).
    pub fn remove_trusted_networks(&mut self, domains: &str) -> Result<&mut Self, EditError> {
        let domains = read_suffixes(Field::TrustedNetworks, domains)?;
        Ok(self.push(Change::TrustedNetworks(ListChange::removal(
            domains,
            Clone::clone,
        ))))
    }

    /// Names the profile to fail over to.
    ///
    /// # Errors
    ///
    /// [`EditError::Value`] for what is no [`ProfileName`]. When applied: [`EditError::OwnSecondary`]
    /// for the profile's own name, as it is after all changes.
    pub fn set_secondary_profile(&mut self, name: &str) -> Result<&mut Self, EditError> {
        let name = read(Field::SecondaryProfile, name, read_secondary)?;
        Ok(self.push(Change::SecondaryProfile(Some(name))))
    }

    /// Lets the profile fail over to none.
    pub fn clear_secondary_profile(&mut self) -> &mut Self {
        self.push(Change::SecondaryProfile(None))
    }

    /// Makes the profile that the changes, in their order, make of `profile`, which stays as it is.
    ///
    /// # Errors
    ///
    /// [`EditError`] for the first change that does not fit the profile.
    pub fn apply(&self, profile: &Profile) -> Result<Edited, EditError> {
        let mut edited = profile.clone();
        let mut report = EditReport::default();
        for change in &self.changes {
            change.apply(&mut edited, &mut report)?;
        }
        report.changed = Field::that_differ(profile, &edited);
        check(&edited, &report)?;
        self.look_through_routes(&edited, &mut report);
        Ok(Edited {
            profile: edited,
            report,
        })
    }

    fn push(&mut self, change: Change) -> &mut Self {
        let left = match self.changes.last_mut() {
            Some(last) => last.absorb(change),
            None => Some(change),
        };
        self.changes.extend(left);
        self
    }

    /// Tells of the lists that were edited which networks lie in others.
    fn look_through_routes(&self, profile: &Profile, report: &mut EditReport) {
        let edits = |field| {
            self.changes
                .iter()
                .any(|change| change.edits() == Some(field))
        };
        let lists = [
            (Field::IncludeRoutes, &profile.include_routes),
            (Field::ExcludeRoutes, &profile.exclude_routes),
        ];
        let edited = lists.into_iter().filter(|(field, _)| edits(*field));
        for (field, routes) in edited.clone() {
            let nested = routes.nested().into_iter();
            report.nested.extend(nested.map(|(outer, inner)| Nested {
                field,
                outer,
                inner,
            }));
        }
        if edited.count() > 0 {
            report.overlaps = overlaps(&profile.include_routes, &profile.exclude_routes);
        }
    }
}

fn overlaps(includes: &Routes, excludes: &Routes) -> Vec<Overlap> {
    let held = with_holders(includes, excludes).filter_map(|(network, is_include, holder)| {
        let holder = holder?;
        // An equal pair is told once, by its include route.
        match is_include {
            true => Some((network, holder)),
            false => (holder != network).then_some((holder, network)),
        }
    });
    held.map(|(include, exclude)| Overlap { include, exclude })
        .collect()
}

/// Checks what no change can check alone.
fn check(edited: &Profile, report: &EditReport) -> Result<(), EditError> {
    let lists = [
        (Field::IncludeRoutes, &edited.include_routes),
        (Field::ExcludeRoutes, &edited.exclude_routes),
    ];
    for (field, routes) in lists {
        if report.changed.contains(&field) && routes.len() > Routes::MOST {
            let limit = Routes::MOST;
            return Err(EditError::TooMany { field, limit });
        }
    }
    let is_named_anew =
        report.changed.contains(&Field::SecondaryProfile) || report.changed.contains(&Field::Name);
    if is_named_anew && edited.secondary_profile.as_ref() == Some(&edited.name) {
        return Err(EditError::OwnSecondary);
    }
    Ok(())
}

fn read<T>(
    field: Field,
    text: &str,
    read: impl Fn(&str) -> Result<T, InvalidValue>,
) -> Result<T, EditError> {
    read(text).map_err(|reason| refused(field, None, text, reason))
}

fn read_thumbprint(field: Field, text: &str) -> Result<Thumbprint, EditError> {
    read(field, text, |text| text.parse())
}

fn read_servers<S: AsRef<str>>(
    texts: impl IntoIterator<Item = S>,
) -> Result<Vec<ServerText>, EditError> {
    let texts = texts.into_iter();
    texts
        .map(|text| read(Field::Servers, text.as_ref(), ServerText::read))
        .collect()
}

fn read_networks(field: Field, text: &str) -> Result<Vec<IpNet>, EditError> {
    read_list(field, text, Routes::MOST, read_network)
}

fn read_dns_servers(text: &str) -> Result<Vec<IpAddr>, EditError> {
    read_list(Field::DnsServers, text, MOST_OF_A_LIST, read_dns_server)
}

fn read_suffixes(field: Field, text: &str) -> Result<Vec<DnsSuffix>, EditError> {
    read_list(field, text, MOST_OF_A_LIST, read_suffix)
}

fn read_user_name(text: &str) -> Result<String, InvalidValue> {
    if text.trim().is_empty() {
        return Err(InvalidValue::new("is empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(InvalidValue::new(
            "holds a line break or another control character",
        ));
    }
    // RADIUS carries 253 bytes (RFC 2865 section 5), other servers more.
    if !is_a_short_line(text) {
        let reason = format!("is longer than {LONGEST_LINE} characters");
        return Err(InvalidValue::new(reason));
    }
    Ok(text.to_owned())
}

fn read_secondary(text: &str) -> Result<ProfileName, InvalidValue> {
    if text.trim().eq_ignore_ascii_case("none") {
        return Err(InvalidValue::new(
            "is what files write where there is no secondary profile",
        ));
    }
    text.parse()
}
