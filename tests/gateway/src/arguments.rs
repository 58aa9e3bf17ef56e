//! The program's arguments.

use std::ffi::OsString;
use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use lexopt::prelude::*;
use p2svpn_gateway::{
    Answer, DataKeys, DataPackets, EntraAccount, EntraFault, EntraPolicy, EntraRefusal, EntraStep,
    FakeEntraBuilder, Gateway, GatewayBuilder, IdentityFlaw, IdentityRequest, KeyKind,
    Misbehaviour, Question, ServerFlaw, Stage, Stop, TlsVersions, Transport,
};
use p2svpn_openvpn::{Route, RouteGateway};

/// What the user wants.
pub(crate) enum Wish {
    Run(Box<Arguments>),
    Say(String),
}

/// How to run.
pub(crate) struct Arguments {
    pub(crate) gateway: GatewayBuilder,
    /// Where clients sign in, if not by certificate.
    pub(crate) entra: Option<FakeEntraBuilder>,
    /// What it refuses.
    pub(crate) refusals: Vec<(EntraStep, EntraRefusal)>,
    /// How its first answers fail.
    pub(crate) faults: Vec<(EntraStep, EntraFault)>,
    pub(crate) folder: PathBuf,
    pub(crate) client: IdentityRequest,
    pub(crate) password: String,
    pub(crate) duration: Option<Duration>,
}

const HELP: &str = "\
A gateway shaped like Azure's, with a small network behind it, for tests.

Usage: p2svpn-gateway [OPTIONS]

It writes the files that a client needs into a folder, prints one line for each fact, then `ready ADDRESS`, and then one
line for each event, until SIGINT or SIGTERM.

Where:
  --listen ADDRESS:PORT     where to listen; port 0 is a free one [127.0.0.1:0]
  --host NAME               the host in the profile and the certificate [the address]
  --folder FOLDER           where the files go [p2svpn-gateway]
  --name NAME               the name in the profile [p2svpn-test-vnet]
  --for SECONDS             end by itself

