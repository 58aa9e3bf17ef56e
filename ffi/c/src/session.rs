use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::time::Duration;

use p2svpn_client::{Answer, ChallengeId, Credentials, ErrorCode, Session};

use crate::certificate::{p2svpn_certificate, required_certificate};
use crate::entry::entry;
use crate::error::p2svpn_error;
use crate::guard::{act, look};
use crate::input::{invalid, required, text};
use crate::statistics::p2svpn_statistics;
use crate::status::p2svpn_status;
use crate::stream::p2svpn_stream;
use crate::token_request::access_token;
use crate::wait::{timeout, wait};

/// How long a dial may take that nobody limits: the stack gives up much earlier.
const LONGEST_DIAL: Duration = Duration::from_secs(3600);

/// One connection to a gateway, from its beginning to its end. Any number of threads may use it at once.
///
/// It stays valid until it is freed, also after its end and after its client was freed.
pub struct p2svpn_session {
    session: Session,
}

impl p2svpn_session {
    pub(crate) fn new(session: Session) -> Self {
        Self { session }
    }
}

/// Disconnects the session, as p2svpn_session_disconnect() does, and frees it. NULL is nothing.
///
/// It returns at once; to know when the machine is as it was, wait for the end first. No other thread may be in a
/// function of this session.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_session_free(session: Option<Box<p2svpn_session>>) {
    act(|| drop(session));
}

/// Returns the number that the session's events carry; 0, which is no session's, for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_session_id(session: Option<&p2svpn_session>) -> u64 {
    look(session, 0, |session| session.session.id().number())
}

/// Takes a look at how the session stands.
///
/// @param status  receives the status of this moment, which the caller frees with p2svpn_status_free()
/// @return NULL or INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_session_status(
    session: Option<&p2svpn_session>,
    status: Option<&mut MaybeUninit<Box<p2svpn_status>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let session = required(session, "session")?;
        let place = required(status, "status")?;
        place.write(Box::new(p2svpn_status::new(session.session.status())));
        Ok(())
    })
}

/// Reads what went through until now.
///
/// @param statistics  is filled; its field `size` must be set
/// @return NULL or INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_session_statistics(
    session: Option<&p2svpn_session>,
    statistics: *mut p2svpn_statistics,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let session = required(session, "session")?;
        if statistics.is_null() {
            return Err(invalid("statistics is NULL"));
        }
        // SAFETY: not NULL, so it is as large as it says, by the rules for callers.
        unsafe { p2svpn_statistics::fill(statistics, &session.session.statistics()) }
    })
}

/// Answers a challenge for a password or a PIN, or the gateway's question.
///
/// @param challenge  the challenge's id
/// @param secret     the password; it is copied, and the copy is wiped
/// @return NULL, INVALID_ARGUMENT, CHALLENGE_UNKNOWN, ANSWER_MISMATCH or SESSION_ENDED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_session_answer_secret(
    session: Option<&p2svpn_session>,
    challenge: u64,
    secret: *const c_char,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let session = required(session, "session")?;
        // SAFETY: the caller's strings hold to the rules.
        let secret = required(unsafe { text(secret, "secret") }?, "secret")?;
        session
            .session
            .answer(ChallengeId::from_number(challenge), Answer::secret(secret))
    })
}

/// Answers a challenge for a certificate.
///
/// @param challenge    the challenge's id
/// @param certificate  the certificate with its key
/// @return NULL, INVALID_ARGUMENT, CHALLENGE_UNKNOWN, ANSWER_MISMATCH or SESSION_ENDED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_session_answer_certificate(
    session: Option<&p2svpn_session>,
    challenge: u64,
    certificate: *const p2svpn_certificate,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let session = required(session, "session")?;
        // SAFETY: the caller's certificate holds to the rules.
        let certificate = unsafe { required_certificate(certificate) }?;
        session.session.answer(
            ChallengeId::from_number(challenge),
            Answer::Certificate(certificate),
        )
    })
}

