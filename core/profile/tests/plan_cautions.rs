//! What a plan warns of: each promise with a machine or a profile that breaks it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use ipnet::IpNet;
use p2svpn_profile::{
    CautionKind, DeviceKind, KnownProfile, Plan, PlanSource, PlannedMode, Routes, Server, Severity,
    VirtualNetwork,
};
use support::planned::*;

#[test]
fn a_route_inside_the_local_network_cuts_devices_off() {
    let plan = plan(&["192.168.1.128/25"], &at_home());

    let caution = only(&plan, CautionKind::RouteTakesLocalNetwork);
    assert_eq!(caution.severity, Severity::Warning);
    assert_eq!(caution.network, Some(net("192.168.1.128/25")));
    assert_eq!(caution.other_network, Some(net("192.168.1.0/24")));
    assert_eq!(caution.other.as_deref(), Some("wlan0"));
    assert!(caution.remedy.contains("192.168.1.128/25"), "{caution:?}");
    assert!(plan.network.local_networks.unwrap()[0].is_taken);
}

#[test]
fn a_route_that_is_the_local_network_is_told_once() {
    let plan = plan(&["192.168.1.0/24"], &at_home());

    only(&plan, CautionKind::RouteTakesLocalNetwork);
    none(&plan, CautionKind::LocalNetworkHidesRoute);
}

#[test]
fn a_local_network_inside_a_route_hides_servers() {
    let plan = plan(&["192.168.0.0/16"], &at_home());

    let caution = only(&plan, CautionKind::LocalNetworkHidesRoute);
    assert_eq!(caution.network, Some(net("192.168.0.0/16")));
    assert!(!plan.network.local_networks.unwrap()[0].is_taken);
}

#[test]
fn an_announced_route_collides_like_one_of_the_profile() {
    let mut profile = profile(&[]);
    profile.network.routes = routes(&["192.168.0.0/16"]);

    let plan = Plan::new(&profile, &at_home());

    let caution = only(&plan, CautionKind::LocalNetworkHidesRoute);
    assert!(caution.message.contains("the gateway"), "{caution:?}");
}

#[test]
fn an_excluded_local_network_collides_with_nothing() {
    for (route, exclude) in [
        ("192.168.0.0/16", "192.168.1.0/24"),
        ("192.168.1.128/25", "192.168.1.128/25"),
    ] {
        let mut profile = profile(&[route]);
        profile.exclude_routes = routes(&[exclude]);

        let plan = Plan::new(&profile, &at_home());

        none(&plan, CautionKind::RouteTakesLocalNetwork);
        none(&plan, CautionKind::LocalNetworkHidesRoute);
    }
}

#[test]
fn a_forced_tunnel_is_no_overlap() {
    for forced in [&["0.0.0.0/0"][..], &["0.0.0.0/1", "128.0.0.0/1"]] {
        let mut surroundings = at_home();
        surroundings.profiles = Some(vec![other("west", &["10.0.0.0/8"])]);

        let plan = plan(forced, &surroundings);

        assert_eq!(kinds(&plan), [CautionKind::Ipv6StaysOutside]);
    }
}

#[test]
fn a_tunnel_that_the_gateway_forces_is_a_forced_one() {
    let mut profile = profile(&[]);
    profile.network.routes = routes(&["0.0.0.0/1", "128.0.0.0/1"]);

    let plan = Plan::new(&profile, &at_home());

    assert_eq!(
        plan.network.mode,
        PlannedMode::Full {
            source: PlanSource::Gateway,
            by_halves: true,
            ipv6: false
        }
    );
    only(&plan, CautionKind::Ipv6StaysOutside);
}

#[test]
fn an_address_pool_that_overlaps_is_told() {
    let mut profile = profile(&["172.16.0.0/16"]);
    profile.network.address_pool = routes(&["172.16.201.0/24"]);
    let mut surroundings = at_home();
    surroundings.local_networks = Some(vec![local("eth0", "172.16.201.9/28")]);
    let mut west = other("west", &[]);
    west.address_pool = routes(&["172.16.0.0/12"]);
    surroundings.profiles = Some(vec![west]);

    let plan = Plan::new(&profile, &surroundings);

    only(&plan, CautionKind::AddressPoolOverlapsRoute);
    only(&plan, CautionKind::AddressPoolOverlapsLocalNetwork);
    let caution = only(&plan, CautionKind::AddressPoolOverlapsProfile);
    assert_eq!(caution.severity, Severity::Note);
}

