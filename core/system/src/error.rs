//! What can go wrong with the machine.

use std::io;

use ipnet::IpNet;

/// Describes why the machine could not be brought into the wanted state.
///
/// Whatever the error, [`crate::Interface::undo`] removes what had been added until then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SystemError {
    /// No network interface has this name or number; the host should check that the device is open.
    #[error("there is no network interface {name}")]
    InterfaceNotFound {
        /// Name or number that was looked for.
        name: String,
    },

    /// The process lacks a privilege; the host should run with it, or use the userspace device, which needs none.
    #[error("to {operation}, the process needs {capability}")]
    PermissionDenied {
        /// What was tried.
        operation: String,
        /// The privilege that is missing, for example `CAP_NET_ADMIN`.
        capability: &'static str,
    },

    /// The system refused a change; the source says why. The configuration or another program is at fault, and trying the
    /// same again is of no use.
    #[error("the system refused to {operation}")]
    Refused {
        /// What was tried.
        operation: String,
        /// The system's answer.
        source: io::Error,
    },

    /// All traffic should go through the tunnel, but another route stands in the way, as another VPN may have set it; the
    /// user should disconnect that one.
    #[error("another route to {destination} keeps traffic out of the tunnel")]
    RouteConflict {
        /// The destination that is taken.
        destination: IpNet,
    },

    /// The gateway itself cannot be reached but through the tunnel, so that the tunnel would carry itself; the user
    /// should check the network connection.
    #[error("outside the tunnel there is no route to the gateway {gateway}")]
    NoRouteToGateway {
        /// The gateway's address.
        gateway: IpNet,
    },

    /// The configuration has more routes than any system should be asked to hold; the administrator should merge them.
    #[error("the configuration has more than {limit} routes")]
    TooManyRoutes {
        /// The limit that was passed.
        limit: usize,
    },

    /// A program of the system is not installed; the user should install its package.
    #[error("to {operation}, the program {program} is needed (package {package})")]
    ProgramMissing {
        /// What was tried.
        operation: String,
        /// The program.
        program: &'static str,
        /// The package that has it, on Debian and its like.
        package: &'static str,
    },

    /// This version cannot do this on this system; the host should use the userspace device or configure the network
    /// itself.
    #[error("{operation} is not supported on {os}")]
    Unsupported {
        /// What was tried.
        operation: &'static str,
        /// Name of the operating system.
        os: &'static str,
    },
}
