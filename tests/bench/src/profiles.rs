use std::error::Error;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use p2svpn_lab::Table;
use p2svpn_profile::{
    Field, KnownProfile, LocalNetwork, Moment, Plan, Profile, ProfileEdit, SecretsInExport,
    Surroundings,
};

use crate::sample::Sample;

/// What is done with a profile of many routes, from its import to its plan.
pub(crate) struct Profiles {
    pub(crate) rounds: usize,
}

/// What everything together may take for 10,000 routes, where the library is optimised.
const LIMIT_MS: f64 = 1_000.0;

const PROFILE: &str = include_str!("../../../core/profile/tests/fixtures/certificate.xml");
const NO_CONFIGURATION: &str = r#"<clientconfig i:nil="true" />"#;

impl Profiles {
    pub(crate) fn run(&self) -> Result<(), Box<dyn Error>> {
        println!(
            "\nProfiles of many routes, {} rounds, milliseconds",
            self.rounds
        );
        let mut table = Table::new(["routes", "step", "median", "range"]);
        let mut sums = Vec::new();
        for load in [
            Load::new("10,000 apart", 10_000, apart),
            Load::new("10,000 nested", 10_000, nested),
            Load::new("50,000 apart", 50_000, apart),
            Load::new("50,000 nested", 50_000, nested),
            Load::new("50,000 twice", 50_000, |number| apart(number / 2)),
        ] {
            let mut steps = Steps::default();
            for _ in 0..self.rounds {
                load.measure(&mut steps)?;
            }
            let sum = steps.sum();
            for (step, sample) in steps.samples.iter().chain([&("in all", sum.clone())]) {
                table.add([load.name, step, &sample.text(1), &sample.range(1)]);
            }
            sums.push((load.name, sum));
        }
        println!("{table}");
        let slow = sums
            .iter()
            .find(|(name, sum)| name.starts_with("10,000") && sum.median() > LIMIT_MS);
        match slow {
            Some((name, sum)) if !cfg!(debug_assertions) => {
                let taken = sum.text(0);
                Err(format!("{name} took {taken} ms, more than {LIMIT_MS}").into())
            }
            _ => Ok(()),
        }
    }
}

/// The steps in their order, each with how long it took in milliseconds.
#[derive(Default)]
struct Steps {
    samples: Vec<(&'static str, Sample)>,
    rounds: Vec<f64>,
}

impl Steps {
    fn begin_round(&mut self) {
        self.rounds.push(0.0);
    }

    fn measure<T>(&mut self, step: &'static str, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = black_box(work());
        let taken = started.elapsed().as_secs_f64() * 1e3;
        if let Some(round) = self.rounds.last_mut() {
            *round += taken;
        }
        match self.samples.iter_mut().find(|(name, _)| *name == step) {
            Some((_, sample)) => sample.add(taken),
            None => {
                let mut sample = Sample::default();
                sample.add(taken);
                self.samples.push((step, sample));
            }
        }
        result
    }

    fn sum(&self) -> Sample {
        let mut sum = Sample::default();
        self.rounds.iter().for_each(|round| sum.add(*round));
        sum
    }
}

/// A profile as its administrator and its user would have it: with many routes.
struct Load {
    name: &'static str,
    /// The profile without routes.
    plain: String,
    /// The profile with the routes, where an `azurevpnconfig.xml` may be so long.
    with_routes: Option<String>,
    /// The same networks as a list of lines.
    list: String,
    count: usize,
}

impl Load {
    fn new(name: &'static str, count: u32, network: impl Fn(u32) -> (Ipv4Addr, u8)) -> Self {
        let networks: Vec<(Ipv4Addr, u8)> = (0..count).map(network).collect();
        let list = networks
            .iter()
            .map(|(address, prefix)| format!("{address}/{prefix}\n"))
            .collect();
        let routes: String = networks
            .iter()
            .map(|(address, prefix)| {
                format!(
                    "<route><destination>{address}</destination><mask>{prefix}</mask></route>\r\n"
                )
            })
            .collect();
        let configuration =
            format!("<clientconfig><includeroutes>{routes}</includeroutes></clientconfig>");
        let with_routes = PROFILE.replace(NO_CONFIGURATION, &configuration);
        Self {
            name,
            plain: PROFILE.to_owned(),
            with_routes: (count <= 10_000).then_some(with_routes),
            list,
            count: networks.len(),
        }
    }

