//! The plan as a text for people.

use std::fmt::{self, Display};

use ipnet::IpNet;

use super::Plan;
use super::caution::Severity;
use super::certificate_summary::CertificateSummary;
use super::dns::{DnsReach, PlannedDnsServer};
use super::gateway::{PlannedName, PlannedProof, PlannedTrust};
use super::network::{PlannedLocalNetwork, PlannedMode, PlannedNetwork};
use super::page::Page;
use super::route::{PlanSource, PlannedRoute};
use super::sign_in::{CertificateSignIn, CertificateSource, EntraSignIn, PasswordSignIn, SignIn};
use crate::authentication::AuthenticationKind;
use crate::unique::Unique;

/// The most lines that a list of networks takes.
const MOST_LINES: usize = 20;

impl Display for Plan {
    /// Writes the plan for people who never saw a VPN client, in lines of at most 100 characters.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let page = &mut Page::new(formatter);
        self.write_opening(page)?;
        page.heading("What it needs")?;
        self.write_needs(page)?;
        page.heading("Where it connects")?;
        self.write_gateways(page)?;
        page.heading("What changes on this machine")?;
        self.write_changes(page)?;
        page.heading("What stays as it is")?;
        self.write_rest(page)?;
        page.heading("Look out")?;
        self.write_cautions(page)
    }
}

impl Plan {
    fn write_opening(&self, page: &mut Page<'_, '_>) -> fmt::Result {
        page.paragraph(&format!("The plan for '{}'", self.profile))?;
        page.paragraph("")?;
        page.paragraph(
            "This profile connects to a private network through an encrypted tunnel (a VPN). Nothing has been \
             changed and nobody has been called yet. All changes end when the connection ends.",
        )
    }

    fn write_needs(&self, page: &mut Page<'_, '_>) -> fmt::Result {
        match &self.sign_in {
            SignIn::Entra(entra) => write_entra(page, entra)?,
            SignIn::Certificate(certificate) => {
                page.row("You sign in with", "a client certificate")?;
                write_certificate(page, certificate)?;
            }
            SignIn::Password(password) => {
                page.row("You sign in with", "a user name and a password")?;
                write_password(page, password)?;
            }
            SignIn::CertificateAndPassword {
                certificate,
                password,
            } => {
                page.row(
                    "You sign in with",
                    "a client certificate together with a user name and a password",
                )?;
                write_certificate(page, certificate)?;
                write_password(page, password)?;
            }
        }
        page.rows(
            "Or instead with",
            self.other_sign_ins.iter().map(alternative),
        )?;
        if self.missing.is_empty() {
            return page.row("Still missing", "nothing");
        }
        let missing = self.missing.iter();
        page.rows(
            "Still missing",
            missing.map(|missing| format!("{} {}", missing.message, missing.remedy)),
        )
    }

    fn write_gateways(&self, page: &mut Page<'_, '_>) -> fmt::Result {
        let label = if self.gateways.len() > 1 {
            "Gateways, in order"
        } else {
            "Gateway"
        };
        page.rows(
            label,
            self.gateways.iter().map(|gateway| {
                let transport = gateway.transport.to_uppercase();
                let port = gateway.port;
                let called = match &gateway.display_name {
                    Some(name) if *name != gateway.host => format!(" ('{name}')"),
                    _ => String::new(),
                };
                format!("{}{called}, {transport} port {port}", gateway.host)
            }),
        )?;
        page.rows("It must prove to be", self.names())?;
        write_proof(page, &self.proof)?;
        if let Some(secondary) = &self.secondary_profile {
            page.row(
                "If it fails",
                format!("the profile asks to use '{secondary}' instead"),
            )?;
        }
        if self.always_on {
            page.row(
                "Always on",
                "the profile asks to be connected from the start of the program on, and after every loss",
            )?;
            if !self.trusted_networks.is_empty() {
                let networks = self.trusted_networks.join(", ");
                page.row("", format!("but not in the networks of {networks}"))?;
            }
        }
        Ok(())
    }

    fn names(&self) -> Vec<String> {
        match &self.proof.name {
            PlannedName::Host => {
                let gateways = self.gateways.iter();
                let names: Unique<&String> = gateways
                    .flat_map(|gateway| &gateway.certificate_names)
                    .collect();
                let names = names.iter().enumerate();
                names
                    .map(|(index, name)| match index {
                        0 => (*name).clone(),
                        _ => format!("or {name}"),
                    })
                    .collect()
            }
            PlannedName::Any => vec!["any server that is vouched for as below".to_owned()],
            PlannedName::Subject(name) | PlannedName::CommonName(name) => vec![name.clone()],
            PlannedName::CommonNamePrefix(prefix) => {
                vec![format!("a server whose name begins with '{prefix}'")]
            }
        }
    }

