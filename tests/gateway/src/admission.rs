//! Who is let in, and with what settings.

use ipnet::{IpNet, Ipv4Net};
use p2svpn_openvpn::{Admission, PushReply, Route, RouteGateway, Topology};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::misbehaviour::Misbehaviour;
use crate::options::{DataKeys, DataPackets};
use crate::state::{Registration, State};

/// What the gateway makes of a client.
pub(crate) enum Verdict {
    Admitted(Box<PushReply>),
    Refused(String),
}

/// Judges a client whose certificate, if one was asked for, TLS has verified, and writes the verdict down.
pub(crate) fn judge(
    state: &State,
    registration: &Registration,
    misbehaviour: &Misbehaviour,
    admission: &Admission,
) -> Verdict {
    if let Misbehaviour::Refuses(text) = misbehaviour {
        registration.refused(text.clone());
        return Verdict::Refused(text.clone());
    }
    let Some(name) = identify(state, registration, admission) else {
        return Verdict::Refused(NO_REASON.to_owned());
    };
    let address = match misbehaviour {
        Misbehaviour::NoAddress => None,
        _ => {
            let Some(address) = registration.take_address() else {
                let text = "all addresses are in use".to_owned();
                registration.refused(text.clone());
                return Verdict::Refused(text);
            };
            Some(address)
        }
    };
    registration.admitted(name);
    let mut push = settings(state, registration.session(), address);
    if let Misbehaviour::Compression(option) = misbehaviour {
        push.compression = Some(option.clone());
    }
    Verdict::Admitted(Box::new(push))
}

/// What a client is told whose token is refused: as at Azure's gateways, nothing.
pub(crate) const NO_REASON: &str = "";

/// Who the client is: the common name in its certificate, or the user, if the token or the password is good. That it is not
/// is written down.
pub(crate) fn identify(
    state: &State,
    registration: &Registration,
    admission: &Admission,
) -> Option<String> {
    let users = &state.options.users;
    if !users.is_empty() {
        let (username, password) = (admission.username.as_str(), admission.password.as_str());
        let is_good = users
            .iter()
            .any(|user| user.0 == username && user.1 == password);
        if !is_good {
            registration.refused("the name or the password is wrong".to_owned());
        }
        return is_good.then(|| username.to_owned());
    }
    if let Some(issuer) = &state.options.token_issuer {
        let user = (issuer.check)(&admission.password);
        return user.map_err(|fault| registration.refused(fault)).ok();
    }
    let Some(entra) = &state.options.entra else {
        return Some(common_name(admission));
    };
    let user = entra.check(&admission.username, &admission.password);
    user.map_err(|fault| registration.refused(fault.to_string()))
        .ok()
}

fn settings(state: &State, session: u64, address: Option<Ipv4Net>) -> PushReply {
    let options = &state.options;
    let mut push = options.push.clone();
    push.topology.get_or_insert(Topology::Subnet);
    if let Some(address) = address {
        push.addresses.insert(0, IpNet::V4(address));
        push.route_gateway = push.route_gateway.or(state.own_address());
    }
    push.routes.insert(
        0,
        Route {
            destination: IpNet::V4(options.network.trunc()),
            gateway: RouteGateway::Tunnel,
            metric: None,
        },
    );
    if options.packets == DataPackets::V2 {
        // 24 bits, of which all ones mean none.
        push.peer_id = Some((session % 0xff_ffff) as u32);
    }
    push.key_derivation_tls_ekm = options.keys == DataKeys::TlsExporter;
    push.cipher = options.cipher.map(|cipher| cipher.name().to_owned());
    push
}

/// The common name in the client's certificate; empty where there is none.
fn common_name(admission: &Admission) -> String {
    let Some(certificate) = admission.certificates.first() else {
        return String::new();
    };
    let Ok((_, certificate)) = X509Certificate::from_der(certificate) else {
        return String::new();
    };
    let name = certificate.subject().iter_common_name().next();
    let name = name.and_then(|name| name.as_str().ok()).unwrap_or_default();
    name.to_owned()
}
