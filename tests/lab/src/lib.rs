//! Real OpenVPN servers in network namespaces.
//!
//! A [`Site`] is two network namespaces joined by a cable: in the one an [`OpenVpnServer`] serves as a gateway, shaped
//! like Azure's unless [`ServerOptions`] say otherwise, with a virtual network behind it; in the other a client connects:
//! this library's [as a whole](P2svpnClient), its [protocol alone](ProtocolClient), or [openvpn's own](OpenVpnClient).
//! Everything is real: kernel, TUN devices, TCP, routes. Nothing of it is visible to the rest of the machine, and nothing
//! of it can outlive the process, because the namespaces have no names and the programs are tied to the thread that
//! started them.
//!
//! It needs Linux, root, and the programs `openvpn`, `ip` and `setpriv`; for servers of other [versions](ServerVersion)
//! than the system's also what `tests/lab/servers/unpack` brings, and for a [`RadiusServer`] FreeRADIUS and openvpn's plug-in
//! for it, for a [`Pkcs11Token`] SoftHSM2 and OpenSC, to resolve names what `tests/lab/resolver/unpack` brings. On other systems the crate is empty.

#![cfg(target_os = "linux")]

mod addresses;
mod at_once;
mod authority;
mod client_program;
mod control_wrapping;
mod dns_service;
mod echo_service;
mod error;
mod escapes;
mod hash;
mod hexadecimal;
mod http;
mod leaker;
mod management;
mod namespace;
mod needs;
mod netem;
mod openvpn_client;
mod openvpn_server;
mod p2svpn_client;
mod patience;
mod ping;
mod pkcs11_token;
mod probe;
mod process;
mod protocol_client;
mod radius_server;
mod relay;
mod roaming;
mod server_options;
mod server_version;
mod session_log;
mod site;
mod snapshot;
mod static_key;
mod steady;
mod table;
mod virtual_network;

pub use addresses::{GATEWAY, PORT, SERVICE};
pub use at_once::at_once;
pub use authority::{Identity, KeyKind};
pub use client_program::run_client;
pub use control_wrapping::ControlWrapping;
pub use dns_service::DnsService;
pub use error::LabError;
pub use escapes::Escapes;
pub use hash::Body;
pub use http::{download, upload};
pub use leaker::Leaker;
pub use management::Management;
pub use namespace::Namespace;
pub use needs::{
    can_check_tokens, can_guard, can_resolve, can_run, can_run_every_server, can_run_pkcs11,
    can_run_radius,
};
pub use netem::Netem;
pub use openvpn_client::OpenVpnClient;
pub use openvpn_server::OpenVpnServer;
pub use p2svpn_client::{AskedChallenge, P2svpnClient, SessionEnd};
pub use patience::PATIENCE;
pub use ping::{echo_until, ping};
pub use pkcs11_token::{Pkcs11Token, TokenAbilities};
pub use probe::{Probe, ProbeReport};
pub use process::{CpuTime, Process, Transcript};
pub use protocol_client::ProtocolClient;
pub use radius_server::{RadiusServer, RadiusUser};
pub use relay::{Impairment, Relay, RelayCounts};
pub use roaming::{Network, Roaming};
pub use server_options::{ServerOptions, TlsVersion, Transport};
pub use server_version::ServerVersion;
pub use site::Site;
pub use snapshot::Snapshot;
pub use steady::Steady;
pub use table::Table;
