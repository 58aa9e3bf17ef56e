use std::ffi::{c_char, c_void};
use std::iter;
use std::mem::offset_of;
use std::sync::Arc;
use std::time::Duration;

use p2svpn_client::{
    Certificate, ConnectOptions, Credentials, Device, EntraMethod, Error, LeakGuard, Reconnect,
    Timeouts,
};

use crate::certificate::{certificate, p2svpn_certificate};
use crate::certificate_store::{certificate_store, p2svpn_certificate_store};
use crate::input::{Versioned, bytes, invalid, pointers, required, structure, text};
use crate::refused_certificate::{HostException, p2svpn_refused_certificate};
use crate::token_request::{HostProvider, p2svpn_token_request};
use crate::userdata::Userdata;

/// Where a session's packets come from and go to.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_devices {
    /// A TUN device where the process may make one, else the userspace stack, which a warning event tells of.
    P2SVPN_DEVICE_AUTO = 0,
    /// A network device of the operating system. It needs privilege: CAP_NET_ADMIN on Linux.
    P2SVPN_DEVICE_TUN = 1,
    /// A network stack inside the process: it needs no privilege and changes nothing on the machine. Connections go through
    /// p2svpn_session_dial().
    P2SVPN_DEVICE_USERSPACE = 2,
    /// A descriptor that the host opened: a TUN device, or a socket that keeps packets apart. Not on Windows.
    P2SVPN_DEVICE_FD = 3,
}

/// What stands before each packet of a host's descriptor.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_packet_headers {
    /// Nothing: the descriptor carries bare IP packets.
    P2SVPN_PACKET_HEADER_NONE = 0,
    /// Linux packet information (`struct tun_pi`): two bytes of flags, then the EtherType in network order.
    P2SVPN_PACKET_HEADER_LINUX = 1,
    /// The address family in four bytes in network order, as `utun` of macOS and iOS has it.
    P2SVPN_PACKET_HEADER_DARWIN = 2,
}

