use std::collections::HashSet;

use crate::error::ImportError;
use crate::name::ProfileName;
use crate::position::Position;

use crate::limits::MOST_OF_A_LIST;
use crate::openvpn::setting::Setting;

/// What kind of configuration it is, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Mode {
    is_client: bool,
    device: Option<(Position, &'static str, bool)>,
    device_type: Option<(Position, &'static str, bool)>,
    name: Option<ProfileName>,
    /// Options that may be unknown (`ignore-unknown-option`).
    silenced: HashSet<String>,
}

impl Mode {
    pub(super) fn take(&mut self, setting: &Setting<'_>) -> Result<(), ImportError> {
        match setting.name {
            "client" | "pull" => self.is_client = true,
            "dev" | "dev-type" => {
                let kind = setting.required(0)?;
                let is_tunnel = !kind.starts_with("tap") && !kind.starts_with("null");
                let device = Some((setting.position, setting.name, is_tunnel));
                match setting.name {
                    "dev" => self.device = device,
                    _ => self.device_type = device,
                }
            }
            "mode" if setting.required(0)? != "p2p" => {
                return Err(ImportError::RefusedOption {
                    position: setting.position,
                    option: setting.name,
                    reason: "this is the configuration of a server",
                });
            }
            "setenv" if setting.argument(0) == Some("FRIENDLY_NAME") => {
                self.name = setting.argument(1).and_then(|name| name.parse().ok());
            }
            "ignore-unknown-option" => {
                let room = MOST_OF_A_LIST.saturating_sub(self.silenced.len());
                self.silenced
                    .extend(setting.words().take(room).map(str::to_owned));
            }
            _ => {}
        }
        Ok(())
    }

    /// Says whether nobody needs to hear that an option is unknown.
    pub(super) fn silences(&self, option: &str) -> bool {
        self.silenced.contains(option)
    }

    /// Returns the name that the configuration gives itself, if any.
    pub(super) fn finish(self) -> Result<Option<ProfileName>, ImportError> {
        if let Some((position, option, false)) = self.device_type.or(self.device) {
            return Err(ImportError::RefusedOption {
                position,
                option,
                reason: "it makes a network of Ethernet frames; only 'tun', of IP packets, is carried",
            });
        }
        if !self.is_client {
            return Err(ImportError::Missing {
                position: Position::START,
                path: "client",
            });
        }
        Ok(self.name)
    }
}
