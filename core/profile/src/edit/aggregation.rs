use std::collections::HashMap;

use ipnet::IpNet;

use super::overlap::with_holders;
use crate::routes::Routes;

/// Returns fewer networks that mean the same beside the `other` list, sorted.
///
/// Of an include and an exclude route the more exact one wins. So networks are joined only with
/// those that lie in the same network of the other list, and never into that network itself.
pub(super) fn aggregated(routes: &Routes, other: &Routes) -> Routes {
    let mut groups: HashMap<Option<IpNet>, Vec<IpNet>> = HashMap::new();
    let mut kept: Vec<IpNet> = Vec::new();
    for (network, is_own, holder) in with_holders(routes, other) {
        if !is_own {
            continue;
        }
        // Two equal routes contradict each other; joining must not hide that.
        if holder == Some(network) {
            kept.push(network);
        } else {
            groups.entry(holder).or_default().push(network);
        }
    }
    for (holder, networks) in groups {
        for network in IpNet::aggregate(&networks) {
            if holder == Some(network) {
                kept.extend(halves(network));
            } else {
                kept.push(network);
            }
        }
    }
    kept.sort();
    kept.into_iter().collect()
}

fn halves(network: IpNet) -> Vec<IpNet> {
    match network.subnets(network.prefix_len().saturating_add(1)) {
        Ok(halves) => halves.collect(),
        Err(_) => vec![network],
    }
}
