use crate::content::Content;
use crate::invalid_value::InvalidValue;
use crate::position::Position;

/// Why a file could not be read as a profile.
///
/// Nothing was imported. Trying again with the same bytes fails in the same way: somebody has to
/// fetch another file or edit this one. No variant repeats a secret; what one repeats of the file
/// is shortened and escaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file is of another kind. Ask the user for `azurevpnconfig.xml`, and say what was given
    /// instead.
    #[error("this is {found}, not an Azure VPN profile")]
    NotAzureProfile {
        /// What it looks like.
        found: Content,
    },
    /// The file is larger than any profile. Ask the user whether it is the right file.
    #[error("the file has {size} bytes, more than the {limit} of the largest of its kind")]
    TooLarge {
        /// The file's size in bytes.
        size: usize,
        /// The largest size in bytes.
        limit: usize,
    },
    /// The file is neither in UTF-8 nor in UTF-16. Ask the user to save it as UTF-8, or to fetch it
    /// again.
    #[error("{position}: {reason}")]
    Encoding {
        /// The first character that cannot be read.
        position: Position,
        /// What is wrong.
        reason: &'static str,
    },
    /// The file holds a character that XML 1.0 section 2.2 does not allow. It is damaged: ask the
    /// user to fetch it again.
    #[error("{position}: the character U+{code:04X} is not allowed in a text file")]
    Character {
        /// Where it is.
        position: Position,
        /// The character's code point.
        code: u32,
    },
    /// The file is not well-formed XML, for example cut short. Show the position and ask the user
    /// to fetch it again.
    #[error("{position}: the XML is damaged: {reason}")]
    Malformed {
        /// Where the damage shows.
        position: Position,
        /// What the XML reader says.
        reason: String,
    },
    /// The file declares a document type. No profile does, and it may be an attack: do not offer to
    /// repair it.
    #[error("{position}: a document type is declared, which is refused as unsafe")]
    DocumentType {
        /// Where it is declared.
        position: Position,
    },
    /// The file refers to an entity other than the five of XML. No profile does: treat it like a
    /// document type.
    #[error("{position}: the entity '&{name};' is refused")]
    Entity {
        /// Where it is.
        position: Position,
        /// The entity's name.
        name: String,
    },
    /// The elements are nested deeper than in any profile. It may be an attack: do not offer to
    /// repair it.
    #[error("{position}: the elements are nested more than {limit} deep")]
    TooDeep {
        /// The first element that is too deep.
        position: Position,
        /// The greatest depth.
        limit: usize,
    },
    /// There are more elements than in any profile. Ask the user whether it is the right file.
    #[error("{position}: there are more than {limit} elements")]
    TooManyElements {
        /// The first element that is too many.
        position: Position,
        /// The greatest number.
        limit: usize,
    },
    /// A value that a profile must have is absent, nil or empty. The profile is incomplete: it has
    /// to be fetched anew from the Azure portal or from the administrator.
    #[error("{position}: {path} is missing")]
    Missing {
        /// The innermost element that should hold it.
        position: Position,
        /// The value's path below the root element.
        path: &'static str,
    },
    /// A value cannot be read. Show the line: an administrator has edited it, or it is damaged.
    #[error("{position}: {path} {reason}")]
    Value {
        /// The element that holds it.
        position: Position,
        /// The value's path below the root element.
        path: &'static str,
        /// What is wrong with it.
        reason: InvalidValue,
    },
    /// The profile wants a way to sign in that is not known. Nothing can be done with it here: say
    /// so by the name given.
    #[error(
        "{position}: clientauth/type is '{found}', which is neither aad, cert nor usernamepass"
    )]
    UnknownAuthentication {
        /// The element that names it.
        position: Position,
        /// The name given.
        found: String,
    },
    /// One route names several destinations. Microsoft's client refuses it too: show the line, each
    /// destination needs a `route` of its own.
    #[error(
        "{position}: several values for '{element}' in one route; each needs a route of its own"
    )]
    AmbiguousRoute {
        /// The second value.
        position: Position,
        /// The name of the element that stands twice: `destination` or `mask`.
        element: &'static str,
    },
    /// The text is not well-formed JSON, for example cut short. Show the position and ask the user for
    /// the file again.
    #[error("{position}: the JSON is damaged: {reason}")]
    MalformedJson {
        /// Where the damage shows.
        position: Position,
        /// What the JSON reader says.
        reason: String,
    },
    /// The profile was written in a newer version of this library's own format. Ask the user for a newer
    /// version of the program.
    #[error(
        "{position}: the profile has version {found} of its format; {known} is the newest known"
    )]
    NewerFormat {
        /// The version's place.
        position: Position,
        /// The version of the file.
        found: u32,
        /// The newest version that is read.
        known: u32,
    },
    /// The profile was exported without its secrets, and it cannot be used without this one. Ask the
    /// user for an export with them, or for the profile from the administrator.
    #[error("{position}: {path} was left out when the profile was exported")]
    SecretsLeftOut {
        /// The secret's place.
        position: Position,
        /// The secret's path below the root object.
        path: &'static str,
    },
    /// An OpenVPN configuration breaks the rules of its language, for example with a block that is not
    /// closed. Show the line: it was edited, or the file is cut short.
    #[error("{position}: {reason}")]
    Syntax {
        /// Where it shows.
        position: Position,
        /// What is wrong.
        reason: String,
    },
    /// An OpenVPN configuration has an option without which a session would be less safe, or could not
    /// come about. Only its administrator can change that: say the reason.
    #[error("{position}: '{option}' is refused: {reason}")]
    RefusedOption {
        /// The option.
        position: Position,
        /// Its name.
        option: &'static str,
        /// Why, as a clause.
        reason: &'static str,
    },
    /// An OpenVPN configuration names a file beside it that was not given. Ask the user for it, and
    /// import both together.
    #[error("{position}: '{option}' names the file '{file}', which was not given")]
    MissingFile {
        /// The option.
        position: Position,
        /// Its name.
        option: &'static str,
        /// The file's name.
        file: String,
    },
    /// The archive is not a whole zip archive, or it could be read in two ways. Ask the user to fetch
    /// it again.
    #[error("the archive is damaged: {reason}")]
    DamagedArchive {
        /// What is wrong.
        reason: String,
    },
    /// The archive is encrypted. Ask the user to unpack it and to choose the files.
    #[error("the archive is encrypted: '{entry}' cannot be read without its password")]
    EncryptedArchive {
        /// The first entry that is.
        entry: String,
    },
    /// The archive has an entry that no package has, such as a link, or a name that leads out of it.
    /// It may be an attack: do not offer to repair it.
    #[error("the archive is refused: '{entry}' {reason}")]
    UnsafeArchive {
        /// The entry's name.
        entry: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A file in the archive is larger than any in a package. It may be an attack: do not offer to
    /// repair it.
    #[error("the archive is refused: '{entry}' inflates to more than {limit} bytes")]
    InflatesTooFar {
        /// The entry.
        entry: String,
        /// The largest size of one file in bytes.
        limit: usize,
    },
    /// The files hold more than one import takes, each of them little enough. Ask the user to import
    /// them one after another, if they are the right ones.
    #[error("with it the files hold more than the {limit} bytes that one import takes")]
    TooMuchTogether {
        /// The most that is taken, in bytes.
        limit: usize,
    },
    /// The archive has more entries than any package. Ask the user whether it is the right file.
    #[error("the archive has more than {limit} entries")]
    TooManyEntries {
        /// The greatest number.
        limit: usize,
    },
    /// The package holds no profile. Say what it holds, and ask the user for the package of the Azure
    /// portal.
    #[error("there is no profile in the package; it holds {holds}")]
    NoProfile {
        /// The files that it holds, or the first of them.
        holds: String,
    },
    /// The gateway offers no tunnel that this library speaks. Only its administrator can change that.
    #[error("the gateway offers {vpn_types}, not OpenVPN")]
    WithoutOpenVpn {
        /// The tunnel types that it offers, such as `IkeV2, SSTP`.
        vpn_types: String,
    },
    /// Two files call the same gateway and contradict each other. One of them is out of date: ask the
    /// user to fetch the package again.
    #[error("it disagrees with {other} about {what} of the same gateway")]
    Disagreement {
        /// The other file.
        other: String,
        /// What they disagree about.
        what: &'static str,
    },
    /// The profile sends users to sign in at a host that is neither Microsoft's nor allowed by the host
    /// program. It could be a bait: do not offer to allow it without the administrator's word.
    #[error("it asks users to sign in at {host}, which is not one of Microsoft's hosts")]
    UnknownAuthority {
        /// The host's name, and the port unless it is 443: what the host program would allow it by.
        host: String,
    },
}

