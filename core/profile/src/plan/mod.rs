//! What a profile needs, and what it would change on a machine, before anything is connected.

mod caution;
mod certificate_summary;
mod dns;
mod gateway;
mod machine_cautions;
mod missing;
mod moment;
mod network;
mod network_cautions;
mod networks;
mod page;
mod route;
mod routing;
mod sign_in;
mod surroundings;
#[cfg(test)]
mod tests;
mod text;
mod trust_cautions;

use serde::Serialize;

use caution::Cautions;
use routing::Routing;

pub use caution::{Caution, CautionKind, CautionsLeftOut, Severity};
pub use certificate_summary::CertificateSummary;
pub use dns::{DnsReach, PlannedDnsServer};
pub use gateway::{PlannedGateway, PlannedName, PlannedProof, PlannedTrust};
pub use missing::{Missing, MissingKind};
pub use moment::Moment;
pub use network::{PlannedLocalNetwork, PlannedMode, PlannedNetwork};
pub use route::{PlanSource, PlannedExclude, PlannedRoute};
pub use sign_in::{CertificateSignIn, CertificateSource, EntraSignIn, PasswordSignIn, SignIn};
pub use surroundings::{DeviceKind, KnownCertificate, KnownProfile, LocalNetwork, Surroundings};

use crate::authentication::AuthenticationKind;
use crate::excerpt::Excerpt;
use crate::profile::Profile;

/// What a profile needs, and what it would change on this machine, before anything is connected.
///
/// It displays as a text for people who never saw a VPN client, and [`Plan::to_json`] is for programs.
/// Neither holds a secret, and texts of the profile are [`printable`](crate::printable) in both.
///
/// ```
/// use p2svpn_profile::{Moment, Plan, Profile, Surroundings};
///
/// # fn main() -> Result<(), p2svpn_profile::ImportError> {
/// # let bytes = include_bytes!("../../tests/fixtures/certificate.xml");
/// let profile = Profile::from_azure_xml(bytes)?.profile;
/// let surroundings = Surroundings {
///     now: Some(Moment(1_795_334_400)),
///     certificates: Some(Vec::new()),
///     ..Surroundings::default()
/// };
/// let plan = Plan::new(&profile, &surroundings);
/// println!("{plan}");
/// for missing in &plan.missing {
///     println!("{} {}", missing.message, missing.remedy);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// The profile's name.
    pub profile: String,
    /// The sign-in that is selected, and what it takes.
    pub sign_in: SignIn,
    /// The other ways to sign in.
    pub other_sign_ins: Vec<SignIn>,
    /// What the user or the host program still has to provide for the selected sign-in.
    pub missing: Vec<Missing>,
    /// The gateways, in the order in which they are called.
    pub gateways: Vec<PlannedGateway>,
    /// What a gateway has to prove.
    pub proof: PlannedProof,
    /// What would change in the machine's network.
    pub network: PlannedNetwork,
    /// The profile to fail over to.
    pub secondary_profile: Option<String>,
    /// Whether the profile wants to be connected always.
    pub always_on: bool,
    /// Domains of networks in which an always-on profile does not connect.
    pub trusted_networks: Vec<String>,
    /// What to look out for, the gravest first; at most 20 of each kind.
    pub cautions: Vec<Caution>,
    /// How many cautions of a kind there are beyond those kept.
    pub cautions_left_out: Vec<CautionsLeftOut>,
}