/// How to connect. Set all of it to zero and `size` to the structure's size; in every field zero is the default.
///
/// What it points to is read during the call only, and copied.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct p2svpn_connect_options {
    /// The size of this structure in bytes.
    pub size: usize,
    /// Where packets come from and go to: one of #p2svpn_devices.
    pub device: u32,
    /// What stands before each packet of `fd`: one of #p2svpn_packet_headers.
    pub packet_header: u32,
    /// With #P2SVPN_DEVICE_TUN, the name of the device; NULL for the system's choice of p2svpn0, p2svpn1, ...
    pub tun_name: *const c_char,
    /// With #P2SVPN_DEVICE_FD, the descriptor. It is duplicated; the caller's own stays the caller's.
    pub fd: i32,
    /// 1 leaves addresses and routes to the host, who applies each network configuration event; 0 has them set on the
    /// machine. With the userspace device and a descriptor the machine is never configured.
    pub leave_machine: u32,
    /// The client certificate; NULL has a challenge ask for it, unless there are `more_certificates`.
    pub certificate: *const p2svpn_certificate,
    /// Certificates, PEM (any number) or DER (one), among which the root that the profile pins is looked for; the roots
    /// of Azure's public gateways are always there. A root is trusted only by a profile that names its hash.
    pub trusted_roots: *const u8,
    /// How many bytes `trusted_roots` has.
    pub trusted_roots_size: usize,
    /// The largest packet inside the tunnel in bytes, from 576 to 1,500; 0 for 1,500. A smaller one that the gateway pushes
    /// wins.
    pub mtu: u32,
    /// For the gateway's name, and for the gateway to take a TCP connection at each of its addresses, in milliseconds of at
    /// most an hour, as all timeouts here; 0 for 20 s.
    pub connect_timeout_ms: u32,
    /// For the gateway's first answer, at each of its addresses; 0 for 20 s.
    pub answer_timeout_ms: u32,
    /// For TLS and the exchange of keys; 0 for 60 s.
    pub handshake_timeout_ms: u32,
    /// For the gateway's settings; 0 for 60 s.
    pub push_timeout_ms: u32,
    /// How long the keys that protect packets are used before the client asks for new ones, in seconds from 60 to 86,400; 0
    /// for 3,600. The gateway may ask earlier.
    pub renegotiate_after_s: u32,
    /// How often all servers of the profile are called before the session gives up, with growing pauses; 0 for once. Each call
    /// in vain is told by a warning event.
    pub rounds: u32,
    /// How to sign in with Entra ID: one of #p2svpn_entra_methods.
    pub entra_method: u32,
    /// 1 opens the user's browser at the page where Entra wants the user to sign in; 0 leaves that to the host, whom a
    /// challenge names the page.
    pub open_browser: u32,
    /// 1 makes `username` and `password` part of the profile once the gateway has let the session in; 0 does not.
    pub keep_credentials: u32,
    /// Who connects, where the profile leaves that open: the account of Entra ID, or the user name beside `password`; NULL for
    /// whoever signed in last.
    pub username: *const c_char,
    /// The password that the profile asks for; NULL has a challenge ask for it. If the gateway refuses it the session ends,
    /// and nobody is asked for another one.
    pub password: *const c_char,
    /// Where client certificates are looked for as well, none of them NULL; a challenge asks for the PIN of a token, which these
    /// do not name. NULL for none.
    pub certificate_stores: *const *const p2svpn_certificate_store,
    /// How many pointers `certificate_stores` has, 1,024 at most.
    pub certificate_store_count: usize,
    /// Brings access tokens of Entra ID, for each session and ahead of each token's end; NULL for none. It owns the request.
    ///
    /// It is called on a thread of the library's own, which it may block. It may not end by an exception or `longjmp`. It
    /// stands for #P2SVPN_ENTRA_TOKEN.
    pub on_token: Option<extern "C" fn(request: Box<p2svpn_token_request>, userdata: *mut c_void)>,
    /// What `on_token` is given; the library does not look at it.
    pub token_userdata: *mut c_void,
    /// Is called once, from any thread, when `on_token` will be called no more, also if connecting fails; NULL for nothing. It
    /// is not called for a structure whose size is wrong, nor by functions that explain.
    pub free_token_userdata: Option<extern "C" fn(userdata: *mut c_void)>,
    /// Client certificates beside `certificate`, none of them NULL. Of several the one is taken that the gateway can accept; if
    /// more than one fits, the challenge #P2SVPN_CHALLENGE_CHOOSE_CERTIFICATE asks. NULL for none.
    pub more_certificates: *const *const p2svpn_certificate,
    /// How many pointers `more_certificates` has, 1,024 at most.
    pub more_certificate_count: usize,
    /// Lists of certificates that their issuers have withdrawn, PEM (any number) or DER (one), beside those of the profile. Each
    /// counts for what its issuer has issued, and refuses all of that when its time is over; NULL for none.
    pub revocation_lists: *const u8,
    /// How many bytes `revocation_lists` has.
    pub revocation_lists_size: usize,
    /// Accepts gateways' certificates that the profile does not, on the host's own responsibility: 1 accepts, 0 does not. What is
    /// accepted is told by a warning event. NULL accepts nothing.
    ///
    /// It is called on a thread of the library while the gateway waits, when a session connects and at each change of keys, and
    /// must answer at once, the same each time: a host that asks a person says no, remembers the fingerprint, and connects
    /// again. It may not end by an exception or `longjmp`.
    pub on_refused_certificate: Option<
        extern "C" fn(
            certificate: Option<&p2svpn_refused_certificate>,
            userdata: *mut c_void,
        ) -> u32,
    >,
    /// What `on_refused_certificate` is given; the library does not look at it.
    pub exception_userdata: *mut c_void,
    /// Is called once, from any thread, when `on_refused_certificate` will be called no more, also if connecting fails; NULL for
    /// nothing. It is not called for a structure whose size is wrong, nor by functions that explain.
    pub free_exception_userdata: Option<extern "C" fn(userdata: *mut c_void)>,
    /// 1 ends the session when its connection ends; 0 has a lost connection made anew. Then the device, its addresses and its
    /// routes stay meanwhile, and connections of programs live on if the gateway gives the session the same address again.
    pub no_reconnect: u32,
    /// How often all servers of the profile are called to get a lost connection back, before the session gives up; 0 for as
    /// often as it takes.
    pub reconnect_rounds: u32,
    /// 1 lets nothing leave the machine beside a full tunnel, from the first call of a gateway to the session's end: for this
    /// machine's programs and for what it forwards, over IPv4 and IPv6, DNS included. Allowed are the gateway, loopback, DHCP, the
    /// discovery of IPv6, and the networks that the profile or the gateway excludes. On Linux, with the program nft. 0 does not.
    pub leak_guard: u32,
    /// With `leak_guard`, 1 leaves the local network reachable, but for DNS; 0 does not.
    pub guard_allows_local_network: u32,
    /// With `leak_guard`, 1 keeps it up when the program is killed, until a client starts again or p2svpn_recover() is called; 0 has it
    /// go with the program.
    pub guard_stays_after_kill: u32,
    /// With `leave_machine`, 1 has the session wait, before it is connected, until the host has applied the first network
    /// configuration and says so by p2svpn_session_network_applied(); 0 does not.
    pub host_confirms: u32,
}

