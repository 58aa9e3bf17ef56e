//! What `ProfileEdit` makes of routes, by the thousands and in every spelling.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};
use p2svpn_profile::{
    EditError, EditReport, Edited, Field, Profile, ProfileEdit, Routes, TunnelMode,
};
use proptest::collection::vec;
use proptest::prelude::*;

#[test]
fn a_list_is_read_in_every_spelling() {
    let list = "\u{feff}# Networks of the plants\r\n\
                10.1.0.0/16, 10.2.0.0/255.255.0.0 ; 10.3.0.0 255.255.0.0\r\n\
                \r\n\
                \t10.4.5.6  # one machine\r\n\
                fd00::/8,fd00::1,\r\n";

    let edited = apply(|edit| edit.include(list));

    assert_eq!(
        shown(&edited.profile.include_routes),
        "10.1.0.0/16 10.2.0.0/16 10.3.0.0/16 10.4.5.6/32 fd00::/8 fd00::1/128"
    );
    assert_eq!(edited.report.changed, [Field::IncludeRoutes]);
}

#[test]
fn what_is_no_network_is_refused_with_its_line() {
    for (wrong, reason) in [
        (
            "10.0.0.0/33",
            "has no prefix length from 0 to 32 after the address",
        ),
        (
            "10.0.0.0/+8",
            "has no prefix length from 0 to 32 after the address",
        ),
        (
            "fd00::/129",
            "has no prefix length from 0 to 128 after the address",
        ),
        (
            "10.0.0.0/255.0.255.0",
            "has an address that is no mask after it",
        ),
        (
            "10.0.0.1 10.0.0.2",
            "has an address that is no mask after it",
        ),
        ("10.0.0", "is no network and no IP address"),
        ("010.0.0.0/8", "is no network and no IP address"),
        ("corp.example", "is no network and no IP address"),
        (
            "0.0.0.0",
            "is no address of a machine; all addresses are written 0.0.0.0/0 or ::/0",
        ),
    ] {
        let list = format!("# a comment\n10.0.0.0/8, {wrong}\n");
        let refused = ProfileEdit::new().exclude(&list).unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!("exclude_routes: line 2: '{wrong}' {reason}")
        );
    }
    let alone = ProfileEdit::new().include("10.0.0").unwrap_err();
    assert!(!alone.to_string().contains("line"), "{alone}");
}

#[test]
fn bits_beyond_the_mask_are_cleared_and_told() {
    let edited = apply(|edit| edit.include("10.1.2.3/8")?.exclude("192.168.1.7/24"));

    assert_eq!(shown(&edited.profile.include_routes), "10.0.0.0/8");
    assert_eq!(shown(&edited.profile.exclude_routes), "192.168.1.0/24");
    let told = &edited.report.host_bits;
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].written, network("10.1.2.3/8"));
    assert_eq!(told[0].used, network("10.0.0.0/8"));
    assert_eq!(told[1].field, Field::ExcludeRoutes);
}

#[test]
fn a_network_that_is_there_already_is_passed_over_and_told() {
    let edited = apply(|edit| {
        edit.include("10.0.0.0/8, 10.9.9.9/8")?
            .include("10.0.0.0/8")
    });

    assert_eq!(edited.profile.include_routes.len(), 1);
    let told: Vec<&str> = edited
        .report
        .duplicates
        .iter()
        .map(|duplicate| duplicate.text.as_str())
        .collect();
    assert_eq!(told, ["10.9.9.9/8", "10.0.0.0/8"]);
}

#[test]
fn networks_inside_others_are_told() {
    let report = apply(|edit| edit.include("10.1.0.0/16, 10.0.0.0/8, 10.1.2.0/24")).report;

    let told: Vec<String> = report
        .nested
        .iter()
        .map(|nested| format!("{} {}", nested.outer, nested.inner))
        .collect();
    assert_eq!(told, ["10.0.0.0/8 10.1.0.0/16", "10.1.0.0/16 10.1.2.0/24"]);
    assert_eq!(report.nested[0].field, Field::IncludeRoutes);
}

