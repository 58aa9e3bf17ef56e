//! Real OpenVPN servers in network namespaces.
//!
//! A [`Site`] is two network namespaces joined by a cable: in the one Debian's `openvpn` serves as a gateway shaped like
//! Azure's, with a virtual network behind it; in the other a client connects, ours or openvpn's own. Everything is real:
//! kernel, TUN devices, TCP, routes. Nothing of it is visible to the rest of the machine, and nothing of it can outlive
//! the process, because the namespaces have no names and the programs are tied to the thread that started them.
//!
//! It needs Linux, root, and the programs `openvpn`, `ip` and `setpriv`. On other systems the crate is empty.

#![cfg(target_os = "linux")]

mod addresses;
mod authority;
mod client_program;
mod error;
mod hexadecimal;
mod http;
mod namespace;
mod needs;
mod openvpn_client;
mod openvpn_server;
mod p2svpn_client;
mod ping;
mod process;
mod site;
mod snapshot;
mod static_key;
mod table;
mod virtual_network;

pub use addresses::{GATEWAY, SERVICE};
pub use authority::{Identity, KeyKind};
pub use client_program::run_client;
pub use error::LabError;
pub use http::{Body, download, upload};
pub use namespace::Namespace;
pub use needs::can_run;
pub use openvpn_client::OpenVpnClient;
pub use openvpn_server::{OpenVpnServer, ServerOptions, TlsVersion};
pub use p2svpn_client::{P2svpnClient, SessionEnd};
pub use ping::{echo_until, ping};
pub use process::{CpuTime, Process, Transcript};
pub use site::Site;
pub use snapshot::Snapshot;
pub use table::Table;
