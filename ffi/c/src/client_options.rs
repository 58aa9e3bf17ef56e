use std::ffi::{c_char, c_void};
use std::mem::offset_of;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use p2svpn_client::{
    ClientBuilder, Error, Event, HttpError, HttpFunction, HttpProxy, SealingKey, SystemHttp,
    SystemHttpOptions,
};
use zeroize::Zeroizing;

use crate::event::p2svpn_event;
use crate::http_request::{HostHttp, p2svpn_http_request};
use crate::input::{Versioned, bytes, invalid, text};
use crate::userdata::Userdata;

/// How a client is made. Set all of it to zero and `size` to the structure's size; in every field zero is the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct p2svpn_client_options {
    /// The size of this structure in bytes.
    pub size: usize,
    /// How many events may wait, from 1 to 65,536; 0 for 256. When more would, the oldest of the least important are
    /// dropped and counted: warnings first, ends of sessions last.
    pub event_capacity: u32,
    /// 1 allows several sessions at once; 0 allows one, as in Microsoft's client.
    pub several_sessions: u32,
    /// Takes every event, instead of p2svpn_client_next_event(); NULL for none.
    ///
    /// It owns the event: it calls p2svpn_event_free(), at once or later, in any thread. It is called from one thread of
    /// the library, for one event after the other in order, while no lock is held; it may call every function of this
    /// header, also p2svpn_client_free(). While it runs, further events wait. It may not end by an exception or `longjmp`.
    pub on_event: Option<extern "C" fn(event: Box<p2svpn_event>, userdata: *mut c_void)>,
    /// What `on_event` is given; the library does not look at it.
    pub userdata: *mut c_void,
    /// Is called once, from any thread, when `on_event` will be called no more; NULL for nothing. If p2svpn_client_new()
    /// fails it is never called. Without `on_event` it is an INVALID_ARGUMENT.
    pub free_userdata: Option<extern "C" fn(userdata: *mut c_void)>,
    /// The folder to keep profiles in, which is made if it is not there; NULL keeps them in memory.
    pub profile_folder: *const c_char,
    /// The 32 bytes that the profiles' secrets in `profile_folder` are sealed with; they are copied. The host program keeps
    /// them where secrets are kept. NULL has the system keep such a key for its user: in the desktop's key ring on Linux
    /// (Secret Service), in the keychain on macOS, encrypted by data protection on Windows. p2svpn_client_new() then may wait
    /// for a person to unlock that, two minutes at most, and fails with STORE_UNAVAILABLE where there is none. NULL without a
    /// folder.
    pub sealing_key: *const u8,
    /// Hosts to which profiles may send their users to sign in beside Microsoft's, with commas between them, such as
    /// "login.example.com,login.example.org:8443", where the port is not 443; NULL for none.
    pub authorities: *const c_char,
    /// Certificates, PEM, that those hosts' may come from, beside those that the machine trusts; NULL for none.
    pub login_roots: *const u8,
    /// How many bytes `login_roots` has.
    pub login_roots_size: usize,
    /// The address of the proxy on the way to the hosts of sign-ins, such as `http://proxy.example:8080`; NULL for the
    /// system's own.
    pub login_proxy: *const c_char,
    /// 1 keeps the key of `profile_folder` in it in the clear, in place of `sealing_key`: whoever reads the folder reads the
    /// secrets, of which a warning event tells. For machines without a place for secrets. 0 does not.
    pub unprotected_secrets: u32,
    /// Nothing yet: 0.
    pub reserved: u32,
    /// Sends the requests of sign-ins in place of the library's own client, such as one that knows how to sign in to the proxy;
    /// NULL for none. It owns the request. `login_roots` and `login_proxy` are for the library's own.
    ///
    /// It is called on a thread of the library's own for each request, which it may block. It checks the server's certificate,
    /// and follows no redirect. It may not end by an exception or `longjmp`.
    pub on_http: Option<extern "C" fn(request: Box<p2svpn_http_request>, userdata: *mut c_void)>,
    /// What `on_http` is given; the library does not look at it.
    pub http_userdata: *mut c_void,
    /// Is called once, from any thread, when `on_http` will be called no more, also if p2svpn_client_new() fails; NULL for
    /// nothing. It is not called for a structure whose size is wrong.
    pub free_http_userdata: Option<extern "C" fn(userdata: *mut c_void)>,
    /// The folder in which is written down what sessions change on the machine and would outlast a kill; NULL for the machine's own,
    /// /var/lib/p2svpn/journal on Linux, which all programs share.
    ///
    /// A client with the privilege to change the machine first undoes what killed programs have left according to the folder, as
    /// p2svpn_recover() does. The folder must belong to the user that the program runs as.
    pub journal_folder: *const c_char,
}

// SAFETY: integers and pointers; a function is called by the rules for callers only.
unsafe impl Versioned for p2svpn_client_options {
    const FIRST_SIZE: usize = offset_of!(Self, profile_folder);
}