impl ImportError {
    /// Returns the place in the file, where there is one to show.
    pub fn position(&self) -> Option<Position> {
        match *self {
            Self::NotAzureProfile { .. }
            | Self::TooLarge { .. }
            | Self::DamagedArchive { .. }
            | Self::EncryptedArchive { .. }
            | Self::UnsafeArchive { .. }
            | Self::InflatesTooFar { .. }
            | Self::TooMuchTogether { .. }
            | Self::TooManyEntries { .. }
            | Self::NoProfile { .. }
            | Self::WithoutOpenVpn { .. }
            | Self::Disagreement { .. }
            | Self::UnknownAuthority { .. } => None,
            Self::Encoding { position, .. }
            | Self::Character { position, .. }
            | Self::Malformed { position, .. }
            | Self::DocumentType { position }
            | Self::Entity { position, .. }
            | Self::TooDeep { position, .. }
            | Self::TooManyElements { position, .. }
            | Self::Missing { position, .. }
            | Self::Value { position, .. }
            | Self::MalformedJson { position, .. }
            | Self::NewerFormat { position, .. }
            | Self::SecretsLeftOut { position, .. }
            | Self::UnknownAuthentication { position, .. }
            | Self::AmbiguousRoute { position, .. }
            | Self::Syntax { position, .. }
            | Self::RefusedOption { position, .. }
            | Self::MissingFile { position, .. } => Some(position),
        }
    }