Who:
  --client NAME             the common name of the client certificate [alice]
  --key p256|rsa            its key [p256]
  --flaw FLAW               what is wrong with it: expired, not-yet-valid, foreign, not-for-clients
  --password PASSWORD       of client.pfx [secret]

  --user NAME=PASSWORD      sign in with a name and a password in the place of certificates; can be repeated

  --entra                   sign in with Entra in the place of certificates: a stand-in for Microsoft's login host starts
                            beside the gateway; each request to it becomes a line. What follows implies it:
  --entra-port PORT         where it listens on localhost [a free one]
  --entra-user NAME=PASSWORD  who can sign in, in the place of alice@contoso.example=secret; can be repeated
  --entra-policy POLICY     what it demands and gives; can be repeated: at-once (no page asks the user), second-factor (the
                            code is 123456), consent, groups, port-2023, token-lifetime=SECONDS, token-bytes=BYTES,
                            device-interval=SECONDS, clock=SECONDS (ahead of this machine's)
  --entra-refuse STEP=NUMBER  refuse all requests of this kind with AADSTS and this number; can be repeated. Steps: authorize,
                            page, code, refresh, device-start, device-poll
  --entra-disturb STEP=FAULT  let the first answer of this kind fail, or one more of them each time this is repeated: busy=SECONDS
                            (429, to wait so long), unavailable (503), slow=SECONDS, cut, garbage, giant

How:
  --transport tcp|udp       what carries the packets [tcp]
  --rekey SECONDS           how long keys are used [3600]
  --tls any|1.2|1.3         the TLS versions [any]
  --data v1|v2              the data packets [v1]
  --keys prf|ekm            where data keys come from [prf]
  --cipher NAME             the data cipher, which is then pushed [AES-256-GCM, not pushed]
  --pool NETWORK            the clients' addresses [172.16.201.0/24]
  --network NETWORK         the network behind the gateway [10.1.0.0/16]
  --services ADDRESS        where its services are [10.1.0.4]
  --route NETWORK           one more route to push; can be repeated
  --dns ADDRESS             a DNS server to push; can be repeated
  --mtu BYTES               the MTU to push
  --ping SECONDS            keepalives to push
  --ping-restart SECONDS    the silence to push after which a client gives up

  --ask text=ANSWER         ask for a text before a client is let in, in the connection
  --ask next-time=ANSWER    ask for a text by turning the client away
  --ask page=URL            ask to sign in at a page, at which nobody is let in

What to do wrong:
  --misbehave no-address | other-secret | extensions | refuse=TEXT | compression=OPTION
              certificate=other-root|other-name|expired|not-yet-valid|not-for-servers
              answer=http|noise|empty
              silent=STAGE | close=STAGE | reset=STAGE
              STAGE: reset, tls, key-exchange, push, established

  -h, --help                this text
  -V, --version             the version

Examples:
  p2svpn-gateway --folder /tmp/gateway
  p2svpn-gateway --entra --entra-policy at-once --entra-policy token-bytes=40000
  p2svpn-gateway --data v2 --keys ekm --tls 1.3 --for 60
  p2svpn-gateway --misbehave refuse='your account is locked'
  P2SVPN_LOG=debug p2svpn-gateway --dns 10.1.0.4 --route 192.168.0.0/16
";

/// Reads the arguments.
pub(crate) fn read(mut parser: lexopt::Parser) -> Result<Wish, lexopt::Error> {
    let mut gateway = Gateway::builder();
    let mut entra: Option<FakeEntraBuilder> = None;
    let (mut refusals, mut faults) = (Vec::new(), Vec::new());
    let mut folder = PathBuf::from("p2svpn-gateway");
    let mut client = IdentityRequest::new("alice");
    let mut password = "secret".to_owned();
    let mut duration = None;
    let mut network = parse("10.1.0.0/16")?;
    let mut services = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Wish::Say(HELP.trim_end().to_owned())),
            Short('V') | Long("version") => {
                return Ok(Wish::Say(format!(
                    "p2svpn-gateway {}",
                    env!("CARGO_PKG_VERSION")
                )));
            }
            Long("listen") => gateway = gateway.listen(parser.value()?.parse()?),
            Long("host") => gateway = gateway.host(parser.value()?.string()?),
            Long("folder") => folder = parser.value()?.into(),
            Long("name") => gateway = gateway.name(parser.value()?.string()?),
            Long("for") => duration = Some(seconds(parser.value()?)?),
            Long("client") => client.common_name = parser.value()?.string()?,
            Long("key") => {
                client.key = one_of(
                    parser.value()?,
                    &[("p256", KeyKind::P256), ("rsa", KeyKind::Rsa2048)],
                )?
            }
            Long("flaw") => client.flaw = one_of(parser.value()?, &CLIENT_FLAWS)?,
            Long("password") => password = parser.value()?.string()?,
            Long("user") => {
                let text = parser.value()?.string()?;
                let (name, password) = text
                    .split_once('=')
                    .ok_or("a user needs a password: NAME=PASSWORD")?;
                gateway = gateway.user(name, password);
            }
            Long("entra") => entra = Some(entra.unwrap_or_default()),
            Long("entra-port") => {
                let port = parser.value()?.parse()?;
                entra = Some(entra.unwrap_or_default().port(port));
            }
            Long("entra-user") => {
                let text = parser.value()?.string()?;
                let (name, password) = text
                    .split_once('=')
                    .ok_or("a user needs a password: NAME=PASSWORD")?;
                let account = EntraAccount::new(name, password);
                entra = Some(entra.unwrap_or_default().account(account));
            }
            Long("entra-policy") => {
                let text = parser.value()?.string()?;
                let mut result = Ok(());
                let demand = |policy: &mut EntraPolicy| result = demand(policy, &text);
                entra = Some(entra.unwrap_or_default().policy(demand));
                result?;
            }
            Long("entra-refuse") => {
                let text = parser.value()?.string()?;
                let (step, number) = step(&text)?;
                refusals.push((step, EntraRefusal::numbered(parse(number)?)));
                entra = Some(entra.unwrap_or_default());
            }
            Long("entra-disturb") => {
                let text = parser.value()?.string()?;
                let (step, detail) = step(&text)?;
                faults.push((step, fault(detail)?));
                entra = Some(entra.unwrap_or_default());
            }
            Long("transport") => {
                gateway = gateway.transport(one_of(
                    parser.value()?,
                    &[("tcp", Transport::Tcp), ("udp", Transport::Udp)],
                )?);
            }
            Long("rekey") => gateway = gateway.renegotiate_after(seconds(parser.value()?)?),
            Long("tls") => gateway = gateway.tls(one_of(parser.value()?, &TLS)?),
            Long("data") => {
                gateway = gateway.packets(one_of(
                    parser.value()?,
                    &[("v1", DataPackets::V1), ("v2", DataPackets::V2)],
                )?);
            }
            Long("keys") => {
                gateway = gateway.keys(one_of(
                    parser.value()?,
                    &[("prf", DataKeys::Classic), ("ekm", DataKeys::TlsExporter)],
                )?);
            }
            Long("cipher") => gateway = gateway.cipher(parser.value()?.parse()?),
            Long("pool") => gateway = gateway.pool(parser.value()?.parse()?),
            Long("network") => network = parser.value()?.parse()?,
            Long("services") => services = Some(parser.value()?.parse()?),
            Long("route") => {
                let destination = parser.value()?.parse()?;
                let route = Route {
                    destination,
                    gateway: RouteGateway::Tunnel,
                    metric: None,
                };
                gateway = gateway.push(|push| push.routes.push(route));
            }
            Long("dns") => {
                let resolver = parser.value()?.parse()?;
                gateway = gateway.push(|push| push.resolvers.push(resolver));
            }
            Long("mtu") => {
                let mtu = parser.value()?.parse()?;
                gateway = gateway.push(|push| push.tun_mtu = Some(mtu));
            }
            Long("ping") => {
                let interval = seconds(parser.value()?)?;
                gateway = gateway.push(|push| push.ping = Some(interval));
            }
            Long("ping-restart") => {
                let silence = seconds(parser.value()?)?;
                gateway = gateway.push(|push| push.ping_restart = Some(silence));
            }
            Long("ask") => gateway = gateway.question(question(&parser.value()?.string()?)?),
            Long("misbehave") => {
                gateway = gateway.misbehaviour(misbehaviour(&parser.value()?.string()?)?)
            }
            other => return Err(other.unexpected()),
        }
    }
    // Without further words the services are the fourth host, as in Azure the first that a customer can have.
    let services = services
        .or_else(|| network_host(network))
        .ok_or("the network has no room for services")?;
    gateway = gateway.network(network, services);
    Ok(Wish::Run(Box::new(Arguments {
        gateway,
        entra,
        refusals,
        faults,
        folder,
        client,
        password,
        duration,
    })))
}