impl p2svpn_client_options {
    /// Says where profiles are kept and whom they may send their users to.
    ///
    /// # Safety
    /// The strings end with a zero byte, and the key has its 32 bytes.
    pub(crate) unsafe fn place_profiles(
        &self,
        mut builder: ClientBuilder,
    ) -> Result<ClientBuilder, Error> {
        // First, so that what belongs to it is freed whatever else is wrong.
        let host_http = self.on_http.map(|on_http| HostHttp {
            on_http,
            userdata: Userdata::new(self.http_userdata, self.free_http_userdata),
        });
        if host_http.is_none() && self.free_http_userdata.is_some() {
            return Err(invalid("free_http_userdata is for on_http"));
        }
        // SAFETY: as the caller of this function promises.
        let (folder, key, authorities) = unsafe {
            (
                text(self.profile_folder, "profile_folder")?,
                (!self.sealing_key.is_null())
                    .then(|| bytes(self.sealing_key, SealingKey::LENGTH, "sealing_key"))
                    .transpose()?
                    .flatten(),
                text(self.authorities, "authorities")?,
            )
        };
        // SAFETY: as the caller of this function promises.
        let (roots, proxy) = unsafe {
            (
                bytes(self.login_roots, self.login_roots_size, "login_roots")?,
                text(self.login_proxy, "login_proxy")?,
            )
        };
        if let Some(host_http) = host_http {
            if roots.is_some() || proxy.is_some() {
                return Err(invalid("login_roots and login_proxy are not for on_http"));
            }
            let http = HttpFunction::new(move |request| host_http.send(request));
            builder = builder.http_client(Arc::new(http));
        } else if roots.is_some() || proxy.is_some() {
            let http = login_http(roots, proxy).map_err(|error| invalid(error.to_string()))?;
            builder = builder.http_client(Arc::new(http));
        }
        for host in authorities.unwrap_or_default().split(',').map(str::trim) {
            if !host.is_empty() {
                builder = builder.allow_authority(host);
            }
        }
        // SAFETY: as the caller of this function promises.
        if let Some(folder) = unsafe { text(self.journal_folder, "journal_folder") }? {
            builder = builder.journal_folder(folder);
        }
        if self.unprotected_secrets > 1 || self.reserved != 0 {
            return Err(invalid("unprotected_secrets is 0 or 1, and reserved is 0"));
        }
        match (folder, key) {
            (Some(folder), None) if self.unprotected_secrets == 1 => {
                Ok(builder.unprotected_profile_store(folder))
            }
            _ if self.unprotected_secrets == 1 => Err(invalid(
                "unprotected_secrets is for a profile_folder without a sealing_key",
            )),
            (None, None) => Ok(builder),
            (Some(folder), None) => Ok(builder.key_ring_profile_store(folder)),
            (Some(folder), Some(key)) => {
                let key =
                    SealingKey::from_slice(key).map_err(|error| invalid(error.to_string()))?;
                Ok(builder.profile_store(folder, key))
            }
            (None, Some(_)) => Err(invalid("a sealing_key is for a profile_folder")),
        }
    }
}

/// The way to the login hosts.
fn login_http(roots: Option<&[u8]>, proxy: Option<&str>) -> Result<SystemHttp, HttpError> {
    let mut options = SystemHttpOptions::default();
    if let Some(roots) = roots {
        options = options.trusted_roots(roots)?;
    }
    if let Some(proxy) = proxy {
        options = options.proxy(HttpProxy::Url(Zeroizing::new(proxy.to_owned())));
    }
    SystemHttp::new(options)
}

/// The host's callback with what it is given.
pub(crate) struct Callback {
    on_event: extern "C" fn(event: Box<p2svpn_event>, userdata: *mut c_void),
    userdata: *mut c_void,
    free_userdata: Option<extern "C" fn(userdata: *mut c_void)>,
    custody: Arc<Custody>,
}

/// What a client and its callback agree on.
#[derive(Default)]
pub(crate) struct Custody {
    /// The client was made, so the userdata is freed by the library.
    pub(crate) made: AtomicBool,
    /// The client was freed, so the callback is called no more.
    pub(crate) freed: AtomicBool,
}

// SAFETY: the header says that the callback and the freeing of its userdata happen in threads of the library.
unsafe impl Send for Callback {}

impl Callback {
    /// Takes the callback that the options name, if they do.
    pub(crate) fn new(options: &p2svpn_client_options, custody: &Arc<Custody>) -> Option<Self> {
        Some(Self {
            on_event: options.on_event?,
            userdata: options.userdata,
            free_userdata: options.free_userdata,
            custody: Arc::clone(custody),
        })
    }

    /// Hands an event over.
    pub(crate) fn call(&self, event: Event) {
        // A callback that frees the client leaves events behind.
        if !self.custody.freed.load(Ordering::Acquire) {
            (self.on_event)(Box::new(p2svpn_event::new(event)), self.userdata);
        }
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        let made = self.custody.made.load(Ordering::Acquire);
        if let Some(free) = self.free_userdata.filter(|_| made) {
            free(self.userdata);
        }
    }
}