/// How a session signs in with Entra ID when nobody has signed in before, or Entra wants it anew.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum p2svpn_entra_methods {
    /// In a browser on this machine: the challenge #P2SVPN_CHALLENGE_SIGN_IN_PAGE names the page.
    P2SVPN_ENTRA_BROWSER = 0,
    /// On any device, with a code: the challenge #P2SVPN_CHALLENGE_DEVICE_CODE names page and code.
    P2SVPN_ENTRA_DEVICE_CODE = 1,
    /// The host brings tokens, by `on_token` or when the challenge #P2SVPN_CHALLENGE_ACCESS_TOKEN asks.
    P2SVPN_ENTRA_TOKEN = 2,
}

// SAFETY: integers and pointers, which are looked at by the rules for callers.
unsafe impl Versioned for p2svpn_connect_options {
    const FIRST_SIZE: usize = offset_of!(Self, rounds);
}

/// Reads a caller's options to connect with; the defaults for NULL.
///
/// # Safety
/// The pointer is NULL or points to options whose pointers hold to the rules.
pub(crate) unsafe fn connect_options(
    pointer: *const p2svpn_connect_options,
) -> Result<ConnectOptions, Error> {
    // SAFETY: as the caller of this function promises.
    let Some(given) = (unsafe { structure(pointer, "options") })? else {
        return Ok(ConnectOptions::default());
    };
    // First, so that what belongs to the callbacks is freed whatever else is wrong.
    let provider = given.on_token.map(|on_token| HostProvider {
        on_token,
        userdata: Userdata::new(given.token_userdata, given.free_token_userdata),
    });
    let exception = given
        .on_refused_certificate
        .map(|on_refused| HostException {
            on_refused,
            userdata: Userdata::new(given.exception_userdata, given.free_exception_userdata),
        });
    // SAFETY: as the caller of this function promises.
    let certificates = unsafe { certificates(&given) }?;
    // SAFETY: as the caller of this function promises.
    let mut options = unsafe { of_structure(&given) }?;
    for certificate in certificates {
        options = options.certificate(certificate);
    }
    if let Some(provider) = provider {
        options = options.token_provider(Arc::new(provider));
    }
    if let Some(exception) = exception {
        options = options.server_exception(Arc::new(exception));
    }
    Ok(options)
}

/// Reads a caller's options as far as a plan depends on them, without what calls back; the defaults for NULL.
///
/// # Safety
/// As for [`connect_options`].
pub(crate) unsafe fn plan_options(
    pointer: *const p2svpn_connect_options,
) -> Result<ConnectOptions, Error> {
    // SAFETY: as the caller of this function promises.
    match (unsafe { structure(pointer, "options") })? {
        // SAFETY: as the caller of this function promises.
        Some(given) => unsafe { of_structure(&given) },
        None => Ok(ConnectOptions::default()),
    }
}

