//! The three tasks of a tunnel.
//!
//! `inbound` reads the transport, `outbound` alone writes it, and `control` owns the connection and its timers. They
//! share counters and nothing else; packets touch neither lock nor allocator. Every channel between them is bounded,
//! and `control` never waits for one of them alone, so that its timers run whatever the others wait for:
//!
//! ```text
//! transport ──> inbound ──(packets)──> device ──(packets)──> outbound ──> transport
//!                  │  ^                                        ^
//!        FromPump  v  │ ToInbound                              │ ToOutbound
//!                control ──────────────────────────────────────┘
//! ```

mod control;
mod inbound;
mod last_event;
mod messages;
mod outbound;
mod task;

pub(crate) use control::{Command, Control};
pub(crate) use inbound::Inbound;
pub(crate) use last_event::LastEvent;
pub(crate) use messages::{FromPump, ToInbound, ToOutbound};
pub(crate) use outbound::Outbound;
pub(crate) use task::Task;