#[test]
fn address_pools_of_two_profiles_overlap_in_both_directions() {
    for (ours, theirs) in [
        ("172.16.0.0/12", "172.16.201.0/24"),
        ("172.16.201.0/24", "172.16.0.0/12"),
        ("172.16.201.0/24", "172.16.201.0/24"),
    ] {
        let mut profile = profile(&[]);
        profile.network.address_pool = routes(&[ours]);
        let mut west = other("west", &[]);
        west.address_pool = routes(&[theirs]);
        let mut surroundings = at_home();
        surroundings.profiles = Some(vec![west]);

        let plan = Plan::new(&profile, &surroundings);

        only(&plan, CautionKind::AddressPoolOverlapsProfile);
    }
}

#[test]
fn an_address_pool_that_is_announced_itself_is_fine() {
    let mut profile = profile(&["172.16.201.0/24"]);
    profile.network.address_pool = routes(&["172.16.201.0/24"]);

    none(
        &Plan::new(&profile, &at_home()),
        CautionKind::AddressPoolOverlapsRoute,
    );
}

#[test]
fn overlaps_with_another_profile_are_told_in_both_directions() {
    for (ours, theirs) in [
        ("10.1.0.0/16", "10.0.0.0/8"),
        ("10.0.0.0/8", "10.1.0.0/16"),
        ("10.0.0.0/8", "10.0.0.0/8"),
    ] {
        let mut surroundings = at_home();
        surroundings.profiles = Some(vec![other("west", &[theirs, "fd00::/8"])]);

        let plan = plan(&[ours], &surroundings);

        let caution = only(&plan, CautionKind::RouteOverlapsProfile);
        assert_eq!(caution.network, Some(net(ours)));
        assert_eq!(caution.other_network, Some(net(theirs)));
        assert_eq!(caution.other.as_deref(), Some("west"));
        assert_eq!(caution.severity, Severity::Note);
    }
}

#[test]
fn overlaps_matter_more_while_the_other_profile_is_connected() {
    let mut west = other("west", &["10.0.0.0/8"]);
    west.is_connected = true;
    let mut surroundings = at_home();
    surroundings.profiles = Some(vec![other("idle", &["10.0.0.0/8"]), west]);

    let plan = plan(&["10.1.0.0/16"], &surroundings);

    let caution = only(&plan, CautionKind::RouteOverlapsProfile);
    assert_eq!(caution.other.as_deref(), Some("west"));
    assert_eq!(caution.severity, Severity::Warning);
    only(&plan, CautionKind::AnotherProfileConnected);
}

#[test]
fn a_profile_keeps_what_matters_to_another_ones_plan() {
    let mut profile = profile(&["10.1.0.0/16"]);
    profile.network.routes = routes(&["10.2.0.0/16"]);
    profile.network.address_pool = routes(&["172.16.0.0/24"]);

    let known = KnownProfile::of(&profile, true);

    assert_eq!(known.routes, routes(&["10.1.0.0/16", "10.2.0.0/16"]));
    assert_eq!(known.address_pool, profile.network.address_pool);
    assert!(known.is_connected);
}

#[test]
fn routes_and_excludes_that_contradict_each_other_are_told() {
    let mut profile = profile(&["10.1.0.0/16", "10.2.0.0/16", "10.9.0.0/24"]);
    profile.exclude_routes = routes(&["10.1.0.0/16", "10.9.0.0/16", "10.2.3.0/24", "192.0.2.0/24"]);

    let plan = Plan::new(&profile, &at_home());

    let same = only(&plan, CautionKind::RouteIsExcluded);
    assert_eq!(same.network, Some(net("10.1.0.0/16")));
    let inside = only(&plan, CautionKind::RouteInsideExclude);
    assert_eq!(inside.other_network, Some(net("10.9.0.0/16")));
    let idle = only(&plan, CautionKind::ExcludeWithoutEffect);
    assert_eq!(idle.network, Some(net("192.0.2.0/24")));
    assert_eq!(idle.severity, Severity::Note);
    assert_eq!(plan.network.excludes[2].inside, Some(net("10.2.0.0/16")));
}

