use std::fmt::Write;

use ipnet::IpNet;
use zeroize::Zeroizing;

use super::member::{Document, Member};
use super::text::is_kept_whole;
use super::tree::{MAXIMUM_XML_BYTES, MAXIMUM_XML_ELEMENTS, parse};
use crate::authentication::{
    Authentication, AuthenticationKind, CertificateAuthentication, EntraAuthentication,
    PasswordAuthentication,
};
use crate::export::{Exported, SecretsInExport};
use crate::limits::{self, is_a_short_line};
use crate::profile::Profile;
use crate::protocol::ProtocolOptions;
use crate::routes::Routes;
use crate::secret::ServerSecret;
use crate::server::Server;
use crate::thumbprint::Thumbprint;
use crate::validation::{
    CertificateUsage, Digest, KeyDirection, PinnedRoot, ServerName, ServerTrust, Wrapping,
};
use crate::virtual_network::VirtualNetwork;
use crate::warning::Warnings;

/// The namespaces that .NET's DataContractSerializer declares.
const NAMESPACES: &str = " xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" \
                          xmlns=\"http://schemas.datacontract.org/2004/07/\"";

/// What the portal writes for the member that nobody uses.
const ANY: &str =
    "<any xmlns:d2p1=\"http://schemas.datacontract.org/2004/07/System.Xml\" i:nil=\"true\" />";

impl Profile {
    /// Writes the profile as an `azurevpnconfig.xml`, in the form of the Azure portal, which Microsoft's
    /// client imports too.
    ///
    /// A file too large to be imported is written without line ends and indentation. Elements that
    /// meant nothing when the profile was read stand at their places again. What the
    /// format cannot say is told in [`Exported::notes`]; where there are none,
    /// [`Profile::from_azure_xml`] makes the same profile of the text, with
    /// [`Profile::unknown_elements`] sorted by parent and name.
    pub fn to_azure_xml(&self, secrets: SecretsInExport) -> Exported {
        let mut writer = Writer {
            secrets,
            notes: Vec::new(),
        };
        let root = writer.profile(self);
        let document = Document::new(root, NAMESPACES, MAXIMUM_XML_BYTES);
        if document.size() > MAXIMUM_XML_BYTES || document.count() > MAXIMUM_XML_ELEMENTS {
            writer.note("The file cannot be imported again: it is larger than any that is read.");
        }
        writer.notes.extend(limits::notes(self));
        Exported {
            text: document.into_text(),
            notes: writer.notes,
        }
    }
}

struct Writer {
    secrets: SecretsInExport,
    notes: Vec<String>,
}

impl Writer {
    fn profile(&mut self, profile: &Profile) -> Member {
        self.note_what_has_no_element(profile);
        let mut members = vec![
            self.authentication(profile),
            settings(profile),
            self.name(profile),
            self.transport(profile),
        ];
        if let Some(name) = &profile.secondary_profile {
            let name = name.as_str();
            if name.eq_ignore_ascii_case("none") {
                self.note(format!(
                    "The secondary profile is left out: its name, {name}, means that there is none."
                ));
            } else {
                let path = "The name of the secondary profile";
                members.extend(self.line("secondaryProfileName", path, name));
            }
        }
        members.push(self.servers(profile));
        members.push(self.validation(profile));
        members.push(Member::text("version", profile.version.to_string()));
        let mut root = Member::of("AzVpnProfile", members);
        self.put_back_unknown(profile, &mut root);
        if !root.has("any") {
            root.push(Member::written(ANY));
        }
        root.sort();
        root
    }

    fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Writes a line of text; one that would not be read again as it is, is left out with a note.
    fn line(&mut self, name: &'static str, what: &str, line: &str) -> Option<Member> {
        let is_readable = is_kept_whole(line) && is_a_short_line(line);
        if !is_readable {
            self.note(format!(
                "{what} is left out: it is too long, or has characters that the format cannot hold."
            ));
        }
        is_readable.then(|| Member::text(name, line))
    }