#[test]
fn overlaps_of_includes_with_excludes_are_told() {
    let report = apply(|edit| {
        edit.include("10.0.0.0/8, 10.1.2.0/24, 172.16.0.0/12, 192.168.0.0/24")?
            .exclude("10.1.0.0/16, 172.16.0.0/12, 192.168.0.0/16, 198.51.100.0/24")
    })
    .report;

    let told: Vec<(String, bool)> = report
        .overlaps
        .iter()
        .map(|overlap| {
            let text = format!("{} {}", overlap.include, overlap.exclude);
            (text, overlap.is_contradiction())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("10.0.0.0/8 10.1.0.0/16".to_owned(), false),
            ("10.1.2.0/24 10.1.0.0/16".to_owned(), false),
            ("172.16.0.0/12 172.16.0.0/12".to_owned(), true),
            ("192.168.0.0/24 192.168.0.0/16".to_owned(), false),
        ]
    );
}

/// A report about what nobody touched would be noise.
#[test]
fn overlaps_are_told_only_when_routes_are_edited() {
    let before = apply(|edit| edit.include("10.0.0.0/8")?.exclude("10.1.0.0/16")).profile;

    let renamed = ProfileEdit::new()
        .rename("Office")
        .unwrap()
        .apply(&before)
        .unwrap();

    assert_eq!(renamed.report.overlaps, []);
}

#[test]
fn two_removals_in_one_edit_both_count() {
    let before = apply(|edit| edit.include("10.1.0.0/16, 10.2.0.0/16, 10.3.0.0/16")).profile;
    let mut edit = ProfileEdit::new();
    edit.remove_includes("10.1.0.0/16, 10.1.9.0/16").unwrap();
    edit.remove_includes("10.2.0.0/16").unwrap();

    let left = edit.apply(&before).unwrap().profile;
    assert_eq!(shown(&left.include_routes), "10.3.0.0/16");

    // Next to each other or not: the second one finds nothing.
    for between in [false, true] {
        let mut twice = edit.clone();
        if between {
            twice.set_always_on(true);
        }
        twice.remove_includes("10.2.0.0/16").unwrap();
        let refused = twice.apply(&before).unwrap_err();
        assert!(matches!(refused, EditError::Absent { .. }), "{refused}");
    }
}

#[test]
fn networks_are_taken_out_exactly() {
    let before = apply(|edit| edit.include("10.0.0.0/8, 10.1.0.0/16, 10.2.0.0/16")).profile;
    let remove = |networks| {
        let mut edit = ProfileEdit::new();
        edit.remove_includes(networks).unwrap();
        edit.apply(&before)
    };

    let left = remove("10.1.77.0/16\n10.2.0.0/16").unwrap().profile;

    assert_eq!(shown(&left.include_routes), "10.0.0.0/8");
    assert_eq!(
        remove("10.1.0.0/16, 10.3.0.0/16").unwrap_err(),
        EditError::Absent {
            field: Field::IncludeRoutes,
            text: "10.3.0.0/16".to_owned(),
        }
    );
}

#[test]
fn routes_are_replaced_and_cleared() {
    let before = apply(|edit| edit.include("10.0.0.0/8")?.exclude("10.1.0.0/16")).profile;

    let after = ProfileEdit::new()
        .replace_includes("10.2.0.0/16, 10.2.0.0/16")
        .unwrap()
        .include("10.3.0.0/16")
        .unwrap()
        .replace_excludes("")
        .unwrap()
        .apply(&before)
        .unwrap();

    assert_eq!(
        shown(&after.profile.include_routes),
        "10.2.0.0/16 10.3.0.0/16"
    );
    assert!(after.profile.exclude_routes.is_empty());
    assert_eq!(after.report.duplicates.len(), 1);
}

#[test]
fn a_list_of_thousands_is_aggregated_on_request() {
    let mut list = String::new();
    for number in 0..10_000u32 {
        let start = Ipv4Addr::from(0x0a00_0000 + number * 256);
        writeln!(list, "{start}/24").unwrap();
    }

    let edited = apply(|edit| Ok(edit.include(&list)?.aggregate_includes()));

    // 10,000 = 8192 + 1024 + 512 + 256 + 16
    assert_eq!(
        shown(&edited.profile.include_routes),
        "10.0.0.0/11 10.32.0.0/14 10.36.0.0/15 10.38.0.0/16 10.39.0.0/20"
    );
    assert_eq!(edited.report.aggregated, 9_995);
    assert_eq!(edited.report.nested, []);
}