/// Answers a challenge for one of several certificates.
///
/// @param challenge  the challenge's id
/// @param place      the certificate's place in the list, from 0
/// @return NULL, INVALID_ARGUMENT, CHALLENGE_UNKNOWN, ANSWER_MISMATCH or SESSION_ENDED
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_session_answer_choice(
    session: Option<&p2svpn_session>,
    challenge: u64,
    place: usize,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let session = required(session, "session")?;
        let challenge = ChallengeId::from_number(challenge);
        session.session.answer(challenge, Answer::Choice(place))
    })
}

/// Answers a challenge for a user name and a password.
///
/// @param challenge  the challenge's id
/// @param username   the user name
/// @param password   the password; it is copied, and the copy is wiped
/// @param keep       1 makes both part of the profile once the gateway has let the session in, 0 does not
/// @return NULL, INVALID_ARGUMENT, CHALLENGE_UNKNOWN, ANSWER_MISMATCH or SESSION_ENDED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_session_answer_credentials(
    session: Option<&p2svpn_session>,
    challenge: u64,
    username: *const c_char,
    password: *const c_char,
    keep: u32,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let session = required(session, "session")?;
        // SAFETY: the caller's strings hold to the rules.
        let (username, password) =
            unsafe { (text(username, "username")?, text(password, "password")?) };
        let username = required(username, "username")?;
        let password = required(password, "password")?;
        let credentials = Credentials::new(username, password).keep(keep != 0);
        session.session.answer(
            ChallengeId::from_number(challenge),
            Answer::Credentials(credentials),
        )
    })
}

/// Answers a challenge for an access token.
///
/// @param challenge   the challenge's id
/// @param token       the token as it was issued; it is copied, and the copy is wiped
/// @param lifetime_s  for how many seconds it is still good; 0 reads that from the token
/// @return NULL, INVALID_ARGUMENT, CHALLENGE_UNKNOWN, ANSWER_MISMATCH or SESSION_ENDED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_session_answer_access_token(
    session: Option<&p2svpn_session>,
    challenge: u64,
    token: *const c_char,
    lifetime_s: u32,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let session = required(session, "session")?;
        // SAFETY: the caller's strings hold to the rules.
        let token = required(unsafe { text(token, "token") }?, "token")?;
        session.session.answer(
            ChallengeId::from_number(challenge),
            Answer::AccessToken(access_token(token, lifetime_s)),
        )
    })
}

/// Answers a challenge to sign in at a page of Entra ID that the host has shown in a view of its own.
///
/// @param challenge  the challenge's id
/// @param address    where the page ended: p2svpn_challenge_redirect_uri() with everything behind it; it is copied, and the
///                   copy is wiped
/// @return NULL, INVALID_ARGUMENT, CHALLENGE_UNKNOWN, ANSWER_MISMATCH or SESSION_ENDED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_session_answer_redirect(
    session: Option<&p2svpn_session>,
    challenge: u64,
    address: *const c_char,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let session = required(session, "session")?;
        // SAFETY: the caller's strings hold to the rules.
        let address = required(unsafe { text(address, "address") }?, "address")?;
        session.session.answer(
            ChallengeId::from_number(challenge),
            Answer::redirect(address),
        )
    })
}

/// Says that no answer to a challenge will come, of whatever kind: the session ends with SIGN_IN_CANCELLED.
///
/// @param challenge  the challenge's id
/// @return NULL, INVALID_ARGUMENT, CHALLENGE_UNKNOWN or SESSION_ENDED
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_session_answer_cancel(
    session: Option<&p2svpn_session>,
    challenge: u64,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let session = required(session, "session")?;
        session
            .session
            .answer(ChallengeId::from_number(challenge), Answer::Cancel)
    })
}

/// Asks for the session's end, in whatever state it is, and returns at once. NULL is nothing.
///
/// The session ends within 2 seconds, with what it changed undone; its last event and p2svpn_session_wait_closed() tell
/// when.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_session_disconnect(session: Option<&p2svpn_session>) {
    if let Some(session) = session {
        act(|| session.session.disconnect());
    }
}