#[test]
fn nested_routes_are_counted() {
    let plan = plan(&["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24"], &at_home());

    only(&plan, CautionKind::NestedRoutes);
    assert_eq!(plan.network.nested_routes, 2);
}

#[test]
fn more_routes_than_the_machine_takes_are_an_obstacle() {
    let mut surroundings = at_home();
    surroundings.most_routes = Some(2);

    let many = plan(
        &["10.0.0.0/24", "10.2.0.0/24", "10.4.0.0/24"],
        &surroundings,
    );
    let few = plan(&["10.0.0.0/24", "10.2.0.0/24"], &surroundings);

    let caution = only(&many, CautionKind::TooManyRoutes);
    assert_eq!(caution.severity, Severity::Obstacle);
    none(&few, CautionKind::TooManyRoutes);
}

#[test]
fn a_gateway_inside_a_route_is_told_to_be_kept_outside() {
    let mut profile = profile(&["198.51.100.0/24"]);
    profile
        .servers
        .push("198.51.100.7".parse::<Server>().unwrap());

    let plan = Plan::new(&profile, &at_home());

    let caution = only(&plan, CautionKind::GatewayInsideRoute);
    assert_eq!(caution.severity, Severity::Note);
}

#[test]
fn azures_own_dns_address_is_never_reachable() {
    let mut profile = profile(&["168.63.129.16/32"]);
    profile.dns_servers = [address("168.63.129.16")].into_iter().collect();
    assert_azure_dns(&profile);

    let mut profile = self::profile(&[]);
    profile.network.dns_servers = [address("168.63.129.16")].into_iter().collect();
    assert_azure_dns(&profile);
}

#[test]
fn a_dns_server_in_no_route_is_told() {
    let mut profile = profile(&["10.1.0.0/16"]);
    profile.dns_servers = ["10.1.0.4", "10.2.0.4", "192.168.1.9", "9.9.9.9"]
        .map(address)
        .into_iter()
        .collect();

    let plan = Plan::new(&profile, &at_home());

    let outside = only(&plan, CautionKind::DnsServerOutsideRoutes);
    assert_eq!(outside.network, Some(net("10.2.0.4/32")));
    assert_eq!(outside.severity, Severity::Note);
    let public = only(&plan, CautionKind::DnsServerIsPublic);
    assert_eq!(public.network, Some(net("9.9.9.9/32")));
    none(&plan, CautionKind::NoDnsServer);

    profile.network.routes = routes(&["10.3.0.0/16"]);
    let plan = Plan::new(&profile, &at_home());
    let outside = only(&plan, CautionKind::DnsServerOutsideRoutes);
    assert_eq!(outside.severity, Severity::Warning);
}

#[test]
fn the_dns_server_of_the_machine_may_be_taken_into_the_tunnel() {
    let mut surroundings = at_home();
    surroundings.dns_servers = Some(vec![address("10.1.0.1"), address("192.168.1.1")]);

    let taken = plan(&["10.1.0.0/16", "192.168.0.0/16"], &surroundings);

    // The one in the local network is reached there, because that is the smaller network.
    let caution = only(&taken, CautionKind::RouteTakesDnsServer);
    assert_eq!(caution.other_network, Some(net("10.1.0.1/32")));
}

#[test]
fn dns_that_is_not_set_is_told_with_its_servers_where_the_machine_changes() {
    let mut profile = profile(&["10.1.0.0/16"]);
    profile.dns_servers = [address("10.1.0.4"), address("10.1.0.5")]
        .into_iter()
        .collect();
    profile.dns_suffixes = ["corp.example".parse().unwrap()].into_iter().collect();
    let mut surroundings = at_home();
    surroundings.sets_dns = Some(false);

    let plan = Plan::new(&profile, &surroundings);
    let caution = only(&plan, CautionKind::DnsIsNotSet);
    assert!(caution.remedy.contains("10.1.0.4 or 10.1.0.5"));
    let text = plan.to_string();
    for told in [
        "This program does not change them.",
        "Those not set         10.1.0.4\n                        10.1.0.5\n",
        "Suffixes not set      corp.example\n",
    ] {
        assert!(text.contains(told), "{text}");
    }

    surroundings.device = DeviceKind::Program;
    none(
        &Plan::new(&profile, &surroundings),
        CautionKind::DnsIsNotSet,
    );
}

