/// Makes `ErrorCode` and everything known about each code from a table of number, variant, name, class, title, cause and remedy.
macro_rules! error_codes {
    ($($number:literal $variant:ident $name:literal $class:ident $title:literal $cause:literal $remedy:literal)*) => {
        /// What went wrong, as a stable number.
        ///
        /// Numbers and names are only ever added, never changed or used again. The hundreds tell where it went wrong: 1 use
        /// of the library, 2 profile, 3 certificates and sign-in, 4 network towards the gateway, 5 the gateway's identity,
        /// 6 protocol and the gateway's answers, 7 this machine, 8 connections through the userspace stack, 9 defects.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u16)]
        pub enum ErrorCode {
            $(#[doc = concat!($title, ". ", $cause, " ", $remedy)] $variant = $number,)*
        }

        impl ErrorCode {
            const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the stable name, such as `NO_ANSWER`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Returns what kind of reaction the error calls for.
            pub fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class,)* }
            }

            /// Returns what happened, in a few words without a full stop.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// Returns why this usually happens, in sentences.
            pub fn cause(self) -> &'static str {
                match self { $(Self::$variant => $cause,)* }
            }

            /// Returns what to do about it, in sentences.
            pub fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy,)* }
            }

            /// Walks every code, in the order of the numbers.
            pub fn all() -> impl ExactSizeIterator<Item = Self> {
                Self::ALL.iter().copied()
            }

            /// Returns the stable number.
            pub fn number(self) -> u16 {
                self as u16
            }

            /// Returns the code with a number, or nothing if there is none.
            pub fn from_number(number: u16) -> Option<Self> {
                Self::all().find(|code| code.number() == number)
            }
        }

        impl std::fmt::Display for ErrorCode {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.name())
            }
        }
    };
}

pub(super) use error_codes;