/// Reads each of the certificates before it looks whether one is wrong, so that what belongs to their keys is freed.
///
/// # Safety
/// The pointers of the structure hold to the rules.
unsafe fn certificates(given: &p2svpn_connect_options) -> Result<Vec<Certificate>, Error> {
    const NAME: &str = "more_certificates";
    let count = given.more_certificate_count;
    // SAFETY: the certificates of options hold to the rules.
    let (first, more) = unsafe {
        (
            certificate(given.certificate),
            pointers(given.more_certificates, count, NAME),
        )
    };
    let more = more?.iter().map(|pointer| {
        // SAFETY: as above.
        let given = unsafe { certificate(*pointer) }?;
        required(given, NAME).map(Some)
    });
    let read: Vec<Result<Option<Certificate>, Error>> = iter::once(first).chain(more).collect();
    let certificates: Result<Vec<Option<Certificate>>, Error> = read.into_iter().collect();
    Ok(certificates?.into_iter().flatten().collect())
}

/// # Safety
/// The pointers of the structure hold to the rules.
unsafe fn of_structure(given: &p2svpn_connect_options) -> Result<ConnectOptions, Error> {
    let flags = [
        given.leave_machine,
        given.open_browser,
        given.keep_credentials,
        given.no_reconnect,
        given.leak_guard,
        given.guard_allows_local_network,
        given.guard_stays_after_kill,
        given.host_confirms,
    ];
    if flags.iter().any(|flag| *flag > 1) {
        return Err(invalid("options: what is on or off is 0 or 1"));
    }
    if given.on_token.is_none() && given.free_token_userdata.is_some() {
        return Err(invalid("options: free_token_userdata is for on_token"));
    }
    if given.on_refused_certificate.is_none() && given.free_exception_userdata.is_some() {
        return Err(invalid(
            "options: free_exception_userdata is for on_refused_certificate",
        ));
    }
    // SAFETY: the buffers and strings of options hold to the rules.
    let (roots, withdrawn) = unsafe {
        (
            bytes(
                given.trusted_roots,
                given.trusted_roots_size,
                "trusted_roots",
            )?,
            bytes(
                given.revocation_lists,
                given.revocation_lists_size,
                "revocation_lists",
            )?,
        )
    };
    // SAFETY: as above.
    let (tun_name, username, password, stores) = unsafe {
        (
            text(given.tun_name, "tun_name")?,
            text(given.username, "username")?,
            text(given.password, "password")?,
            pointers(
                given.certificate_stores,
                given.certificate_store_count,
                "certificate_stores",
            )?,
        )
    };
    let mut options = ConnectOptions::default()
        .device(device(given, tun_name)?)
        .configure_machine(given.leave_machine == 0)
        .host_confirms(given.host_confirms == 1)
        .timeouts(timeouts(given))
        .entra_method(entra_method(given.entra_method)?)
        .open_browser(given.open_browser == 1);
    match (username, password) {
        (Some(username), Some(password)) => {
            let keep = given.keep_credentials == 1;
            options = options.credentials(Credentials::new(username, password).keep(keep));
        }
        (None, Some(_)) => return Err(invalid("options: a password needs a username")),
        (Some(username), None) => options = options.username(username),
        (None, None) => {}
    }
    for store in stores {
        // SAFETY: the stores of options hold to the rules.
        let (store, _) = unsafe { certificate_store(*store, "certificate_stores") }?;
        options = options.certificate_store(store);
    }
    if let Some(roots) = roots {
        options = options.trusted_root(roots);
    }
    if let Some(withdrawn) = withdrawn {
        options = options.revocation_list(withdrawn);
    }
    if given.mtu != 0 {
        let mtu = u16::try_from(given.mtu)
            .map_err(|_| invalid("options: the mtu is from 576 to 1500"))?;
        options = options.mtu(mtu);
    }
    if given.renegotiate_after_s != 0 {
        let time = Duration::from_secs(given.renegotiate_after_s.into());
        options = options.renegotiate_after(time);
    }
    if given.rounds != 0 {
        options = options.rounds(given.rounds);
    }
    let with_guard = given.guard_allows_local_network + given.guard_stays_after_kill;
    if given.leak_guard == 0 && with_guard > 0 {
        return Err(invalid("options: what begins with guard is for leak_guard"));
    }
    if given.leak_guard == 1 {
        let guard = LeakGuard::new()
            .allow_local_network(given.guard_allows_local_network == 1)
            .stay_after_kill(given.guard_stays_after_kill == 1);
        options = options.leak_guard(guard);
    }
    options = options.reconnect(match (given.no_reconnect, given.reconnect_rounds) {
        (0, 0) => Reconnect::Always,
        (0, rounds) => Reconnect::Rounds(rounds),
        _ => Reconnect::Never,
    });
    Ok(options)
}

