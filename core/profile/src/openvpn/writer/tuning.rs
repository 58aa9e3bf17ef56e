use std::time::Duration;

use crate::protocol::{
    CompressionFraming, DataCipher, MssFix, ProtocolOptions, Renegotiation, TlsVersions,
};

use super::draft::Draft;
use crate::openvpn::limits::SMALLEST_MTU;

/// Writes how the protocol is spoken.
pub(super) fn write_tuning(options: &ProtocolOptions, draft: &mut Draft<'_>) {
    write_ciphers(&options.ciphers, draft);
    draft.lines.push(match options.tls_versions {
        TlsVersions::Any => "tls-version-min 1.2",
        TlsVersions::Only12 => "tls-version-min 1.2\ntls-version-max 1.2",
        TlsVersions::Only13 => "tls-version-min 1.3",
    });
    match options.compression {
        CompressionFraming::None => {}
        CompressionFraming::LzoStub => draft.lines.push("comp-lzo no"),
        CompressionFraming::Stub => draft.lines.push("compress stub"),
        CompressionFraming::StubV2 => draft.lines.push("compress stub-v2"),
    }
    match options.mssfix {
        MssFix::Usual => {}
        MssFix::Off => draft.lines.push("mssfix 0"),
        MssFix::Mtu(0) | MssFix::Packet(0) | MssFix::Fixed(0) => {
            draft.note("'mssfix' is left out: it has no size.");
        }
        MssFix::Mtu(size) => draft.lines.push(format_args!("mssfix {size} mtu")),
        MssFix::Packet(size) => draft.lines.push(format_args!("mssfix {size}")),
        MssFix::Fixed(size) => draft.lines.push(format_args!("mssfix {size} fixed")),
    }
    match options.mtu {
        None => {}
        Some(mtu) if mtu >= SMALLEST_MTU => draft.lines.push(format_args!("tun-mtu {mtu}")),
        Some(_) => draft.note("'tun-mtu' is left out: it is smaller than OpenVPN allows."),
    }
    match options.renegotiation {
        Renegotiation::Usual => {}
        Renegotiation::Never => draft.lines.push("reneg-sec 0"),
        Renegotiation::After(after) => write_seconds("reneg-sec", Some(after), 1, draft),
    }
    write_seconds("tran-window", options.transition_window, 0, draft);
    write_seconds("hand-window", options.handshake_window, 1, draft);
    write_seconds("server-poll-timeout", options.connect_timeout, 1, draft);
}

fn write_ciphers(ciphers: &[DataCipher], draft: &mut Draft<'_>) {
    let Some(first) = ciphers.first() else {
        // For gateways that do not negotiate, as Azure writes it.
        draft.lines.push("cipher AES-256-GCM");
        return;
    };
    let mut distinct: Vec<&str> = Vec::new();
    for cipher in ciphers {
        if distinct.contains(&cipher.name()) {
            draft.note("A data cipher that stands twice is written once.");
        } else {
            distinct.push(cipher.name());
        }
    }
    let list = distinct.join(":");
    draft.lines.push(format_args!("data-ciphers {list}"));
    let first = first.name();
    draft
        .lines
        .push(format_args!("data-ciphers-fallback {first}"));
}

fn write_seconds(option: &str, time: Option<Duration>, least: u32, draft: &mut Draft<'_>) {
    let Some(time) = time else {
        return;
    };
    match u32::try_from(time.as_secs()) {
        Ok(seconds) if seconds >= least && time.subsec_nanos() == 0 => {
            draft.lines.push(format_args!("{option} {seconds}"));
        }
        _ => draft.note(format!(
            "'{option}' is left out: it is no number of whole seconds that OpenVPN allows."
        )),
    }
}