#[test]
fn what_is_aggregated_can_be_more_than_a_list_may_hold_but_one_list_cannot() {
    let half: String = (0..Routes::MOST / 2 + 1).fold(String::new(), |mut list, number| {
        let start = Ipv4Addr::from(0x0a00_0000 + u32::try_from(number).unwrap());
        writeln!(list, "{start}").unwrap();
        list
    });
    let other_half = half.replace("10.0.", "10.9.").replace("10.1.", "10.8.");

    let mut edit = ProfileEdit::new();
    edit.include(&half).unwrap().include(&other_half).unwrap();
    let too_many = EditError::TooMany {
        field: Field::IncludeRoutes,
        limit: Routes::MOST,
    };
    assert_eq!(edit.apply(&profile()), Err(too_many.clone()));
    assert!(edit.aggregate_includes().apply(&profile()).is_ok());

    let whole = half + &other_half;
    assert_eq!(ProfileEdit::new().include(&whole).unwrap_err(), too_many);
}

#[test]
fn aggregation_leaves_an_exclude_between_two_includes_its_effect() {
    let edited = apply(|edit| {
        Ok(edit
            .include("10.0.0.0/8, 10.1.2.0/25, 10.1.2.128/25, 10.2.0.0/16")?
            .exclude("10.1.2.0/24")?
            .aggregate_includes())
    });

    // Joined to 10.1.2.0/24 they would equal the exclude, and inside 10.0.0.0/8 vanish.
    assert_eq!(
        shown(&edited.profile.include_routes),
        "10.0.0.0/8 10.1.2.0/25 10.1.2.128/25"
    );
}

#[test]
fn excludes_are_aggregated_too() {
    let edited = apply(|edit| {
        Ok(edit
            .exclude("10.0.1.0/24, 10.0.0.0/24, 10.0.0.7")?
            .aggregate_excludes())
    });

    assert_eq!(shown(&edited.profile.exclude_routes), "10.0.0.0/23");
    assert_eq!(edited.report.aggregated, 2);
}

#[test]
fn a_forced_tunnel_is_the_default_route_and_version_2() {
    let forced = apply(|edit| Ok(edit.include("10.0.0.0/8")?.force_tunnel(true)));

    assert_eq!(forced.profile.tunnel_mode(), TunnelMode::Full);
    assert_eq!(
        shown(&forced.profile.include_routes),
        "10.0.0.0/8 0.0.0.0/0"
    );
    assert_eq!(forced.profile.version, 2);
    assert_eq!(
        forced.report.changed,
        [Field::Version, Field::IncludeRoutes]
    );
}

#[test]
fn a_tunnel_that_is_forced_in_the_other_form_keeps_it() {
    let halves = apply(|edit| edit.include("128.0.0.0/1, 0.0.0.0/1")).profile;

    let mut edit = ProfileEdit::new();
    edit.force_tunnel(true);
    let forced = edit.apply(&halves).unwrap();

    assert_eq!(forced.report.changed, [Field::Version]);
}

#[test]
fn a_split_tunnel_loses_both_forms_of_a_forced_one() {
    let forced = apply(|edit| {
        edit.include("0.0.0.0/0, 0.0.0.0/1, ::/0, 128.0.0.0/1, 8000::/1, 128.0.0.0/2")
    })
    .profile;

    let mut edit = ProfileEdit::new();
    edit.force_tunnel(false);
    let split = edit.apply(&forced).unwrap().profile;

    assert_eq!(split.tunnel_mode(), TunnelMode::Split);
    assert_eq!(shown(&split.include_routes), "::/0 8000::/1 128.0.0.0/2");
}