    /// Returns what the user can do about it, in a sentence.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotAzureProfile {
                found: Content::ZipArchive,
            } => "Unpack the archive and choose AzureVPN/azurevpnconfig.xml from it.",
            Self::NotAzureProfile {
                found: Content::VpnSettings | Content::OpenVpnConfiguration,
            } => "Choose AzureVPN/azurevpnconfig.xml from the same package.",
            Self::NotAzureProfile {
                found: Content::IntuneProfile,
            } => "Save the AzVpnProfile element inside it as a file of its own and choose that.",
            Self::NotAzureProfile { .. } | Self::TooLarge { .. } | Self::TooManyElements { .. } => {
                "Choose azurevpnconfig.xml from the package of the Azure portal."
            }
            Self::Encoding { .. } => "Save the file as UTF-8, or download it again.",
            Self::MissingFile { .. } => "Choose the file together with the configuration.",
            Self::RefusedOption { .. } => {
                "Ask the administrator for a configuration without this option."
            }
            Self::Character { .. }
            | Self::Malformed { .. }
            | Self::MalformedJson { .. }
            | Self::Syntax { .. } => {
                "Correct the place if the file was edited, or download it again."
            }
            Self::NewerFormat { .. } => {
                "Update this program, or export the profile with an older one."
            }
            Self::SecretsLeftOut { .. } => {
                "Export the profile again with its secrets, or ask the administrator for it."
            }
            Self::NoProfile { .. } => {
                "Choose the package of the Azure portal, which has a folder AzureVPN or OpenVPN."
            }
            Self::WithoutOpenVpn { .. } => {
                "Ask the administrator to add the tunnel type OpenVPN to the gateway."
            }
            Self::Disagreement { .. } => {
                "Download the package again, and choose nothing but the files from it."
            }
            Self::UnknownAuthority { .. } => {
                "Ask the administrator whether the host is theirs, and allow it in this program if so."
            }
            Self::DamagedArchive { .. } => "Download the package again from the Azure portal.",
            Self::EncryptedArchive { .. } => {
                "Unpack the archive with its password and choose the files from it."
            }
            Self::TooMuchTogether { .. } => {
                "Import fewer files at a time, or ask the administrator for fewer and larger networks."
            }
            Self::TooManyEntries { .. } => {
                "Choose the package of the Azure portal, or azurevpnconfig.xml from it."
            }
            Self::DocumentType { .. }
            | Self::Entity { .. }
            | Self::TooDeep { .. }
            | Self::UnsafeArchive { .. }
            | Self::InflatesTooFar { .. } => {
                "Do not use this file; ask the administrator where it comes from."
            }
            Self::Missing { .. } => {
                "Download the profile again, or ask the administrator for a new one."
            }
            Self::Value { .. } | Self::AmbiguousRoute { .. } => {
                "Correct the line, or ask the administrator for a corrected profile."
            }
            Self::UnknownAuthentication { .. } => {
                "Ask the administrator for a profile with certificate, Entra or password sign-in."
            }
        }
    }
}