fn entra_method(number: u32) -> Result<EntraMethod, Error> {
    const BROWSER: u32 = p2svpn_entra_methods::P2SVPN_ENTRA_BROWSER as u32;
    const DEVICE_CODE: u32 = p2svpn_entra_methods::P2SVPN_ENTRA_DEVICE_CODE as u32;
    const TOKEN: u32 = p2svpn_entra_methods::P2SVPN_ENTRA_TOKEN as u32;
    match number {
        BROWSER => Ok(EntraMethod::Browser),
        DEVICE_CODE => Ok(EntraMethod::DeviceCode),
        TOKEN => Ok(EntraMethod::Token),
        _ => Err(invalid("options: there is no such entra_method")),
    }
}

fn timeouts(given: &p2svpn_connect_options) -> Timeouts {
    let mut timeouts = Timeouts::default();
    for (timeout, milliseconds) in [
        (&mut timeouts.connect, given.connect_timeout_ms),
        (&mut timeouts.answer, given.answer_timeout_ms),
        (&mut timeouts.handshake, given.handshake_timeout_ms),
        (&mut timeouts.push, given.push_timeout_ms),
    ] {
        if milliseconds != 0 {
            *timeout = Duration::from_millis(milliseconds.into());
        }
    }
    timeouts
}

fn device(given: &p2svpn_connect_options, tun_name: Option<&str>) -> Result<Device, Error> {
    const AUTO: u32 = p2svpn_devices::P2SVPN_DEVICE_AUTO as u32;
    const TUN: u32 = p2svpn_devices::P2SVPN_DEVICE_TUN as u32;
    const USERSPACE: u32 = p2svpn_devices::P2SVPN_DEVICE_USERSPACE as u32;
    const FD: u32 = p2svpn_devices::P2SVPN_DEVICE_FD as u32;

    if tun_name.is_some() && given.device != TUN {
        return Err(invalid("options: tun_name is for P2SVPN_DEVICE_TUN"));
    }
    if (given.fd != 0 || given.packet_header != 0) && given.device != FD {
        return Err(invalid(
            "options: fd and packet_header are for P2SVPN_DEVICE_FD",
        ));
    }
    match given.device {
        AUTO => Ok(Device::Auto),
        TUN => Ok(Device::Tun {
            name: tun_name.map(str::to_owned),
        }),
        USERSPACE => Ok(Device::Userspace),
        FD => host_fd(given),
        _ => Err(invalid("options: there is no such device")),
    }
}

#[cfg(unix)]
fn host_fd(given: &p2svpn_connect_options) -> Result<Device, Error> {
    use std::os::fd::BorrowedFd;

    use p2svpn_client::{ErrorCode, PacketHeader};

    const NONE: u32 = p2svpn_packet_headers::P2SVPN_PACKET_HEADER_NONE as u32;
    const LINUX: u32 = p2svpn_packet_headers::P2SVPN_PACKET_HEADER_LINUX as u32;
    const DARWIN: u32 = p2svpn_packet_headers::P2SVPN_PACKET_HEADER_DARWIN as u32;

    if given.fd < 0 {
        return Err(invalid("options: fd is no descriptor"));
    }
    let header = match given.packet_header {
        NONE => PacketHeader::None,
        LINUX => PacketHeader::LinuxProtocol,
        DARWIN => PacketHeader::DarwinFamily,
        _ => return Err(invalid("options: there is no such packet_header")),
    };
    // SAFETY: not -1, and the caller keeps it open during the call. One that is not open is an error of the system.
    let borrowed = unsafe { BorrowedFd::borrow_raw(given.fd) };
    let unusable = |error| Error::from(ErrorCode::HostDeviceUnusable).because(&error);
    let fd = borrowed.try_clone_to_owned().map_err(unusable)?;
    Ok(Device::Fd { fd, header })
}

