use super::findings::Findings;
use super::reader::read_profile;
use super::section::{Section, Value};
use super::tree::{Element, parse_inside};
use super::values::read_flag;
use crate::content::Content;
use crate::dns_suffix::DnsSuffix;
use crate::error::ImportError;
use crate::excerpt::Excerpt;
use crate::limits::MOST_OF_A_LIST;
use crate::profile::Profile;
use crate::unique::Unique;
use crate::warning::{WarningKind, Warnings};

/// Switches that Windows honours and that mean nothing here.
const WITHOUT_EFFECT: [&str; 3] = [
    "VPNProfile/RememberCredentials",
    "VPNProfile/DeviceTunnel",
    "VPNProfile/RegisterDNS",
];

/// Reads an Intune policy (`VPNProfile`, the ProfileXML of Windows' VPNv2 configuration), which has the
/// profile inside.
///
/// The profile stands in `PluginProfile/CustomConfiguration` as an element or as text: escaped or in
/// a CDATA section. In text, all of it is told to stand where `CustomConfiguration` does. Other
/// elements of the policy are for Windows: they are not kept.
pub(super) fn read_policy(
    root: Element<'_>,
    findings: &mut Findings,
) -> Result<Profile, ImportError> {
    let mut policy = Section::of(root, &mut findings.warnings);
    let without_plugin = ImportError::NotAzureProfile {
        found: Content::IntuneProfile,
    };
    let Some(plugin) = policy
        .take("PluginProfile", &mut findings.warnings)
        .into_iter()
        .next()
    else {
        let mut native = policy.section("NativeProfile", &mut findings.warnings);
        let path = "VPNProfile/NativeProfile/NativeProtocolType";
        return Err(match native.value(path, &mut findings.warnings) {
            Some(protocol) => ImportError::WithoutOpenVpn {
                vpn_types: Excerpt::of(protocol.text()).to_string(),
            },
            None => without_plugin,
        });
    };
    let always_on = policy.value("VPNProfile/AlwaysOn", &mut findings.warnings);
    let always_on = read_flag(always_on, false, &mut findings.warnings);
    let trusted = policy.values("VPNProfile/TrustedNetworkDetection", &mut findings.warnings);
    let trusted_networks = read_domains(&trusted, &mut findings.warnings);
    for path in WITHOUT_EFFECT {
        if let Some(value) = policy.value(path, &mut findings.warnings) {
            warn_without_effect(&value, &mut findings.warnings);
        }
    }
    policy.warn_unknown(&mut findings.warnings);

    let mut plugin = Section::at("", plugin, &mut findings.warnings);
    for known in ["ServerUrlList", "PluginPackageFamilyName"] {
        plugin.take(known, &mut findings.warnings);
    }
    let custom = plugin.take("CustomConfiguration", &mut findings.warnings);
    plugin.warn_unknown(&mut findings.warnings);
    let custom = custom.into_iter().next().ok_or(without_plugin)?;

    let mut profile = read_custom(custom, findings)?;
    profile.always_on = always_on;
    profile.trusted_networks = trusted_networks;
    Ok(profile)
}

fn read_custom(custom: Element<'_>, findings: &mut Findings) -> Result<Profile, ImportError> {
    let mut inside = custom.children();
    if let Some(root) = inside.find(|child| child.is_called("AzVpnProfile")) {
        return read_profile(root, findings);
    }
    let text = custom.value();
    let not_azure = |found| Err(ImportError::NotAzureProfile { found });
    if !text.starts_with('<') {
        return not_azure(Content::IntuneProfile);
    }
    let document = parse_inside(&text, custom.position(), &mut findings.warnings)?;
    if !document.root().is_called("AzVpnProfile") {
        return not_azure(Content::IntuneProfile);
    }
    read_profile(document.root(), findings)
}

/// Reads comma lists of domains; what is none is ignored with a warning.
fn read_domains(values: &[Value], warnings: &mut Warnings) -> Unique<DnsSuffix> {
    let mut domains = Unique::new();
    for value in values {
        let parts = value.text().split([',', ';']).map(str::trim);
        for part in parts.filter(|part| !part.is_empty()) {
            if domains.len() >= MOST_OF_A_LIST {
                let message = format_args!("{} has more domains than are used", value.path());
                warnings.push(value.position(), WarningKind::IgnoredValue, message);
                return domains;
            }
            match part.parse() {
                Ok(domain) => {
                    domains.insert(domain);
                }
                Err(reason) => {
                    let message = format_args!("{} {reason}; it is ignored", value.path());
                    warnings.push(value.position(), WarningKind::IgnoredValue, message);
                }
            }
        }
    }
    domains
}

/// Warns of a switch that is on.
fn warn_without_effect(value: &Value, warnings: &mut Warnings) {
    if !["false", "0"].contains(&value.text().to_ascii_lowercase().as_str()) {
        let message = format_args!("{} has no effect here", value.path());
        warnings.push(value.position(), WarningKind::IgnoredValue, message);
    }
}
