use crate::secret_value::SecretText;

/// An element of an `azurevpnconfig.xml` that means nothing here, kept so that an export has it
/// again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownElement {
    /// The element that it stands in, as a path below the root such as `clientconfig/dnsservers`;
    /// empty for the root itself.
    pub parent: String,
    /// The element as XML without namespaces. Nobody knows what it holds, so it counts as a secret.
    pub xml: SecretText,
}