    fn write_changes(&self, page: &mut Page<'_, '_>) -> fmt::Result {
        let network = &self.network;
        if network.changes_machine == Some(false) {
            page.row(
                "Nothing",
                "The tunnel ends inside this program: only this program reaches the networks below, other \
                 programs do not.",
            )?;
        } else {
            page.row(
                "Network interface",
                "A new one appears, as if another network cable were plugged in.",
            )?;
        }
        page.row("Its address", address(network))?;
        match network.mode {
            PlannedMode::Split => page.row(
                "Through the tunnel",
                "Only traffic to the networks below (a split tunnel).",
            )?,
            PlannedMode::Full { ipv6, .. } => {
                let what = if ipv6 {
                    "All traffic to the internet and elsewhere (a forced tunnel)."
                } else {
                    "All IPv4 traffic, to the internet and elsewhere (a forced tunnel)."
                };
                page.row("Through the tunnel", what)?;
            }
        }
        write_routes(page, &network.routes)?;
        write_dns(page, network)?;
        if let Some(mtu) = network.mtu {
            page.row("Largest packet", format!("{mtu} bytes"))?;
        }
        Ok(())
    }

    fn write_rest(&self, page: &mut Page<'_, '_>) -> fmt::Result {
        let network = &self.network;
        let changes_machine = network.changes_machine != Some(false);
        match network.mode {
            _ if !changes_machine => page.row(
                "Everything",
                "No address, route or DNS server of this machine changes.",
            )?,
            PlannedMode::Split => page.row(
                "The internet",
                "It is reached directly as before, unless the gateway announces that it takes all traffic.",
            )?,
            PlannedMode::Full { ipv6: true, .. } => {}
            PlannedMode::Full { ipv6: false, .. } => {
                page.row("IPv6", "It goes past the tunnel as before.")?;
            }
        }
        if changes_machine {
            let local = network.local_networks.iter().flatten();
            page.rows("Local networks", local.map(local_network))?;
            write_networks(
                page,
                "Outside the tunnel",
                &network.excludes,
                |exclude| exclude.network,
                |exclude| match exclude.inside {
                    Some(route) => format!("taken out of {route}"),
                    None => "which is in no network above".to_owned(),
                },
            )?;
            if network.leaves_dns() {
                write_unused_dns(page, network)?;
            }
            page.row(
                "The gateway",
                "It is always called outside the tunnel, over the connection that there is now.",
            )?;
        }
        page.row("Programs and files", "None is installed or changed.")
    }

    fn write_cautions(&self, page: &mut Page<'_, '_>) -> fmt::Result {
        if self.cautions.is_empty() {
            let unseen = match self.network.local_networks {
                Some(_) => "",
                None => " The networks that this machine is in were not looked at.",
            };
            return page.row("Nothing", format!("No conflict is known.{unseen}"));
        }
        for caution in &self.cautions {
            let label = match caution.severity {
                Severity::Obstacle => "STOP",
                Severity::Warning => "Warning",
                Severity::Note => "Note",
            };
            page.row(label, format!("{} {}", caution.message, caution.remedy))?;
        }
        let left_out: usize = self
            .cautions_left_out
            .iter()
            .map(|left_out| left_out.count)
            .sum();
        if left_out > 0 {
            page.row("", format!("... and {left_out} more of the same kinds"))?;
        }
        Ok(())
    }
}

fn write_entra(page: &mut Page<'_, '_>, entra: &EntraSignIn) -> fmt::Result {
    page.row(
        "You sign in with",
        "your work or school account (Microsoft Entra ID), in the web browser",
    )?;
    let whose = match entra.cloud {
        Some("public") => ", which is Microsoft's",
        Some("us_government") => ", which is Microsoft's for the government of the United States",
        Some("china") => ", which is Microsoft's cloud in China, run by 21Vianet",
        Some(_) => ", which is Microsoft's",
        None if entra.is_allowed => ", which is not Microsoft's, but allowed in this program",
        None => ", which is NOT Microsoft's",
    };
    page.row("Sign-in page", format!("{}{whose}", entra.host))?;
    page.row("Organization", format!("tenant {}", entra.tenant))?;
    let client = if entra.client_id == entra.audience {
        String::new()
    } else {
        format!(", asked for by the application {}", entra.client_id)
    };
    page.row("Permission", format!("{}{client}", entra.scope))?;
    let kept = match (entra.is_kept, entra.is_signed_in) {
        (true, Some(true)) => "yes, you are signed in from an earlier connection",
        (true, _) => "yes, so that the next connection may do without",
        (false, _) => "no, it is asked for at each connection",
    };
    page.row("Sign-in is kept", kept)
}