    fn name(&mut self, profile: &Profile) -> Member {
        let name = self.line("name", "The name", profile.name.as_str());
        name.unwrap_or_else(|| Member::text("name", "unnamed"))
    }

    fn servers(&mut self, profile: &Profile) -> Member {
        let entries = profile.servers.iter().map(|server| {
            let display_name = server.display_name();
            let display_name = display_name
                .and_then(|name| self.line("displayname", "A server's name for people", name));
            Member::of(
                "ServerEntry",
                vec![
                    display_name.unwrap_or_else(|| Member::nil("displayname")),
                    Member::text("fqdn", host(server)),
                ],
            )
        });
        Member::of("serverlist", entries.collect())
    }

    fn transport(&mut self, profile: &Profile) -> Member {
        let transport = profile.servers.first().transport();
        if profile
            .servers
            .iter()
            .any(|server| server.transport() != transport)
        {
            self.note(format!(
                "All servers are written with the first one's transport, {}: the format has one for all.",
                transport.name()
            ));
        }
        let transport = Member::text("transportprotocol", transport.name());
        let ssl = Member::of("sslprotocolConfig", vec![transport]);
        Member::of("protocolconfig", vec![ssl])
    }

    fn authentication(&mut self, profile: &Profile) -> Member {
        let choice = &profile.authentication;
        let kind = match choice.selected().kind() {
            AuthenticationKind::Entra => "aad",
            AuthenticationKind::Password => "usernamepass",
            AuthenticationKind::Certificate | AuthenticationKind::CertificateAndPassword => "cert",
        };
        let mut ways = [
            Member::nil("aad"),
            Member::nil("cert"),
            Member::nil("usernamepass"),
        ];
        for way in choice.iter() {
            if way != choice.selected() && !has_values(way) {
                let kind = way.kind();
                self.note(format!(
                    "The way to sign in by {kind} is left out: the format holds it only with a value."
                ));
                continue;
            }
            let [aad, cert, usernamepass] = &mut ways;
            match way {
                Authentication::Entra(entra) => *aad = self.entra(entra),
                Authentication::Certificate(certificate) => *cert = self.certificate(certificate),
                Authentication::Password(password) => *usernamepass = self.password(password),
                Authentication::CertificateAndPassword(certificate, _) => {
                    self.note(
                        "That a certificate is needed together with a password is left out: the format \
                         has either.",
                    );
                    if choice.get(AuthenticationKind::Certificate).is_none() {
                        *cert = self.certificate(certificate);
                    }
                }
            }
        }
        let mut members = vec![Member::text("type", kind)];
        members.extend(ways);
        Member::of("clientauth", members)
    }

    fn certificate(&mut self, certificate: &CertificateAuthentication) -> Member {
        if certificate.identity.is_some() {
            self.note(
                "The client's certificate and key are left out: the format has no place for them.",
            );
        }
        let hash = certificate.thumbprint.as_ref().map(Thumbprint::to_string);
        let issuer = certificate.issuer.as_ref().map(Thumbprint::to_string);
        let members = vec![
            Member::text_or_nil("hash", hash),
            Member::text_or_nil("issuer", issuer),
        ];
        Member::of("cert", members)
    }

    fn entra(&mut self, entra: &EntraAuthentication) -> Member {
        let mut members = vec![
            Member::text("cachesigninuser", entra.cache_sign_in_user.to_string()),
            Member::text("enablegrouptoken", entra.enable_group_token.to_string()),
            Member::text("tenant", format!("{}/", entra.tenant)),
        ];
        members.extend(self.line("audience", "The audience", &entra.audience));
        members.extend(self.line("issuer", "The issuer", &entra.issuer));
        if let Some(id) = &entra.application_id {
            members.extend(self.line("applicationid", "The application id", id));
        }
        // The portal leaves these out.
        for (name, is_set) in [
            ("disableSso", entra.disable_single_sign_on),
            ("enabledevicesso", entra.enable_device_single_sign_on),
        ] {
            if is_set {
                members.push(Member::text(name, "true"));
            }
        }
        Member::of("aad", members)
    }

