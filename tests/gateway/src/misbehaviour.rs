use p2svpn_openvpn::Stage;

/// What a gateway does wrong on purpose, so that tests can see what a client makes of it.
///
/// Over UDP there is no connection to close or to reset, and no stream to write noise into: there [`StopsAt`](Self::StopsAt)
/// and [`Answers`](Self::Answers) mean that the client is not answered at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Misbehaviour {
    /// Nothing.
    #[default]
    None,
    /// Goes on until the client is at this stage, and then stops.
    ///
    /// At [`Stage::Reset`] the client's first packet goes unanswered, which is what Azure's gateways do when the server
    /// secret is wrong; at [`Stage::Established`] the settings have been sent and data is ignored.
    StopsAt(Stage, Stop),
    /// Answers the client's first packet with something else than OpenVPN.
    Answers(Answer),
    /// Expects another server secret than the profile says: packets go unheard.
    OtherSecret,
    /// Shows a certificate that a client has to refuse.
    Certificate(ServerFlaw),
    /// Refuses every sign-in with this text (`AUTH_FAILED`).
    Refuses(String),
    /// Pushes settings without an address.
    NoAddress,
    /// Hangs up on clients that tell which extensions of the protocol they know (`IV_PROTO`), as old gateways do that
    /// stumble over what is new.
    StumblesOverExtensions,
    /// Asks for compression, by this option.
    Compression(String),
}

impl Misbehaviour {
    /// Whether the client never gets as far as being let in or turned away.
    pub(crate) fn is_wordless(&self) -> bool {
        matches!(self, Self::StopsAt(..) | Self::Answers(_))
    }
}

/// How a gateway stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Sends nothing more and goes on reading.
    Silently,
    /// Closes the connection in good order.
    Closing,
    /// Resets the connection. A reset may overtake what was sent before it, so that the client never gets as far.
    Resetting,
}

/// What is no answer of an OpenVPN gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// What a web server says to bytes that it does not understand.
    Http,
    /// Frames of noise.
    Noise,
    /// A frame without a packet.
    EmptyFrame,
}

/// What is wrong with the gateway's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerFlaw {
    /// Its root has the name, but not the key, of the one in the profile.
    OtherRoot,
    /// It is for another host.
    OtherName,
    /// It was valid in the year 2020.
    Expired,
    /// It will be valid in the year 2098.
    NotYetValid,
    /// It is for clients (extended key usage `clientAuth` only).
    NotForServers,
}
