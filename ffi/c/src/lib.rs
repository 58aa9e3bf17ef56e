//! libp2svpn: the C ABI of the Azure Point-to-Site VPN client.
//!
//! `include/p2svpn.h` is generated from this crate: its documentation is this crate's documentation, and its names are
//! these names. One file a C type.
//!
//! # Safety
//! What the header's conventions ask of callers is what every function here relies on: a pointer is NULL or points to
//! what its type says for as long as the call lasts, an object is used no more once it was freed, and strings end with a
//! zero byte. A pointer to an object is therefore `Option<&T>`, one that changes hands is `Option<Box<T>>`, and one to a
//! place for a result is `Option<&mut MaybeUninit<T>>`; the unsafe rest are strings, buffers and structures with a size.
#![allow(non_camel_case_types, reason = "the names are those of the header")]
#![allow(clippy::missing_safety_doc, reason = "stated once, above")]

mod certificate;
mod certificate_details;
mod certificate_store;
mod challenge;
mod client;
mod client_imports;
mod client_options;
mod client_profiles;
mod connect_options;
mod edit_report;
mod entry;
mod error;
mod event;
mod external_key;
mod guard;
mod http_request;
mod import_notes;
mod input;
mod network_config;
mod output;
mod plan;
mod profile;
mod profile_change;
mod profile_details;
mod profile_edit;
mod profile_problem;
mod profile_update;
mod recover;
mod refused_certificate;
mod session;
mod signature_request;
mod statistics;
mod status;
mod stream;
mod string;
mod token_request;
mod transport;
mod userdata;
mod version;
mod wait;
mod warning;

pub use certificate::*;
pub use certificate_details::*;
pub use certificate_store::*;
pub use challenge::*;
pub use client::*;
pub use client_imports::*;
pub use client_options::*;
pub use client_profiles::*;
pub use connect_options::*;
pub use edit_report::*;
pub use error::*;
pub use event::*;
pub use external_key::*;
pub use http_request::*;
pub use network_config::*;
pub use plan::*;
pub use profile::*;
pub use profile_change::*;
pub use profile_details::*;
pub use profile_edit::*;
pub use profile_problem::*;
pub use profile_update::*;
pub use recover::*;
pub use refused_certificate::*;
pub use session::*;
pub use signature_request::*;
pub use statistics::*;
pub use status::*;
pub use stream::*;
pub use string::*;
pub use token_request::*;
pub use transport::*;
pub use version::*;
pub use wait::P2SVPN_WAIT_FOREVER;
pub use warning::*;

/// Callers share these between their threads.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<p2svpn_client>();
    shared::<p2svpn_session>();
    shared::<p2svpn_stream>();
    shared::<p2svpn_event>();
    shared::<p2svpn_error>();
    shared::<p2svpn_status>();
    shared::<p2svpn_profile>();
    shared::<p2svpn_profiles>();
    shared::<p2svpn_profile_details>();
    shared::<p2svpn_profile_problems>();
    shared::<p2svpn_profile_update>();
    shared::<p2svpn_edit_report>();
    shared::<p2svpn_plan>();
    shared::<p2svpn_plans>();
    shared::<p2svpn_signature_request>();
    shared::<p2svpn_token_request>();
};