#[test]
fn many_single_changes_are_one_large_one() {
    let mut edit = ProfileEdit::new();
    for number in 0..20_000u32 {
        let address = Ipv4Addr::from(0x0a00_0000 + number).to_string();
        edit.include(&address).unwrap();
    }
    for number in 0..20_000u32 {
        let address = Ipv4Addr::from(0x0a00_0000 + number).to_string();
        edit.remove_includes(&address).unwrap();
    }

    let report = edit.apply(&profile()).unwrap().report;

    assert_eq!(report, EditReport::default());
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// The more exact of two routes wins: so each address has to go where it went.
    #[test]
    fn aggregation_sends_every_address_where_it_went(
        includes in vec(small_network(), 0..24),
        excludes in vec(small_network(), 0..8),
    ) {
        let before = ProfileEdit::new()
            .replace_includes(&listed(&includes)).unwrap()
            .replace_excludes(&listed(&excludes)).unwrap()
            .apply(&profile()).unwrap().profile;

        let after = ProfileEdit::new()
            .aggregate_includes()
            .aggregate_excludes()
            .apply(&before).unwrap().profile;

        for last in 0..=255 {
            let address = IpAddr::V4(Ipv4Addr::new(10, 0, 0, last));
            prop_assert_eq!(way(&before, address), way(&after, address), "{}", address);
        }
        prop_assert!(after.include_routes.len() <= before.include_routes.len());
        prop_assert!(after.exclude_routes.len() <= before.exclude_routes.len());
    }

    #[test]
    fn overlaps_are_those_of_a_plain_search(
        includes in vec(small_network(), 0..16),
        excludes in vec(small_network(), 0..16),
    ) {
        let edited = ProfileEdit::new()
            .replace_includes(&listed(&includes)).unwrap()
            .replace_excludes(&listed(&excludes)).unwrap()
            .apply(&profile()).unwrap();

        let told: Vec<(IpNet, IpNet)> = edited.report.overlaps.iter()
            .map(|overlap| (overlap.include, overlap.exclude))
            .collect();
        let profile = &edited.profile;
        for include in &profile.include_routes {
            for exclude in &profile.exclude_routes {
                let overlaps = include.contains(exclude) || exclude.contains(include);
                let is_told = told.contains(&(*include, *exclude));
                // Of several networks that hold one, the smallest is told.
                let is_nearest = is_smallest_holder(include, exclude, &profile.exclude_routes)
                    || is_smallest_holder(exclude, include, &profile.include_routes);
                prop_assert_eq!(is_told, overlaps && is_nearest, "{} {}", include, exclude);
            }
        }
    }
}

/// Networks in 10.0.0.0/24, so that many of them meet.
fn small_network() -> impl Strategy<Value = Ipv4Net> {
    (any::<u8>(), 24..=32u8)
        .prop_map(|(last, prefix)| Ipv4Net::new(Ipv4Addr::new(10, 0, 0, last), prefix).unwrap())
}

/// Where the most exact route sends an address: to both when two contradict each other.
fn way(profile: &Profile, address: IpAddr) -> (bool, bool) {
    let most_exact = |routes: &Routes| {
        let holders = routes.iter().filter(|network| network.contains(&address));
        holders.map(|network| network.prefix_len()).max()
    };
    let included = most_exact(&profile.include_routes);
    let excluded = most_exact(&profile.exclude_routes);
    (
        included.is_some() && included >= excluded,
        excluded.is_some() && excluded >= included,
    )
}

fn is_smallest_holder(network: &IpNet, holder: &IpNet, others: &Routes) -> bool {
    let holders = others.iter().filter(|other| other.contains(network));
    holders.max_by_key(|other| other.prefix_len()) == Some(holder)
}

fn listed(networks: &[Ipv4Net]) -> String {
    let texts: Vec<String> = networks.iter().map(ToString::to_string).collect();
    texts.join("\n")
}

fn profile() -> Profile {
    Profile::from_azure_xml(support::CERTIFICATE.as_bytes())
        .unwrap()
        .profile
}

fn apply(
    build: impl for<'a> FnOnce(&'a mut ProfileEdit) -> Result<&'a mut ProfileEdit, EditError>,
) -> Edited {
    let mut edit = ProfileEdit::new();
    build(&mut edit).unwrap();
    edit.apply(&profile()).unwrap()
}

fn network(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn shown(routes: &Routes) -> String {
    let texts: Vec<String> = routes.iter().map(ToString::to_string).collect();
    texts.join(" ")
}
