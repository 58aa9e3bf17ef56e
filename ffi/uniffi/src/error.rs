use p2svpn_client::{Class, Error, ErrorCode};

/// An error that a function ends with.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum VpnError {
    /// The library refused or failed; the host does what the details' class and remedy say.
    #[error("{}", details.message)]
    Failed {
        /// Everything known about it.
        details: ErrorDetails,
    },
}

impl From<Error> for VpnError {
    fn from(error: Error) -> Self {
        Self::Failed {
            details: ErrorDetails::from(&error),
        }
    }
}

/// Everything known about an error. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ErrorDetails {
    /// The stable number.
    pub number: u16,
    /// The stable name, such as `NO_ANSWER`.
    pub name: String,
    /// What kind of reaction it calls for.
    pub class: ErrorClass,
    /// What happened and to what, in one line.
    pub message: String,
    /// What it happened to; may be empty.
    pub context: String,
    /// What the layers below said, the nearest first.
    pub causes: Vec<String>,
    /// Why this usually happens.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
}

impl From<&Error> for ErrorDetails {
    fn from(error: &Error) -> Self {
        Self {
            number: error.number(),
            name: error.name().to_owned(),
            class: error.class().into(),
            message: error.to_string(),
            context: error.context().to_owned(),
            causes: error.causes().to_vec(),
            cause: error.cause().to_owned(),
            remedy: error.remedy().to_owned(),
        }
    }
}

/// What kind of reaction an error calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ErrorClass {
    /// The same again may succeed later.
    Retry,
    /// Somebody has to sign in again, or with other credentials.
    NeedsSignIn,
    /// The user can do something about it.
    UserAction,
    /// A profile, a gateway or an option has to be changed.
    Configuration,
    /// It will not succeed, whoever tries.
    Fatal,
    /// A defect in the host program or in the library.
    Bug,
    /// A kind that this layer has no name for.
    Unknown,
}

impl From<Class> for ErrorClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Retry => Self::Retry,
            Class::NeedsSignIn => Self::NeedsSignIn,
            Class::UserAction => Self::UserAction,
            Class::Configuration => Self::Configuration,
            Class::Fatal => Self::Fatal,
            Class::Bug => Self::Bug,
            _ => Self::Unknown,
        }
    }
}

/// Returns every error that there is, in the order of the numbers, each without context.
#[uniffi::export]
pub fn error_catalogue() -> Vec<ErrorDetails> {
    ErrorCode::all()
        .map(|code| ErrorDetails::from(&Error::from(code)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_a_class_with_a_name() {
        let catalogue = error_catalogue();

        assert_eq!(catalogue.len(), ErrorCode::all().len());
        assert!(
            catalogue
                .iter()
                .all(|error| error.class != ErrorClass::Unknown)
        );
    }

    #[test]
    fn an_error_keeps_its_context_and_shows_it_in_the_message() {
        let error = Error::new(ErrorCode::InvalidArgument, "the MTU is odd");

        let VpnError::Failed { details } = VpnError::from(error.clone());

        assert_eq!(details.number, 103);
        assert_eq!(details.context, "the MTU is odd");
        assert_eq!(details.message, error.to_string());
    }
}