#[cfg(not(unix))]
fn host_fd(_: &p2svpn_connect_options) -> Result<Device, Error> {
    Err(invalid("options: this system has no descriptors"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::mem::size_of;
    use std::ptr;

    use p2svpn_client::ErrorCode;

    use super::*;

    fn options() -> p2svpn_connect_options {
        p2svpn_connect_options {
            size: size_of::<p2svpn_connect_options>(),
            device: 0,
            packet_header: 0,
            tun_name: ptr::null(),
            fd: 0,
            leave_machine: 0,
            certificate: ptr::null(),
            trusted_roots: ptr::null(),
            trusted_roots_size: 0,
            mtu: 0,
            connect_timeout_ms: 0,
            answer_timeout_ms: 0,
            handshake_timeout_ms: 0,
            push_timeout_ms: 0,
            renegotiate_after_s: 0,
            rounds: 0,
            entra_method: 0,
            open_browser: 0,
            keep_credentials: 0,
            username: ptr::null(),
            password: ptr::null(),
            certificate_stores: ptr::null(),
            certificate_store_count: 0,
            on_token: None,
            token_userdata: ptr::null_mut(),
            free_token_userdata: None,
            more_certificates: ptr::null(),
            more_certificate_count: 0,
            revocation_lists: ptr::null(),
            revocation_lists_size: 0,
            on_refused_certificate: None,
            exception_userdata: ptr::null_mut(),
            free_exception_userdata: None,
            no_reconnect: 0,
            reconnect_rounds: 0,
            leak_guard: 0,
            guard_allows_local_network: 0,
            guard_stays_after_kill: 0,
            host_confirms: 0,
        }
    }

    fn refusal(given: p2svpn_connect_options) -> Option<ErrorCode> {
        // SAFETY: the tests set string literals only.
        unsafe { connect_options(&raw const given) }
            .err()
            .map(|error| error.code())
    }

    #[test]
    fn zero_is_the_default_of_every_field() {
        assert_eq!(refusal(options()), None);
        assert_eq!(timeouts(&options()), Timeouts::default());
        assert!(matches!(device(&options(), None), Ok(Device::Auto)));
    }

    #[test]
    fn values_that_mean_nothing_are_refused() {
        let refused = Some(ErrorCode::InvalidArgument);

        assert_eq!(
            refusal(p2svpn_connect_options {
                device: 4,
                ..options()
            }),
            refused
        );
        assert_eq!(
            refusal(p2svpn_connect_options {
                leave_machine: 2,
                ..options()
            }),
            refused
        );
        assert_eq!(
            refusal(p2svpn_connect_options {
                entra_method: 3,
                ..options()
            }),
            refused
        );
        assert_eq!(
            refusal(p2svpn_connect_options {
                mtu: 65_536 + 1400,
                ..options()
            }),
            refused
        );
        assert_eq!(
            refusal(p2svpn_connect_options { fd: 5, ..options() }),
            refused
        );
        assert_eq!(
            refusal(p2svpn_connect_options {
                tun_name: c"a".as_ptr(),
                ..options()
            }),
            refused
        );
        assert_eq!(
            refusal(p2svpn_connect_options {
                trusted_roots_size: 5,
                ..options()
            }),
            refused
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_descriptor_that_is_not_open_is_refused() {
        let given = p2svpn_connect_options {
            device: 3,
            fd: 1_000_000,
            ..options()
        };

        assert_eq!(refusal(given), Some(ErrorCode::HostDeviceUnusable));
        assert_eq!(
            refusal(p2svpn_connect_options { fd: -1, ..given }),
            Some(ErrorCode::InvalidArgument)
        );
    }

    #[test]
    fn the_structure_has_no_gap_that_could_hold_rubbish() {
        #[cfg(target_pointer_width = "64")]
        assert_eq!(size_of::<p2svpn_connect_options>(), 19 * 8 + 20 * 4);
    }
}