    fn measure(&self, steps: &mut Steps) -> Result<(), Box<dyn Error>> {
        steps.begin_round();
        let text = self.with_routes.as_ref().unwrap_or(&self.plain);
        let original = steps.measure("import azurevpnconfig.xml", || {
            Profile::from_azure_xml(text.as_bytes())
        })?;
        let original = original.profile;
        if self.with_routes.is_some() && original.include_routes.is_empty() {
            return Err("the routes were not imported".into());
        }

        let edited = steps.measure("edit: put a list of lines in their place", || {
            let mut edit = ProfileEdit::new();
            edit.replace_includes(&self.list)?
                .exclude("10.0.0.128/25, 10.3.0.0/16, 172.16.0.0/12")?
                .rename("Edited")?;
            edit.apply(&original)
        })?;
        let known = edited.profile.include_routes.len() + edited.report.duplicates.len();
        if known != self.count {
            return Err(format!("{known} of {} routes are told", self.count).into());
        }
        let profile = edited.profile;
        let aggregated = steps.measure("edit: aggregate", || {
            ProfileEdit::new().aggregate_includes().apply(&profile)
        })?;
        let without = steps.measure("edit: take the list out", || {
            let mut edit = ProfileEdit::new();
            edit.remove_includes(&self.list)?;
            edit.apply(&profile)
        })?;
        // As if all routes were both the user's and, in another form, the newer package's.
        let updated = steps.measure("update from a newer package", || {
            Profile::updated_from(&without.profile, &profile, &aggregated.profile)
        });
        if updated.kept.contains(&Field::IncludeRoutes) != (updated.profile != aggregated.profile) {
            return Err("the update does not tell what it kept".into());
        }

        let xml = steps.measure("export as azurevpnconfig.xml", || {
            profile.to_azure_xml(SecretsInExport::Included)
        });
        if self.with_routes.is_some() {
            let again = steps.measure("import it again", || {
                Profile::from_azure_xml(xml.text.as_bytes())
            })?;
            if again.profile != profile {
                return Err("the export imports to another profile".into());
            }
        }
        let json = steps.measure("export as JSON", || {
            profile.to_json(SecretsInExport::Included)
        });
        let again = steps.measure("import that again", || {
            Profile::from_json(json.text.as_bytes())
        })?;
        if again.profile != profile {
            return Err("the JSON imports to another profile".into());
        }

        let surroundings = surroundings(&profile);
        let plan = steps.measure("explain", || Plan::new(&profile, &surroundings));
        steps.measure("explain: as text", || plan.to_string());
        steps.measure("explain: as JSON", || plan.to_json());
        Ok(())
    }
}

/// Networks that neither touch nor hold each other.
fn apart(number: u32) -> (Ipv4Addr, u8) {
    (Ipv4Addr::from(0x0a00_0000 + number * 256), 25)
}

/// Networks in chains: each holds the ones after it, 17 deep.
fn nested(number: u32) -> (Ipv4Addr, u8) {
    let prefix = 16 + u8::try_from(number % 17).unwrap_or(0);
    (Ipv4Addr::from(0x0a00_0000 + number / 17 * 0x1_0000), prefix)
}

/// A machine in a network that overlaps the routes, with another profile of as many.
fn surroundings(profile: &Profile) -> Surroundings {
    let address = IpAddr::V4(Ipv4Addr::new(10, 1, 2, 3));
    Surroundings {
        now: Some(Moment(1_795_334_400)),
        local_networks: Some(vec![LocalNetwork {
            interface: "eth0".to_owned(),
            address: address.into(),
            is_default: true,
        }]),
        profiles: Some(vec![KnownProfile::of(profile, true)]),
        ..Surroundings::default()
    }
}