/// Says that the host has applied a network configuration, or why it could not, which ends the session. It returns at once.
///
/// A session whose options say `host_confirms` waits for it.
///
/// @param generation  the configuration's, from p2svpn_network_config_generation()
/// @param failure     why it could not be applied, for people; NULL if it was
/// @return NULL or INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_session_network_applied(
    session: Option<&p2svpn_session>,
    generation: u64,
    failure: *const c_char,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let session = &required(session, "session")?.session;
        // SAFETY: the caller's string holds to the rules.
        let failure = unsafe { text(failure, "failure") }?;
        session.network_applied(
            generation,
            failure.map_or(Ok(()), |text| Err(text.to_owned())),
        );
        Ok(())
    })
}

/// Says that the machine's network has changed: another address, route or link. NULL is nothing. It returns at once.
///
/// The session looks whether its way to the gateway is still the same, and connects anew if not; one that waits to connect again
/// does so now. On Linux it also notices by itself.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_session_notify_network_change(session: Option<&p2svpn_session>) {
    if let Some(session) = session {
        act(|| session.session.notify_network_change());
    }
}

/// Says that the machine is about to sleep; p2svpn_session_notify_wake() follows. NULL is nothing. It returns at once.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_session_notify_sleep(session: Option<&p2svpn_session>) {
    if let Some(session) = session {
        act(|| session.session.notify_sleep());
    }
}

/// Says that the machine woke up. NULL is nothing. It returns at once.
///
/// After more than a short nap the session connects anew: gateways and firewalls have forgotten its connection, which it would find out
/// late.
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_session_notify_wake(session: Option<&p2svpn_session>) {
    if let Some(session) = session {
        act(|| session.session.notify_wake());
    }
}

/// Waits until the session is connected.
///
/// @param timeout_ms  how long to wait in milliseconds, or #P2SVPN_WAIT_FOREVER
/// @return NULL once it is connected; why it ended instead, CANCELLED if it was disconnected; WAIT_TIMED_OUT, after which
///         it goes on connecting; INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_session_wait_connected(
    session: Option<&p2svpn_session>,
    timeout_ms: u32,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        required(session, "session")?
            .session
            .wait_connected(timeout(timeout_ms))
    })
}

/// Waits until the session is over and what it changed is undone.
///
/// @param timeout_ms  how long to wait in milliseconds, or #P2SVPN_WAIT_FOREVER
/// @param reason      receives why it ended, which the caller frees with p2svpn_error_free(), or NULL if it was
///                    disconnected; may be NULL
/// @return NULL once it is over, WAIT_TIMED_OUT or INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub extern "C" fn p2svpn_session_wait_closed(
    session: Option<&p2svpn_session>,
    timeout_ms: u32,
    reason: Option<&mut MaybeUninit<Option<Box<p2svpn_error>>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let session = required(session, "session")?;
        let ended = session
            .session
            .wait_closed(timeout(timeout_ms))
            .ok_or(ErrorCode::WaitTimedOut)?;
        if let Some(place) = reason {
            place.write(ended.error.map(|error| Box::new(p2svpn_error::new(error))));
        }
        Ok(())
    })
}

/// Connects to a machine behind the gateway by TCP, with the userspace device. It blocks.
///
/// @param host        an IP address; the names of the virtual network are not looked up yet
/// @param port        the TCP port
/// @param timeout_ms  how long it may take in milliseconds, or #P2SVPN_WAIT_FOREVER
/// @param stream      receives the connection, which the caller frees with p2svpn_stream_free()
/// @return NULL, INVALID_ARGUMENT, SESSION_ENDED or an error of the numbers 8xx
#[unsafe(no_mangle)]
pub unsafe extern "C" fn p2svpn_session_dial(
    session: Option<&p2svpn_session>,
    host: *const c_char,
    port: u16,
    timeout_ms: u32,
    stream: Option<&mut MaybeUninit<Box<p2svpn_stream>>>,
) -> Option<Box<p2svpn_error>> {
    entry(|| {
        let session = required(session, "session")?;
        // SAFETY: the caller's strings hold to the rules.
        let host = required(unsafe { text(host, "host") }?, "host")?;
        let place = required(stream, "stream")?;
        let limit = timeout(timeout_ms).unwrap_or(LONGEST_DIAL);
        let dialled =
            wait(session.session.dial(host, port, limit), None).ok_or(ErrorCode::DialTimedOut)?;
        place.write(Box::new(p2svpn_stream::new(dialled?)));
        Ok(())
    })
}
