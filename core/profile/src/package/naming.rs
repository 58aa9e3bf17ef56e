use super::found::{Found, Source};

/// What Azure calls the OpenVPN configuration in every package, which says nothing.
const SAYS_NOTHING: &str = "vpnconfig";

/// Names a profile that has no name of its own, which an OpenVPN configuration never has and an
/// edited `azurevpnconfig.xml` need not have: after its virtual network, or the file that was given;
/// else it keeps the name of its host.
pub(super) fn name(found: &mut Found, package: Option<&str>) {
    let profile = &mut found.imported.profile;
    let has_name =
        found.source == Source::Json || profile.name.as_str() != profile.servers.first().host();
    if has_name {
        return;
    }
    let network = profile.network.name.as_deref();
    let file = Some(stem(&found.file)).filter(|_| package.is_none() || !says_nothing(&found.file));
    let name = [network, file, package.map(stem)]
        .into_iter()
        .flatten()
        .find_map(|name| name.parse().ok());
    if let Some(name) = name {
        profile.name = name;
    }
}

fn says_nothing(file: &str) -> bool {
    let start = stem(file).get(..SAYS_NOTHING.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(SAYS_NOTHING))
}

/// Returns a file's name without folders, and without the ends that say what it is.
fn stem(file: &str) -> &str {
    let mut stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
    for end in [".zip", ".xml", ".ovpn", ".conf", ".AzureVpnProfile"] {
        let length = stem.len().saturating_sub(end.len());
        if let Some((start, found)) = stem.split_at_checked(length)
            && found.eq_ignore_ascii_case(end)
            && !start.is_empty()
        {
            stem = start;
        }
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stem_is_a_name_for_people() {
        for (file, expected) in [
            ("Contoso.AzureVpnProfile.xml", "Contoso"),
            ("folder/Contoso.OVPN", "Contoso"),
            ("C:\\folder\\Contoso VPN.zip", "Contoso VPN"),
            ("Contoso.v2.ovpn", "Contoso.v2"),
            (".ovpn", ".ovpn"),
            ("Zürich.ovpn", "Zürich"),
            ("é", "é"),
            ("", ""),
        ] {
            assert_eq!(stem(file), expected);
        }
    }
}