const TLS: [(&str, TlsVersions); 3] = [
    ("any", TlsVersions::Any),
    ("1.2", TlsVersions::Only12),
    ("1.3", TlsVersions::Only13),
];

const CLIENT_FLAWS: [(&str, IdentityFlaw); 4] = [
    ("expired", IdentityFlaw::Expired),
    ("not-yet-valid", IdentityFlaw::NotYetValid),
    ("foreign", IdentityFlaw::ForeignAuthority),
    ("not-for-clients", IdentityFlaw::NotForClients),
];

const SERVER_FLAWS: [(&str, ServerFlaw); 5] = [
    ("other-root", ServerFlaw::OtherRoot),
    ("other-name", ServerFlaw::OtherName),
    ("expired", ServerFlaw::Expired),
    ("not-yet-valid", ServerFlaw::NotYetValid),
    ("not-for-servers", ServerFlaw::NotForServers),
];

const ANSWERS: [(&str, Answer); 3] = [
    ("http", Answer::Http),
    ("noise", Answer::Noise),
    ("empty", Answer::EmptyFrame),
];

const STAGES: [(&str, Stage); 5] = [
    ("reset", Stage::Reset),
    ("tls", Stage::Tls),
    ("key-exchange", Stage::KeyExchange),
    ("push", Stage::Push),
    ("established", Stage::Established),
];

const STEPS: [EntraStep; 6] = [
    EntraStep::Authorize,
    EntraStep::Page,
    EntraStep::Code,
    EntraStep::Refresh,
    EntraStep::DeviceStart,
    EntraStep::DevicePoll,
];

fn question(text: &str) -> Result<Question, lexopt::Error> {
    let (kind, detail) = text.split_once('=').unwrap_or((text, ""));
    let (text, answer) = ("What is the code?".to_owned(), detail.to_owned());
    Ok(match kind {
        "text" => Question::Text { text, answer },
        "next-time" => Question::NextTime { text, answer },
        "page" => Question::Page { url: answer },
        _ => return Err(format!("{kind:?} is no way to ask").into()),
    })
}