fn write_certificate(page: &mut Page<'_, '_>, wanted: &CertificateSignIn) -> fmt::Result {
    if let Some(thumbprint) = &wanted.thumbprint {
        page.row(
            "Which one",
            format!("the one with the thumbprint {thumbprint}"),
        )?;
    } else if let Some(issuer) = &wanted.issuer {
        page.row(
            "Which one",
            format!("one issued below the authority with the thumbprint {issuer}"),
        )?;
    } else {
        page.row("Which one", "one that the gateway accepts")?;
    }
    let source = match &wanted.source {
        CertificateSource::Profile { certificate, .. } => {
            format!("it is in the profile: {}", summary(certificate))
        }
        CertificateSource::Host {
            certificate,
            others: 0,
        } => format!("this program has it: {}", summary(certificate)),
        CertificateSource::Host {
            certificate,
            others,
        } => format!(
            "this program has {} that fit; the one valid longest: {}",
            others.saturating_add(1),
            summary(certificate)
        ),
        CertificateSource::Missing => "this program has none that fits".to_owned(),
        CertificateSource::Unknown => {
            "it has to be given when connecting, with its private key".to_owned()
        }
    };
    page.row("Where it is", source)
}

fn write_password(page: &mut Page<'_, '_>, password: &PasswordSignIn) -> fmt::Result {
    let name = password.username.as_deref();
    page.row("User name", name.unwrap_or("asked for when connecting"))?;
    let known = if password.has_password {
        "it is in the profile"
    } else {
        "asked for when connecting"
    };
    page.row("Password", known)?;
    if let Some(question) = &password.question {
        page.row("Question", format!("'{question}', asked when connecting"))?;
    }
    Ok(())
}

fn alternative(sign_in: &SignIn) -> String {
    let what = match sign_in.kind() {
        AuthenticationKind::Certificate => "a client certificate",
        AuthenticationKind::Entra => "your work or school account (Microsoft Entra ID)",
        AuthenticationKind::Password => "a user name and a password",
        AuthenticationKind::CertificateAndPassword => {
            "a client certificate together with a user name and a password"
        }
    };
    match sign_in
        .certificate()
        .and_then(|wanted| wanted.issuer.as_ref())
    {
        Some(issuer) => format!("{what} issued below the authority {issuer}, if it is selected"),
        None => format!("{what}, if it is selected"),
    }
}

fn summary(certificate: &CertificateSummary) -> String {
    let name = match (&certificate.subject, &certificate.thumbprint) {
        (Some(subject), _) => common_name(subject).to_owned(),
        (None, Some(thumbprint)) => format!("the one with the thumbprint {thumbprint}"),
        (None, None) => "what it says is not known before it is opened".to_owned(),
    };
    match certificate.not_after {
        Some(end) => format!("{name}, valid until {end}"),
        None => name,
    }
}

/// Takes the common name out of a subject such as `C=US, O=Example, CN=gateway`; the subject if it has none.
fn common_name(subject: &str) -> &str {
    let mut parts = subject.rsplit(", ");
    parts
        .find_map(|part| part.strip_prefix("CN="))
        .unwrap_or(subject)
}

fn write_proof(page: &mut Page<'_, '_>, proof: &PlannedProof) -> fmt::Result {
    match &proof.trust {
        PlannedTrust::PinnedRoots { roots } | PlannedTrust::Authorities { roots, .. } => {
            page.rows("Vouched for by", roots.iter().map(summary))?;
            page.row(
                "",
                "and by nobody else, whatever this machine trusts otherwise",
            )?;
        }
        PlannedTrust::Fingerprints { fingerprints } => {
            page.rows("Known by fingerprint", fingerprints)?;
        }
    }
    let first = match proof.wrapping {
        "none" => "not protected beyond TLS",
        "tls_auth" => "signed with a key from the profile, or the gateway does not answer",
        _ => "encrypted with a key from the profile, or the gateway does not answer",
    };
    page.row("The first packets", first)
}

fn address(network: &PlannedNetwork) -> String {
    if network.address_pool.is_empty() {
        return "one that the gateway gives".to_owned();
    }
    let pools: Vec<String> = network
        .address_pool
        .iter()
        .map(ToString::to_string)
        .collect();
    format!("one that the gateway gives, from {}", pools.join(" or "))
}

