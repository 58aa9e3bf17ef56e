use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::addresses::{RADIUS, SERVICE};
use crate::authority::write;
use crate::error::LabError;
use crate::patience::PATIENCE;
use crate::process::Process;
use crate::server_options::ServerOptions;
use crate::site::Site;

/// openvpn's plug-in that asks a RADIUS server, where Debian has it.
pub(crate) const PLUGIN: &str = "/usr/lib/openvpn/radiusplugin.so";

/// FreeRADIUS in the virtual network of a [`Site`], with settings of its own and nothing of the system's.
///
/// The gateway asks it by PAP (RFC 2865), as Azure's gateways do.
pub struct RadiusServer {
    process: Process,
    folder: PathBuf,
}

/// What a RADIUS server knows of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RadiusUser<'a> {
    /// Lets this user in who has this password.
    Accepted(&'a str, &'a str),
    /// Refuses this user, whatever the password.
    Blocked(&'a str),
    /// Lets this user in who has this password and whom [`RadiusServer::approve`] approves of, as on a phone.
    Approved(&'a str, &'a str),
}

impl RadiusServer {
    /// Starts it in the gateway's namespace and waits until it listens.
    ///
    /// # Errors
    /// [`LabError::Unsaid`] with its log when it does not come up.
    pub fn start(site: &Site, users: &[RadiusUser<'_>]) -> Result<Self, LabError> {
        let folder = site.folder().join("radius");
        std::fs::create_dir(&folder).map_err(LabError::system("making RADIUS's folder"))?;
        write(&folder, "radiusd.conf", &configuration(&folder))?;
        write(&folder, "users", &user_list(users))?;
        let script = write(&folder, "approval", APPROVAL)?;
        std::fs::set_permissions(&script, PermissionsExt::from_mode(0o755))
            .map_err(LabError::system("making a script"))?;

        let mut command = Command::new("freeradius");
        command.args(["-f", "-l", "stdout", "-d"]).arg(&folder);
        let process = Process::start_with_children(&site.gateway, "FreeRADIUS", &command)?;
        process.wait_for("that it is ready", 0, PATIENCE, |line| {
            line.contains("Ready to process requests").then_some(())
        })?;
        Ok(Self { process, folder })
    }

    /// Completes the options of a server that asks it about user names and passwords, and for nothing else.
    ///
    /// # Errors
    /// [`LabError::Write`].
    pub fn asked_by(&self, site: &Site, options: ServerOptions) -> Result<ServerOptions, LabError> {
        let folder = site.folder().display();
        let settings = write(site.folder(), "radiusplugin.cnf", &plugin_settings(site))?;
        let lines = [
            "username-as-common-name".to_owned(),
            // The plug-in reads there what it has to account for.
            format!("status {folder}/status 1"),
        ];
        Ok(ServerOptions {
            without_certificates: true,
            plugin: Some(format!("{PLUGIN} {}", settings.display())),
            more: options.more.into_iter().chain(lines).collect(),
            ..options
        })
    }

    /// Approves of a user, from now on.
    ///
    /// # Errors
    /// [`LabError::Write`].
    pub fn approve(&self, name: &str) -> Result<(), LabError> {
        write(&self.folder, &format!("approved-{name}"), "").map(drop)
    }

    /// The users that it was asked about, in order of its answers.
    pub fn asked(&self) -> Vec<String> {
        let log = self.process.output().text();
        log.lines().filter_map(user).map(str::to_owned).collect()
    }
}

/// What the gateway and the RADIUS server know of each other, and nobody else.
const SECRET: &str = "between-gateway-and-radius";

/// Waits for an approval; FreeRADIUS stops it when nobody approves.
const APPROVAL: &str = r#"#!/bin/sh
while [ ! -e "$(dirname "$0")/approved-$1" ]; do sleep 0.1; done
"#;

/// The user whom a line of the log tells of: `Auth: (0) Login OK: [alice] (from client gateway port 1)`.
fn user(line: &str) -> Option<&str> {
    let (_, result) = line.split_once(" Auth: ")?;
    let (_, name) = result.split_once("Login ")?.1.split_once(": [")?;
    Some(name.split_once(']')?.0)
}

fn user_list(users: &[RadiusUser<'_>]) -> String {
    users.iter().fold(String::new(), |mut list, user| {
        // Writing to a String cannot fail.
        let _ = match user {
            RadiusUser::Accepted(name, password) => {
                writeln!(list, "{name} Cleartext-Password := \"{password}\"")
            }
            RadiusUser::Blocked(name) => writeln!(list, "{name} Auth-Type := Reject"),
            RadiusUser::Approved(name, password) => {
                writeln!(
                    list,
                    "{name} Cleartext-Password := \"{password}\", Tmp-Integer-0 := 1"
                )
            }
        };
        list
    })
}

fn configuration(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "prefix = /usr
libdir = /usr/lib/freeradius
logdir = {folder}
run_dir = {folder}
log {{
    destination = stdout
    auth = yes
}}
security {{
    reject_delay = 0
    max_attributes = 200
}}
thread pool {{
    start_servers = 4
    max_servers = 4
    min_spare_servers = 1
    max_spare_servers = 4
    max_requests_per_server = 0
}}
client gateway {{
    ipaddr = {SERVICE}
    secret = {SECRET}
}}
modules {{
    pap {{
    }}
    files {{
        filename = {folder}/users
    }}
    exec approval {{
        program = \"{folder}/approval %{{User-Name}}\"
        wait = yes
        timeout = 25
    }}
    always ok {{
        rcode = ok
    }}
}}
server default {{
    listen {{
        type = auth
        ipaddr = {RADIUS}
        port = {AUTHENTICATION_PORT}
    }}
    listen {{
        type = acct
        ipaddr = {RADIUS}
        port = {ACCOUNTING_PORT}
    }}
    authorize {{
        files
        pap
    }}
    authenticate {{
        pap
    }}
    post-auth {{
        if (&control:Tmp-Integer-0) {{
            approval
        }}
    }}
    accounting {{
        ok
    }}
}}
"
    )
}

/// The ports of RFC 2865 and RFC 2866.
const AUTHENTICATION_PORT: u16 = 1812;
const ACCOUNTING_PORT: u16 = 1813;

/// The gateway goes on serving others while it waits, and waits once for Azure's 30 s.
fn plugin_settings(site: &Site) -> String {
    format!(
        "NAS-Identifier=gateway
Service-Type=5
Framed-Protocol=1
NAS-Port-Type=5
NAS-IP-Address={SERVICE}
OpenVPNConfig={}/server.conf
subnet=255.255.255.0
overwriteccfiles=false
useauthcontrolfile=true
nonfatalaccounting=true
server
{{
\tacctport={ACCOUNTING_PORT}
\tauthport={AUTHENTICATION_PORT}
\tname={RADIUS}
\tretry=0
\twait=30
\tsharedsecret={SECRET}
}}
",
        site.folder().display()
    )
}
