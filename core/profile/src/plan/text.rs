//! The plan as a text for people.

use std::fmt::{self, Display};

use super::Plan;
use super::caution::Severity;
use super::certificate_summary::CertificateSummary;
use super::gateway::{PlannedName, PlannedProof, PlannedTrust};
use super::network::{
    DnsReach, PlanSource, PlannedDnsServer, PlannedMode, PlannedNetwork, PlannedRoute,
};
use super::page::Page;
use super::sign_in::{CertificateSignIn, CertificateSource, EntraSignIn, PasswordSignIn, SignIn};
use crate::authentication::AuthenticationKind;

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
        page.row("It must prove to be", self.names())?;
        write_proof(page, &self.proof)?;
        if let Some(secondary) = &self.secondary_profile {
            page.row(
                "If it fails",
                format!("the profile '{secondary}' is used instead"),
            )?;
        }
        if self.always_on {
            page.row(
                "Always on",
                "it connects when the program starts, and again after every loss",
            )?;
            if !self.trusted_networks.is_empty() {
                let networks = self.trusted_networks.join(", ");
                page.row("", format!("but not in the networks of {networks}"))?;
            }
        }
        Ok(())
    }

    fn names(&self) -> String {
        match &self.proof.name {
            PlannedName::Host => {
                let mut names: Vec<&str> = Vec::new();
                for name in self
                    .gateways
                    .iter()
                    .flat_map(|gateway| &gateway.certificate_names)
                {
                    if !names.contains(&name.as_str()) {
                        names.push(name);
                    }
                }
                names.join(" or ")
            }
            PlannedName::Any => "any server that is vouched for as below".to_owned(),
            PlannedName::Subject(subject) => subject.clone(),
            PlannedName::CommonName(name) => name.clone(),
            PlannedName::CommonNamePrefix(prefix) => {
                format!("a server whose name begins with '{prefix}'")
            }
        }
    }

    fn write_changes(&self, page: &mut Page<'_, '_>) -> fmt::Result {
        let network = &self.network;
        if network.changes_machine == Some(false) {
            page.row(
                "Nothing",
                "The tunnel ends inside this program, because it may not change the machine's network: only \
                 this program reaches the networks below, other programs do not.",
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
                "Only traffic to the networks below, and to those that the gateway announces when it \
                 answers (a split tunnel).",
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
        match network.mode {
            _ if network.changes_machine == Some(false) => page.row(
                "Everything",
                "No address, route or DNS server of this machine changes.",
            )?,
            PlannedMode::Split => page.row(
                "The internet",
                "It is reached directly as before, not through the tunnel.",
            )?,
            PlannedMode::Full { ipv6: true, .. } => {}
            PlannedMode::Full { ipv6: false, .. } => {
                page.row("IPv6", "It goes past the tunnel as before.")?
            }
        }
        for local in network.local_networks.iter().flatten() {
            let is_default = if local.is_default {
                ", with the way to the internet"
            } else {
                ""
            };
            page.row(
                "Local network",
                format!("{} of {}{is_default}", local.network, local.interface),
            )?;
        }
        let excludes = network.excludes.iter();
        write_list(
            page,
            "Outside the tunnel",
            excludes.map(|exclude| match exclude.inside {
                Some(route) => format!("{}, taken out of {route}", exclude.network),
                None => exclude.network.to_string(),
            }),
        )?;
        if network.changes_machine != Some(false) {
            page.row(
                "The gateway",
                "It is always called outside the tunnel, over the connection that there is now.",
            )?;
        }
        page.row("Programs and files", "None is installed or changed.")
    }

    fn write_cautions(&self, page: &mut Page<'_, '_>) -> fmt::Result {
        if self.cautions.is_empty() {
            return page.row("Nothing", "No conflict is known.");
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
    let issuer = sign_in
        .certificate()
        .and_then(|wanted| wanted.issuer.as_ref());
    match issuer {
        Some(issuer) => {
            format!(
                "{what}, issued below the authority with the thumbprint {issuer}; choose it in the profile"
            )
        }
        None => format!("{what}; choose it in the profile"),
    }
}

fn summary(certificate: &CertificateSummary) -> String {
    let subject = certificate
        .subject
        .as_deref()
        .unwrap_or("its name is not known");
    match (certificate.not_after, &certificate.subject) {
        (Some(end), _) => format!("{subject}, valid until {end}"),
        (None, Some(_)) => subject.to_owned(),
        (None, None) => match &certificate.thumbprint {
            Some(thumbprint) => format!("thumbprint {thumbprint}"),
            None => "sealed in a PFX file".to_owned(),
        },
    }
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
        return "given by the gateway".to_owned();
    }
    let pools: Vec<String> = network
        .address_pool
        .iter()
        .map(ToString::to_string)
        .collect();
    format!("given by the gateway, from {}", pools.join(" or "))
}

fn write_routes(page: &mut Page<'_, '_>, routes: &[PlannedRoute]) -> fmt::Result {
    let (profile, gateway): (Vec<&PlannedRoute>, Vec<&PlannedRoute>) = routes
        .iter()
        .partition(|route| route.source == PlanSource::Profile);
    write_list(
        page,
        "From the profile",
        profile.iter().map(|route| route.network.to_string()),
    )?;
    write_list(
        page,
        "From the gateway",
        gateway
            .iter()
            .map(|route| format!("{}, as the package says", route.network)),
    )?;
    if gateway.is_empty() {
        page.row("From the gateway", "not known before it answers")?;
    }
    Ok(())
}

fn write_dns(page: &mut Page<'_, '_>, network: &PlannedNetwork) -> fmt::Result {
    if network.dns_servers.is_empty() {
        page.row("DNS servers", "those that the gateway announces, if any")?;
    }
    page.rows("DNS servers", network.dns_servers.iter().map(dns_server))?;
    if network.dns_suffixes.is_empty() {
        return page.row("DNS suffixes", "those that the gateway announces, if any");
    }
    write_list(page, "DNS suffixes", network.dns_suffixes.iter().cloned())
}

fn dns_server(server: &PlannedDnsServer) -> String {
    let reach = match &server.reach {
        DnsReach::Tunnel { .. } => "asked through the tunnel".to_owned(),
        DnsReach::Local { interface } => format!("asked in the local network of {interface}"),
        DnsReach::Outside => "asked outside the tunnel".to_owned(),
        DnsReach::Never => "which cannot be reached through the tunnel".to_owned(),
    };
    match server.source {
        PlanSource::Profile => format!("{}, {reach}", server.address),
        PlanSource::Gateway => format!("{}, {reach}, as the package says", server.address),
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
