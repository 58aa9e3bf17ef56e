//! Makes a profile of options, each part of it in a file of its own.

mod credentials;
mod gateway;
mod mode;
mod names;
mod routes;
mod servers;
mod tuning;
mod wrapping;

use crate::error::ImportError;
use crate::imported::Imported;
use crate::name::ProfileName;
use crate::position::Position;
use crate::profile::Profile;
use crate::validation::ServerValidation;
use crate::warning::{WarningKind, Warnings};

use crate::openvpn::beside::FilesBeside;
use crate::openvpn::catalogue::find;
use crate::openvpn::effect::{Effect, Noun};
use crate::openvpn::lexer::{Directive, Item, Lexer};
use crate::openvpn::setting::Setting;
use credentials::Credentials;
use gateway::Gateway;
use mode::Mode;
use names::Names;
use routes::Networks;
use servers::Servers;
use tuning::Tuning;
use wrapping::Wrappings;

/// Reads the text of a configuration.
pub(super) fn read<'a>(
    text: &'a str,
    beside: FilesBeside<'_, 'a>,
) -> Result<Imported, ImportError> {
    let mut reader = Reader::default();
    let mut lexer = Lexer::new(text);
    let mut connection = Position::START;
    while let Some(item) = lexer.next()? {
        match item {
            Item::Directive(directive) => reader.take(directive, beside)?,
            Item::ConnectionBegins(position) => {
                connection = position;
                reader.servers.begin_connection();
            }
            Item::ConnectionEnds => reader.servers.end_connection(connection)?,
        }
    }
    reader.finish()
}

#[derive(Debug, Default)]
struct Reader<'a> {
    mode: Mode,
    servers: Servers,
    gateway: Gateway<'a>,
    wrapping: Wrappings<'a>,
    credentials: Credentials<'a>,
    networks: Networks,
    names: Names,
    tuning: Tuning<'a>,
    /// Whether user name and password may follow, which some write below `auth-user-pass`.
    is_below_sign_in: bool,
    warnings: Warnings,
}

impl<'a> Reader<'a> {
    fn take(
        &mut self,
        mut directive: Directive<'a>,
        beside: FilesBeside<'_, 'a>,
    ) -> Result<(), ImportError> {
        // `setenv opt` before an option says that older clients may not know it.
        let is_optional = &*directive.name == "setenv"
            && directive.arguments.first().map(|word| &**word) == Some("opt");
        if is_optional {
            let mut words = directive.arguments.drain(..).skip(1);
            let Some(name) = words.next() else {
                return Ok(());
            };
            let arguments = words.collect();
            directive = Directive {
                name,
                arguments,
                ..directive
            };
        }
        let Directive {
            position,
            name,
            arguments,
            block,
        } = directive;
        let Some((name, effect)) = find(&name) else {
            if !is_optional && !self.mode.silences(&name) {
                let is_bare = arguments.is_empty() && block.is_none();
                let may_be_secret = is_bare || self.is_below_sign_in || !is_like_an_option(&name);
                self.warn_unknown(position, (!may_be_secret).then_some(&*name));
            }
            return Ok(());
        };
        self.is_below_sign_in = name == "auth-user-pass";
        let setting = Setting {
            position,
            name,
            arguments,
            block,
        };
        match effect {
            Effect::Honoured(noun) => self.honour(noun, setting, beside),
            Effect::Unneeded => Ok(()),
            Effect::Ignored(lost) => {
                let message = format_args!("'{name}' is ignored: {lost}");
                let kind = WarningKind::IgnoredOption;
                self.warnings.push(position, kind, message);
                Ok(())
            }
            Effect::Refused(reason) => Err(ImportError::RefusedOption {
                position,
                option: name,
                reason,
            }),
        }
    }

    fn honour(
        &mut self,
        noun: Noun,
        setting: Setting<'a>,
        beside: FilesBeside<'_, 'a>,
    ) -> Result<(), ImportError> {
        let warnings = &mut self.warnings;
        if self.servers.is_in_connection() && noun != Noun::Servers {
            if noun == Noun::Wrapping {
                return Err(setting.invalid(
                    "stands in a <connection> block; all servers have to share one secret here",
                ));
            }
            setting.warn(
                warnings,
                "is ignored in a <connection> block: it would have to count for all servers",
            );
            return Ok(());
        }
        match noun {
            Noun::Servers => self.servers.take(&setting),
            Noun::Gateway => self.gateway.take(setting, beside),
            Noun::Wrapping => self.wrapping.take(setting, beside),
            Noun::Credentials => self.credentials.take(&setting, beside, warnings),
            Noun::Routes => self.networks.take(&setting, warnings),
            Noun::Names => self.names.take(&setting, warnings),
            Noun::Tuning => self.tuning.take(setting, warnings),
            Noun::Mode => self.mode.take(&setting),
        }
    }

    /// The name is repeated only where it can be no secret: it could be a password below
    /// `auth-user-pass`, or a line of a key whose block was damaged.
    fn warn_unknown(&mut self, position: Position, harmless_name: Option<&str>) {
        let kind = WarningKind::UnknownOption;
        match harmless_name {
            Some(name) => {
                let message = format_args!("'{name}' is no option that is known; it is ignored");
                self.warnings.push(position, kind, message);
            }
            None => {
                let message = format_args!("this is no option that is known; it is ignored");
                self.warnings.push(position, kind, message);
            }
        }
    }

    fn finish(self) -> Result<Imported, ImportError> {
        let mut warnings = self.warnings;
        let name = self.mode.finish()?;
        let servers = self.servers.finish(&mut warnings)?;
        let (trust, server_name, usage) = self.gateway.finish(&mut warnings)?;
        let mut validation = ServerValidation::new(trust, self.wrapping.finish()?);
        validation.name = server_name;
        validation.usage = usage;
        let authentication = self.credentials.finish(&mut warnings)?;
        let name = match name {
            Some(name) => name,
            None => host_as_name(servers.first().host())?,
        };
        let mut profile = Profile::new(name, servers.first().clone(), authentication, validation);
        profile.servers = servers;
        profile.include_routes = self.networks.included;
        profile.exclude_routes = self.networks.excluded;
        (profile.dns_servers, profile.dns_suffixes) = self.names.finish();
        profile.protocol = self.tuning.finish(&mut warnings)?;
        let (warnings, warnings_left_out) = warnings.finish();
        Ok(Imported {
            profile,
            warnings,
            warnings_left_out,
        })
    }
}

fn is_like_an_option(name: &str) -> bool {
    name.len() < 30
        && name.starts_with(|character: char| character.is_ascii_lowercase())
        && name.chars().all(|character| {
            character.is_ascii_lowercase() || matches!(character, '0'..='9' | '-' | '_')
        })
}

fn host_as_name(host: &str) -> Result<ProfileName, ImportError> {
    host.parse().map_err(|reason| ImportError::Value {
        position: Position::START,
        path: "remote",
        reason,
    })
}
