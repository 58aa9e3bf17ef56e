/// What can be done about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalClass {
    /// Nothing: it may go away by itself. The host may try again after a while.
    Temporary,
    /// The user signs in anew, in a browser or on another device.
    SignIn,
    /// The user does something else first, or uses another account.
    User,
    /// An administrator changes something: of the application, the tenant, the account or its licences and rules.
    Administrator,
}
