use std::time::Duration;

/// What the stand-in demands of those who sign in, and what it gives them; it can be changed at any time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntraPolicy {
    /// Whether a page asks the user. Otherwise the account that the client hints at, or the first one, signs in at once and
    /// does all that is asked of it.
    pub asks: bool,
    /// Whether a second step is needed at sign-in; refresh tokens from a sign-in without one are refused.
    pub second_factor_needed: bool,
    /// Whether the user has to agree to what the application may do; refresh tokens are refused until then.
    pub consent_needed: bool,
    /// Whether `http://localhost:2023` alone is registered as redirect address. Otherwise `http://localhost` is, for which
    /// Entra ignores the port.
    pub only_port_2023: bool,
    /// A claims challenge, JSON: refresh tokens are refused with it unless their sign-in was asked for with the same claims.
    pub challenge: Option<String>,
    /// How long after a sign-in its refresh tokens are good; for ever unless chosen.
    pub sign_in_frequency: Option<Duration>,
    /// How long a refresh token is good, in whole seconds; 90 days.
    pub refresh_lifetime: Duration,
    /// How long an access token is good, in whole seconds; 65 minutes.
    pub token_lifetime: Duration,
    /// How long an access token is at least, in bytes, for which the user is said to be in many groups.
    pub token_bytes: usize,
    /// Whether access tokens name the user's groups.
    pub group_claims: bool,
    /// How long a client has to wait between two questions about a device code, in whole seconds; 5.
    pub device_interval: Duration,
    /// How long a device code is good, in whole seconds; 15 minutes.
    pub device_lifetime: Duration,
    /// How many seconds its clock is ahead of this machine's, in answers and tokens, and at the gateway that trusts it. Setting
    /// it forward lets what was issued expire.
    pub clock_offset: i64,
}

impl Default for EntraPolicy {
    fn default() -> Self {
        Self {
            asks: true,
            second_factor_needed: false,
            consent_needed: false,
            only_port_2023: false,
            challenge: None,
            sign_in_frequency: None,
            refresh_lifetime: Duration::from_secs(90 * 24 * 60 * 60),
            token_lifetime: Duration::from_secs(65 * 60),
            token_bytes: 0,
            group_claims: false,
            device_interval: Duration::from_secs(5),
            device_lifetime: Duration::from_secs(15 * 60),
            clock_offset: 0,
        }
    }
}
