//! What the command line says.

use std::path::PathBuf;

use lexopt::prelude::*;
use p2svpn_client::{Certificate, Device};

use crate::failure::Failure;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
quickstart: connect, look at the status, fetch a page from the VNet, disconnect.

  quickstart                                         with a gateway of its own, on this machine
  quickstart --profile azurevpnconfig.xml --pfx me.pfx   with a real gateway, until Ctrl-C

  --profile FILE    the profile that the administrator handed out
  --pfx FILE        the client certificate with its key; its password is asked for
  --pem FILE        the same as PEM
  --root FILE       a root certificate, PEM or DER, among which the profile's pinned root is looked for
  --device KIND     auto (default), tun, or userspace, which needs no privilege
  --get URL         fetch http://ADDRESS[:PORT]/PATH through the tunnel in userspace, then disconnect
";

/// What the command line says.
pub(crate) struct Arguments {
    pub(crate) profile: Option<PathBuf>,
    pub(crate) certificate: Option<Certificate>,
    pub(crate) root: Option<PathBuf>,
    pub(crate) device: Device,
    pub(crate) page: Option<String>,
}

impl Arguments {
    /// Reads the command line; none when help was asked for.
    pub(crate) fn parse() -> Result<Option<Self>, Failure> {
        let mut arguments = Self {
            profile: None,
            certificate: None,
            root: None,
            device: Device::Auto,
            page: None,
        };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("profile") => arguments.profile = Some(parser.value()?.into()),
                Long("pfx") => arguments.certificate = Some(Certificate::pfx_file(parser.value()?)),
                Long("pem") => {
                    arguments.certificate = Some(Certificate::pem_file(parser.value()?, None))
                }
                Long("root") => arguments.root = Some(parser.value()?.into()),
                Long("device") => arguments.device = device(&parser.value()?.string()?)?,
                Long("get") => {
                    arguments.page = Some(parser.value()?.string()?);
                    arguments.device = Device::Userspace;
                }
                other => {
                    return Err(
                        format!("{}; --help shows how it is called", other.unexpected()).into(),
                    );
                }
            }
        }
        if arguments.profile.is_none()
            && (arguments.certificate.is_some() || arguments.page.is_some())
        {
            return Err(
                "a certificate or a page needs --profile; --help shows how it is called".into(),
            );
        }
        Ok(Some(arguments))
    }
}

fn device(name: &str) -> Result<Device, Failure> {
    match name {
        "auto" => Ok(Device::Auto),
        "tun" => Ok(Device::Tun { name: None }),
        "userspace" => Ok(Device::Userspace),
        _ => Err(format!("there is no device {name:?}: use auto, tun or userspace").into()),
    }
}