#[test]
fn ipv6_that_goes_past_a_forced_tunnel_is_told() {
    only(
        &plan(&["0.0.0.0/0"], &at_home()),
        CautionKind::Ipv6StaysOutside,
    );
    only(
        &plan(&["0.0.0.0/0", "::/0"], &at_home()),
        CautionKind::Ipv6StaysOutside,
    );
    only(
        &plan(&["fd00::/8"], &at_home()),
        CautionKind::Ipv6NeedsAddress,
    );

    let mut both = profile(&["0.0.0.0/0", "::/0"]);
    both.network.address_pool = routes(&["172.16.0.0/24", "fd00::/64"]);
    let plan = Plan::new(&both, &at_home());
    none(&plan, CautionKind::Ipv6StaysOutside);
    none(&plan, CautionKind::Ipv6NeedsAddress);
}

#[test]
fn a_program_that_leaves_the_machine_alone_collides_with_nothing_on_it() {
    let mut surroundings = at_home();
    surroundings.device = DeviceKind::Program;
    surroundings.profiles = Some(vec![other("west", &["192.168.1.0/24"])]);

    let plan = plan(&["192.168.1.0/24"], &surroundings);

    assert_eq!(kinds(&plan), [CautionKind::NoDnsServer]);
    assert_eq!(plan.network.changes_machine, Some(false));
}

#[test]
fn of_many_cautions_of_a_kind_the_first_are_kept_and_the_others_counted() {
    let networks: Vec<String> = (0..100).map(|low| format!("192.168.1.{low}/32")).collect();
    let networks: Vec<&str> = networks.iter().map(String::as_str).collect();

    let plan = plan(&networks, &at_home());

    let kept = kinds(&plan);
    let kept = kept
        .iter()
        .filter(|kind| **kind == CautionKind::RouteTakesLocalNetwork);
    assert_eq!(kept.count(), 20);
    assert_eq!(
        plan.cautions_left_out[0].kind,
        CautionKind::RouteTakesLocalNetwork
    );
    assert_eq!(plan.cautions_left_out[0].count, 80);
    assert!(
        plan.to_string()
            .contains("... and 80 more of the same kinds")
    );
}

/// Comparing each with each would be 1,200,000,000 steps.
#[test]
fn tens_of_thousands_of_routes_are_planned_against_as_many_others() {
    let every = |first: u8| -> Routes {
        let networks = (0..20_000u32).map(|number| {
            let [_, high, low, _] = (number << 8).to_be_bytes();
            format!("{first}.{high}.{low}.0/24")
                .parse::<IpNet>()
                .unwrap()
        });
        networks.collect()
    };
    let mut profile = profile(&[]);
    profile.include_routes = every(10);
    profile.exclude_routes = every(10);
    profile.network = VirtualNetwork {
        routes: every(11),
        address_pool: every(44),
        ..VirtualNetwork::default()
    };
    let mut surroundings = at_home();
    let mut west = other("west", &[]);
    west.routes = every(11);
    surroundings.profiles = Some(vec![west]);
    surroundings.local_networks = Some(
        (0..10_000u32)
            .map(|number| {
                let [_, _, high, low] = number.to_be_bytes();
                local("many", &format!("11.{high}.{low}.9/24"))
            })
            .collect(),
    );

    let plan = Plan::new(&profile, &surroundings);

    assert_eq!(plan.network.routes.len(), 40_000);
    let count = |kind| {
        let mut left_out = plan.cautions_left_out.iter();
        left_out
            .find(|left_out| left_out.kind == kind)
            .unwrap()
            .count
            + 20
    };
    assert_eq!(count(CautionKind::RouteIsExcluded), 20_000);
    assert_eq!(count(CautionKind::RouteOverlapsProfile), 20_000);
    assert_eq!(count(CautionKind::RouteTakesLocalNetwork), 10_000);
}

#[test]
fn the_names_of_kinds_in_json_are_stable() {
    let plan = plan(&["192.168.1.0/24"], &at_home());

    let json: serde_json::Value = serde_json::from_str(&plan.to_json()).unwrap();

    let caution = &json["cautions"][0];
    assert_eq!(caution["kind"], "route_takes_local_network");
    assert_eq!(caution["severity"], "warning");
    assert_eq!(caution["network"], "192.168.1.0/24");
    assert_eq!(json["network"]["routes"][0]["source"], "profile");
}
