use std::collections::BTreeSet;

use zeroize::Zeroizing;

use crate::certificate::Certificate;
use crate::pem;
use crate::profile::Profile;
use crate::secret::ServerSecret;
use crate::validation::{
    CertificateUsage, KeyDirection, PinnedRoot, ServerName, ServerTrust, Wrapping,
};

use super::draft::Draft;
use super::lines::quoted;

/// Writes what the gateway has to prove, and the secret shared with it.
pub(super) fn write_gateway(profile: &Profile, draft: &mut Draft<'_>) {
    let validation = &profile.server_validation;
    if validation.usage == CertificateUsage::Server {
        draft.lines.push("remote-cert-tls server");
    }
    write_name(profile, draft);
    match &validation.trust {
        ServerTrust::PinnedRoots(roots) => write_pinned(roots.iter(), draft),
        ServerTrust::Authorities { roots, revocation } => {
            write_authorities(roots.iter(), draft);
            if let Some(list) = revocation {
                write_revocation(list, draft);
            }
        }
        ServerTrust::Fingerprints(fingerprints) => {
            let lines: String = fingerprints
                .iter()
                .map(|fingerprint| format!("{fingerprint}\n"))
                .collect();
            let lines = Zeroizing::new(lines);
            draft.lines.block("peer-fingerprint", lines);
        }
    }
    write_wrapping(&validation.wrapping, draft);
}

fn write_name(profile: &Profile, draft: &mut Draft<'_>) {
    let (name, kind) = match &profile.server_validation.name {
        ServerName::Any => return,
        ServerName::Host => {
            let servers = profile.servers.iter();
            let names: BTreeSet<String> = servers
                .filter_map(|server| server.certificate_names().pop())
                .collect();
            let mut names = names.into_iter();
            let (Some(name), None) = (names.next(), names.next()) else {
                draft.note(
                    "The names of the servers' certificates are left out: OpenVPN checks one name \
                     for all of them.",
                );
                return;
            };
            draft.note(format!(
                "The name of the server's certificate is written out as {name}; another one that \
                 Azure may use is refused."
            ));
            (name, "name")
        }
        ServerName::Subject(name) => (name.clone(), "subject"),
        ServerName::CommonName(name) => (name.clone(), "name"),
        ServerName::CommonNamePrefix(name) => (name.clone(), "name-prefix"),
    };
    match quoted(&name).filter(|_| !name.is_empty()) {
        Some(name) => draft
            .lines
            .push(format_args!("verify-x509-name {name} {kind}")),
        None => draft.note("The name of the server's certificate is left out: it fits no line."),
    }
}

fn write_pinned<'r>(pinned: impl Iterator<Item = &'r PinnedRoot>, draft: &mut Draft<'_>) {
    let mut certificates = Vec::new();
    for root in pinned {
        let thumbprint = root.thumbprint();
        let mut known = draft.roots.iter();
        let certificate = root
            .certificate()
            .or_else(|| known.find(|known| known.thumbprint() == thumbprint));
        match certificate {
            Some(certificate) => certificates.push(certificate.clone()),
            None => draft.note(format!(
                "The root with the SHA-1 hash {thumbprint} is left out, because only its hash is \
                 known: put its certificate into 'ca'."
            )),
        }
    }
    if !certificates.is_empty() {
        draft.note("The roots are in the file as certificates, not as hashes.");
        write_authorities(certificates.iter(), draft);
    }
}

fn write_authorities<'r>(roots: impl Iterator<Item = &'r Certificate>, draft: &mut Draft<'_>) {
    let blocks: String = roots
        .map(|root| pem::block("CERTIFICATE", root.as_der()))
        .collect();
    draft.lines.block("ca", Zeroizing::new(blocks));
}

fn write_revocation(list: &[u8], draft: &mut Draft<'_>) {
    if list.first() == Some(&0x30) {
        draft.note("The list of revoked certificates is in the file as PEM.");
        let block = Zeroizing::new(pem::block("X509 CRL", list));
        draft.lines.block("crl-verify", block);
        return;
    }
    match std::str::from_utf8(list).map(pem::revocation_lists) {
        Ok(Ok(blocks)) => {
            if blocks.as_bytes() != list {
                draft.note("The list of revoked certificates is in the file without remarks.");
            }
            draft.lines.block("crl-verify", blocks);
        }
        _ => draft.note("The list of revoked certificates is left out: it is damaged."),
    }
}

fn write_wrapping(wrapping: &Wrapping, draft: &mut Draft<'_>) {
    let option = match wrapping {
        Wrapping::None => return,
        Wrapping::TlsAuth {
            digest, direction, ..
        } => {
            draft.lines.push(format_args!("auth {digest}"));
            match direction {
                KeyDirection::Both => {}
                KeyDirection::Zero => draft.lines.push("key-direction 0"),
                KeyDirection::One => draft.lines.push("key-direction 1"),
            }
            "tls-auth"
        }
        Wrapping::TlsCrypt(_) => "tls-crypt",
        Wrapping::TlsCryptV2(_) => "tls-crypt-v2",
    };
    if !draft.with_secrets() {
        draft.note(format!(
            "The server secret is left out: put it into a block <{option}>."
        ));
        return;
    }
    let block = match wrapping {
        Wrapping::None => return,
        Wrapping::TlsAuth { key, .. } | Wrapping::TlsCrypt(key) => static_key(key),
        Wrapping::TlsCryptV2(text) => {
            let blocks = pem::blocks(text.as_str()).ok();
            let Some(blocks) = blocks.filter(|blocks| **blocks == *text.as_str()) else {
                draft.note("The server secret is left out: it is no key of tls-crypt-v2.");
                return;
            };
            blocks
        }
    };
    draft.lines.block(option, block);
}

fn static_key(key: &ServerSecret) -> Zeroizing<String> {
    const BEGIN: &str = "-----BEGIN OpenVPN Static key V1-----\n";
    const END: &str = "-----END OpenVPN Static key V1-----\n";
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or_default();
    // It never grows, so it leaves no copy of the secret behind.
    let mut text = Zeroizing::new(String::with_capacity(1024));
    text.push_str(BEGIN);
    for line in key.as_bytes().chunks(16) {
        text.extend(
            line.iter()
                .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]),
        );
        text.push('\n');
    }
    text.push_str(END);
    text
}
