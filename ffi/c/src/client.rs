use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ::p2svpn_client::{Client, Error, ErrorCode, Event, ProfileId, ProfileSummary, Profiles};

use crate::client_options::{Callback, Custody, p2svpn_client_options};
use crate::connect_options::{connect_options, p2svpn_connect_options};
use crate::entry::entry;
use crate::error::p2svpn_error;
use crate::event::p2svpn_event;
use crate::guard::act;
use crate::import_notes::NotesOfImports;
use crate::input::{invalid, required, structure, text};
use crate::profile::p2svpn_profile;
use crate::session::p2svpn_session;
use crate::wait::timeout;

/// How long sessions and the callback get to end while a client is freed.
const WIND_UP: Duration = Duration::from_secs(3);

/// The library as a host holds it: profiles, sessions, and one queue of events.
///
/// Any number of threads may use it at once. A program may have several, which know nothing of each other.
pub struct p2svpn_client {
    client: Client,
    custody: Arc<Custody>,
    notes: NotesOfImports,
}

/// Makes a client and its threads.
///
/// @param options  NULL for the defaults
/// @param client   receives the client, which the caller frees with p2svpn_client_free()
/// @return NULL, INVALID_ARGUMENT or THREADS_UNAVAILABLE; with a folder of profiles also STORE_UNAVAILABLE, STORE_UNTRUSTED,
///         STORE_KEY_WRONG or STORE_FULL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_new(
    options: *const p2svpn_client_options,
    client: Option<&mut MaybeUninit<Box<p2svpn_client>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let place = required(client, "client")?;
        // SAFETY: the caller's options hold to the rules.
        let options = unsafe { structure(options, "options") }?;
        let mut builder = Client::builder();
        let custody = Arc::<Custody>::default();
        if let Some(options) = options {
            if options.several_sessions > 1 {
                return Err(invalid("several_sessions is 0 or 1"));
            }
            builder = builder.several_sessions(options.several_sessions == 1);
            if options.event_capacity != 0 {
                builder =
                    builder.event_capacity(options.event_capacity.try_into().unwrap_or(usize::MAX));
            }
            // SAFETY: the caller's strings and buffers hold to the rules.
            builder = unsafe { options.place_profiles(builder) }?;
            if options.free_userdata.is_some() && options.on_event.is_none() {
                return Err(invalid("free_userdata needs on_event"));
            }
            if let Some(callback) = Callback::new(&options, &custody) {
                builder = builder.on_event(move |event| callback.call(event));
            }
        }
        let client = builder.build()?;
        custody.made.store(true, Ordering::Release);
        place.write(Box::new(p2svpn_client {
            client,
            custody,
            notes: NotesOfImports::default(),
        }));
        Ok(())
    })
}

/// Ends all sessions, undoes what they changed, and frees the client. NULL is nothing.
///
/// It waits until this is done, usually for milliseconds and at most for 3 seconds; p2svpn_client_close() before it, and
/// waiting for the sessions, makes it return at once. Afterwards the callback is called no more, except that a call which is
/// under way after 3 seconds is left to itself; called from within the callback, that call is the last one. No other
/// thread may be in a function of this client. Sessions, events and whatever else came from it stay valid until they are
/// freed, in any order.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_client_free(client: Option<Box<p2svpn_client>>) {
    let Some(client) = client else { return };
    act(|| {
        client.client.close();
        if !client.client.wait_closed(WIND_UP) {
            tracing::warn!("a client was freed before its sessions or its callback ended");
        }
        client.custody.freed.store(true, Ordering::Release);
    });
    act(|| drop(client));
}

/// Asks every session to end and returns at once; no session can be started afterwards.
///
/// Sessions end within 2 seconds. The events that tell of it can still be taken; then p2svpn_client_next_event() returns
/// CLIENT_CLOSED, also to threads that wait in it.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_client_close(client: Option<&p2svpn_client>) {
    if let Some(client) = client {
        act(|| client.client.close());
    }
}

/// Starts a session and returns at once; events, and p2svpn_session_wait_connected(), tell how it goes.
///
/// @param profile  the id that the import gave
/// @param options  NULL for the defaults
/// @param session  receives the session, which the caller frees with p2svpn_session_free()
/// @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, ANOTHER_SESSION_ACTIVE or CLIENT_CLOSED; what goes wrong later is the
///         session's end
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_client_connect(
    client: Option<&p2svpn_client>,
    profile: *const c_char,
    options: *const p2svpn_connect_options,
    session: Option<&mut MaybeUninit<Box<p2svpn_session>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        // SAFETY: the caller's strings and options hold to the rules.
        let (profile, options) = unsafe { (profile_id(profile)?, connect_options(options)?) };
        let place = required(session, "session")?;
        let session = client.client.connect(&profile, options)?;
        place.write(Box::new(p2svpn_session::new(session)));
        Ok(())
    })
}

/// Takes the next event, and waits for one if there is none.
///
/// Several threads may wait; each event goes to one of them.
///
/// @param timeout_ms  how long to wait in milliseconds; 0 does not wait, #P2SVPN_WAIT_FOREVER waits for ever
/// @param event       receives the event, which the caller frees with p2svpn_event_free(), or NULL when the time was over
/// @return NULL, also when the time was over; INVALID_ARGUMENT; EVENT_CONSUMER_CONFLICT if events go to a callback;
///         CLIENT_CLOSED after p2svpn_client_close() when the last event was taken
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_client_next_event(
    client: Option<&p2svpn_client>,
    timeout_ms: u32,
    event: Option<&mut MaybeUninit<Option<Box<p2svpn_event>>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let client = required(client, "client")?;
        let place = required(event, "event")?;
        let event = client.next_event(timeout(timeout_ms))?;
        place.write(event.map(|event| Box::new(p2svpn_event::new(event))));
        Ok(())
    })
}

impl p2svpn_client {
    pub(crate) fn facade(&self) -> &Client {
        &self.client
    }

    pub(crate) fn profiles(&self) -> Profiles {
        self.client.profiles()
    }

    pub(crate) fn notes(&self) -> &NotesOfImports {
        &self.notes
    }

    /// A profile as it is now, with what was told when it was read.
    pub(crate) fn profile(&self, summary: &ProfileSummary) -> p2svpn_profile {
        p2svpn_profile::new(summary, &self.notes.of(&summary.id))
    }

    fn next_event(&self, timeout: Option<Duration>) -> Result<Option<Event>, Error> {
        let client = &self.client;
        if client.has_callback() {
            return Err(ErrorCode::EventConsumerConflict.into());
        }
        if let Some(event) = client.wait_event(timeout) {
            return Ok(Some(event));
        }
        let over = client.is_closed() && client.wait_closed(Duration::ZERO);
        match client.try_event() {
            None if over => Err(ErrorCode::ClientClosed.into()),
            event => Ok(event),
        }
    }
}

/// Reads the id of a profile.
///
/// # Safety
/// As for [`text`].
pub(crate) unsafe fn profile_id(pointer: *const c_char) -> Result<ProfileId, Error> {
    // SAFETY: as the caller of this function promises.
    let id = required(unsafe { text(pointer, "profile") }?, "profile")?;
    id.parse()
        .map_err(|_| Error::new(ErrorCode::ProfileUnknown, id))
}
