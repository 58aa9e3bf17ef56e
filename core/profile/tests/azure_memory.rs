//! What reading and writing an `azurevpnconfig.xml` takes of memory, counted at the allocator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod support;

use std::alloc::System;

use cap::Cap;
use p2svpn_profile::{MAXIMUM_XML_BYTES, Profile, SecretsInExport};
use support::{CERTIFICATE, ENTRA};

/// Counts all allocations; one beyond the limit ends the process with a message.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// What the documentation of `MAXIMUM_XML_BYTES` states, beside the bytes given.
const MOST: usize = 16 << 20;

/// One test, because the count is the process's.
#[test]
fn no_document_takes_more_memory_than_is_stated() {
    for (name, text) in hostile() {
        // UTF-16 takes more, as long as it fits.
        let in_utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let in_utf8 = text.into_bytes();
        let fits = in_utf16.len() <= MAXIMUM_XML_BYTES;
        let bytes = match (fits, IN_UTF16.contains(&name)) {
            (true, true) => in_utf16,
            (true, false) => continue,
            (false, _) => in_utf8,
        };
        // A name before it: the line to look at when the process ends.
        println!("{name}: {} bytes", bytes.len());
        MEMORY.set_limit(MEMORY.allocated() + MOST).unwrap();
        let outcome = Profile::from_azure_xml(&bytes);
        MEMORY.set_limit(usize::MAX).unwrap();
        let said = match &outcome {
            Ok(imported) => export(&imported.profile),
            Err(error) => error.to_string(),
        };
        println!("    {said}");
    }
}

/// Writes the profile, too.
fn export(profile: &Profile) -> String {
    MEMORY.set_limit(MEMORY.allocated() + MOST).unwrap();
    let exported = profile.to_azure_xml(SecretsInExport::Included);
    MEMORY.set_limit(usize::MAX).unwrap();
    format!("read, and {} bytes written", exported.text.len())
}

/// Documents with as much of one thing as fits into half of the largest size, which is all that fits in
/// UTF-16, and the same again, which is all that fits in UTF-8.
fn hostile() -> Vec<(&'static str, String)> {
    let numbered = |make: &dyn Fn(u32) -> String, most: usize| {
        let mut list = String::new();
        for number in 0.. {
            let next = make(number);
            if list.len() + next.len() > most {
                break;
            }
            list.push_str(&next);
        }
        list
    };
    let half = MAXIMUM_XML_BYTES / 2 - 4_096;
    let whole = MAXIMUM_XML_BYTES - 4_096;
    let mut documents = Vec::new();
    for most in [half, whole] {
        let fill = |make: &dyn Fn(u32) -> String| numbered(make, most);
        let repeat = |piece: &str| piece.repeat(most / piece.len());
        let elements = |piece: &str| piece.repeat(49_000.min(most / piece.len()));
        let suffixes = fill(&|number| format!("<dnssuffix>s{number}</dnssuffix>"));
        let servers = fill(&|number| format!("<ServerEntry><fqdn>s{number}</fqdn></ServerEntry>"));
        let dns_servers = fill(&|number| format!("::{number:x},"));
        let roots = fill(&|number| format!("<hash>{number:040x}</hash>"));
        let routes = fill(&|number| {
            let [_, a, b, c] = number.to_be_bytes();
            format!("<route><destination>{a}.{b}.{c}.0/32</destination></route>")
        });
        documents.extend([
            ("unknown elements", in_settings(&elements("<a/>"))),
            (
                "unknown elements with text",
                in_settings(&elements("<a>&lt;b</a>")),
            ),
            (
                "an unknown element",
                in_settings(&format!("<a>{}</a>", repeat("&lt;"))),
            ),
            (
                "unknown elements in one",
                in_settings(&format!("<a>{}</a>", elements("<a/>"))),
            ),
            (
                "character data",
                in_settings(&format!("<a><![CDATA[{}]]></a>", repeat("&"))),
            ),
            (
                "routes",
                in_settings(&format!("<includeroutes>{routes}</includeroutes>")),
            ),
            (
                "suffixes",
                in_settings(&format!("<dnssuffixes>{suffixes}</dnssuffixes>")),
            ),
            (
                "DNS servers",
                in_settings(&format!(
                    "<dnsservers><dnsserver>{dns_servers}</dnsserver></dnsservers>"
                )),
            ),
            (
                "elements in values",
                in_settings(&format!(
                    "<dnssuffixes><dnssuffix>a{}</dnssuffix></dnssuffixes>",
                    elements("<a/>")
                )),
            ),
            (
                "nil elements",
                in_settings(&elements("<dnssuffixes i:nil='1'/>")),
            ),
            (
                "settings",
                CERTIFICATE.replace(
                    "<clientconfig i:nil=\"true\" />",
                    &elements("<clientconfig>a</clientconfig>"),
                ),
            ),
            (
                "servers",
                CERTIFICATE.replace("<serverlist>", &format!("<serverlist>{servers}")),
            ),
            (
                "roots",
                CERTIFICATE.replace("<Cert>", &format!("<Cert>{roots}")),
            ),
            (
                "references in a name",
                CERTIFICATE.replace("contoso-vnet", &repeat("&#9;")),
            ),
            ("a name", CERTIFICATE.replace("contoso-vnet", &repeat("漢"))),
            (
                "a password",
                CERTIFICATE.replace(
                    "<usernamepass i:nil=\"true\" />",
                    &format!(
                        "<usernamepass><password>{}</password></usernamepass>",
                        repeat("&lt;")
                    ),
                ),
            ),
            (
                "an address",
                ENTRA.replace("https://login", &format!("https://{}", repeat("a"))),
            ),
            (
                "comments",
                CERTIFICATE.replace("<name>", &format!("<name>{}", repeat("<!---->"))),
            ),
            (
                "attributes",
                CERTIFICATE.replace(
                    "<name>",
                    &format!("<name{}>", fill(&|number| format!(" a{number}=''"))),
                ),
            ),
            (
                "the name of an element",
                CERTIFICATE.replace("<name>", &format!("<name><{}/>", repeat("a"))),
            ),
            ("a policy", policy(&elements("&lt;a/>"))),
            (
                "a policy's domains",
                policy("").replace(
                    "<AlwaysOn>",
                    &format!(
                        "<TrustedNetworkDetection>{}</TrustedNetworkDetection><AlwaysOn>",
                        fill(&|number| format!("s{number:x},"))
                    ),
                ),
            ),
            (
                "a policy's switches",
                policy("").replace(
                    "<AlwaysOn>",
                    &format!("{}<AlwaysOn>", elements("<AlwaysOn>a</AlwaysOn>")),
                ),
            ),
        ]);
    }
    documents
}

/// Of these, UTF-16 takes the most.
const IN_UTF16: [&str; 5] = [
    "unknown elements",
    "an unknown element",
    "character data",
    "routes",
    "a policy",
];

fn in_settings(text: &str) -> String {
    CERTIFICATE.replace(
        "<clientconfig i:nil=\"true\" />",
        &format!("<clientconfig>{text}</clientconfig>"),
    )
}

fn policy(settings: &str) -> String {
    let profile = CERTIFICATE.replace("<name>", "<!-- here --><name>");
    let profile = profile
        .replace('<', "&lt;")
        .replace("&lt;!-- here -->", settings);
    format!(
        "<VPNProfile><AlwaysOn>true</AlwaysOn><PluginProfile><CustomConfiguration>{profile}\
         </CustomConfiguration></PluginProfile></VPNProfile>"
    )
}
