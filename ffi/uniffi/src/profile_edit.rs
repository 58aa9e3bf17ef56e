use p2svpn_client::{EditError, Error, ErrorCode, SignIn, Transport};

/// Changes to a profile; what is absent stays. Lists are texts with entries between commas or lines.
#[derive(Default, uniffi::Record)]
pub struct ProfileEdit {
    /// Another name.
    #[uniffi(default = None)]
    pub name: Option<String>,
    /// Servers in the place of all others, as `host`, `host:port` or `host:port/udp`.
    #[uniffi(default = None)]
    pub servers: Option<Vec<String>>,
    /// Servers that are taken out.
    #[uniffi(default = [])]
    pub remove_servers: Vec<String>,
    /// Servers that come after all others.
    #[uniffi(default = [])]
    pub add_servers: Vec<String>,
    /// Each server once, in another order.
    #[uniffi(default = None)]
    pub server_order: Option<Vec<String>>,
    /// What carries the tunnel to every server, `tcp` or `udp`.
    #[uniffi(default = None)]
    pub transport: Option<String>,
    /// The way to sign in, one of those that are offered.
    #[uniffi(default = None)]
    pub sign_in: Option<String>,
    /// The thumbprint of the client certificate; empty for any.
    #[uniffi(default = None)]
    pub client_certificate: Option<String>,
    /// The thumbprint of the root that the client certificate has to come from; empty for any.
    #[uniffi(default = None)]
    pub certificate_issuer: Option<String>,
    /// The user's name; empty to be asked.
    #[uniffi(default = None)]
    pub user_name: Option<String>,
    /// Networks to reach through the tunnel.
    #[uniffi(default = None)]
    pub include_routes: Option<ListEdit>,
    /// Networks to reach outside the tunnel.
    #[uniffi(default = None)]
    pub exclude_routes: Option<ListEdit>,
    /// DNS servers.
    #[uniffi(default = None)]
    pub dns_servers: Option<ListEdit>,
    /// Domains whose names the DNS servers answer.
    #[uniffi(default = None)]
    pub dns_suffixes: Option<ListEdit>,
    /// Domains of networks in which an always-on profile does not connect.
    #[uniffi(default = None)]
    pub trusted_networks: Option<ListEdit>,
    /// Whether the include routes are joined to the fewest networks.
    #[uniffi(default = false)]
    pub aggregate_include_routes: bool,
    /// Whether the exclude routes are joined to the fewest networks.
    #[uniffi(default = false)]
    pub aggregate_exclude_routes: bool,
    /// Whether all IPv4 traffic belongs into the tunnel.
    #[uniffi(default = None)]
    pub forced_tunnel: Option<bool>,
    /// Whether it is to be connected always.
    #[uniffi(default = None)]
    pub always_on: Option<bool>,
    /// The name of another profile to fail over to; empty for none.
    #[uniffi(default = None)]
    pub secondary_profile: Option<String>,
}

/// Changes to a list, made in this order.
#[derive(uniffi::Record)]
pub struct ListEdit {
    /// What the list is replaced by.
    #[uniffi(default = None)]
    pub replace: Option<String>,
    /// What is taken out of it.
    #[uniffi(default = None)]
    pub remove: Option<String>,
    /// What is added to it.
    #[uniffi(default = None)]
    pub add: Option<String>,
}

type Change = fn(&mut p2svpn_client::ProfileEdit, &str) -> Result<(), EditError>;

impl ListEdit {
    fn make(
        self,
        edit: &mut p2svpn_client::ProfileEdit,
        [replace, remove, add]: [Change; 3],
    ) -> Result<(), EditError> {
        for (text, change) in [
            (self.replace, replace),
            (self.remove, remove),
            (self.add, add),
        ] {
            if let Some(text) = text {
                change(edit, &text)?;
            }
        }
        Ok(())
    }
}

/// The three changes of a list: to replace it, to take out of it, to add to it.
macro_rules! changes {
    ($($change:ident),*) => {
        [$(|edit: &mut p2svpn_client::ProfileEdit, text: &str| edit.$change(text).map(|_| ())),*]
    };
}

impl TryFrom<ProfileEdit> for p2svpn_client::ProfileEdit {
    type Error = Error;

    fn try_from(changes: ProfileEdit) -> Result<Self, Error> {
        let mut edit = Self::new();
        if let Some(name) = changes.name {
            edit.rename(&name)?;
        }
        if let Some(servers) = changes.servers {
            edit.replace_servers(servers)?;
        }
        for server in changes.remove_servers {
            edit.remove_server(&server)?;
        }
        for server in changes.add_servers {
            edit.add_server(&server)?;
        }
        if let Some(order) = changes.server_order {
            edit.order_servers(order)?;
        }
        if let Some(name) = changes.transport {
            edit.set_transport(transport(&name)?);
        }
        if let Some(kind) = changes.sign_in {
            let unknown = || {
                Error::new(
                    ErrorCode::InvalidArgument,
                    format!("no sign-in is '{kind}'"),
                )
            };
            edit.select_authentication(SignIn::of_name(&kind).ok_or_else(unknown)?);
        }
        match changes.client_certificate.as_deref() {
            None => {}
            Some("") => _ = edit.clear_client_certificate(),
            Some(print) => _ = edit.set_client_certificate(print)?,
        }
        match changes.certificate_issuer.as_deref() {
            None => {}
            Some("") => _ = edit.clear_certificate_issuer(),
            Some(print) => _ = edit.set_certificate_issuer(print)?,
        }
        match changes.user_name.as_deref() {
            None => {}
            Some("") => _ = edit.clear_user_name(),
            Some(name) => _ = edit.set_user_name(name)?,
        }
        let lists = [
            (
                changes.include_routes,
                changes!(replace_includes, remove_includes, include),
            ),
            (
                changes.exclude_routes,
                changes!(replace_excludes, remove_excludes, exclude),
            ),
            (
                changes.dns_servers,
                changes!(replace_dns_servers, remove_dns_servers, add_dns_servers),
            ),
            (
                changes.dns_suffixes,
                changes!(replace_dns_suffixes, remove_dns_suffixes, add_dns_suffixes),
            ),
            (
                changes.trusted_networks,
                changes!(
                    replace_trusted_networks,
                    remove_trusted_networks,
                    add_trusted_networks
                ),
            ),
        ];
        for (list, changes) in lists {
            if let Some(list) = list {
                list.make(&mut edit, changes)?;
            }
        }
        if changes.aggregate_include_routes {
            edit.aggregate_includes();
        }
        if changes.aggregate_exclude_routes {
            edit.aggregate_excludes();
        }
        if let Some(forced) = changes.forced_tunnel {
            edit.force_tunnel(forced);
        }
        if let Some(always) = changes.always_on {
            edit.set_always_on(always);
        }
        match changes.secondary_profile.as_deref() {
            None => {}
            Some("") => _ = edit.clear_secondary_profile(),
            Some(name) => _ = edit.set_secondary_profile(name)?,
        }
        Ok(edit)
    }
}

fn transport(name: &str) -> Result<Transport, Error> {
    match name {
        "tcp" => Ok(Transport::Tcp),
        "udp" => Ok(Transport::Udp),
        _ => Err(Error::new(
            ErrorCode::InvalidArgument,
            format!("no transport is '{name}'"),
        )),
    }
}
