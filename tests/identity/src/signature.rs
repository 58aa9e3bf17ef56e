use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;

/// The keys that a provider publishes (RFC 7517), as far as they are RSA.
pub(crate) struct Keys(Vec<RsaPublicKeyComponents<Vec<u8>>>);

impl Keys {
    pub(crate) fn of(published: &Value) -> Self {
        let keys = published["keys"].as_array().unwrap().iter();
        let keys = keys.filter(|key| key["kty"] == "RSA").map(|key| {
            let number = |name: &str| decoded(key[name].as_str().unwrap()).unwrap();
            RsaPublicKeyComponents {
                n: number("n"),
                e: number("e"),
            }
        });
        Self(keys.collect())
    }

    /// What a token says that one of them has signed (RFC 7515, RS256).
    pub(crate) fn claims(&self, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = decoded(signature)?;
        let holds = |key: &RsaPublicKeyComponents<Vec<u8>>| {
            let verified = key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature);
            verified.is_ok()
        };
        self.0.iter().any(holds).then_some(())?;
        let (_, claims) = signed.split_once('.')?;
        serde_json::from_slice(&decoded(claims)?).ok()
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}