impl Plan {
    /// Plans what a session with the profile would do.
    ///
    /// It takes time in proportion to the number of networks: tens of thousands take milliseconds.
    pub fn new(profile: &Profile, surroundings: &Surroundings) -> Self {
        let validation = &profile.server_validation;
        let sign_in = SignIn::of(profile.authentication.selected(), surroundings);
        let others = profile.authentication.others().iter();
        let servers = profile.servers.iter();
        let gateways: Vec<_> = servers
            .map(|server| PlannedGateway::of(server, validation))
            .collect();
        let proof = PlannedProof::from(validation);
        let routing = Routing::new(&PlannedRoute::all_of(profile), &profile.exclude_routes);
        let network = PlannedNetwork::of(profile, &routing, surroundings);

        let mut cautions = Cautions::default();
        let can_sign_in = support_caution(profile, surroundings, &mut cautions);
        trust_cautions::sign_in_cautions(&sign_in, surroundings.now, &mut cautions);
        trust_cautions::proof_cautions(&proof, surroundings.now, &mut cautions);
        network_cautions::network_cautions(&network, &routing, &mut cautions);
        if network.changes_machine != Some(false) {
            machine_cautions::machine_cautions(
                &network,
                &gateways,
                &routing,
                surroundings,
                &mut cautions,
            );
        }
        secondary_caution(profile, surroundings, &mut cautions);
        let (cautions, cautions_left_out) = cautions.finish();
        Self {
            profile: Excerpt::of_sentence(profile.name.as_str()).to_string(),
            // Nobody has to provide what cannot be used.
            missing: if can_sign_in {
                missing::missing(&sign_in)
            } else {
                Vec::new()
            },
            sign_in,
            other_sign_ins: others
                .map(|other| SignIn::of(other, surroundings))
                .collect(),
            gateways,
            proof,
            network,
            secondary_profile: profile
                .secondary_profile
                .as_ref()
                .map(|name| Excerpt::of_sentence(name.as_str()).to_string()),
            always_on: profile.always_on,
            trusted_networks: profile
                .trusted_networks
                .iter()
                .map(ToString::to_string)
                .collect(),
            cautions,
            cautions_left_out,
        }
    }

    /// Writes the plan as JSON for programs, indented.
    ///
    /// The names are those of the fields, and of variants in `snake_case`; they are stable: fields and kinds
    /// are only added. Networks are written as `10.0.0.0/8`, times as RFC 3339 does.
    pub fn to_json(&self) -> String {
        // Nothing in a plan can fail to be written: all keys are texts.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// Tells that the host program cannot sign in as selected, and returns whether it can.
fn support_caution(
    profile: &Profile,
    surroundings: &Surroundings,
    cautions: &mut Cautions,
) -> bool {
    let Some(supported) = &surroundings.sign_ins else {
        return true;
    };
    let selected = profile.authentication.selected().kind();
    if supported.contains(&selected) {
        return true;
    }
    let mut others = profile.authentication.others().iter();
    let remedy = match others.find(|other| supported.contains(&other.kind())) {
        Some(other) => format!(
            "Choose the other way in the profile: {}.",
            words(other.kind())
        ),
        None => "Ask the administrator for a profile with another way to sign in, or update this \
                 program."
            .to_owned(),
    };
    let message = format!(
        "This program cannot sign in by {}: connecting will fail.",
        words(selected)
    );
    cautions.add(Caution::new(
        CautionKind::SignInUnsupported,
        message,
        remedy,
    ));
    false
}

fn words(kind: AuthenticationKind) -> &'static str {
    match kind {
        AuthenticationKind::Certificate => "a client certificate",
        AuthenticationKind::Entra => "Microsoft Entra ID",
        AuthenticationKind::Password => "user name and password",
        AuthenticationKind::CertificateAndPassword => {
            "a client certificate together with user name and password"
        }
    }
}

fn secondary_caution(profile: &Profile, surroundings: &Surroundings, cautions: &mut Cautions) {
    let (Some(wanted), Some(known)) = (&profile.secondary_profile, &surroundings.profiles) else {
        return;
    };
    if known.iter().any(|known| known.name == wanted.as_str()) {
        return;
    }
    let name = Excerpt::of(wanted.as_str()).to_string();
    cautions.add(
        Caution::new(
            CautionKind::SecondaryProfileMissing,
            format!("The profile '{name}', which is to be used when this one fails, is not there."),
            "Import it as well, or choose another one.",
        )
        .of(&name),
    );
}
