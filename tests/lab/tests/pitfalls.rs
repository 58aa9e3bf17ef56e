//! What broke for others while they stayed connected and put the machine back, and by which test each is held here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

const PITFALLS: &[(&str, &str, &str)] = &[
    (
        "a clock that counts sleep",
        "core/system/src/clock.rs",
        "time_spent_asleep_is_counted",
    ),
    (
        "a jump of the clock is noticed",
        "core/system/src/sleep_meter.rs",
        "a_sleep_is_measured_once",
    ),
    (
        "no burst of packets after a wake",
        "core/openvpn/src/connection/tests/renegotiation.rs",
        "a_wake_from_a_long_sleep_does_each_thing_once",
    ),
    (
        "no burst of calls after a wake",
        "tests/lab/tests/reconnect.rs",
        "a_machine_that_slept_is_connected_again_at_once_and_lets_no_burst_out",
    ),
    (
        "a process that stood still",
        "tests/lab/tests/reconnect.rs",
        "a_program_that_stood_still_goes_on_where_it_was",
    ),
    (
        "a captive portal answers in the gateway's place",
        "core/client/tests/bad_input.rs",
        "what_is_no_openvpn_is_no_answer",
    ),
    (
        "the default route is another one",
        "core/system/tests/interface.rs",
        "the_route_to_the_gateway_follows_a_new_default_route",
    ),
    (
        "the network is lost and back",
        "tests/lab/tests/reconnect.rs",
        "a_cable_that_is_pulled_for_a_moment_ends_nothing",
    ),
    (
        "a budget for a roam, with one TCP flow kept alive",
        "tests/lab/tests/reconnect.rs",
        "a_client_that_moves_to_another_network_keeps_its_downloads",
    ),
    (
        "an idle gateway is not a dead one",
        "tests/lab/tests/reconnect.rs",
        "an_idle_gateway_that_sends_nothing_is_not_a_dead_one",
    ),
    (
        "an idle hour, in compressed time",
        "core/openvpn/src/connection/tests/handshake.rs",
        "an_idle_connection_waits_for_nothing_unless_the_gateway_pushed_keepalives",
    ),
    (
        "kill -9 in every state, then a restart",
        "tests/lab/tests/kills.rs",
        "whatever_a_killed_program_left_is_gone_after_the_next_start_which_works",
    ),
    (
        "kill -9 between any two requests to the kernel",
        "core/system/tests/journal.rs",
        "a_kill_at_any_step_leaves_nothing_that_is_not_undone",
    ),
    (
        "a second VPN is present",
        "core/system/tests/interface.rs",
        "a_full_tunnel_beside_another_one_is_refused_and_the_other_one_stays",
    ),
    (
        "another program's route",
        "core/system/tests/interface.rs",
        "a_route_that_another_program_holds_is_reported_and_left_alone",
    ),
    (
        "more than 50 suffixes",
        "core/system/tests/dns/main.rs",
        "as_many_suffixes_as_the_resolver_takes_are_set_and_the_rest_is_told",
    ),
    (
        "a suffix that is empty or has a leading dot",
        "core/system/src/linux/dns/settings.rs",
        "what_is_no_domain_is_left_out_and_told",
    ),
    (
        "a suffix in the misspelt element",
        "core/profile/tests/azure_variants.rs",
        "the_known_misspelling_of_a_suffix_is_read",
    ),
    (
        "systemd-resolved",
        "tests/lab/tests/names.rs",
        "names_below_the_suffix_come_from_the_virtual_network_while_a_session_is_up",
    ),
    (
        "the host route to the gateway when everything else is in the tunnel",
        "core/system/tests/interface.rs",
        "a_full_tunnel_leaves_the_gateway_and_excludes_outside",
    ),
    (
        "0/0 against 0/1 and 128/1",
        "core/system/src/plan/tests.rs",
        "a_full_tunnel_covers_the_default_route_in_halves_and_keeps_the_gateway_outside",
    ),
    (
        "an IPv6 route without an IPv6 address",
        "core/system/src/plan/tests.rs",
        "an_ipv6_route_without_an_ipv6_address_is_reported",
    ),
    (
        "a route that overlaps the local network",
        "core/profile/tests/plan_cautions.rs",
        "a_route_inside_the_local_network_cuts_devices_off",
    ),
    (
        "a thousand routes",
        "core/system/tests/interface.rs",
        "a_thousand_routes_are_set_and_removed",
    ),
    (
        "nothing leaves beside the tunnel",
        "tests/lab/tests/leaks.rs",
        "nothing_leaves_beside_the_tunnel_whatever_happens",
    ),
];

#[test]
fn every_pitfall_names_a_test_that_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (pitfall, file, test) in PITFALLS {
        let source = std::fs::read_to_string(root.join(file))
            .unwrap_or_else(|error| panic!("{pitfall}: {file}: {error}"));
        let is_there = source.split("#[").any(|part| {
            let is_test = part.starts_with("test]") || part.starts_with("tokio::test");
            is_test && part.contains(&format!("fn {test}("))
        });
        assert!(is_there, "{pitfall}: {file} has no test {test}");
    }
}
