//! Makes options of a profile, and notes of what has none.

mod credentials;
mod draft;
mod gateway;
mod lines;
mod network;
mod tuning;

use std::collections::BTreeSet;

use crate::certificate::Certificate;
use crate::export::{Exported, SecretsInExport};
use crate::limits;
use crate::profile::Profile;
use crate::server::Server;
use crate::unique::Unique;
use crate::virtual_network::VirtualNetwork;

use crate::openvpn::limits::{MAXIMUM_OVPN_BYTES, MAXIMUM_OVPN_LINES};

use credentials::write_credentials;
use draft::Draft;
use gateway::write_gateway;
use lines::{Lines, quoted};
use network::write_network;
use tuning::write_tuning;

/// Writes a profile as a configuration.
pub(super) fn write(
    profile: &Profile,
    secrets: SecretsInExport,
    roots: &[Certificate],
) -> Exported {
    let mut draft = Draft {
        lines: Lines::default(),
        notes: Vec::new(),
        secrets,
        roots,
    };
    write_name(profile, &mut draft);
    draft.lines.push("client\ndev tun\nnobind");
    write_servers(profile, &mut draft);
    write_gateway(profile, &mut draft);
    write_credentials(&profile.authentication, &mut draft);
    write_tuning(&profile.protocol, &mut draft);
    write_network(profile, &mut draft);
    note_what_has_no_option(profile, &mut draft);
    let text = draft.lines.into_text();
    let lines = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
    let mut notes = draft.notes;
    if text.len() > MAXIMUM_OVPN_BYTES || lines > MAXIMUM_OVPN_LINES {
        notes.push("The file is too large to be imported here again.".to_owned());
    }
    notes.extend(limits::notes(profile));
    Exported { text, notes }
}

fn write_name(profile: &Profile, draft: &mut Draft<'_>) {
    /// A line of OpenVPN itself has 255 bytes.
    const LONGEST: usize = 220;
    match quoted(profile.name.as_str()).filter(|name| name.len() <= LONGEST) {
        Some(name) => draft
            .lines
            .push(format_args!("setenv FRIENDLY_NAME {name}")),
        None => draft.note("The profile's name is left out: it does not fit into a line."),
    }
}

fn write_servers(profile: &Profile, draft: &mut Draft<'_>) {
    for server in &profile.servers {
        let (host, port) = (server.host(), server.port());
        let transport = server.transport().name();
        draft
            .lines
            .push(format_args!("remote {host} {port} {transport}"));
    }
    let mut servers = profile.servers.iter();
    if servers.any(|server| server.display_name().is_some()) {
        draft.note("The servers' names for people are left out: OpenVPN has none.");
    }
    if profile.servers.iter().any(is_azures) {
        // Azure's gateways speak a form of data packets that the kernel's part of OpenVPN does not.
        draft.lines.push("setenv opt disable-dco");
    }
}

fn is_azures(server: &Server) -> bool {
    server.network_id().is_some()
}

fn note_what_has_no_option(profile: &Profile, draft: &mut Draft<'_>) {
    let left_out: BTreeSet<&str> = [
        (profile.version != 1, "the version of Azure's format"),
        (profile.secondary_profile.is_some(), "the secondary profile"),
        (profile.always_on, "to be connected always"),
        (
            profile.trusted_networks != Unique::new(),
            "the trusted networks",
        ),
        (
            profile.network != VirtualNetwork::default(),
            "what the package tells of the network behind the gateway",
        ),
        (
            !profile.unknown_elements.is_empty(),
            "elements of an azurevpnconfig.xml that mean nothing here",
        ),
    ]
    .into_iter()
    .filter_map(|(is_there, what)| is_there.then_some(what))
    .collect();
    for what in left_out {
        draft.note(format!("OpenVPN has no option for it: {what}."));
    }
}
