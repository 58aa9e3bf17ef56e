use std::fmt;

/// What becomes of the traffic that a session is for, apart from the session's state.
///
/// The numbers are stable: [`Protection::number`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Protection {
    /// It goes its way as if there were no session.
    #[default]
    None = 0,
    /// It goes through the tunnel.
    Protected = 1,
    /// It is held: it goes neither through the tunnel nor outside of it.
    Held = 2,
}

impl Protection {
    /// Returns the stable number.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Returns the stable name, such as `Protected`.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Protected => "Protected",
            Self::Held => "Held",
        }
    }
}

impl fmt::Display for Protection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Protection;

    /// Hosts in other languages store these numbers.
    #[test]
    fn numbers_and_names_stay_as_they_are() {
        let all = [Protection::None, Protection::Protected, Protection::Held];
        let all = all.map(|one| format!("{}={one}", one.number()));

        assert_eq!(all.join(" "), "0=None 1=Protected 2=Held");
    }
}