fn write_routes(page: &mut Page<'_, '_>, routes: &[PlannedRoute]) -> fmt::Result {
    write_networks(
        page,
        "Networks",
        routes,
        |route| route.network,
        |route| match route.source {
            PlanSource::Profile => "from the profile".to_owned(),
            PlanSource::Gateway => "from the gateway".to_owned(),
        },
    )?;
    let label = if routes.is_empty() { "Networks" } else { "" };
    let is_known = routes
        .iter()
        .any(|route| route.source == PlanSource::Gateway);
    if !is_known {
        return page.row(
            label,
            "those that the gateway announces: not known before it answers",
        );
    }
    page.row(
        label,
        "What is from the gateway was so on the day the package was made; it may announce others.",
    )
}

fn write_dns(page: &mut Page<'_, '_>, network: &PlannedNetwork) -> fmt::Result {
    if network.leaves_dns() {
        return Ok(());
    }
    if network.dns_servers.is_empty() {
        page.row("DNS servers", "those that the gateway announces, if any")?;
    }
    page.rows("DNS servers", network.dns_servers.iter().map(dns_server))?;
    if network.dns_suffixes.is_empty() {
        return page.row("DNS suffixes", "those that the gateway announces, if any");
    }
    write_list(page, "DNS suffixes", network.dns_suffixes.iter().cloned())
}

/// Tells what the user has to set on the machine, because the program does not.
fn write_unused_dns(page: &mut Page<'_, '_>, network: &PlannedNetwork) -> fmt::Result {
    page.row("DNS servers", "This program does not change them.")?;
    let servers = network.dns_servers.iter();
    let servers = servers.map(|server| server.address.to_string());
    write_list(page, "Those not set", servers)?;
    write_list(
        page,
        "Suffixes not set",
        network.dns_suffixes.iter().cloned(),
    )
}

fn dns_server(server: &PlannedDnsServer) -> String {
    let reach = match &server.reach {
        DnsReach::Tunnel { .. } => "asked through the tunnel".to_owned(),
        DnsReach::Local { interface } => format!("asked in the local network of {interface}"),
        DnsReach::Outside => {
            "asked outside the tunnel unless the gateway announces its network".to_owned()
        }
        DnsReach::Never => "which cannot be reached through the tunnel".to_owned(),
    };
    match server.source {
        PlanSource::Profile => format!("{}, {reach}", server.address),
        PlanSource::Gateway => format!("{}, {reach} (from the gateway)", server.address),
    }
}

fn local_network(local: &PlannedLocalNetwork) -> String {
    let PlannedLocalNetwork {
        interface, network, ..
    } = local;
    match (local.is_taken, local.is_default) {
        (true, _) => format!("{network} ({interface}), but see below"),
        (false, true) => {
            format!("{network} ({interface}), over which the machine reaches the internet")
        }
        (false, false) => format!("{network} ({interface})"),
    }
}

/// Writes the first networks of a list in columns, and how many are left out.
fn write_networks<T>(
    page: &mut Page<'_, '_>,
    label: &str,
    all: &[T],
    network: impl Fn(&T) -> IpNet,
    remark: impl Fn(&T) -> String,
) -> fmt::Result {
    let shown = all.get(..MOST_LINES).unwrap_or(all);
    let columns: Vec<[String; 3]> = shown
        .iter()
        .map(|one| [network(one).to_string(), range(network(one)), remark(one)])
        .collect();
    let width = |column: fn(&[String; 3]) -> usize| columns.iter().map(column).max().unwrap_or(0);
    let (first, second) = (width(|row| row[0].len()), width(|row| row[1].len()));
    page.rows(
        label,
        columns.iter().map(|[network, range, remark]| {
            format!("{network:<first$}  {range:<second$}  {remark}")
        }),
    )?;
    match all.len().checked_sub(MOST_LINES) {
        Some(more) if more > 0 => page.row("", format!("... and {more} more")),
        _ => Ok(()),
    }
}

/// Says which addresses are in a network; of IPv6 the prefix says as much.
fn range(network: IpNet) -> String {
    match network {
        IpNet::V4(network) if network.prefix_len() < 32 => {
            format!("({} to {})", network.network(), network.broadcast())
        }
        _ => String::new(),
    }
}

/// Writes the first lines of a list, and how many are left out.
fn write_list(
    page: &mut Page<'_, '_>,
    label: &str,
    mut lines: impl ExactSizeIterator<Item = String>,
) -> fmt::Result {
    let count = lines.len();
    page.rows(label, lines.by_ref().take(MOST_LINES))?;
    match count.checked_sub(MOST_LINES) {
        Some(more) if more > 0 => page.row("", format!("... and {more} more")),
        _ => Ok(()),
    }
}
