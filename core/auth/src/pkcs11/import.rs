//! How the key and certificates of a PFX are put on a token.

use cryptoki::object::ObjectHandle;
use cryptoki::session::Session;

use super::certificate::TokenCertificate;
use super::failure::failed;
use super::objects::{Object, Objects};
use super::token::Token;
use crate::AuthError;
use crate::identity::open_pfx;
use crate::signing_error::SigningError;

impl Token {
    /// Puts the key of a PFX container on the token, with its certificate and those of its issuers, and returns what the
    /// token lists then.
    ///
    /// The container is read as [`Identity::from_pfx`](crate::Identity::from_pfx) does, and the PIN used as
    /// [`TokenCertificate::open`] does. The key can sign there, is kept from being read, and cannot be taken off the token
    /// again. What the token has already is not put on it twice; if it refuses a part, the other parts are taken back.
    ///
    /// Fails with [`AuthError::PrivateKey`] for keys other than RSA and ECDSA, and with [`SigningError::Failed`] for
    /// tokens that cannot be written to, or that make all of their keys themselves, as many cards do.
    pub fn import_pfx(
        &self,
        pfx: &[u8],
        password: &str,
        pin: Option<&str>,
    ) -> Result<TokenCertificate, AuthError> {
        let (chain, key) = open_pfx(pfx, password)?;
        let objects = Objects::new(&chain, &key)?;
        let session = self.read_write()?;
        self.log_in(&session, pin)?;
        let mut created = Vec::new();
        for object in objects.iter() {
            if let Err(error) = put(&session, object, &mut created) {
                take_back(&session, &created);
                return Err(error);
            }
        }
        self.certificates()?
            .into_iter()
            .find(|listed| listed.summary().sha256 == chain.leaf.summary.sha256)
            .ok_or_else(|| {
                let reason = "the token does not list what was put on it".to_owned();
                SigningError::Failed { reason }.into()
            })
    }
}

fn put(
    session: &Session,
    object: &Object,
    created: &mut Vec<ObjectHandle>,
) -> Result<(), AuthError> {
    let existing = session.find_objects(object.known_by()).map_err(failed)?;
    if existing.is_empty() {
        created.push(session.create_object(object.attributes()).map_err(failed)?);
    }
    Ok(())
}

fn take_back(session: &Session, created: &[ObjectHandle]) {
    for object in created {
        // The first failure is the one to tell; nothing more can be done about this one.
        let _ = session.destroy_object(*object);
    }
}