    fn password(&mut self, password: &PasswordAuthentication) -> Member {
        if password.static_challenge.is_some() {
            self.note(
                "The question beside the password is left out: the format has no place for it.",
            );
        }
        let username = password.username.as_ref();
        let username = username.and_then(|name| self.line("username", "The user name", name));
        let secret = password.password.as_ref().and_then(|secret| {
            if self.secrets == SecretsInExport::LeftOut {
                self.note("The password is left out.");
                return None;
            }
            let is_readable = is_kept_whole(secret.as_str());
            if !is_readable {
                self.note(
                    "The password is left out: it has characters that the format cannot hold.",
                );
            }
            is_readable.then(|| Member::text("password", secret.as_str()))
        });
        let members = vec![
            secret.unwrap_or_else(|| Member::nil("password")),
            username.unwrap_or_else(|| Member::nil("username")),
        ];
        Member::of("usernamepass", members)
    }

    fn validation(&mut self, profile: &Profile) -> Member {
        let validation = &profile.server_validation;
        let roots = self.pinned_roots(&validation.trust);
        let mut members: Vec<Member> = roots
            .into_iter()
            .map(|root| {
                let hash = Member::text("hash", root.to_string());
                Member::of("Cert", vec![hash, Member::nil("issuer")])
            })
            .collect();
        if members.is_empty() {
            members.push(Member::of(
                "Cert",
                vec![Member::nil("hash"), Member::nil("issuer")],
            ));
        }
        if validation.name != ServerName::Host || validation.usage != CertificateUsage::Server {
            self.note(
                "What the gateway's certificate must be called and issued for is left out: the format \
                 means a certificate for servers with the host's name.",
            );
        }
        members.push(self.secret(&validation.wrapping));
        members.push(Member::text("type", "cert"));
        Member::of("servervalidation", members)
    }

    fn pinned_roots(&mut self, trust: &ServerTrust) -> Vec<Thumbprint> {
        match trust {
            ServerTrust::PinnedRoots(roots) => {
                if roots.iter().any(|root| root.certificate().is_some()) {
                    self.note("The roots' certificates are left out: the file names them by their hashes.");
                }
                roots.iter().map(PinnedRoot::thumbprint).collect()
            }
            ServerTrust::Authorities { roots, revocation } => {
                self.note(
                    "The authorities' certificates are left out: the file names them by their hashes, as \
                     pinned roots.",
                );
                if revocation.is_some() {
                    self.note("What was revoked is left out: the format has no place for it.");
                }
                roots.iter().map(|root| root.thumbprint()).collect()
            }
            ServerTrust::Fingerprints(_) => {
                self.note(
                    "The fingerprints of the gateway's certificate are left out: the format has pinned \
                     roots instead. The file cannot be imported without one.",
                );
                Vec::new()
            }
        }
    }

    fn secret(&mut self, wrapping: &Wrapping) -> Member {
        const NAME: &str = "serversecret";
        let key = match wrapping {
            Wrapping::TlsAuth {
                key,
                digest,
                direction,
            } => {
                if (*digest, *direction) != (Digest::Sha256, KeyDirection::One) {
                    self.note(
                        "The key direction and the hash function of tls-auth are left out: the format \
                         means direction 1 and SHA256.",
                    );
                }
                key
            }
            Wrapping::None => {
                self.note(
                    "The format cannot say that there is no server secret. The file cannot be imported \
                     without one.",
                );
                return Member::nil(NAME);
            }
            Wrapping::TlsCrypt(_) | Wrapping::TlsCryptV2(_) => {
                self.note(
                    "The key of tls-crypt is left out: the format means tls-auth. The file cannot be \
                     imported without a server secret.",
                );
                return Member::nil(NAME);
            }
        };
        if self.secrets == SecretsInExport::LeftOut {
            self.note("The server secret is left out. The file cannot be imported without it.");
            return Member::nil(NAME);
        }
        Member::text(NAME, hexadecimal(key).as_str())
    }

