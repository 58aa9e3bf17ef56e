//! Where users sign in with Entra ID, if that is not at Microsoft's.

use std::path::PathBuf;
use std::sync::Arc;

use p2svpn_client::{ClientBuilder, SystemHttp, SystemHttpOptions};

use crate::failure::Failure;

/// Another login host than Microsoft's.
#[derive(Debug, Default)]
pub(crate) struct Login {
    /// The host, and its port unless that is 443.
    pub(crate) host: Option<String>,
    /// The file with the root of its certificate, PEM, where this machine does not trust that anyway.
    pub(crate) root: Option<PathBuf>,
}

impl Login {
    /// Lets profiles send their users there.
    pub(crate) fn allow(&self, mut builder: ClientBuilder) -> Result<ClientBuilder, Failure> {
        if let Some(host) = &self.host {
            builder = builder.allow_authority(host);
        }
        if let Some(root) = &self.root {
            let options = SystemHttpOptions::default().trusted_roots(&std::fs::read(root)?)?;
            builder = builder.http_client(Arc::new(SystemHttp::new(options)?));
        }
        Ok(builder)
    }
}
