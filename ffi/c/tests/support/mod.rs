//! What the tests of the C interface share: the header, the built library, and a gateway.

#![allow(dead_code, reason = "each test uses its part")]

pub(crate) mod gateway;
#[cfg(target_os = "linux")]
pub(crate) mod library;

use std::fmt::Write as _;
use std::path::PathBuf;

use p2svpn_client::ErrorCode;

/// The source files whose items make the header, in its order.
const SOURCES: [&str; 35] = [
    "version",
    "wait",
    "string",
    "error",
    "warning",
    "transport",
    "profile",
    "profile_details",
    "profile_change",
    "profile_problem",
    "profile_edit",
    "edit_report",
    "profile_update",
    "plan",
    "http_request",
    "client_options",
    "signature_request",
    "external_key",
    "certificate",
    "certificate_details",
    "certificate_store",
    "token_request",
    "refused_certificate",
    "connect_options",
    "client",
    "client_imports",
    "client_profiles",
    "recover",
    "session",
    "challenge",
    "event",
    "network_config",
    "status",
    "statistics",
    "stream",
];

/// The crate's folder.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The tree's folder.
pub(crate) fn root() -> PathBuf {
    folder().join("../..").canonicalize().unwrap()
}

/// The committed header.
pub(crate) fn header_path() -> PathBuf {
    root().join("include/p2svpn.h")
}

/// Makes the header from the source.
pub(crate) fn generate_header() -> String {
    let mut config = cbindgen::Config::from_file(folder().join("cbindgen.toml")).unwrap();
    config.after_includes = Some(version_macros() + &error_numbers());
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(folder().join("src").join(source).with_extension("rs"));
    }
    let mut text = Vec::new();
    builder.generate().unwrap().write(&mut text);
    String::from_utf8(text).unwrap()
}

fn version_macros() -> String {
    let parts = [
        ("MAJOR", env!("CARGO_PKG_VERSION_MAJOR")),
        ("MINOR", env!("CARGO_PKG_VERSION_MINOR")),
        ("PATCH", env!("CARGO_PKG_VERSION_PATCH")),
    ];
    let mut text = String::from("\n");
    for (name, number) in parts {
        let part = name.to_lowercase();
        writeln!(text, "/** The {part} version of this header. */").unwrap();
        writeln!(text, "#define P2SVPN_VERSION_{name} {number}\n").unwrap();
    }
    text += "/** The version of this header; p2svpn_version() is that of the library. */\n";
    text + "#define P2SVPN_VERSION \"" + env!("CARGO_PKG_VERSION") + "\"\n"
}

/// The catalogue of the errors as an enum.
fn error_numbers() -> String {
    let mut text = String::from(
        "\n/**\n * The numbers of errors. The hundreds tell where it went wrong: 1 use of the library,",
    );
    text += " 2 profile, 3 certificates\n * and sign-in, 4 network towards the gateway, 5 the gateway's identity, 6 protocol";
    text += " and the gateway's answers,\n * 7 this machine, 8 connections through the userspace stack, 9 defects.\n */\n";
    text += "enum p2svpn_error_numbers {\n";
    for code in ErrorCode::all() {
        writeln!(text, "    /** {}. */", code.title()).unwrap();
        writeln!(
            text,
            "    P2SVPN_ERROR_{} = {},",
            code.name(),
            code.number()
        )
        .unwrap();
    }
    text + "};\n"
}

/// The names of the functions that a header declares.
pub(crate) fn functions(header: &str) -> Vec<String> {
    let code = without_comments(header);
    let mut names: Vec<String> = code
        .split(';')
        .filter(|statement| !statement.contains("(*") && !statement.contains("typedef"))
        .filter_map(|statement| statement.split_once('('))
        .filter_map(|(before, _)| before.rsplit([' ', '*', '\n']).next())
        .filter(|name| name.starts_with("p2svpn_"))
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

fn without_comments(header: &str) -> String {
    let mut code = String::new();
    let mut rest = header;
    while let Some((before, after)) = rest.split_once("/*") {
        code += before;
        rest = after.split_once("*/").unwrap().1;
    }
    code + rest
}
