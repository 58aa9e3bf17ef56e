#![allow(clippy::unwrap_used)]

use super::*;

const GUID: &str = "0d3b2c1a-1f2e-4a5b-8c9d-7e6f5a4b3c2d";

fn names(host: &str) -> Vec<String> {
    host.parse::<Server>().unwrap().certificate_names()
}

#[test]
fn an_azure_gateway_may_be_called_by_its_network_id() {
    let host = format!("azuregateway-{GUID}-a1b2c3d4e5f6.vpn.azure.com");

    assert_eq!(
        names(&host),
        [host.clone(), format!("{GUID}.vpn.azure.com")]
    );
}

#[test]
fn the_derived_name_keeps_the_hosts_own_suffix() {
    for suffix in ["vpn.azure.com", "cloudapp.net", "vpn.azure.example"] {
        let host = format!("AzureGateway-{GUID}-A1B2C3D4E5F6.{suffix}");
        assert_eq!(names(&host).last().unwrap(), &format!("{GUID}.{suffix}"));
    }
}

#[test]
fn a_host_of_another_form_is_called_only_by_its_own_name() {
    for host in [
        "wan.0123456789abcdef.vpn.azure.com",
        "hub0.abc.vpn.azure.com",
        "vpn.example.org",
        "192.0.2.1",
        "azuregateway-a1b2c3d4e5f6.vpn.azure.com",
        &format!("azuregateway-{GUID}.vpn.azure.com"),
        &format!("azuregateway-{GUID}-a1b2c3.vpn.azure.com"),
        &format!("azuregateway-{GUID}-x1b2c3d4e5f6.vpn.azure.com"),
        &format!("azuregateway{GUID}-a1b2c3d4e5f6.vpn.azure.com"),
        "azuregateway-0d3b2c1a1f2e4a5b8c9d7e6f5a4b3c2d-a1b2c3d4e5f6.vpn.azure.com",
        &format!("azuregateway-{GUID}-a1b2c3d4e5f6"),
    ] {
        assert_eq!(names(host), [host]);
    }
}

#[test]
fn hosts_and_ports_are_told_apart() {
    for (text, host, port, written) in [
        (
            "VPN.Example.org",
            "vpn.example.org",
            443,
            "vpn.example.org:443",
        ),
        (
            "vpn.example.org.",
            "vpn.example.org",
            443,
            "vpn.example.org:443",
        ),
        (
            "vpn.example.org:1194",
            "vpn.example.org",
            1194,
            "vpn.example.org:1194",
        ),
        ("localhost:1", "localhost", 1, "localhost:1"),
        ("127.0.0.1:65535", "127.0.0.1", 65535, "127.0.0.1:65535"),
        ("2001:DB8::1", "2001:db8::1", 443, "[2001:db8::1]:443"),
        ("[::1]", "::1", 443, "[::1]:443"),
        ("[::1]:4433", "::1", 4433, "[::1]:4433"),
    ] {
        let server: Server = text.parse().unwrap();
        assert_eq!((server.host(), server.port()), (host, port));
        assert_eq!(server.to_string(), written);
    }
}

#[test]
fn what_is_no_host_is_refused() {
    let label = "a".repeat(64);
    let long = "a.".repeat(127) + "b";
    for text in [
        "",
        ".",
        ":443",
        "a:",
        "a:0",
        "a:65536",
        "a:+1",
        "a:1:2",
        "[::1",
        "[::1]443",
        "[::1]:",
        "[1.2.3.4]:1",
        "a b",
        "a..b",
        "-a",
        "a-.b",
        "a/b",
        "https://a",
        "a@b",
        "1.2.3",
        "1.2.3.400",
        "*.a",
        "bücher.example",
        "a\nb",
        "a'b",
        &label,
        &long,
    ] {
        assert!(text.parse::<Server>().is_err(), "{text:?}");
    }
}

#[test]
fn the_networks_id_outlives_a_gateway_that_is_set_up_anew() {
    let guid = "0d3b2c1a-1f2e-4a5b-8c9d-7e6f5a4b3c2d";
    for deployment in ["a1b2c3d4e5f6", "000000000000"] {
        let host = format!("azuregateway-{guid}-{deployment}.vpn.azure.com");
        assert_eq!(host.parse::<Server>().unwrap().network_id(), Some(guid));
    }
    for other in ["wan.0d3b2c1a.vpn.azure.com", "vpn.example.com", "10.0.0.1"] {
        assert_eq!(other.parse::<Server>().unwrap().network_id(), None);
    }
}
