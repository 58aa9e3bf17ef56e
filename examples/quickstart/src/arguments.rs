//! What the command line says.

use std::path::PathBuf;

use lexopt::prelude::*;
use p2svpn_client::{Certificate, CertificateStore, Device, EntraMethod};

use crate::failure::Failure;
use crate::login::Login;
use crate::page::Page;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
quickstart: connect, look at the status, fetch a page from the VNet, disconnect.

  quickstart                                         with a gateway of its own, on this machine
  quickstart --entra                                 the same, where you sign in as with Entra ID: it prints where
  quickstart --profile azurevpnconfig.xml --pfx me.pfx   with a real gateway, until Ctrl-C

  quickstart explain FILE... [--device KIND]         what the profiles in the files need and would change; connects to nothing

  --profile FILE    the profile that the administrator handed out
  --pfx FILE        the client certificate with its key; its password is asked for
  --pem FILE        the same as PEM
  --pkcs11 MODULE   look for the certificate on the tokens of this PKCS#11 module, an absolute path; the PIN is asked for
  --store WHOSE     look for the certificate in the system's own store of the 'user' or the 'machine': Windows and macOS
  --user NAME       who connects, with Entra ID or a password
  --device-code     sign in with Entra ID by a code that is typed on any device
  --token FILE      an access token of Entra ID, got elsewhere, is in this file
  --open-browser    open the browser at the page to sign in at
  --login HOST      let the profile send you to this host to sign in, beside Microsoft's; HOST:PORT for another port
  --login-root FILE a root certificate, PEM, that this host's may come from
  --root FILE       a root certificate, PEM or DER, among which the profile's pinned root is looked for
  --device KIND     auto (default), tun, or userspace, which needs no privilege
  --leak-guard      let nothing leave this machine beside the tunnel, if everything shall go through it; it needs root and nft
  --get URL         fetch http://ADDRESS[:PORT]/PATH through the tunnel, with the userspace device, then disconnect
";

/// What the command line says.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// Files to explain instead of connecting.
    pub(crate) explain: Vec<PathBuf>,
    pub(crate) profile: Option<PathBuf>,
    pub(crate) certificate: Option<Certificate>,
    pub(crate) stores: Vec<CertificateStore>,
    /// Whether the gateway of our own comes with a stand-in for Entra ID.
    pub(crate) entra: bool,
    pub(crate) user: Option<String>,
    pub(crate) method: EntraMethod,
    /// Where the access token is.
    pub(crate) token: Option<PathBuf>,
    pub(crate) open_browser: bool,
    pub(crate) leak_guard: bool,
    pub(crate) login: Login,
    pub(crate) root: Option<PathBuf>,
    pub(crate) device: Device,
    pub(crate) page: Option<Page>,
}