fn demand(policy: &mut EntraPolicy, text: &str) -> Result<(), lexopt::Error> {
    let (kind, detail) = text.split_once('=').unwrap_or((text, ""));
    match kind {
        "at-once" if detail.is_empty() => policy.asks = false,
        "second-factor" if detail.is_empty() => policy.second_factor_needed = true,
        "consent" if detail.is_empty() => policy.consent_needed = true,
        "groups" if detail.is_empty() => policy.group_claims = true,
        "port-2023" if detail.is_empty() => policy.only_port_2023 = true,
        "token-lifetime" => policy.token_lifetime = Duration::from_secs(parse(detail)?),
        "token-bytes" => policy.token_bytes = parse(detail)?,
        "device-interval" => policy.device_interval = Duration::from_secs(parse(detail)?),
        "clock" => policy.clock_offset = parse(detail)?,
        _ => return Err(format!("{text:?} is no policy").into()),
    }
    Ok(())
}

/// The step that something is for, and the rest.
fn step(text: &str) -> Result<(EntraStep, &str), lexopt::Error> {
    let (name, rest) = text.split_once('=').unwrap_or((text, ""));
    let step = one_of(name.into(), &STEPS.map(|step| (step.name(), step)))?;
    Ok((step, rest))
}

fn fault(text: &str) -> Result<EntraFault, lexopt::Error> {
    let (kind, detail) = text.split_once('=').unwrap_or((text, ""));
    Ok(match kind {
        "busy" => EntraFault::TooManyRequests {
            retry_after: parse(detail)?,
        },
        "unavailable" if detail.is_empty() => EntraFault::Unavailable { retry_after: None },
        "slow" => EntraFault::Slow(seconds(detail.into())?),
        "cut" if detail.is_empty() => EntraFault::Cut,
        "garbage" if detail.is_empty() => EntraFault::Garbage,
        "giant" if detail.is_empty() => EntraFault::Giant,
        _ => return Err(format!("{text:?} is no fault").into()),
    })
}

fn misbehaviour(text: &str) -> Result<Misbehaviour, lexopt::Error> {
    let (kind, detail) = text.split_once('=').unwrap_or((text, ""));
    Ok(match kind {
        "no-address" if detail.is_empty() => Misbehaviour::NoAddress,
        "other-secret" if detail.is_empty() => Misbehaviour::OtherSecret,
        "extensions" if detail.is_empty() => Misbehaviour::StumblesOverExtensions,
        "refuse" => Misbehaviour::Refuses(detail.to_owned()),
        "compression" if !detail.is_empty() => Misbehaviour::Compression(detail.to_owned()),
        "certificate" => Misbehaviour::Certificate(one_of(detail.into(), &SERVER_FLAWS)?),
        "answer" => Misbehaviour::Answers(one_of(detail.into(), &ANSWERS)?),
        "silent" => Misbehaviour::StopsAt(one_of(detail.into(), &STAGES)?, Stop::Silently),
        "close" => Misbehaviour::StopsAt(one_of(detail.into(), &STAGES)?, Stop::Closing),
        "reset" => Misbehaviour::StopsAt(one_of(detail.into(), &STAGES)?, Stop::Resetting),
        _ => return Err(format!("{text:?} is no misbehaviour").into()),
    })
}

fn one_of<T: Copy>(value: OsString, choices: &[(&str, T)]) -> Result<T, lexopt::Error> {
    if let Some((_, choice)) = choices.iter().find(|(name, _)| value == *name) {
        return Ok(*choice);
    }
    let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
    Err(format!(
        "{:?} is none of {}",
        value.to_string_lossy(),
        names.join(", ")
    )
    .into())
}

fn seconds(value: OsString) -> Result<Duration, lexopt::Error> {
    let number: f64 = value.parse()?;
    Duration::try_from_secs_f64(number)
        .map_err(|_| format!("{number} is no number of seconds").into())
}

fn network_host(network: ipnet::Ipv4Net) -> Option<std::net::Ipv4Addr> {
    network.hosts().nth(3)
}

fn parse<T: FromStr>(text: &str) -> Result<T, lexopt::Error>
where
    T::Err: Display,
{
    text.parse()
        .map_err(|error: T::Err| error.to_string().into())
}