    fn note_what_has_no_element(&mut self, profile: &Profile) {
        let has_no_place = [
            (
                profile.always_on || !profile.trusted_networks.is_empty(),
                "When to be connected always",
            ),
            (
                profile.protocol != ProtocolOptions::default(),
                "How OpenVPN is spoken",
            ),
            (
                profile.network != VirtualNetwork::default(),
                "What the package tells of the virtual network",
            ),
        ];
        for (is_there, what) in has_no_place {
            if is_there {
                self.note(format!(
                    "{what} is left out: the format has no place for it."
                ));
            }
        }
    }

    fn put_back_unknown(&mut self, profile: &Profile, root: &mut Member) {
        let elements = &profile.unknown_elements;
        if self.secrets == SecretsInExport::LeftOut && !elements.is_empty() {
            self.note(format!(
                "Elements that nobody knows are left out, since they may be secret: {}.",
                elements.len()
            ));
            return;
        }
        let mut homeless = 0usize;
        for element in elements {
            let xml = element.xml.as_str();
            let is_element = parse(xml, &mut Warnings::default()).is_ok();
            match place(root, &element.parent) {
                Some(parent) if is_element => parent.push_kept(Member::written(xml)),
                _ => homeless = homeless.saturating_add(1),
            }
        }
        if homeless > 0 {
            self.note(format!(
                "Elements that nobody knows are left out, since they are damaged or what they \
                 stood in is not there: {homeless}."
            ));
        }
    }
}

/// Finds the element with a path below the root.
fn place<'m>(root: &'m mut Member, path: &str) -> Option<&'m mut Member> {
    let mut names = path.split('/').filter(|name| !name.is_empty());
    names.try_fold(root, |member, name| member.inside(name))
}

fn settings(profile: &Profile) -> Member {
    let mut members = Vec::new();
    if !profile.dns_servers.is_empty() {
        let servers = profile.dns_servers.iter();
        let entries = servers.map(|server| {
            let server = Member::text("dnsserver", server.to_string());
            Member::of("DnsServerEntry", vec![server])
        });
        members.push(Member::of("dnsservers", entries.collect()));
    }
    if !profile.dns_suffixes.is_empty() {
        let suffixes = profile.dns_suffixes.iter();
        // With a dot before it, as in Microsoft's documentation.
        let suffixes = suffixes.map(|suffix| Member::text("dnssuffix", format!(".{suffix}")));
        members.push(Member::of("dnssuffixes", suffixes.collect()));
    }
    for (name, routes) in [
        ("excluderoutes", &profile.exclude_routes),
        ("includeroutes", &profile.include_routes),
    ] {
        if !routes.is_empty() {
            members.push(route_list(name, routes));
        }
    }
    let is_inside = |path: &str| path.split('/').next() == Some("clientconfig");
    let mut unknown = profile.unknown_elements.iter();
    if members.is_empty() && !unknown.any(|element| is_inside(&element.parent)) {
        return Member::nil("clientconfig");
    }
    Member::of("clientconfig", members)
}

fn route_list(name: &'static str, routes: &Routes) -> Member {
    let route = |route: &IpNet| {
        let destination = Member::text("destination", route.network().to_string());
        let mask = Member::text("mask", route.prefix_len().to_string());
        Member::of("route", vec![destination, mask])
    };
    Member::of(name, routes.iter().map(route).collect())
}

/// Says whether a way to sign in has a value by which a reader sees that it is offered.
fn has_values(way: &Authentication) -> bool {
    match way {
        Authentication::Entra(_) => true,
        Authentication::Certificate(certificate)
        | Authentication::CertificateAndPassword(certificate, _) => {
            certificate.thumbprint.is_some() || certificate.issuer.is_some()
        }
        Authentication::Password(password) => {
            password.username.is_some() || password.password.is_some()
        }
    }
}

/// Writes the host alone where the port is that of every gateway.
fn host(server: &Server) -> String {
    if server.port() == Server::DEFAULT_PORT {
        server.host().to_owned()
    } else {
        server.to_string()
    }
}

fn hexadecimal(key: &ServerSecret) -> Zeroizing<String> {
    let bytes = key.as_bytes();
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().saturating_mul(2)));
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