impl Arguments {
    /// Reads the command line; none when help was asked for.
    pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Option<Self>, Failure> {
        let mut arguments = Self {
            explain: Vec::new(),
            profile: None,
            certificate: None,
            stores: Vec::new(),
            entra: false,
            user: None,
            method: EntraMethod::default(),
            token: None,
            open_browser: false,
            leak_guard: false,
            login: Login::default(),
            root: None,
            device: Device::Auto,
            page: None,
        };
        let mut chosen = None;
        let mut explains = false;
        while let Some(argument) = parser.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Value(word) if !explains && word == "explain" => explains = true,
                Value(file) if explains => arguments.explain.push(file.into()),
                Long("profile") => arguments.profile = Some(parser.value()?.into()),
                Long("pfx" | "pem") if arguments.certificate.is_some() => {
                    return Err("one client certificate is enough: --pfx or --pem, once".into());
                }
                Long("pfx") => arguments.certificate = Some(Certificate::pfx_file(parser.value()?)),
                Long("pem") => {
                    arguments.certificate = Some(Certificate::pem_file(parser.value()?, None))
                }
                Long("pkcs11") => {
                    let module = CertificateStore::Pkcs11(parser.value()?.into());
                    arguments.stores.push(module);
                }
                Long("store") => arguments.stores.push(match parser.value()?.to_str() {
                    Some("user") => CertificateStore::CurrentUser,
                    Some("machine") => CertificateStore::LocalMachine,
                    _ => return Err("--store is user or machine".into()),
                }),
                Long("entra") => arguments.entra = true,
                Long("user") => arguments.user = Some(parser.value()?.string()?),
                Long("device-code") => arguments.method = EntraMethod::DeviceCode,
                Long("token") => {
                    arguments.method = EntraMethod::Token;
                    arguments.token = Some(parser.value()?.into());
                }
                Long("leak-guard") => arguments.leak_guard = true,
                Long("open-browser") => arguments.open_browser = true,
                Long("login") => arguments.login.host = Some(parser.value()?.string()?),
                Long("login-root") => arguments.login.root = Some(parser.value()?.into()),
                Long("root") => arguments.root = Some(parser.value()?.into()),
                Long("device") => chosen = Some(device(&parser.value()?.string()?)?),
                Long("get") => arguments.page = Some(parser.value()?.string()?.parse()?),
                other => {
                    return Err(
                        format!("{}; --help shows how it is called", other.unexpected()).into(),
                    );
                }
            }
        }
        if explains && arguments.explain.is_empty() {
            return Err("explain needs a file; --help shows how it is called".into());
        }
        arguments.check(explains, chosen.as_ref())?;
        arguments.device = match (chosen, &arguments.page) {
            (None | Some(Device::Userspace), Some(_)) => Device::Userspace,
            (Some(_), Some(_)) => {
                return Err(
                    "--get works with --device userspace only: with others, fetch as usual".into(),
                );
            }
            (chosen, None) => chosen.unwrap_or(Device::Auto),
        };
        Ok(Some(arguments))
    }

    /// Whether something says how to sign in where the profile asks for more than a certificate.
    fn signs_in(&self) -> bool {
        self.user.is_some() || self.open_browser || self.method != EntraMethod::default()
    }

    /// Refuses an option that nothing would come of.
    fn check(&self, explains: bool, device: Option<&Device>) -> Result<(), Failure> {
        let of_sessions = [
            ("--profile", explains && self.profile.is_some()),
            (
                "a certificate",
                self.certificate.is_some() || !self.stores.is_empty(),
            ),
            (
                "a sign-in",
                explains && (self.entra || self.signs_in() || self.login.host.is_some()),
            ),
            ("--token", self.token.is_some()),
            ("--login-root", self.login.root.is_some()),
            ("--root", self.root.is_some()),
            ("--leak-guard", self.leak_guard),
            ("--get", self.page.is_some()),
        ];
        let is_ours = !explains && self.profile.is_none();
        match of_sessions.into_iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) if explains => {
                Err(format!("explain connects to nothing: {option} is no use to it").into())
            }
            Some((option, _)) if is_ours => {
                Err(format!("{option} needs --profile; --help shows how it is called").into())
            }
            _ if is_ours && !self.entra && self.signs_in() => {
                Err("an option for signing in needs --entra or --profile".into())
            }
            _ if self.entra && !is_ours => Err(
                "--entra is for the gateway that quickstart brings along: without --profile".into(),
            ),
            _ if is_ours && !matches!(device, None | Some(Device::Userspace)) => {
                Err("--device needs --profile: without one nothing on this machine changes".into())
            }
            _ => Ok(()),
        }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_page_is_fetched_with_the_userspace_device() {
        for choice in [&[][..], &["--device", "userspace"]] {
            let arguments = parsed(&[&["--get", "http://[fd00::1]/"], choice].concat()).unwrap();

            assert!(matches!(arguments.device, Device::Userspace));
            assert_eq!(
                arguments.page,
                Some("http://[fd00::1]:80/".parse().unwrap())
            );
        }
    }

    #[test]
    fn a_page_with_another_device_is_refused_in_any_order() {
        for device in ["auto", "tun"] {
            let page = ["--get", "http://10.1.0.4/"];
            let device = ["--device", device];
            for order in [[page, device], [device, page]] {
                let refusal = parsed(&order.concat()).unwrap_err().to_string();
                assert!(refusal.contains("--device userspace"), "{refusal}");
            }
        }
    }

    #[test]
    fn a_page_that_cannot_be_fetched_is_refused_before_anything_happens() {
        let refusal = parsed(&["--get", "https://10.1.0.4/"]).unwrap_err();

        assert!(refusal.to_string().contains("only http://"), "{refusal}");
    }

    #[test]
    fn without_a_choice_the_device_is_automatic() {
        assert!(matches!(parsed(&[]).unwrap().device, Device::Auto));
    }

    #[test]
    fn files_after_explain_are_explained() {
        let parser = lexopt::Parser::from_args(["explain", "a.zip", "explain"]);

        let arguments = Arguments::parse(parser).unwrap().unwrap();

        assert_eq!(
            arguments.explain,
            [PathBuf::from("a.zip"), PathBuf::from("explain")]
        );
        assert!(Arguments::parse(lexopt::Parser::from_args(["explain"])).is_err());
        assert!(Arguments::parse(lexopt::Parser::from_args(["a.zip"])).is_err());
    }

    #[test]
    fn explaining_takes_the_device_and_refuses_what_is_no_use_to_it() {
        let with = |options: &[&str]| {
            let all = [&["explain", "a.zip"], options].concat();
            Arguments::parse(lexopt::Parser::from_args(all))
        };

        let arguments = with(&["--device", "userspace"]).unwrap().unwrap();

        assert!(matches!(arguments.device, Device::Userspace));
        for (option, value) in [
            ("--profile", "azurevpnconfig.xml"),
            ("--pfx", "me.pfx"),
            ("--pem", "me.pem"),
            ("--root", "root.pem"),
            ("--get", "http://10.1.0.4/"),
            ("--user", "alice"),
            ("--login", "login.example"),
        ] {
            let refusal = with(&[option, value]).unwrap_err().to_string();
            assert!(refusal.contains("connects to nothing"), "{refusal}");
        }
    }

    #[test]
    fn without_a_profile_nothing_is_taken_that_nothing_would_come_of() {
        let alone = |options: &[&str]| Arguments::parse(lexopt::Parser::from_args(options));
        for options in [
            ["--pem", "me.pem"],
            ["--root", "root.pem"],
            ["--get", "http://10.1.0.4/"],
            ["--device", "tun"],
            ["--device", "auto"],
            ["--token", "token.txt"],
            ["--user", "alice"],
            ["--pkcs11", "/lib/module.so"],
            ["--store", "user"],
        ] {
            let refusal = alone(&options).unwrap_err().to_string();
            assert!(refusal.contains("--profile"), "{refusal}");
        }
        assert!(alone(&["--entra", "--device-code"]).is_ok());
        assert!(alone(&["--device-code"]).is_err());
        assert!(parsed(&["--entra"]).is_err());
        assert!(alone(&["--device", "userspace"]).is_ok());
    }

    #[test]
    fn a_second_certificate_is_refused() {
        let refusal = parsed(&["--pem", "me.pem", "--pfx", "me.pfx"]).unwrap_err();

        assert!(refusal.to_string().contains("one client certificate"));
    }

    #[test]
    fn help_is_no_run() {
        let parser = lexopt::Parser::from_args(["--help"]);

        assert!(Arguments::parse(parser).unwrap().is_none());
    }

    /// What these arguments mean beside a profile.
    fn parsed(arguments: &[&str]) -> Result<Arguments, Failure> {
        let all = [&["--profile", "azurevpnconfig.xml"], arguments].concat();
        Ok(Arguments::parse(lexopt::Parser::from_args(all))?.unwrap())
    }
}
