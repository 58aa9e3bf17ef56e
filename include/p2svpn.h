/*
 * p2svpn.h: the Azure Point-to-Site VPN client as a library.
 *
 * SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * The first program, which connects with a profile and a certificate, and leaves:
 *
 *     #include <p2svpn.h>
 *     #include <stdio.h>
 *
 *     int main(void) {
 *         p2svpn_certificate certificate = {0};
 *         certificate.size = sizeof certificate;
 *         certificate.pfx_file = "me.pfx";
 *         certificate.password = "secret";
 *         p2svpn_connect_options options = {0};
 *         options.size = sizeof options;
 *         options.device = P2SVPN_DEVICE_USERSPACE;                      // needs no privilege
 *         options.certificate = &certificate;
 *
 *         p2svpn_client *client = NULL;
 *         p2svpn_session *session = NULL;
 *         p2svpn_event *event = NULL;
 *         char *profile = NULL;
 *         p2svpn_error *error = p2svpn_client_new(NULL, &client);        // NULL: success; else owned by us
 *         if (!error) error = p2svpn_client_import_file(client, "azurevpnconfig.xml", &profile);
 *         if (!error) error = p2svpn_client_connect(client, profile, &options, &session);
 *         while (!error && !(error = p2svpn_client_next_event(client, P2SVPN_WAIT_FOREVER, &event))) {
 *             uint32_t kind = p2svpn_event_kind(event);
 *             if (kind == P2SVPN_EVENT_STATE) {
 *                 puts(p2svpn_state_name(p2svpn_event_state(event)));    // Preparing, Connecting, ...
 *                 if (p2svpn_event_state(event) == P2SVPN_STATE_CONNECTED) {
 *                     // Here the tunnel is used: p2svpn_session_dial().
 *                     p2svpn_session_disconnect(session);
 *                 }
 *             } else if (kind == P2SVPN_EVENT_CHALLENGE) {               // something is missing or wrong
 *                 uint64_t challenge = p2svpn_challenge_id(p2svpn_event_challenge(event));
 *                 error = p2svpn_session_answer_cancel(session, challenge);
 *             }
 *             if (kind == P2SVPN_EVENT_ENDED && p2svpn_event_error(event)) {
 *                 puts(p2svpn_error_remedy(p2svpn_event_error(event)));  // what to do about it
 *             }
 *             p2svpn_event_free(event);
 *             if (kind == P2SVPN_EVENT_ENDED) break;
 *         }
 *         if (error) fprintf(stderr, "%s\n%s\n", p2svpn_error_message(error), p2svpn_error_remedy(error));
 *         p2svpn_error_free(error);
 *         p2svpn_session_free(session);
 *         p2svpn_string_free(profile);
 *         p2svpn_client_free(client);
 *         return 0;
 *     }
 *
 * ERRORS. A function that can fail returns a p2svpn_error that the caller frees, or NULL for success. Its documentation
 * names the numbers it uses; any function may also return INTERNAL_FAILURE, which is a defect of the library. Results are
 * written through the last parameters, and only on success.
 *
 * OWNERSHIP. What a function gives out as a pointer without const belongs to the caller, who frees it with the function
 * of that type: p2svpn_client_free(), p2svpn_string_free() for `char *`, and so on. What comes as a pointer to const
 * belongs to the object it comes from and is valid until that is freed. Objects may be freed in any order. What is passed
 * in is read during the call only, and copied.
 *
 * THREADS. A function that takes an object as a pointer to const may be called for the same object by several threads at
 * once; a stream is read by one thread at a time and written by one. Functions that free an object need it alone. Nothing
 * blocks, except dialling, reading and writing a stream, freeing a client, what says wait or takes a timeout, and what has to
 * do with profiles, for as long as files are read and written. A process may have several clients; nothing is shared between
 * them but a folder of profiles that both name. Do not use a client on both sides of fork().
 *
 * ARGUMENTS. NULL is never a crash: functions that can fail return INVALID_ARGUMENT, those that free do nothing, and all
 * others return what their documentation says, or 0, NULL or "". Every other pointer must be valid. Strings are UTF-8 and
 * end with a zero byte. Structures start with their size: set all of it to zero, then the size, and what is left at zero
 * is the default; callers that were compiled with an older or newer header are told by it.
 *
 * NUMBERS. What is one of an enum is passed as uint32_t: later versions add to enums, so programs have to get along with
 * numbers that they do not know. Numbers are never changed or used again. Times are in milliseconds, or in seconds since
 * 1970 where it says so.
 *
 * SECRETS. What can hold a secret, such as an export, comes as `char *`, which p2svpn_string_free() wipes. Objects hold none. The
 * library wipes its copies of what it is passed; the caller wipes its own.
 *
 * STABILITY. As long as the version is 0.x, the ABI may change between minor versions, and P2SVPN_ABI_VERSION then grows:
 * compare it with p2svpn_abi_version(). From 1.0 on it only grows.
 *
 * CHANGES
 *     0.1.0 (ABI 1)  The first version: profiles from every file that is handed out, kept in memory or in a folder, explained,
 *                    edited, updated and exported; sessions with every sign-in of Azure's gateways (certificates, keys of the
 *                    host, Entra ID, passwords), events, dialling, gateways over TCP and UDP, questions of the gateway.
 *
 * This file is generated from the library's source; do not edit it.
 */


#ifndef P2SVPN_H
#define P2SVPN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The major version of this header. */
#define P2SVPN_VERSION_MAJOR 0

/** The minor version of this header. */
#define P2SVPN_VERSION_MINOR 1

/** The patch version of this header. */
#define P2SVPN_VERSION_PATCH 0

/** The version of this header; p2svpn_version() is that of the library. */
#define P2SVPN_VERSION "0.1.0"

/**
 * The numbers of errors. The hundreds tell where it went wrong: 1 use of the library, 2 profile, 3 certificates
 * and sign-in, 4 network towards the gateway, 5 the gateway's identity, 6 protocol and the gateway's answers,
 * 7 this machine, 8 connections through the userspace stack, 9 defects.
 */
enum p2svpn_error_numbers {
    /** The client is closed. */
    P2SVPN_ERROR_CLIENT_CLOSED = 101,
    /** Events go to the callback. */
    P2SVPN_ERROR_EVENT_CONSUMER_CONFLICT = 102,
    /** An argument cannot be used. */
    P2SVPN_ERROR_INVALID_ARGUMENT = 103,
    /** There is no such session. */
    P2SVPN_ERROR_SESSION_UNKNOWN = 104,
    /** The session has ended. */
    P2SVPN_ERROR_SESSION_ENDED = 105,
    /** There is no such challenge. */
    P2SVPN_ERROR_CHALLENGE_UNKNOWN = 106,
    /** The answer does not fit the challenge. */
    P2SVPN_ERROR_ANSWER_MISMATCH = 107,
    /** Another session is active. */
    P2SVPN_ERROR_ANOTHER_SESSION_ACTIVE = 108,
    /** The session was disconnected. */
    P2SVPN_ERROR_CANCELLED = 109,
    /** The wait took longer than allowed. */
    P2SVPN_ERROR_WAIT_TIMED_OUT = 110,
    /** There is no such profile. */
    P2SVPN_ERROR_PROFILE_UNKNOWN = 201,
    /** The profile's file cannot be read. */
    P2SVPN_ERROR_PROFILE_UNREADABLE = 202,
    /** This is not an Azure VPN profile. */
    P2SVPN_ERROR_PROFILE_FOREIGN = 203,
    /** The profile is damaged. */
    P2SVPN_ERROR_PROFILE_DAMAGED = 204,
    /** The profile is refused as unsafe. */
    P2SVPN_ERROR_PROFILE_UNSAFE = 205,
    /** The profile is incomplete. */
    P2SVPN_ERROR_PROFILE_INCOMPLETE = 206,
    /** The profile has a value that cannot be used. */
    P2SVPN_ERROR_PROFILE_VALUE_INVALID = 207,
    /** The profile's way of signing in is not known. */
    P2SVPN_ERROR_PROFILE_SIGN_IN_UNKNOWN = 208,
    /** Gateways over UDP are not supported. */
    P2SVPN_ERROR_UDP_UNSUPPORTED = 209,
    /** The package is damaged. */
    P2SVPN_ERROR_PACKAGE_DAMAGED = 210,
    /** The package is encrypted. */
    P2SVPN_ERROR_PACKAGE_ENCRYPTED = 211,
    /** The package is refused as unsafe. */
    P2SVPN_ERROR_PACKAGE_UNSAFE = 212,
    /** There is no profile in the package. */
    P2SVPN_ERROR_PACKAGE_WITHOUT_PROFILE = 213,
    /** The gateway does not offer OpenVPN. */
    P2SVPN_ERROR_TUNNEL_TYPE_UNSUPPORTED = 214,
    /** Two files contradict each other. */
    P2SVPN_ERROR_PROFILES_DISAGREE = 215,
    /** The profile sends its users to an unknown page to sign in. */
    P2SVPN_ERROR_AUTHORITY_UNKNOWN = 216,
    /** The OpenVPN configuration asks for what is not done here. */
    P2SVPN_ERROR_OPENVPN_OPTION_REFUSED = 217,
    /** The profile needs a file that is not there. */
    P2SVPN_ERROR_FILE_BESIDE_MISSING = 218,
    /** The profile was written by a newer version. */
    P2SVPN_ERROR_PROFILE_NEWER = 219,
    /** The profile comes without its secrets. */
    P2SVPN_ERROR_SECRETS_MISSING = 220,
    /** There are several profiles in it. */
    P2SVPN_ERROR_SEVERAL_PROFILES = 221,
    /** The change is refused. */
    P2SVPN_ERROR_EDIT_REFUSED = 222,
    /** The file is not for this profile. */
    P2SVPN_ERROR_UPDATE_MISMATCH = 223,
    /** The profiles' folder cannot be used. */
    P2SVPN_ERROR_STORE_UNAVAILABLE = 224,
    /** There is no room for the profile. */
    P2SVPN_ERROR_STORE_FULL = 225,
    /** The profiles' folder is not safe. */
    P2SVPN_ERROR_STORE_UNTRUSTED = 226,
    /** The key does not open the profiles' secrets. */
    P2SVPN_ERROR_STORE_KEY_WRONG = 227,
    /** A stored profile is damaged. */
    P2SVPN_ERROR_STORE_DAMAGED = 228,
    /** The files hold too much for one import. */
    P2SVPN_ERROR_IMPORT_TOO_LARGE = 229,
    /** The sign-in was cancelled. */
    P2SVPN_ERROR_SIGN_IN_CANCELLED = 301,
    /** The certificate's file cannot be read. */
    P2SVPN_ERROR_CERTIFICATE_UNREADABLE = 302,
    /** The certificate or its key is damaged. */
    P2SVPN_ERROR_CERTIFICATE_DAMAGED = 303,
    /** The certificate and its private key are not both there. */
    P2SVPN_ERROR_CERTIFICATE_INCOMPLETE = 304,
    /** The password does not open the certificate's key. */
    P2SVPN_ERROR_CERTIFICATE_PASSWORD_WRONG = 305,
    /** The certificate's key is of an unsupported kind. */
    P2SVPN_ERROR_CERTIFICATE_UNSUPPORTED = 306,
    /** The client certificate has expired. */
    P2SVPN_ERROR_CLIENT_CERTIFICATE_EXPIRED = 307,
    /** The client certificate is not valid yet. */
    P2SVPN_ERROR_CLIENT_CERTIFICATE_NOT_YET_VALID = 308,
    /** The profile asks for another client certificate. */
    P2SVPN_ERROR_CLIENT_CERTIFICATE_UNWANTED = 309,
    /** The certificate is not for clients. */
    P2SVPN_ERROR_CLIENT_CERTIFICATE_PURPOSE = 310,
    /** The gateway refused the client certificate. */
    P2SVPN_ERROR_CLIENT_CERTIFICATE_REFUSED = 311,
    /** The gateway closed the connection after it had seen the client certificate. */
    P2SVPN_ERROR_CLIENT_CERTIFICATE_PROBABLY_REFUSED = 312,
    /** The gateway refused the sign-in. */
    P2SVPN_ERROR_SIGN_IN_REFUSED = 313,
    /** A trusted root cannot be read. */
    P2SVPN_ERROR_TRUSTED_ROOT_UNREADABLE = 316,
    /** The gateway ended the session with a question. */
    P2SVPN_ERROR_SIGN_IN_CHALLENGED = 317,
    /** The gateway no longer takes the session's token. */
    P2SVPN_ERROR_TOKEN_EXPIRED = 318,
    /** Nobody signed in in time. */
    P2SVPN_ERROR_SIGN_IN_TIMED_OUT = 319,
    /** No client certificate fits. */
    P2SVPN_ERROR_NO_CERTIFICATE_FITS = 320,
    /** The token's PIN is wrong or missing. */
    P2SVPN_ERROR_PIN_WRONG = 321,
    /** The token is locked. */
    P2SVPN_ERROR_PIN_LOCKED = 322,
    /** The token that holds the key is gone. */
    P2SVPN_ERROR_TOKEN_REMOVED = 323,
    /** The key did not sign. */
    P2SVPN_ERROR_KEY_FAILED = 324,
    /** The key did not sign in time. */
    P2SVPN_ERROR_KEY_TIMED_OUT = 325,
    /** The place where certificates are looked for cannot be used. */
    P2SVPN_ERROR_CERTIFICATE_STORE_UNAVAILABLE = 326,
    /** Entra ID wants the user to sign in again. */
    P2SVPN_ERROR_ENTRA_SIGN_IN_NEEDED = 327,
    /** Entra ID does not let the user sign in. */
    P2SVPN_ERROR_ENTRA_NEEDS_USER = 328,
    /** Entra ID refuses the sign-in until an administrator changes something. */
    P2SVPN_ERROR_ENTRA_NEEDS_ADMINISTRATOR = 329,
    /** Entra ID is busy or out of order. */
    P2SVPN_ERROR_ENTRA_BUSY = 330,
    /** What the login host answered makes no sense. */
    P2SVPN_ERROR_ENTRA_ANSWER_UNUSABLE = 331,
    /** The login host cannot be reached. */
    P2SVPN_ERROR_LOGIN_HOST_UNREACHABLE = 332,
    /** The connection to the login host is not secure. */
    P2SVPN_ERROR_LOGIN_HOST_NOT_SECURE = 333,
    /** The proxy on the way to the login host refused. */
    P2SVPN_ERROR_PROXY_REFUSED = 334,
    /** The answer belongs to another sign-in. */
    P2SVPN_ERROR_SIGN_IN_MIXED_UP = 335,
    /** The access token is too long. */
    P2SVPN_ERROR_TOKEN_TOO_LONG = 336,
    /** The browser has no way back. */
    P2SVPN_ERROR_LOOPBACK_UNAVAILABLE = 337,
    /** The host program brought no access token. */
    P2SVPN_ERROR_TOKEN_PROVIDER_FAILED = 338,
    /** A revocation list cannot be read. */
    P2SVPN_ERROR_REVOCATION_LIST_UNREADABLE = 339,
    /** The gateway's name was not found. */
    P2SVPN_ERROR_NAME_NOT_RESOLVED = 401,
    /** The gateway refused the connection. */
    P2SVPN_ERROR_CONNECTION_REFUSED = 402,
    /** The gateway cannot be reached. */
    P2SVPN_ERROR_GATEWAY_UNREACHABLE = 403,
    /** The gateway did not take the connection in time. */
    P2SVPN_ERROR_CONNECT_TIMED_OUT = 404,
    /** The connection to the gateway failed. */
    P2SVPN_ERROR_CONNECT_FAILED = 405,
    /** The gateway does not answer. */
    P2SVPN_ERROR_NO_ANSWER = 406,
    /** The gateway closed the connection without an answer. */
    P2SVPN_ERROR_CLOSED_WITHOUT_ANSWER = 407,
    /** The connection ended during the handshake. */
    P2SVPN_ERROR_HANDSHAKE_INTERRUPTED = 408,
    /** The handshake took too long. */
    P2SVPN_ERROR_HANDSHAKE_TIMED_OUT = 409,
    /** The connection to the gateway was lost. */
    P2SVPN_ERROR_CONNECTION_LOST = 410,
    /** The gateway fell silent. */
    P2SVPN_ERROR_GATEWAY_SILENT = 411,
    /** The gateway's certificate does not come from the root that the profile names. */
    P2SVPN_ERROR_GATEWAY_ROOT_NOT_PINNED = 501,
    /** The root that the profile names is not known here. */
    P2SVPN_ERROR_GATEWAY_ROOT_UNKNOWN = 502,
    /** The gateway's certificate is for another name. */
    P2SVPN_ERROR_GATEWAY_NAME_WRONG = 503,
    /** The gateway's certificate has expired. */
    P2SVPN_ERROR_GATEWAY_CERTIFICATE_EXPIRED = 504,
    /** The gateway's certificate is not valid yet. */
    P2SVPN_ERROR_GATEWAY_CERTIFICATE_NOT_YET_VALID = 505,
    /** The gateway's certificate is not for servers. */
    P2SVPN_ERROR_GATEWAY_CERTIFICATE_PURPOSE = 506,
    /** The gateway's certificate was revoked. */
    P2SVPN_ERROR_GATEWAY_CERTIFICATE_REVOKED = 507,
    /** The gateway's certificate cannot be verified. */
    P2SVPN_ERROR_GATEWAY_CERTIFICATE_DAMAGED = 508,
    /** The gateway's certificate is not the one that the profile names. */
    P2SVPN_ERROR_GATEWAY_FINGERPRINT_WRONG = 509,
    /** The gateway's certificate is not for the use that the profile demands. */
    P2SVPN_ERROR_GATEWAY_CERTIFICATE_USAGE = 510,
    /** The gateway's certificate is of a kind that is refused. */
    P2SVPN_ERROR_GATEWAY_CERTIFICATE_UNSUPPORTED = 511,
    /** Whether the gateway's certificate was revoked cannot be told. */
    P2SVPN_ERROR_GATEWAY_REVOCATION_UNKNOWN = 512,
    /** The gateway offers no TLS that is allowed. */
    P2SVPN_ERROR_TLS_NOTHING_IN_COMMON = 601,
    /** TLS failed. */
    P2SVPN_ERROR_TLS_FAILED = 602,
    /** The key exchange with the gateway failed. */
    P2SVPN_ERROR_KEY_EXCHANGE_INVALID = 603,
    /** The gateway sent no settings. */
    P2SVPN_ERROR_PUSH_TIMED_OUT = 604,
    /** The gateway's settings cannot be used. */
    P2SVPN_ERROR_PUSH_INVALID = 605,
    /** The gateway assigned no address. */
    P2SVPN_ERROR_NO_ADDRESS = 606,
    /** The gateway asks for a data cipher that is not allowed. */
    P2SVPN_ERROR_CIPHER_REFUSED = 607,
    /** The gateway asks for compression. */
    P2SVPN_ERROR_COMPRESSION_REFUSED = 608,
    /** The gateway ended the session. */
    P2SVPN_ERROR_GATEWAY_EXIT = 609,
    /** The gateway asks to connect again. */
    P2SVPN_ERROR_GATEWAY_RESTART = 610,
    /** The gateway ordered the client to stop. */
    P2SVPN_ERROR_GATEWAY_HALT = 611,
    /** The session's keys are used up. */
    P2SVPN_ERROR_KEYS_EXHAUSTED = 612,
    /** The gateway broke the protocol. */
    P2SVPN_ERROR_PROTOCOL_BROKEN = 613,
    /** The gateway lets nobody in just now. */
    P2SVPN_ERROR_GATEWAY_BUSY = 614,
    /** The session's keys could not be renewed. */
    P2SVPN_ERROR_GATEWAY_REKEY = 615,
    /** The gateway changed a setting that only a new connection can take on. */
    P2SVPN_ERROR_GATEWAY_SETTINGS_CHANGED = 616,
    /** There was next to no traffic for as long as the gateway allows. */
    P2SVPN_ERROR_INACTIVE = 617,
    /** The session lasted as long as the gateway allows. */
    P2SVPN_ERROR_SESSION_TIMED_OUT = 618,
    /** The gateway was silent, and is set up to end sessions then. */
    P2SVPN_ERROR_GATEWAY_SILENT_FOR_GOOD = 619,
    /** This system has no network device for the tunnel. */
    P2SVPN_ERROR_DEVICE_UNSUPPORTED = 701,
    /** The tunnel's network device was denied. */
    P2SVPN_ERROR_DEVICE_DENIED = 702,
    /** The tunnel's network device could not be made. */
    P2SVPN_ERROR_DEVICE_FAILED = 703,
    /** That is no name for a network device. */
    P2SVPN_ERROR_DEVICE_NAME_INVALID = 704,
    /** The host's descriptor cannot carry packets. */
    P2SVPN_ERROR_HOST_DEVICE_UNUSABLE = 705,
    /** The tunnel's network device failed. */
    P2SVPN_ERROR_DEVICE_LOST = 706,
    /** The machine's network settings may not be changed. */
    P2SVPN_ERROR_MACHINE_DENIED = 707,
    /** The machine's network settings could not be made. */
    P2SVPN_ERROR_MACHINE_FAILED = 708,
    /** The system gave no threads. */
    P2SVPN_ERROR_THREADS_UNAVAILABLE = 709,
    /** The system gave no random bytes. */
    P2SVPN_ERROR_RANDOMNESS_UNAVAILABLE = 710,
    /** The TLS settings cannot be used. */
    P2SVPN_ERROR_TLS_UNAVAILABLE = 711,
    /** Another route keeps traffic out of the tunnel. */
    P2SVPN_ERROR_ROUTE_CONFLICT = 712,
    /** This version cannot configure the network of this system. */
    P2SVPN_ERROR_MACHINE_UNSUPPORTED = 713,
    /** The leak guard could not be raised. */
    P2SVPN_ERROR_LEAK_GUARD_FAILED = 714,
    /** The session has no userspace stack. */
    P2SVPN_ERROR_DIAL_NOT_USERSPACE = 801,
    /** The session is not connected. */
    P2SVPN_ERROR_DIAL_NOT_CONNECTED = 802,
    /** The connection through the tunnel was refused. */
    P2SVPN_ERROR_DIAL_REFUSED = 803,
    /** The connection through the tunnel was not made in time. */
    P2SVPN_ERROR_DIAL_TIMED_OUT = 804,
    /** The address cannot be reached through the tunnel. */
    P2SVPN_ERROR_DIAL_UNREACHABLE = 805,
    /** Too many connections through the tunnel are open. */
    P2SVPN_ERROR_DIAL_LIMIT = 806,
    /** Names cannot be dialled yet. */
    P2SVPN_ERROR_DIAL_NAME_UNSUPPORTED = 807,
    /** The connection through the tunnel failed. */
    P2SVPN_ERROR_DIAL_FAILED = 808,
    /** Something inside the library failed. */
    P2SVPN_ERROR_INTERNAL_FAILURE = 901,
};


/**
 * The version of this ABI that a program was compiled with; p2svpn_abi_version() is the one it runs with.
 *
 * It grows with every change of the ABI. As long as the library's version is 0.x, a program runs with the version it was
 * compiled with: compare the two when it starts.
 */
#define P2SVPN_ABI_VERSION 1

/**
 * A timeout that never comes.
 */
#define P2SVPN_WAIT_FOREVER 4294967295

/**
 * What kind of reaction an error calls for.
 */
typedef enum p2svpn_error_classes {
    /**
     * There is no error.
     */
    P2SVPN_CLASS_NONE = 0,
    /**
     * The same again may succeed later, without anybody's doing.
     */
    P2SVPN_CLASS_RETRY = 1,
    /**
     * Somebody has to sign in again, or with other credentials.
     */
    P2SVPN_CLASS_NEEDS_SIGN_IN = 2,
    /**
     * The user can do something about it: the remedy says what.
     */
    P2SVPN_CLASS_USER_ACTION = 3,
    /**
     * A profile, a gateway or an option has to be changed, usually by an administrator.
     */
    P2SVPN_CLASS_CONFIGURATION = 4,
    /**
     * It will not succeed, whoever tries.
     */
    P2SVPN_CLASS_FATAL = 5,
    /**
     * A defect in the host program or in this library.
     */
    P2SVPN_CLASS_BUG = 6,
} p2svpn_error_classes;

/**
 * How a profile signs in.
 */
typedef enum p2svpn_sign_ins {
    /**
     * In a way that this version does not know.
     */
    P2SVPN_SIGN_IN_OTHER = 0,
    /**
     * By a client certificate.
     */
    P2SVPN_SIGN_IN_CERTIFICATE = 1,
    /**
     * By Microsoft Entra ID.
     */
    P2SVPN_SIGN_IN_ENTRA = 2,
    /**
     * By a user name and a password.
     */
    P2SVPN_SIGN_IN_PASSWORD = 3,
    /**
     * By a client certificate together with a user name and a password.
     */
    P2SVPN_SIGN_IN_CERTIFICATE_AND_PASSWORD = 4,
} p2svpn_sign_ins;

/**
 * Where a session's packets come from and go to.
 */
typedef enum p2svpn_devices {
    /**
     * A TUN device where the process may make one, else the userspace stack, which a warning event tells of.
     */
    P2SVPN_DEVICE_AUTO = 0,
    /**
     * A network device of the operating system. It needs privilege: CAP_NET_ADMIN on Linux.
     */
    P2SVPN_DEVICE_TUN = 1,
    /**
     * A network stack inside the process: it needs no privilege and changes nothing on the machine. Connections go through
     * p2svpn_session_dial().
     */
    P2SVPN_DEVICE_USERSPACE = 2,
    /**
     * A descriptor that the host opened: a TUN device, or a socket that keeps packets apart. Not on Windows.
     */
    P2SVPN_DEVICE_FD = 3,
} p2svpn_devices;

/**
 * What stands before each packet of a host's descriptor.
 */
typedef enum p2svpn_packet_headers {
    /**
     * Nothing: the descriptor carries bare IP packets.
     */
    P2SVPN_PACKET_HEADER_NONE = 0,
    /**
     * Linux packet information (`struct tun_pi`): two bytes of flags, then the EtherType in network order.
     */
    P2SVPN_PACKET_HEADER_LINUX = 1,
    /**
     * The address family in four bytes in network order, as `utun` of macOS and iOS has it.
     */
    P2SVPN_PACKET_HEADER_DARWIN = 2,
} p2svpn_packet_headers;

/**
 * What an event tells.
 */
typedef enum p2svpn_event_kinds {
    /**
     * Something that this version does not know: ignore it.
     */
    P2SVPN_EVENT_OTHER = 0,
    /**
     * The session reached another state: p2svpn_event_state(), p2svpn_event_reason().
     */
    P2SVPN_EVENT_STATE = 1,
    /**
     * The session waits for an answer: p2svpn_event_challenge().
     */
    P2SVPN_EVENT_CHALLENGE = 2,
    /**
     * What the session wants of the machine's network, whether this library applies it or the host does:
     * p2svpn_event_network_config().
     */
    P2SVPN_EVENT_NETWORK_CONFIG = 3,
    /**
     * Something odd that ends nothing: p2svpn_event_warning().
     */
    P2SVPN_EVENT_WARNING = 4,
    /**
     * The session is over and what it changed is undone: p2svpn_event_error(). It is the session's last event.
     */
    P2SVPN_EVENT_ENDED = 5,
    /**
     * Profiles were added, changed, removed or put into another order, here or by another process:
     * p2svpn_event_profile_change().
     */
    P2SVPN_EVENT_PROFILES_CHANGED = 6,
} p2svpn_event_kinds;

/**
 * Where a session is on its way.
 */
typedef enum p2svpn_states {
    /**
     * Nothing is going on: not started, or ended for good.
     */
    P2SVPN_STATE_DISCONNECTED = 0,
    /**
     * The identity is loaded and checked, and the device is chosen.
     */
    P2SVPN_STATE_PREPARING = 1,
    /**
     * A challenge waits for an answer.
     */
    P2SVPN_STATE_SIGNING_IN = 2,
    /**
     * The gateway is called, and each side proves who it is.
     */
    P2SVPN_STATE_CONNECTING = 3,
    /**
     * The device and the machine are given the addresses and routes.
     */
    P2SVPN_STATE_CONFIGURING = 4,
    /**
     * Packets go through.
     */
    P2SVPN_STATE_CONNECTED = 5,
    /**
     * The connection was lost, and the session is getting it back; what would go through the tunnel is held. Each attempt is
     * told by an event: p2svpn_event_attempt().
     */
    P2SVPN_STATE_RECONNECTING = 6,
    /**
     * The session is ending and what it changed is undone.
     */
    P2SVPN_STATE_DISCONNECTING = 7,
} p2svpn_states;

/**
 * What becomes of the traffic that a session is for.
 */
typedef enum p2svpn_protections {
    /**
     * It goes its way as if there were no session.
     */
    P2SVPN_PROTECTION_NONE = 0,
    /**
     * It goes through the tunnel.
     */
    P2SVPN_PROTECTION_PROTECTED = 1,
    /**
     * It is held: it goes neither through the tunnel nor outside of it.
     */
    P2SVPN_PROTECTION_HELD = 2,
} p2svpn_protections;

/**
 * What a challenge asks for.
 */
typedef enum p2svpn_challenge_kinds {
    /**
     * Something that this version does not know: only cancelling answers it.
     */
    P2SVPN_CHALLENGE_OTHER = 0,
    /**
     * A client certificate with its key: p2svpn_session_answer_certificate() answers it.
     */
    P2SVPN_CHALLENGE_CERTIFICATE = 1,
    /**
     * The password that opens the certificate's key: p2svpn_session_answer_secret() answers it.
     */
    P2SVPN_CHALLENGE_CERTIFICATE_PASSWORD = 2,
    /**
     * The gateway's own question, such as for a one-time code: p2svpn_session_answer_secret() answers it.
     */
    P2SVPN_CHALLENGE_QUESTION = 3,
    /**
     * The user has to sign in at p2svpn_challenge_url(), a page of Entra ID or of the gateway. That this is done is learned
     * without the host, and the session goes on: nothing but cancelling answers it, and p2svpn_session_answer_redirect()
     * where there is a p2svpn_challenge_redirect_uri().
     */
    P2SVPN_CHALLENGE_SIGN_IN_PAGE = 4,
    /**
     * One of several client certificates that all fit: p2svpn_session_answer_choice() answers it.
     */
    P2SVPN_CHALLENGE_CHOOSE_CERTIFICATE = 5,
    /**
     * The PIN of the token p2svpn_challenge_label(): p2svpn_session_answer_secret() answers it. Each wrong one counts, so
     * nothing but a person may answer anew.
     */
    P2SVPN_CHALLENGE_TOKEN_PIN = 6,
    /**
     * A user name and a password: p2svpn_session_answer_credentials() answers it.
     */
    P2SVPN_CHALLENGE_CREDENTIALS = 7,
    /**
     * The user has to type p2svpn_challenge_code() at p2svpn_challenge_url(), on any device. Nothing but cancelling answers it:
     * the session learns by itself that the user has signed in.
     */
    P2SVPN_CHALLENGE_DEVICE_CODE = 8,
    /**
     * An access token of Entra ID: p2svpn_session_answer_access_token() answers it.
     */
    P2SVPN_CHALLENGE_ACCESS_TOKEN = 9,
} p2svpn_challenge_kinds;

/**
 * Places that keep client certificates with their keys, which sign there and are not shown.
 */
typedef enum p2svpn_certificate_stores {
    /**
     * The tokens of `pkcs11_module`, such as smart cards and security keys.
     */
    P2SVPN_CERTIFICATE_STORE_PKCS11 = 0,
    /**
     * The user's own: `Cert:\CurrentUser\My` on Windows, the user's keychains on macOS. Linux has none.
     */
    P2SVPN_CERTIFICATE_STORE_CURRENT_USER = 1,
    /**
     * The machine's: `Cert:\LocalMachine\My` on Windows, the system's keychain on macOS. Often only administrators may use its
     * keys, and only they may change it. Linux has none.
     */
    P2SVPN_CERTIFICATE_STORE_LOCAL_MACHINE = 2,
} p2svpn_certificate_stores;

/**
 * How a session signs in with Entra ID when nobody has signed in before, or Entra wants it anew.
 */
typedef enum p2svpn_entra_methods {
    /**
     * In a browser on this machine: the challenge #P2SVPN_CHALLENGE_SIGN_IN_PAGE names the page.
     */
    P2SVPN_ENTRA_BROWSER = 0,
    /**
     * On any device, with a code: the challenge #P2SVPN_CHALLENGE_DEVICE_CODE names page and code.
     */
    P2SVPN_ENTRA_DEVICE_CODE = 1,
    /**
     * The host brings tokens, by `on_token` or when the challenge #P2SVPN_CHALLENGE_ACCESS_TOKEN asks.
     */
    P2SVPN_ENTRA_TOKEN = 2,
} p2svpn_entra_methods;

/**
 * Why the host's HTTP client got no answer.
 */
typedef enum p2svpn_http_failures {
    /**
     * Anything that the others are not.
     */
    P2SVPN_HTTP_FAILED = 0,
    /**
     * The server's name has no address, or it cannot be reached.
     */
    P2SVPN_HTTP_UNREACHABLE = 1,
    /**
     * No answer came in time.
     */
    P2SVPN_HTTP_TIMED_OUT = 2,
    /**
     * The server's certificate is not trusted, or no encryption was agreed on.
     */
    P2SVPN_HTTP_NOT_SECURE = 3,
    /**
     * The proxy on the way refused.
     */
    P2SVPN_HTTP_PROXY = 4,
} p2svpn_http_failures;

/**
 * The kind of a private key.
 */
typedef enum p2svpn_key_algorithms {
    /**
     * RSA.
     */
    P2SVPN_KEY_RSA = 1,
    /**
     * ECDSA on the curve P-256.
     */
    P2SVPN_KEY_ECDSA_P256 = 2,
    /**
     * ECDSA on the curve P-384.
     */
    P2SVPN_KEY_ECDSA_P384 = 3,
    /**
     * ECDSA on the curve P-521.
     */
    P2SVPN_KEY_ECDSA_P521 = 4,
    /**
     * Ed25519.
     */
    P2SVPN_KEY_ED25519 = 5,
} p2svpn_key_algorithms;

/**
 * Ways of signing, by the numbers of TLS (RFC 8446 section 4.2.3). The salt of RSA-PSS is as long as the hash.
 */
typedef enum p2svpn_schemes {
    /**
     * RSA with PKCS#1 version 1.5 and SHA-256: for TLS 1.2 only, as the next two.
     */
    P2SVPN_SCHEME_RSA_PKCS1_SHA256 = 1025,
    /**
     * RSA with PKCS#1 version 1.5 and SHA-384.
     */
    P2SVPN_SCHEME_RSA_PKCS1_SHA384 = 1281,
    /**
     * RSA with PKCS#1 version 1.5 and SHA-512.
     */
    P2SVPN_SCHEME_RSA_PKCS1_SHA512 = 1537,
    /**
     * RSA-PSS with SHA-256.
     */
    P2SVPN_SCHEME_RSA_PSS_SHA256 = 2052,
    /**
     * RSA-PSS with SHA-384.
     */
    P2SVPN_SCHEME_RSA_PSS_SHA384 = 2053,
    /**
     * RSA-PSS with SHA-512.
     */
    P2SVPN_SCHEME_RSA_PSS_SHA512 = 2054,
    /**
     * ECDSA on P-256 with SHA-256.
     */
    P2SVPN_SCHEME_ECDSA_P256_SHA256 = 1027,
    /**
     * ECDSA on P-384 with SHA-384.
     */
    P2SVPN_SCHEME_ECDSA_P384_SHA384 = 1283,
    /**
     * ECDSA on P-521 with SHA-512.
     */
    P2SVPN_SCHEME_ECDSA_P521_SHA512 = 1539,
    /**
     * Ed25519, which signs the message itself.
     */
    P2SVPN_SCHEME_ED25519 = 2055,
} p2svpn_schemes;

/**
 * What carries the tunnel's packets to a gateway.
 */
typedef enum p2svpn_transports {
    /**
     * Something that this version does not know.
     */
    P2SVPN_TRANSPORT_OTHER = 0,
    /**
     * TCP, as with every Azure gateway.
     */
    P2SVPN_TRANSPORT_TCP = 1,
    /**
     * UDP, as with many other gateways.
     */
    P2SVPN_TRANSPORT_UDP = 2,
} p2svpn_transports;

/**
 * What became different among the profiles.
 */
typedef enum p2svpn_profile_changes {
    /**
     * In a way that this version does not know: list the profiles again.
     */
    P2SVPN_PROFILE_CHANGE_OTHER = 0,
    /**
     * A profile was imported or duplicated, or can be used again.
     */
    P2SVPN_PROFILE_ADDED = 1,
    /**
     * A profile was edited or updated.
     */
    P2SVPN_PROFILE_CHANGED = 2,
    /**
     * A profile was removed, or can no longer be used.
     */
    P2SVPN_PROFILE_REMOVED = 3,
    /**
     * The profiles are in another order; it is about none of them alone.
     */
    P2SVPN_PROFILES_REORDERED = 4,
} p2svpn_profile_changes;

/**
 * What can be wrong in the folder of the profiles.
 */
typedef enum p2svpn_profile_problem_kinds {
    /**
     * Something that this version does not know.
     */
    P2SVPN_PROFILE_PROBLEM_OTHER = 0,
    /**
     * A file is damaged, was changed by somebody else, or could have been planted. It is in the folder `damaged`, with its
     * secrets kept: import the profile again, then call p2svpn_client_discard_profile_file().
     */
    P2SVPN_PROFILE_PROBLEM_SET_ASIDE = 1,
    /**
     * The same, but the file is where it was, because the folder cannot be written.
     */
    P2SVPN_PROFILE_PROBLEM_DAMAGED = 2,
    /**
     * A newer version of the library wrote the file; it is left as it is.
     */
    P2SVPN_PROFILE_PROBLEM_NEWER = 3,
    /**
     * The system does not let the file be read; it is left as it is.
     */
    P2SVPN_PROFILE_PROBLEM_UNREADABLE = 4,
    /**
     * The profile's secrets are not there: import the profile again.
     */
    P2SVPN_PROFILE_PROBLEM_SECRETS_MISSING = 5,
    /**
     * The profile's secrets cannot be read now.
     */
    P2SVPN_PROFILE_PROBLEM_SECRETS_UNREADABLE = 6,
    /**
     * The file's name is not one that the library gave; it is ignored.
     */
    P2SVPN_PROFILE_PROBLEM_FOREIGN_NAME = 7,
    /**
     * There are more files than profiles may be; this one is ignored.
     */
    P2SVPN_PROFILE_PROBLEM_TOO_MANY = 8,
    /**
     * The order of the profiles is lost; they are in that of their imports.
     */
    P2SVPN_PROFILE_PROBLEM_ORDER = 9,
    /**
     * Others could read the file or enter the folder. It was closed to them.
     */
    P2SVPN_PROFILE_PROBLEM_WAS_OPEN_TO_OTHERS = 10,
    /**
     * The profile's secrets were sealed with another key than that of the client.
     */
    P2SVPN_PROFILE_PROBLEM_WRONG_KEY = 11,
} p2svpn_profile_problem_kinds;

/**
 * What is done with the entries of a list.
 */
typedef enum p2svpn_list_actions {
    /**
     * They are added at the end.
     */
    P2SVPN_LIST_ADD = 0,
    /**
     * They take the place of all that was there; none clears the list.
     */
    P2SVPN_LIST_REPLACE = 1,
    /**
     * They are taken out.
     */
    P2SVPN_LIST_REMOVE = 2,
} p2svpn_list_actions;

/**
 * Formats that profiles are exported in.
 */
typedef enum p2svpn_export_formats {
    /**
     * azurevpnconfig.xml, as the Azure portal and Microsoft's client write it.
     */
    P2SVPN_EXPORT_AZURE_XML = 1,
    /**
     * The library's own JSON, which has a place for everything.
     */
    P2SVPN_EXPORT_JSON = 2,
    /**
     * An OpenVPN configuration, .ovpn, for OpenVPN 2.6 and later.
     */
    P2SVPN_EXPORT_OPENVPN = 3,
} p2svpn_export_formats;

/**
 * A client certificate as a program shows it. Names come from the certificate and are not to be trusted; control and
 * invisible characters in them are escaped. It belongs to the list it comes from.
 */
typedef struct p2svpn_certificate_details p2svpn_certificate_details;

/**
 * Client certificates that were found. Any thread may use it.
 */
typedef struct p2svpn_certificate_list p2svpn_certificate_list;

/**
 * A question that a session needs answered before it goes on. It belongs to the event it comes from.
 *
 * The session waits in the state SigningIn; disconnecting withdraws the question. Questions of its own wait for as long as
 * it takes. Those of the gateway wait for as long as the gateway does, and are withdrawn when it goes on or asks another.
 * A gateway may also ask while the session is connected, which it stays.
 */
typedef struct p2svpn_challenge p2svpn_challenge;

/**
 * The library as a host holds it: profiles, sessions, and one queue of events.
 *
 * Any number of threads may use it at once. A program may have several, which know nothing of each other.
 */
typedef struct p2svpn_client p2svpn_client;

/**
 * What an edit did to a profile, beside what it was asked for. Any thread may use it.
 *
 * Fields of a profile have stable names: "name", "version", "servers", "authentication", "client_certificate",
 * "certificate_issuer", "user_name", "sign_in", "server_validation", "include_routes", "exclude_routes", "dns_servers",
 * "dns_suffixes", "secondary_profile", "always_on", "trusted_networks", "protocol", "network", "unknown_elements", and what a
 * later version adds. Networks are written as "10.1.0.0/16".
 */
typedef struct p2svpn_edit_report p2svpn_edit_report;

/**
 * Why something failed. Functions that can fail return one that the caller owns, or NULL for success.
 *
 * Decide by the number or the class, never by the texts, which may change. It holds no secret, and all of its texts
 * are fit to be shown in one line. Any thread may use it.
 */
typedef struct p2svpn_error p2svpn_error;

/**
 * Something that happened. It holds no secret. Its owner frees it with p2svpn_event_free(). Any thread may use it.
 */
typedef struct p2svpn_event p2svpn_event;

/**
 * A request of a sign-in that the host's HTTP client sends.
 *
 * It belongs to the callback that gets it, which answers at once or later, from any thread: by
 * p2svpn_http_request_complete() or p2svpn_http_request_fail(), both of which free it. The library gives up after a minute, and
 * an answer is of no use then; it still has to come. Requests and answers hold secrets: they are neither logged nor kept.
 */
typedef struct p2svpn_http_request p2svpn_http_request;

/**
 * What a session wants of the machine's network, complete in itself. It belongs to the event it comes from.
 *
 * Networks are written as "10.1.0.0/16", addresses as "10.1.0.4", IPv6 alike.
 */
typedef struct p2svpn_network_config p2svpn_network_config;

/**
 * What a profile needs and what it would change on this machine, before anything is connected. It holds no secret. Any
 * thread may use it.
 */
typedef struct p2svpn_plan p2svpn_plan;

/**
 * The plans of the profiles in files. Any thread may use it.
 */
typedef struct p2svpn_plans p2svpn_plans;

/**
 * What a host shows of a profile in a list, as it was when it was looked at. It holds no secret. Any thread may use it.
 */
typedef struct p2svpn_profile p2svpn_profile;

/**
 * Something that became different among the profiles. It belongs to the event it comes from.
 */
typedef struct p2svpn_profile_change p2svpn_profile_change;

/**
 * Everything that a host shows of one profile, as it was when it was looked at. It holds no secret: of passwords and keys it
 * says only that they are there. Any thread may use it.
 *
 * Networks are written as "10.1.0.0/16", addresses as "10.1.0.4", IPv6 alike, thumbprints as hexadecimal digits.
 */
typedef struct p2svpn_profile_details p2svpn_profile_details;

/**
 * Changes to a profile, collected first and made together by p2svpn_client_edit_profile(). One thread at a time uses it.
 *
 * Lists are texts with their entries between commas, semicolons or lines; what follows a '#' in a line is a comment.
 */
typedef struct p2svpn_profile_edit p2svpn_profile_edit;

/**
 * Something in the folder of the profiles that is not as it should be; all other profiles are there. It belongs to the
 * list it comes from.
 */
typedef struct p2svpn_profile_problem p2svpn_profile_problem;

/**
 * What was wrong in the folder of the profiles when it was looked at. Any thread may use it.
 */
typedef struct p2svpn_profile_problems p2svpn_profile_problems;

/**
 * What came of bringing a profile up to date with a newer package. Fields have the names that p2svpn_edit_report tells. Any
 * thread may use it.
 */
typedef struct p2svpn_profile_update p2svpn_profile_update;

/**
 * The profiles of a client, as they were when they were looked at. Any thread may use it.
 */
typedef struct p2svpn_profiles p2svpn_profiles;

/**
 * A gateway's certificate that was refused. It belongs to the library, and is there while the callback runs that gets it.
 *
 * Names come from the certificate and are not to be trusted; control and invisible characters in them are escaped.
 */
typedef struct p2svpn_refused_certificate p2svpn_refused_certificate;

/**
 * One connection to a gateway, from its beginning to its end. Any number of threads may use it at once.
 *
 * It stays valid until it is freed, also after its end and after its client was freed.
 */
typedef struct p2svpn_session p2svpn_session;

/**
 * A signature that a session needs of a key that the host keeps.
 *
 * It belongs to the callback that gets it, which answers at once or later, from any thread: by
 * p2svpn_signature_request_complete() or p2svpn_signature_request_fail(), both of which free it. The session gives up after
 * a minute, and an answer is of no use then; it still has to come.
 */
typedef struct p2svpn_signature_request p2svpn_signature_request;

/**
 * How a session stood at one moment. What was not known then is empty. Any thread may use it.
 *
 * Networks are written as "10.1.0.0/16", addresses as "10.1.0.4", IPv6 alike.
 */
typedef struct p2svpn_status p2svpn_status;

/**
 * A TCP connection through the tunnel. One thread may read while another one writes.
 *
 * It stays valid until it is freed, also after its session's end, which resets it.
 */
typedef struct p2svpn_stream p2svpn_stream;

/**
 * An access token of Entra ID that a session needs of the host.
 *
 * It belongs to the callback that gets it, which answers at once or later, from any thread: by
 * p2svpn_token_request_complete() or p2svpn_token_request_fail(), both of which free it. A person may have to sign in for it, so
 * nothing limits how long that takes; an answer has to come all the same, also when the session is over: until then a thread
 * waits for it, and what the callback is given is not freed.
 */
typedef struct p2svpn_token_request p2svpn_token_request;

/**
 * Something odd that was ignored or repaired, and ended nothing. It belongs to the event, the profile or the plan it comes
 * from.
 */
typedef struct p2svpn_warning p2svpn_warning;

/**
 * The answer of a server. Set all of it to zero, and `size` to the structure's size. What it points to is read during the call
 * only, and copied; the copy of the body is wiped.
 */
typedef struct p2svpn_http_response {
    /**
     * The size of this structure in bytes.
     */
    size_t size;
    /**
     * The status, such as 200, whatever it is.
     */
    uint32_t status;
    /**
     * Nothing yet: 0.
     */
    uint32_t reserved;
    /**
     * The names of the headers.
     */
    const char *const *header_names;
    /**
     * The value of each header.
     */
    const char *const *header_values;
    /**
     * How many headers there are, 1,024 at most.
     */
    size_t header_count;
    /**
     * The body; NULL for an empty one.
     */
    const uint8_t *body;
    /**
     * How many bytes the body has, 1,048,576 at most.
     */
    size_t body_size;
} p2svpn_http_response;

/**
 * A place that keeps client certificates. Set all of it to zero, and `size` to the structure's size.
 *
 * What it points to is read during the call only, and copied; the library wipes its copies.
 */
typedef struct p2svpn_certificate_store {
    /**
     * The size of this structure in bytes.
     */
    size_t size;
    /**
     * One of #p2svpn_certificate_stores.
     */
    uint32_t kind;
    /**
     * Nothing yet: 0.
     */
    uint32_t reserved;
    /**
     * With #P2SVPN_CERTIFICATE_STORE_PKCS11, the absolute path of the library that the tokens' maker gives. Its code runs in
     * this process, so the path must never come from a profile.
     */
    const char *pkcs11_module;
    /**
     * Where a token is changed, its name; NULL where only one is inserted.
     */
    const char *token_label;
    /**
     * Where a token is changed, its PIN. It is handed over once: each wrong one counts, and the last one locks the token.
     */
    const char *token_pin;
} p2svpn_certificate_store;

/**
 * A private key that the host keeps to itself: on a card, in a key store, behind a service. Set all of it to zero, `size`
 * to the structure's size, and every field but `userdata` and `free_userdata`.
 */
typedef struct p2svpn_external_key {
    /**
     * The size of this structure in bytes.
     */
    size_t size;
    /**
     * The kind of the key: one of #p2svpn_key_algorithms.
     */
    uint32_t algorithm;
    /**
     * How many ways of signing there are.
     */
    uint32_t scheme_count;
    /**
     * The ways in which it signs, the preferred one first: numbers of #p2svpn_schemes. Without one of RSA-PSS an RSA key
     * signs in TLS 1.2 only. They are copied.
     */
    const uint16_t *schemes;
    /**
     * Asks for a signature, when a session connects and at each change of keys. It owns the request.
     *
     * It is called on a thread of the library's own, which it may block; the session goes on meanwhile. Several sessions may
     * call it at once. It may not end by an exception or `longjmp`.
     */
    void (*on_sign)(struct p2svpn_signature_request *request, void *userdata);
    /**
     * What `on_sign` is given; the library does not look at it.
     */
    void *userdata;
    /**
     * Is called once, from any thread, when `on_sign` will be called no more, also if the function that took the key fails;
     * NULL for nothing. It is not called for a structure whose size is wrong.
     */
    void (*free_userdata)(void *userdata);
} p2svpn_external_key;

/**
 * A client certificate with its private key, as the host has it.
 *
 * Set all of it to zero, `size` to the structure's size, and exactly one of `pfx_file`, `pem_file`, `pfx` and `pem`. What
 * it points to is read during the call only, and copied; the library wipes its copies. Files are read when the session
 * prepares, so a mistake in them is the session's end, or a challenge for the password.
 */
typedef struct p2svpn_certificate {
    /**
     * The size of this structure in bytes.
     */
    size_t size;
    /**
     * Path of a PFX file (PKCS#12).
     */
    const char *pfx_file;
    /**
     * Path of a PEM file with the certificate, its intermediates in any order, and its key unless `key_file` is set.
     */
    const char *pem_file;
    /**
     * Path of a PEM file with the key that belongs to `pem_file`: PKCS#8 (also encrypted), PKCS#1 or SEC1.
     */
    const char *key_file;
    /**
     * The bytes of a PFX container.
     */
    const uint8_t *pfx;
    /**
     * How many bytes `pfx` has.
     */
    size_t pfx_size;
    /**
     * PEM text with what `pem_file` would have; it need not end with a zero byte.
     */
    const uint8_t *pem;
    /**
     * How many bytes `pem` has.
     */
    size_t pem_size;
    /**
     * PEM text with the key that belongs to `pem`.
     */
    const uint8_t *key;
    /**
     * How many bytes `key` has.
     */
    size_t key_size;
    /**
     * The password of the container or of the encrypted key. Without it, or with a wrong one, a challenge asks for it.
     */
    const char *password;
    /**
     * A key that the host keeps to itself; `pem` then has the certificate and its intermediates, the certificate first. NULL
     * if the key is in `pfx` or `pem`.
     */
    const struct p2svpn_external_key *external_key;
} p2svpn_certificate;

/**
 * How a client is made. Set all of it to zero and `size` to the structure's size; in every field zero is the default.
 */
typedef struct p2svpn_client_options {
    /**
     * The size of this structure in bytes.
     */
    size_t size;
    /**
     * How many events may wait, from 1 to 65,536; 0 for 256. When more would, the oldest of the least important are
     * dropped and counted: warnings first, ends of sessions last.
     */
    uint32_t event_capacity;
    /**
     * 1 allows several sessions at once; 0 allows one, as in Microsoft's client.
     */
    uint32_t several_sessions;
    /**
     * Takes every event, instead of p2svpn_client_next_event(); NULL for none.
     *
     * It owns the event: it calls p2svpn_event_free(), at once or later, in any thread. It is called from one thread of
     * the library, for one event after the other in order, while no lock is held; it may call every function of this
     * header, also p2svpn_client_free(). While it runs, further events wait. It may not end by an exception or `longjmp`.
     */
    void (*on_event)(struct p2svpn_event *event, void *userdata);
    /**
     * What `on_event` is given; the library does not look at it.
     */
    void *userdata;
    /**
     * Is called once, from any thread, when `on_event` will be called no more; NULL for nothing. If p2svpn_client_new()
     * fails it is never called. Without `on_event` it is an INVALID_ARGUMENT.
     */
    void (*free_userdata)(void *userdata);
    /**
     * The folder to keep profiles in, which is made if it is not there; NULL keeps them in memory.
     */
    const char *profile_folder;
    /**
     * The 32 bytes that the profiles' secrets in `profile_folder` are sealed with; they are copied. The host program keeps
     * them where secrets are kept. NULL has the system keep such a key for its user: in the desktop's key ring on Linux
     * (Secret Service), in the keychain on macOS, encrypted by data protection on Windows. p2svpn_client_new() then may wait
     * for a person to unlock that, two minutes at most, and fails with STORE_UNAVAILABLE where there is none. NULL without a
     * folder.
     */
    const uint8_t *sealing_key;
    /**
     * Hosts to which profiles may send their users to sign in beside Microsoft's, with commas between them, such as
     * "login.example.com,login.example.org:8443", where the port is not 443; NULL for none.
     */
    const char *authorities;
    /**
     * Certificates, PEM, that those hosts' may come from, beside those that the machine trusts; NULL for none.
     */
    const uint8_t *login_roots;
    /**
     * How many bytes `login_roots` has.
     */
    size_t login_roots_size;
    /**
     * The address of the proxy on the way to the hosts of sign-ins, such as `http://proxy.example:8080`; NULL for the
     * system's own.
     */
    const char *login_proxy;
    /**
     * 1 keeps the key of `profile_folder` in it in the clear, in place of `sealing_key`: whoever reads the folder reads the
     * secrets, of which a warning event tells. For machines without a place for secrets. 0 does not.
     */
    uint32_t unprotected_secrets;
    /**
     * Nothing yet: 0.
     */
    uint32_t reserved;
    /**
     * Sends the requests of sign-ins in place of the library's own client, such as one that knows how to sign in to the proxy;
     * NULL for none. It owns the request. `login_roots` and `login_proxy` are for the library's own.
     *
     * It is called on a thread of the library's own for each request, which it may block. It checks the server's certificate,
     * and follows no redirect. It may not end by an exception or `longjmp`.
     */
    void (*on_http)(struct p2svpn_http_request *request, void *userdata);
    /**
     * What `on_http` is given; the library does not look at it.
     */
    void *http_userdata;
    /**
     * Is called once, from any thread, when `on_http` will be called no more, also if p2svpn_client_new() fails; NULL for
     * nothing. It is not called for a structure whose size is wrong.
     */
    void (*free_http_userdata)(void *userdata);
    /**
     * The folder in which is written down what sessions change on the machine and would outlast a kill; NULL for the machine's own,
     * /var/lib/p2svpn/journal on Linux, which all programs share.
     *
     * A client with the privilege to change the machine first undoes what killed programs have left according to the folder, as
     * p2svpn_recover() does. The folder must belong to the user that the program runs as.
     */
    const char *journal_folder;
} p2svpn_client_options;

/**
 * How to connect. Set all of it to zero and `size` to the structure's size; in every field zero is the default.
 *
 * What it points to is read during the call only, and copied.
 */
typedef struct p2svpn_connect_options {
    /**
     * The size of this structure in bytes.
     */
    size_t size;
    /**
     * Where packets come from and go to: one of #p2svpn_devices.
     */
    uint32_t device;
    /**
     * What stands before each packet of `fd`: one of #p2svpn_packet_headers.
     */
    uint32_t packet_header;
    /**
     * With #P2SVPN_DEVICE_TUN, the name of the device; NULL for the system's choice of p2svpn0, p2svpn1, ...
     */
    const char *tun_name;
    /**
     * With #P2SVPN_DEVICE_FD, the descriptor. It is duplicated; the caller's own stays the caller's.
     */
    int32_t fd;
    /**
     * 1 leaves addresses and routes to the host, who applies each network configuration event; 0 has them set on the
     * machine. With the userspace device and a descriptor the machine is never configured.
     */
    uint32_t leave_machine;
    /**
     * The client certificate; NULL has a challenge ask for it, unless there are `more_certificates`.
     */
    const struct p2svpn_certificate *certificate;
    /**
     * Certificates, PEM (any number) or DER (one), among which the root that the profile pins is looked for; the roots
     * of Azure's public gateways are always there. A root is trusted only by a profile that names its hash.
     */
    const uint8_t *trusted_roots;
    /**
     * How many bytes `trusted_roots` has.
     */
    size_t trusted_roots_size;
    /**
     * The largest packet inside the tunnel in bytes, from 576 to 1,500; 0 for 1,500. A smaller one that the gateway pushes
     * wins.
     */
    uint32_t mtu;
    /**
     * For the gateway's name, and for the gateway to take a TCP connection at each of its addresses, in milliseconds of at
     * most an hour, as all timeouts here; 0 for 20 s.
     */
    uint32_t connect_timeout_ms;
    /**
     * For the gateway's first answer, at each of its addresses; 0 for 20 s.
     */
    uint32_t answer_timeout_ms;
    /**
     * For TLS and the exchange of keys; 0 for 60 s.
     */
    uint32_t handshake_timeout_ms;
    /**
     * For the gateway's settings; 0 for 60 s.
     */
    uint32_t push_timeout_ms;
    /**
     * How long the keys that protect packets are used before the client asks for new ones, in seconds from 60 to 86,400; 0
     * for 3,600. The gateway may ask earlier.
     */
    uint32_t renegotiate_after_s;
    /**
     * How often all servers of the profile are called before the session gives up, with growing pauses; 0 for once. Each call
     * in vain is told by a warning event.
     */
    uint32_t rounds;
    /**
     * How to sign in with Entra ID: one of #p2svpn_entra_methods.
     */
    uint32_t entra_method;
    /**
     * 1 opens the user's browser at the page where Entra wants the user to sign in; 0 leaves that to the host, whom a
     * challenge names the page.
     */
    uint32_t open_browser;
    /**
     * 1 makes `username` and `password` part of the profile once the gateway has let the session in; 0 does not.
     */
    uint32_t keep_credentials;
    /**
     * Who connects, where the profile leaves that open: the account of Entra ID, or the user name beside `password`; NULL for
     * whoever signed in last.
     */
    const char *username;
    /**
     * The password that the profile asks for; NULL has a challenge ask for it. If the gateway refuses it the session ends,
     * and nobody is asked for another one.
     */
    const char *password;
    /**
     * Where client certificates are looked for as well, none of them NULL; a challenge asks for the PIN of a token, which these
     * do not name. NULL for none.
     */
    const struct p2svpn_certificate_store *const *certificate_stores;
    /**
     * How many pointers `certificate_stores` has, 1,024 at most.
     */
    size_t certificate_store_count;
    /**
     * Brings access tokens of Entra ID, for each session and ahead of each token's end; NULL for none. It owns the request.
     *
     * It is called on a thread of the library's own, which it may block. It may not end by an exception or `longjmp`. It
     * stands for #P2SVPN_ENTRA_TOKEN.
     */
    void (*on_token)(struct p2svpn_token_request *request, void *userdata);
    /**
     * What `on_token` is given; the library does not look at it.
     */
    void *token_userdata;
    /**
     * Is called once, from any thread, when `on_token` will be called no more, also if connecting fails; NULL for nothing. It
     * is not called for a structure whose size is wrong, nor by functions that explain.
     */
    void (*free_token_userdata)(void *userdata);
    /**
     * Client certificates beside `certificate`, none of them NULL. Of several the one is taken that the gateway can accept; if
     * more than one fits, the challenge #P2SVPN_CHALLENGE_CHOOSE_CERTIFICATE asks. NULL for none.
     */
    const struct p2svpn_certificate *const *more_certificates;
    /**
     * How many pointers `more_certificates` has, 1,024 at most.
     */
    size_t more_certificate_count;
    /**
     * Lists of certificates that their issuers have withdrawn, PEM (any number) or DER (one), beside those of the profile. Each
     * counts for what its issuer has issued, and refuses all of that when its time is over; NULL for none.
     */
    const uint8_t *revocation_lists;
    /**
     * How many bytes `revocation_lists` has.
     */
    size_t revocation_lists_size;
    /**
     * Accepts gateways' certificates that the profile does not, on the host's own responsibility: 1 accepts, 0 does not. What is
     * accepted is told by a warning event. NULL accepts nothing.
     *
     * It is called on a thread of the library while the gateway waits, when a session connects and at each change of keys, and
     * must answer at once, the same each time: a host that asks a person says no, remembers the fingerprint, and connects
     * again. It may not end by an exception or `longjmp`.
     */
    uint32_t (*on_refused_certificate)(const struct p2svpn_refused_certificate *certificate,
                                       void *userdata);
    /**
     * What `on_refused_certificate` is given; the library does not look at it.
     */
    void *exception_userdata;
    /**
     * Is called once, from any thread, when `on_refused_certificate` will be called no more, also if connecting fails; NULL for
     * nothing. It is not called for a structure whose size is wrong, nor by functions that explain.
     */
    void (*free_exception_userdata)(void *userdata);
    /**
     * 1 ends the session when its connection ends; 0 has a lost connection made anew. Then the device, its addresses and its
     * routes stay meanwhile, and connections of programs live on if the gateway gives the session the same address again.
     */
    uint32_t no_reconnect;
    /**
     * How often all servers of the profile are called to get a lost connection back, before the session gives up; 0 for as
     * often as it takes.
     */
    uint32_t reconnect_rounds;
    /**
     * 1 lets nothing leave the machine beside a full tunnel, from the first call of a gateway to the session's end: for this
     * machine's programs and for what it forwards, over IPv4 and IPv6, DNS included. Allowed are the gateway, loopback, DHCP, the
     * discovery of IPv6, and the networks that the profile or the gateway excludes. On Linux, with the program nft. 0 does not.
     */
    uint32_t leak_guard;
    /**
     * With `leak_guard`, 1 leaves the local network reachable, but for DNS; 0 does not.
     */
    uint32_t guard_allows_local_network;
    /**
     * With `leak_guard`, 1 keeps it up when the program is killed, until a client starts again or p2svpn_recover() is called; 0 has it
     * go with the program.
     */
    uint32_t guard_stays_after_kill;
    /**
     * With `leave_machine`, 1 has the session wait, before it is connected, until the host has applied the first network
     * configuration and says so by p2svpn_session_network_applied(); 0 does not.
     */
    uint32_t host_confirms;
} p2svpn_connect_options;

/**
 * What went through a session since it began. Set `size` to the structure's size before it is filled.
 */
typedef struct p2svpn_statistics {
    /**
     * The size of this structure in bytes.
     */
    size_t size;
    /**
     * Bytes of the packets sent into the tunnel, without the tunnel's own overhead.
     */
    uint64_t sent_bytes;
    /**
     * Packets sent into the tunnel.
     */
    uint64_t sent_packets;
    /**
     * Bytes of the packets received from the tunnel, without the tunnel's own overhead.
     */
    uint64_t received_bytes;
    /**
     * Packets received from the tunnel.
     */
    uint64_t received_packets;
    /**
     * Bytes sent to the gateway, with everything above TCP or UDP.
     */
    uint64_t wire_sent_bytes;
    /**
     * Bytes received from the gateway, with everything above TCP or UDP.
     */
    uint64_t wire_received_bytes;
    /**
     * Packets of either direction that were dropped, whatever the cause.
     */
    uint64_t dropped_packets;
    /**
     * How often the keys that protect packets were replaced by new ones.
     */
    uint64_t rekeys;
    /**
     * How often a lost connection was got back.
     */
    uint64_t reconnects;
} p2svpn_statistics;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Returns the version of the library that the program runs with, such as "0.1.0". It is never freed.
 */
const char *p2svpn_version(void);

/**
 * Returns the version of the ABI that the program runs with: #P2SVPN_ABI_VERSION of that library.
 */
uint32_t p2svpn_abi_version(void);

/**
 * Frees a string that the caller owns, which is one that came out of a function as `char *`. NULL is nothing.
 *
 * It is wiped before. Strings of type `const char *` belong to the object they come from and are freed with it.
 */
void p2svpn_string_free(char *string);

/**
 * Frees an error that a function returned. NULL is nothing. An error that belongs to another object, such as an event, is
 * freed with it instead.
 */
void p2svpn_error_free(struct p2svpn_error *error);

/**
 * Returns the stable number: one of #p2svpn_error_numbers, or one that a later version added; 0 for NULL.
 */
uint32_t p2svpn_error_number(const struct p2svpn_error *error);

/**
 * Returns the stable name, such as "NO_ANSWER"; "" for NULL. It belongs to the error.
 */
const char *p2svpn_error_name(const struct p2svpn_error *error);

/**
 * Returns what kind of reaction the error calls for: one of #p2svpn_error_classes; 0 for NULL.
 */
uint32_t p2svpn_error_class(const struct p2svpn_error *error);

/**
 * Returns the stable name of the class, such as "needs_sign_in"; "" for NULL. It belongs to the error.
 */
const char *p2svpn_error_class_name(const struct p2svpn_error *error);

/**
 * Returns what happened, and what it happened to; "" for NULL. It belongs to the error.
 */
const char *p2svpn_error_message(const struct p2svpn_error *error);

/**
 * Returns why this usually happens, in sentences; "" for NULL. It belongs to the error.
 */
const char *p2svpn_error_cause(const struct p2svpn_error *error);

/**
 * Returns what to do about it, in sentences; "" for NULL. It belongs to the error.
 */
const char *p2svpn_error_remedy(const struct p2svpn_error *error);

/**
 * Returns how many layers below have said something about it.
 */
size_t p2svpn_error_chain_count(const struct p2svpn_error *error);

/**
 * Returns what a layer below has said, the nearest first; NULL beyond the last. It belongs to the error.
 */
const char *p2svpn_error_chain(const struct p2svpn_error *error,
                               size_t index);

/**
 * Returns what the warning is about: "profile", "push", "device", "machine", "gateway", "certificate", "store", "sign_in", or what a later version added; "" for NULL.
 * It belongs to the warning.
 */
const char *p2svpn_warning_kind(const struct p2svpn_warning *warning);

/**
 * Returns what the warning says, in a sentence without a full stop; "" for NULL. It belongs to the warning.
 */
const char *p2svpn_warning_message(const struct p2svpn_warning *warning);

/**
 * Returns the name of the file that the warning is about, or of the one in its package; "" where it has none. It belongs to the
 * warning.
 */
const char *p2svpn_warning_file(const struct p2svpn_warning *warning);

/**
 * Returns the line in the profile's file, counted from 1; 0 if it is about none.
 */
uint32_t p2svpn_warning_line(const struct p2svpn_warning *warning);

/**
 * Returns the column in the profile's line, counted from 1; 0 if it is about none.
 */
uint32_t p2svpn_warning_column(const struct p2svpn_warning *warning);

/**
 * Frees a profile that p2svpn_client_profile() gave, not one of a list or of another object. NULL is nothing.
 */
void p2svpn_profile_free(struct p2svpn_profile *profile);

/**
 * Returns the id to connect by; "" for NULL. It belongs to the profile.
 */
const char *p2svpn_profile_id(const struct p2svpn_profile *profile);

/**
 * Returns the name for people; "" for NULL. It belongs to the profile.
 */
const char *p2svpn_profile_name(const struct p2svpn_profile *profile);

/**
 * Returns how many gateways the profile has.
 */
size_t p2svpn_profile_server_count(const struct p2svpn_profile *profile);

/**
 * Returns a gateway as "host:port", in the order to try them; NULL beyond the last. It belongs to the profile.
 */
const char *p2svpn_profile_server(const struct p2svpn_profile *profile,
                                  size_t index);

/**
 * Returns how it signs in: one of #p2svpn_sign_ins.
 */
uint32_t p2svpn_profile_sign_in(const struct p2svpn_profile *profile);

/**
 * Says whether all IPv4 traffic belongs into the tunnel.
 */
bool p2svpn_profile_full_tunnel(const struct p2svpn_profile *profile);

/**
 * Says whether the profile is meant to be connected always.
 */
bool p2svpn_profile_always_on(const struct p2svpn_profile *profile);

/**
 * Returns the id of the virtual network gateway, which a newer package of the same gateway has too; NULL where its address does
 * not tell. It belongs to the profile.
 */
const char *p2svpn_profile_network_id(const struct p2svpn_profile *profile);

/**
 * Says whether the profile was changed since it was imported.
 */
bool p2svpn_profile_edited(const struct p2svpn_profile *profile);

/**
 * Returns the id of another profile that called the same gateway when this one was imported, of which this is probably a
 * newer version; "" if there was none. It belongs to the profile.
 */
const char *p2svpn_profile_update_of(const struct p2svpn_profile *profile);

/**
 * Returns how many things had to be forgiven to read the profile's file; at most 200 are kept.
 */
size_t p2svpn_profile_warning_count(const struct p2svpn_profile *profile);

/**
 * Returns what had to be forgiven, in the order of the file; NULL beyond the last. It belongs to the profile.
 */
const struct p2svpn_warning *p2svpn_profile_warning(const struct p2svpn_profile *profile,
                                                    size_t index);

/**
 * Returns how many warnings there were beyond those kept.
 */
size_t p2svpn_profile_warnings_left_out(const struct p2svpn_profile *profile);

/**
 * Frees a list of profiles and the profiles in it. NULL is nothing.
 */
void p2svpn_profiles_free(struct p2svpn_profiles *profiles);

/**
 * Returns how many profiles there are.
 */
size_t p2svpn_profiles_count(const struct p2svpn_profiles *profiles);

/**
 * Returns a profile of the list; NULL beyond the last. It belongs to the list.
 */
const struct p2svpn_profile *p2svpn_profiles_at(const struct p2svpn_profiles *profiles,
                                                size_t index);

/**
 * Frees the details. NULL is nothing.
 */
void p2svpn_profile_details_free(struct p2svpn_profile_details *details);

/**
 * Returns what a list shows of the profile: its id, name, tunnel mode, whether it is always on, and the warnings of its
 * import; NULL for NULL. It belongs to the details.
 */
const struct p2svpn_profile *p2svpn_profile_details_profile(const struct p2svpn_profile_details *details);

/**
 * Returns how many gateways the profile has.
 */
size_t p2svpn_profile_details_server_count(const struct p2svpn_profile_details *details);

/**
 * Returns the DNS name or IP address of a gateway, in the order to try them; NULL beyond the last. It belongs to the details.
 */
const char *p2svpn_profile_details_server_host(const struct p2svpn_profile_details *details,
                                               size_t index);

/**
 * Returns the port of a gateway; 0 beyond the last.
 */
uint16_t p2svpn_profile_details_server_port(const struct p2svpn_profile_details *details,
                                            size_t index);

/**
 * Returns what carries the tunnel to a gateway: one of #p2svpn_transports; 0 beyond the last.
 */
uint32_t p2svpn_profile_details_server_transport(const struct p2svpn_profile_details *details,
                                                 size_t index);

/**
 * Returns a gateway's name for people; NULL if it has none, and beyond the last. It belongs to the details.
 */
const char *p2svpn_profile_details_server_name(const struct p2svpn_profile_details *details,
                                               size_t index);

/**
 * Returns how many ways to sign in the profile offers.
 */
size_t p2svpn_profile_details_sign_in_count(const struct p2svpn_profile_details *details);

/**
 * Returns a way to sign in, the one that is used first: one of #p2svpn_sign_ins; 0 beyond the last.
 */
uint32_t p2svpn_profile_details_sign_in(const struct p2svpn_profile_details *details, size_t index);

/**
 * Returns the SHA-1 thumbprint of the client certificate that a way to sign in asks for; NULL if any will do, and beyond the
 * last. It belongs to the details.
 */
const char *p2svpn_profile_details_certificate_thumbprint(const struct p2svpn_profile_details *details,
                                                          size_t index);

/**
 * Returns the SHA-1 thumbprint of the root that the client certificate has to come from; NULL if any will do, and beyond the
 * last. It belongs to the details.
 */
const char *p2svpn_profile_details_certificate_issuer(const struct p2svpn_profile_details *details,
                                                      size_t index);

/**
 * Says whether the profile brings a client certificate with its key along.
 */
bool p2svpn_profile_details_has_certificate(const struct p2svpn_profile_details *details,
                                            size_t index);

/**
 * Returns the address of the Entra tenant; NULL if the way is another one, and beyond the last. It belongs to the details.
 */
const char *p2svpn_profile_details_tenant(const struct p2svpn_profile_details *details,
                                          size_t index);

/**
 * Returns the application that the Entra token is for; NULL if the way is another one, and beyond the last. It belongs to the
 * details.
 */
const char *p2svpn_profile_details_audience(const struct p2svpn_profile_details *details,
                                            size_t index);

/**
 * Returns the OAuth client to sign in to Entra as; NULL if the way is another one, and beyond the last. It belongs to the
 * details.
 */
const char *p2svpn_profile_details_client_id(const struct p2svpn_profile_details *details,
                                             size_t index);

/**
 * Returns the user's name; NULL if the profile does not know it, and beyond the last. It belongs to the details.
 */
const char *p2svpn_profile_details_user_name(const struct p2svpn_profile_details *details,
                                             size_t index);

/**
 * Says whether the profile knows the password.
 */
bool p2svpn_profile_details_has_password(const struct p2svpn_profile_details *details,
                                         size_t index);

/**
 * Returns how many roots the profile names that the gateway's certificate has to come from; 0 if it names none.
 */
size_t p2svpn_profile_details_pinned_root_count(const struct p2svpn_profile_details *details);

/**
 * Returns the SHA-1 thumbprint of such a root; NULL beyond the last. It belongs to the details.
 */
const char *p2svpn_profile_details_pinned_root(const struct p2svpn_profile_details *details,
                                               size_t index);

/**
 * Returns how many networks are reached through the tunnel beside those that the gateway announces.
 */
size_t p2svpn_profile_details_include_route_count(const struct p2svpn_profile_details *details);

/**
 * Returns a network to reach through the tunnel; NULL beyond the last. It belongs to the details.
 */
const char *p2svpn_profile_details_include_route(const struct p2svpn_profile_details *details,
                                                 size_t index);

/**
 * Returns how many networks are reached outside the tunnel.
 */
size_t p2svpn_profile_details_exclude_route_count(const struct p2svpn_profile_details *details);

/**
 * Returns a network to reach outside the tunnel; NULL beyond the last. It belongs to the details.
 */
const char *p2svpn_profile_details_exclude_route(const struct p2svpn_profile_details *details,
                                                 size_t index);

/**
 * Returns how many DNS servers are used instead of those that the gateway announces.
 */
size_t p2svpn_profile_details_dns_server_count(const struct p2svpn_profile_details *details);

/**
 * Returns the address of such a DNS server, the preferred first; NULL beyond the last. It belongs to the details.
 */
const char *p2svpn_profile_details_dns_server(const struct p2svpn_profile_details *details,
                                              size_t index);

/**
 * Returns how many domains the DNS servers are for.
 */
size_t p2svpn_profile_details_dns_suffix_count(const struct p2svpn_profile_details *details);

/**
 * Returns a domain whose names the DNS servers answer; NULL beyond the last. It belongs to the details.
 */
const char *p2svpn_profile_details_dns_suffix(const struct p2svpn_profile_details *details,
                                              size_t index);

/**
 * Returns how many domains there are of networks in which an always-on profile does not connect.
 */
size_t p2svpn_profile_details_trusted_network_count(const struct p2svpn_profile_details *details);

/**
 * Returns the domain of a network in which an always-on profile does not connect; NULL beyond the last. It belongs to the
 * details.
 */
const char *p2svpn_profile_details_trusted_network(const struct p2svpn_profile_details *details,
                                                   size_t index);

/**
 * Returns the name of another profile to fail over to; NULL if there is none. It belongs to the details.
 */
const char *p2svpn_profile_details_secondary_profile(const struct p2svpn_profile_details *details);

/**
 * Returns the virtual network's name; NULL if the package did not tell. It belongs to the details.
 */
const char *p2svpn_profile_details_network_name(const struct p2svpn_profile_details *details);

/**
 * Returns how many networks the gateway announces, as the package told; the gateway itself has the last word.
 */
size_t p2svpn_profile_details_announced_route_count(const struct p2svpn_profile_details *details);

/**
 * Returns a network that the gateway announces; NULL beyond the last. It belongs to the details.
 */
const char *p2svpn_profile_details_announced_route(const struct p2svpn_profile_details *details,
                                                   size_t index);

/**
 * Returns how many networks clients get their addresses from, as the package told.
 */
size_t p2svpn_profile_details_address_pool_count(const struct p2svpn_profile_details *details);

/**
 * Returns a network that clients get their addresses from; NULL beyond the last. It belongs to the details.
 */
const char *p2svpn_profile_details_address_pool(const struct p2svpn_profile_details *details,
                                                size_t index);

/**
 * Returns what became different: one of #p2svpn_profile_changes.
 */
uint32_t p2svpn_profile_change_kind(const struct p2svpn_profile_change *change);

/**
 * Returns the id of the profile it is about; "" if it is about none. It belongs to the change.
 */
const char *p2svpn_profile_change_id(const struct p2svpn_profile_change *change);

/**
 * Frees a list of problems and the problems in it. NULL is nothing.
 */
void p2svpn_profile_problems_free(struct p2svpn_profile_problems *problems);

/**
 * Returns how many problems there are.
 */
size_t p2svpn_profile_problems_count(const struct p2svpn_profile_problems *problems);

/**
 * Returns a problem of the list; NULL beyond the last. It belongs to the list.
 */
const struct p2svpn_profile_problem *p2svpn_profile_problems_at(const struct p2svpn_profile_problems *problems,
                                                                size_t index);

/**
 * Returns what is wrong: one of #p2svpn_profile_problem_kinds.
 */
uint32_t p2svpn_profile_problem_kind(const struct p2svpn_profile_problem *problem);

/**
 * Returns the path of the file or folder, where it is now; "" for NULL. It belongs to the problem.
 */
const char *p2svpn_profile_problem_path(const struct p2svpn_profile_problem *problem);

/**
 * Returns the id of the profile, where the file's name tells; NULL where it does not. It belongs to the problem.
 */
const char *p2svpn_profile_problem_profile(const struct p2svpn_profile_problem *problem);

/**
 * Returns the name to give to p2svpn_client_discard_profile_file(); NULL for a problem of another kind than
 * #P2SVPN_PROFILE_PROBLEM_SET_ASIDE. It belongs to the problem.
 */
const char *p2svpn_profile_problem_set_aside(const struct p2svpn_profile_problem *problem);

/**
 * Returns what is wrong, in a clause that repeats no secret; "" for NULL. It belongs to the problem.
 */
const char *p2svpn_profile_problem_reason(const struct p2svpn_profile_problem *problem);

/**
 * Returns what the user can do about it, in a sentence; "" for NULL. It belongs to the problem.
 */
const char *p2svpn_profile_problem_remedy(const struct p2svpn_profile_problem *problem);

/**
 * Makes an edit that changes nothing yet.
 *
 * @param edit  receives the edit, which the caller frees with p2svpn_profile_edit_free()
 * @return NULL or INVALID_ARGUMENT
 */
struct p2svpn_error *p2svpn_profile_edit_new(struct p2svpn_profile_edit **edit);

/**
 * Frees an edit. NULL is nothing.
 */
void p2svpn_profile_edit_free(struct p2svpn_profile_edit *edit);

/**
 * Gives the profile another name.
 *
 * @param name  a line of 1 to 256 characters
 * @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
 */
struct p2svpn_error *p2svpn_profile_edit_name(struct p2svpn_profile_edit *edit, const char *name);

/**
 * Changes the gateways: host, host:port or host:port/udp, in the order to try them.
 *
 * @param action  one of #p2svpn_list_actions
 * @param list    the entries
 * @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
 */
struct p2svpn_error *p2svpn_profile_edit_servers(struct p2svpn_profile_edit *edit,
                                                 uint32_t action,
                                                 const char *list);

/**
 * Brings the gateways into another order.
 *
 * @param list  each gateway of the profile once, as for p2svpn_profile_edit_servers()
 * @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
 */
struct p2svpn_error *p2svpn_profile_edit_server_order(struct p2svpn_profile_edit *edit,
                                                      const char *list);

/**
 * Lets every gateway be reached over another transport, one of #p2svpn_transports.
 *
 * @return NULL or INVALID_ARGUMENT
 */
struct p2svpn_error *p2svpn_profile_edit_transport(struct p2svpn_profile_edit *edit,
                                                   uint32_t transport);

/**
 * Names the client certificate that is asked for. Another one that the profile brought along is taken out, with its private
 * key, and the report says so.
 *
 * @param thumbprint  its SHA-1 thumbprint; NULL for any
 * @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
 */
struct p2svpn_error *p2svpn_profile_edit_client_certificate(struct p2svpn_profile_edit *edit,
                                                            const char *thumbprint);

/**
 * Names the root that the client certificate has to come from.
 *
 * @param thumbprint  its SHA-1 thumbprint; NULL for any
 * @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
 */
struct p2svpn_error *p2svpn_profile_edit_certificate_issuer(struct p2svpn_profile_edit *edit,
                                                            const char *thumbprint);

/**
 * Keeps the user's name.
 *
 * @param name  the name; NULL to be asked for it
 * @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
 */
struct p2svpn_error *p2svpn_profile_edit_user_name(struct p2svpn_profile_edit *edit,
                                                   const char *name);

/**
 * Names another profile to fail over to.
 *
 * @param name  its name; NULL for none
 * @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
 */
struct p2svpn_error *p2svpn_profile_edit_secondary_profile(struct p2svpn_profile_edit *edit,
                                                           const char *name);

/**
 * Changes the networks to reach through the tunnel, such as 10.0.0.0/8 or 10.0.0.0 255.0.0.0.
 *
 * @param action  one of #p2svpn_list_actions
 * @param list    the entries
 * @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
 */
struct p2svpn_error *p2svpn_profile_edit_include_routes(struct p2svpn_profile_edit *edit,
                                                        uint32_t action,
                                                        const char *list);

/**
 * Changes the networks to reach outside the tunnel.
 *
 * @param action  one of #p2svpn_list_actions
 * @param list    the entries
 * @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
 */
struct p2svpn_error *p2svpn_profile_edit_exclude_routes(struct p2svpn_profile_edit *edit,
                                                        uint32_t action,
                                                        const char *list);

/**
 * Changes the DNS servers.
 *
 * @param action  one of #p2svpn_list_actions
 * @param list    the entries
 * @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
 */
struct p2svpn_error *p2svpn_profile_edit_dns_servers(struct p2svpn_profile_edit *edit,
                                                     uint32_t action,
                                                     const char *list);

/**
 * Changes the domains whose names the DNS servers answer.
 *
 * @param action  one of #p2svpn_list_actions
 * @param list    the entries
 * @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
 */
struct p2svpn_error *p2svpn_profile_edit_dns_suffixes(struct p2svpn_profile_edit *edit,
                                                      uint32_t action,
                                                      const char *list);

/**
 * Changes the domains of networks in which an always-on profile does not connect.
 *
 * @param action  one of #p2svpn_list_actions
 * @param list    the entries
 * @return NULL, INVALID_ARGUMENT, or EDIT_REFUSED with the reason
 */
struct p2svpn_error *p2svpn_profile_edit_trusted_networks(struct p2svpn_profile_edit *edit,
                                                          uint32_t action,
                                                          const char *list);

/**
 * Selects a way to sign in, one of #p2svpn_sign_ins that the profile offers.
 *
 * @return NULL or INVALID_ARGUMENT
 */
struct p2svpn_error *p2svpn_profile_edit_sign_in(struct p2svpn_profile_edit *edit,
                                                 uint32_t sign_in);

/**
 * Has all IPv4 traffic go through the tunnel, or only that of the routes.
 *
 * @return NULL or INVALID_ARGUMENT
 */
struct p2svpn_error *p2svpn_profile_edit_forced_tunnel(struct p2svpn_profile_edit *edit,
                                                       bool forced);

/**
 * Says whether the profile is to be connected always.
 *
 * @return NULL or INVALID_ARGUMENT
 */
struct p2svpn_error *p2svpn_profile_edit_always_on(struct p2svpn_profile_edit *edit,
                                                   bool always_on);

/**
 * Joins the include routes to the fewest networks that send the same traffic through the tunnel.
 *
 * @return NULL or INVALID_ARGUMENT
 */
struct p2svpn_error *p2svpn_profile_edit_aggregate_include_routes(struct p2svpn_profile_edit *edit);

/**
 * Joins the exclude routes to the fewest networks that send the same traffic outside the tunnel.
 *
 * @return NULL or INVALID_ARGUMENT
 */
struct p2svpn_error *p2svpn_profile_edit_aggregate_exclude_routes(struct p2svpn_profile_edit *edit);

/**
 * Frees a report. NULL is nothing.
 */
void p2svpn_edit_report_free(struct p2svpn_edit_report *report);

/**
 * Returns the whole report for people, some lines of which the first says what changed; "" for NULL. It belongs to the
 * report.
 */
const char *p2svpn_edit_report_text(const struct p2svpn_edit_report *report);

/**
 * Returns in how many fields the profile differs from the one before; 0 if it stays as it was.
 */
size_t p2svpn_edit_report_changed_count(const struct p2svpn_edit_report *report);

/**
 * Returns a field that differs; NULL beyond the last. It belongs to the report.
 */
const char *p2svpn_edit_report_changed(const struct p2svpn_edit_report *report, size_t index);

/**
 * Returns how many entries were passed over because they stood in their list already.
 */
size_t p2svpn_edit_report_duplicate_count(const struct p2svpn_edit_report *report);

/**
 * Returns an entry that stood in its list already; NULL beyond the last. It belongs to the report.
 */
const char *p2svpn_edit_report_duplicate(const struct p2svpn_edit_report *report, size_t index);

/**
 * Returns the field that a duplicate stands in; NULL beyond the last. It belongs to the report.
 */
const char *p2svpn_edit_report_duplicate_field(const struct p2svpn_edit_report *report,
                                               size_t index);

/**
 * Returns how many networks were written with address bits beyond their mask.
 */
size_t p2svpn_edit_report_host_bits_count(const struct p2svpn_edit_report *report);

/**
 * Returns the field of a network with such bits; NULL beyond the last. It belongs to the report.
 */
const char *p2svpn_edit_report_host_bits_field(const struct p2svpn_edit_report *report,
                                               size_t index);

/**
 * Returns a network with such bits as it was written, "10.1.2.3/8"; NULL beyond the last. It belongs to the report.
 */
const char *p2svpn_edit_report_host_bits_written(const struct p2svpn_edit_report *report,
                                                 size_t index);

/**
 * Returns the same network as it is used, "10.0.0.0/8"; NULL beyond the last. It belongs to the report.
 */
const char *p2svpn_edit_report_host_bits_used(const struct p2svpn_edit_report *report,
                                              size_t index);

/**
 * Returns how many networks of the edited lists lie inside another one of their list, and so add nothing to it.
 */
size_t p2svpn_edit_report_nested_count(const struct p2svpn_edit_report *report);

/**
 * Returns the field of a network that lies inside another one; NULL beyond the last. It belongs to the report.
 */
const char *p2svpn_edit_report_nested_field(const struct p2svpn_edit_report *report,
                                            size_t index);

/**
 * Returns a network that lies inside another one; NULL beyond the last. It belongs to the report.
 */
const char *p2svpn_edit_report_nested_inner(const struct p2svpn_edit_report *report, size_t index);

/**
 * Returns the smallest other network that it lies inside; NULL beyond the last. It belongs to the report.
 */
const char *p2svpn_edit_report_nested_outer(const struct p2svpn_edit_report *report,
                                            size_t index);

/**
 * Returns how many pairs there are of an include route and an exclude route of which one lies inside the other. The smaller
 * one has its way; if they are equal they contradict each other.
 */
size_t p2svpn_edit_report_overlap_count(const struct p2svpn_edit_report *report);

/**
 * Returns the include route of such a pair; NULL beyond the last. It belongs to the report.
 */
const char *p2svpn_edit_report_overlap_include(const struct p2svpn_edit_report *report,
                                               size_t index);

/**
 * Returns the exclude route of such a pair; NULL beyond the last. It belongs to the report.
 */
const char *p2svpn_edit_report_overlap_exclude(const struct p2svpn_edit_report *report,
                                               size_t index);

/**
 * Returns how many networks fewer there are by aggregation.
 */
size_t p2svpn_edit_report_aggregated(const struct p2svpn_edit_report *report);

/**
 * Says whether a client certificate that the profile brought along was taken out with its private key, because another one is
 * named now.
 */
bool p2svpn_edit_report_identity_removed(const struct p2svpn_edit_report *report);

/**
 * Frees an update. NULL is nothing.
 */
void p2svpn_profile_update_free(struct p2svpn_profile_update *update);

/**
 * Returns what the profile says now, with what had to be forgiven to read the newer package; NULL for NULL. It belongs to
 * the update.
 */
const struct p2svpn_profile *p2svpn_profile_update_profile(const struct p2svpn_profile_update *update);

/**
 * Returns how many fields that the user had edited stayed as they were.
 */
size_t p2svpn_profile_update_kept_count(const struct p2svpn_profile_update *update);

/**
 * Returns a field that the user had edited and that stayed as it was, such as "dns_servers"; NULL beyond the last. It
 * belongs to the update.
 */
const char *p2svpn_profile_update_kept(const struct p2svpn_profile_update *update,
                                       size_t index);

/**
 * Returns how many fields that the user had edited are changed to something else by the newer package.
 */
size_t p2svpn_profile_update_conflict_count(const struct p2svpn_profile_update *update);

/**
 * Returns a field that the user had edited and that the newer package changes to something else, so that somebody should
 * look; NULL beyond the last. It belongs to the update.
 */
const char *p2svpn_profile_update_conflict(const struct p2svpn_profile_update *update,
                                           size_t index);

/**
 * Returns the id of the profile that an import of the newer package had made, and that was removed because nobody had edited
 * it; NULL if there was none. It belongs to the update.
 */
const char *p2svpn_profile_update_removed(const struct p2svpn_profile_update *update);

/**
 * Frees a plan that p2svpn_client_explain() gave, not one of a list. NULL is nothing.
 */
void p2svpn_plan_free(struct p2svpn_plan *plan);

/**
 * Returns the plan as a text for people; "" for NULL. It belongs to the plan.
 */
const char *p2svpn_plan_text(const struct p2svpn_plan *plan);

/**
 * Returns the plan as JSON for programs, whose names are stable; "" for NULL. It belongs to the plan.
 */
const char *p2svpn_plan_json(const struct p2svpn_plan *plan);

/**
 * Returns how many things had to be forgiven to read the file that p2svpn_client_explain_files() explained; at most 200 are
 * kept.
 */
size_t p2svpn_plan_warning_count(const struct p2svpn_plan *plan);

/**
 * Returns what had to be forgiven, in the order of the file; NULL beyond the last. It belongs to the plan.
 */
const struct p2svpn_warning *p2svpn_plan_warning(const struct p2svpn_plan *plan,
                                                 size_t index);

/**
 * Returns how many warnings there were beyond those kept.
 */
size_t p2svpn_plan_warnings_left_out(const struct p2svpn_plan *plan);

/**
 * Frees a list of plans and the plans in it. NULL is nothing.
 */
void p2svpn_plans_free(struct p2svpn_plans *plans);

/**
 * Returns how many plans there are.
 */
size_t p2svpn_plans_count(const struct p2svpn_plans *plans);

/**
 * Returns a plan of the list; NULL beyond the last. It belongs to the list.
 */
const struct p2svpn_plan *p2svpn_plans_at(const struct p2svpn_plans *plans, size_t index);

/**
 * Returns "GET" or "POST"; "" for NULL. It belongs to the library.
 */
const char *p2svpn_http_request_method(const struct p2svpn_http_request *request);

/**
 * Returns the address, which begins with "https://" and holds nothing secret; "" for NULL. It belongs to the request.
 */
const char *p2svpn_http_request_url(const struct p2svpn_http_request *request);

/**
 * Returns how many headers there are to send, beside `Host` and `Content-Length`, which are the client's; 0 for NULL.
 */
size_t p2svpn_http_request_header_count(const struct p2svpn_http_request *request);

/**
 * Returns the name of a header, counted from 0; NULL beyond the last. It belongs to the request.
 */
const char *p2svpn_http_request_header_name(const struct p2svpn_http_request *request,
                                            size_t index);

/**
 * Returns the value of a header, counted from 0; NULL beyond the last. It belongs to the request.
 */
const char *p2svpn_http_request_header_value(const struct p2svpn_http_request *request,
                                             size_t index);

/**
 * Returns the body to send; NULL for NULL. It belongs to the request.
 *
 * @param size  receives how many bytes there are; may be NULL
 */
const uint8_t *p2svpn_http_request_body(const struct p2svpn_http_request *request, size_t *size);

/**
 * Hands the server's answer over, and frees the request.
 *
 * @param response  the answer, whatever its status is; redirects are answers too
 * @return NULL, or INVALID_ARGUMENT, after which the request has failed
 */
struct p2svpn_error *p2svpn_http_request_complete(struct p2svpn_http_request *request,
                                                  const struct p2svpn_http_response *response);

/**
 * Says that there is no answer, and frees the request.
 *
 * @param failure  one of #p2svpn_http_failures
 * @param reason   why, for people, without secrets; may be NULL
 * @return NULL, or INVALID_ARGUMENT, after which the request has failed all the same
 */
struct p2svpn_error *p2svpn_http_request_fail(struct p2svpn_http_request *request,
                                              uint32_t failure,
                                              const char *reason);

/**
 * Frees a request that nobody answers, which fails it. NULL is nothing.
 */
void p2svpn_http_request_free(struct p2svpn_http_request *request);

/**
 * Returns how to sign: one of #p2svpn_schemes; 0 for NULL.
 */
uint32_t p2svpn_signature_request_scheme(const struct p2svpn_signature_request *request);

/**
 * Returns what to sign, which is hashed first as the scheme says; NULL for NULL. It belongs to the request.
 *
 * @param size  receives how many bytes there are; may be NULL
 */
const uint8_t *p2svpn_signature_request_message(const struct p2svpn_signature_request *request,
                                                size_t *size);

/**
 * Hands the signature over, and frees the request.
 *
 * @param signature  as TLS wants it: as long as the modulus for RSA, DER for ECDSA; it is copied
 * @param size       how many bytes it has, at most 4,096
 * @return NULL, or INVALID_ARGUMENT, after which the request has failed
 */
struct p2svpn_error *p2svpn_signature_request_complete(struct p2svpn_signature_request *request,
                                                       const uint8_t *signature,
                                                       size_t size);

/**
 * Says that there will be no signature, and frees the request: the session, or its change of keys, fails with KEY_FAILED,
 * or with SIGN_IN_CANCELLED.
 *
 * @param cancelled  1 if the key's holder said no, 0 for any other reason
 * @param reason     why, for people; may be NULL
 * @return NULL, or INVALID_ARGUMENT, after which the request has failed all the same
 */
struct p2svpn_error *p2svpn_signature_request_fail(struct p2svpn_signature_request *request,
                                                   uint32_t cancelled,
                                                   const char *reason);

/**
 * Frees a request that nobody answers, which fails it. NULL is nothing.
 */
void p2svpn_signature_request_free(struct p2svpn_signature_request *request);

/**
 * Frees a list of certificates; NULL is ignored. Not for lists that belong to something else.
 */
void p2svpn_certificate_list_free(struct p2svpn_certificate_list *list);

/**
 * Returns how many certificates there are; 0 for NULL.
 */
size_t p2svpn_certificate_list_count(const struct p2svpn_certificate_list *list);

/**
 * Returns a certificate, counted from 0; NULL beyond the last. It belongs to the list.
 */
const struct p2svpn_certificate_details *p2svpn_certificate_list_at(const struct p2svpn_certificate_list *list,
                                                                    size_t index);

/**
 * Returns whose a certificate is, for example "CN=alice, O=Example"; NULL for NULL. It belongs to the certificate.
 */
const char *p2svpn_certificate_details_subject(const struct p2svpn_certificate_details *details);

/**
 * Returns who issued a certificate; NULL for NULL. It belongs to the certificate.
 */
const char *p2svpn_certificate_details_issuer(const struct p2svpn_certificate_details *details);

/**
 * Returns the SHA-1 hash of a certificate in upper-case hexadecimal, what Windows and Azure call the thumbprint; NULL for
 * NULL. It belongs to the certificate.
 */
const char *p2svpn_certificate_details_thumbprint(const struct p2svpn_certificate_details *details);

/**
 * Returns where a certificate was found, for people; NULL for NULL. It belongs to the certificate.
 */
const char *p2svpn_certificate_details_source(const struct p2svpn_certificate_details *details);

/**
 * Returns the start of a certificate's validity, in seconds since 1970; 0 for NULL.
 */
int64_t p2svpn_certificate_details_not_before(const struct p2svpn_certificate_details *details);

/**
 * Returns the end of a certificate's validity, in seconds since 1970; 0 for NULL.
 */
int64_t p2svpn_certificate_details_not_after(const struct p2svpn_certificate_details *details);

/**
 * Lists the certificates that a store has now and that have a key, as far as can be seen without a PIN. It may block for as
 * long as a token takes.
 *
 * @param store  where to look; `token_label` and `token_pin` are for changes only
 * @param list   receives the certificates, which the caller frees with p2svpn_certificate_list_free()
 * @return NULL, INVALID_ARGUMENT, CERTIFICATE_STORE_UNAVAILABLE or KEY_FAILED
 */
struct p2svpn_error *p2svpn_certificate_store_list(const struct p2svpn_certificate_store *store,
                                                   struct p2svpn_certificate_list **list);

/**
 * Puts the key of a PFX container into a store, with its certificate and those of issuers.
 *
 * The key can sign there; but for macOS, where its user may export it, it cannot be taken out again. A certificate that is
 * there already stays as it is. If the store refuses a part, the other parts are taken back. It may block for as long as a token takes, or a person whom the
 * system asks.
 *
 * @param store     where to put it
 * @param pfx       the container, in `pfx` or `pfx_file`, with its password
 * @param imported  receives a list of that certificate alone, as the store lists it then, which the caller frees with
 *                  p2svpn_certificate_list_free(); NULL for nothing
 * @return NULL, INVALID_ARGUMENT, also where several tokens are inserted and none is named, CERTIFICATE_UNREADABLE,
 *         CERTIFICATE_DAMAGED, CERTIFICATE_PASSWORD_WRONG, CERTIFICATE_INCOMPLETE, CERTIFICATE_UNSUPPORTED, PIN_WRONG, also
 *         where none was given, PIN_LOCKED, TOKEN_REMOVED, KEY_FAILED or CERTIFICATE_STORE_UNAVAILABLE
 */
struct p2svpn_error *p2svpn_certificate_store_import(const struct p2svpn_certificate_store *store,
                                                     const struct p2svpn_certificate *pfx,
                                                     struct p2svpn_certificate_list **imported);

/**
 * Removes a certificate from a store, and its key unless another certificate there has the same one.
 *
 * Certificates of issuers stay, since others may need them. Nothing brings the key back. It may block as
 * p2svpn_certificate_store_import() does.
 *
 * @param store       where it is
 * @param thumbprint  its SHA-1 hash in hexadecimal
 * @return NULL, INVALID_ARGUMENT, also where it is on several tokens and none is named, NO_CERTIFICATE_FITS if there is none,
 *         PIN_WRONG, also where none was given, PIN_LOCKED, TOKEN_REMOVED, KEY_FAILED or CERTIFICATE_STORE_UNAVAILABLE
 */
struct p2svpn_error *p2svpn_certificate_store_remove(const struct p2svpn_certificate_store *store,
                                                     const char *thumbprint);

/**
 * Returns the tenant's address, such as `https://login.microsoftonline.com/TENANT`; "" for NULL. It belongs to the
 * request.
 */
const char *p2svpn_token_request_authority(const struct p2svpn_token_request *request);

/**
 * Returns the application that signs the user in; "" for NULL. It belongs to the request.
 */
const char *p2svpn_token_request_client_id(const struct p2svpn_token_request *request);

/**
 * Returns the application that the token is for: the gateway's; "" for NULL. It belongs to the request.
 */
const char *p2svpn_token_request_audience(const struct p2svpn_token_request *request);

/**
 * Returns the scope to ask for; "" for NULL. It belongs to the request.
 */
const char *p2svpn_token_request_scope(const struct p2svpn_token_request *request);

/**
 * Returns the user name that the host chose for the session; NULL if it chose none. It belongs to the request.
 */
const char *p2svpn_token_request_username(const struct p2svpn_token_request *request);

/**
 * Hands the token over, and frees the request.
 *
 * @param token       the token as it was issued; it is copied, and the copy is wiped
 * @param lifetime_s  for how many seconds it is still good; 0 reads that from the token
 * @return NULL, or INVALID_ARGUMENT, after which the request has failed
 */
struct p2svpn_error *p2svpn_token_request_complete(struct p2svpn_token_request *request,
                                                   const char *token,
                                                   uint32_t lifetime_s);

/**
 * Says that there will be no token, and frees the request: the session fails with TOKEN_PROVIDER_FAILED or with
 * SIGN_IN_CANCELLED, unless it is connected and goes on with the token that it has.
 *
 * @param cancelled  1 if the user did not want to sign in, after which nobody is asked again; 0 for any other reason
 * @param reason     why, for people; may be NULL
 * @return NULL, or INVALID_ARGUMENT, after which the request has failed all the same
 */
struct p2svpn_error *p2svpn_token_request_fail(struct p2svpn_token_request *request,
                                               uint32_t cancelled,
                                               const char *reason);

/**
 * Frees a request that nobody answers, which fails it. NULL is nothing.
 */
void p2svpn_token_request_free(struct p2svpn_token_request *request);

/**
 * Returns whose it is; "" for NULL and where the certificate cannot be read. It belongs to the certificate.
 */
const char *p2svpn_refused_certificate_subject(const struct p2svpn_refused_certificate *certificate);

/**
 * Returns who issued it; "" for NULL and where the certificate cannot be read. It belongs to the certificate.
 */
const char *p2svpn_refused_certificate_issuer(const struct p2svpn_refused_certificate *certificate);

/**
 * Returns its SHA-256 hash in upper-case hexadecimal, what a decision should stand on; "" for NULL. It belongs to the
 * certificate.
 */
const char *p2svpn_refused_certificate_fingerprint(const struct p2svpn_refused_certificate *certificate);

/**
 * Returns how many certificates the gateway showed; 0 for NULL.
 */
size_t p2svpn_refused_certificate_chain_count(const struct p2svpn_refused_certificate *certificate);

/**
 * Returns a certificate that the gateway showed, as DER, its own first; NULL beyond the last. It belongs to the certificate.
 *
 * @param size  receives how many bytes there are; may be NULL
 */
const uint8_t *p2svpn_refused_certificate_chain_at(const struct p2svpn_refused_certificate *certificate,
                                                   size_t index,
                                                   size_t *size);

/**
 * Returns why it was refused, one of the 5xx numbers; NULL for NULL. It belongs to the certificate.
 */
const struct p2svpn_error *p2svpn_refused_certificate_refusal(const struct p2svpn_refused_certificate *certificate);

/**
 * Makes a client and its threads.
 *
 * @param options  NULL for the defaults
 * @param client   receives the client, which the caller frees with p2svpn_client_free()
 * @return NULL, INVALID_ARGUMENT or THREADS_UNAVAILABLE; with a folder of profiles also STORE_UNAVAILABLE, STORE_UNTRUSTED,
 *         STORE_KEY_WRONG or STORE_FULL
 */
struct p2svpn_error *p2svpn_client_new(const struct p2svpn_client_options *options,
                                       struct p2svpn_client **client);

/**
 * Ends all sessions, undoes what they changed, and frees the client. NULL is nothing.
 *
 * It waits until this is done, usually for milliseconds and at most for 3 seconds; p2svpn_client_close() before it, and
 * waiting for the sessions, makes it return at once. Afterwards the callback is called no more, except that a call which is
 * under way after 3 seconds is left to itself; called from within the callback, that call is the last one. No other
 * thread may be in a function of this client. Sessions, events and whatever else came from it stay valid until they are
 * freed, in any order.
 */
void p2svpn_client_free(struct p2svpn_client *client);

/**
 * Asks every session to end and returns at once; no session can be started afterwards.
 *
 * Sessions end within 2 seconds. The events that tell of it can still be taken; then p2svpn_client_next_event() returns
 * CLIENT_CLOSED, also to threads that wait in it.
 */
void p2svpn_client_close(const struct p2svpn_client *client);

/**
 * Starts a session and returns at once; events, and p2svpn_session_wait_connected(), tell how it goes.
 *
 * @param profile  the id that the import gave
 * @param options  NULL for the defaults
 * @param session  receives the session, which the caller frees with p2svpn_session_free()
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, ANOTHER_SESSION_ACTIVE or CLIENT_CLOSED; what goes wrong later is the
 *         session's end
 */
struct p2svpn_error *p2svpn_client_connect(const struct p2svpn_client *client,
                                           const char *profile,
                                           const struct p2svpn_connect_options *options,
                                           struct p2svpn_session **session);

/**
 * Takes the next event, and waits for one if there is none.
 *
 * Several threads may wait; each event goes to one of them.
 *
 * @param timeout_ms  how long to wait in milliseconds; 0 does not wait, #P2SVPN_WAIT_FOREVER waits for ever
 * @param event       receives the event, which the caller frees with p2svpn_event_free(), or NULL when the time was over
 * @return NULL, also when the time was over; INVALID_ARGUMENT; EVENT_CONSUMER_CONFLICT if events go to a callback;
 *         CLIENT_CLOSED after p2svpn_client_close() when the last event was taken
 */
struct p2svpn_error *p2svpn_client_next_event(const struct p2svpn_client *client,
                                              uint32_t timeout_ms,
                                              struct p2svpn_event **event);

/**
 * Reads a file that holds one profile and keeps it: the package of the Azure portal as it comes, azurevpnconfig.xml, what
 * Microsoft's client exports, an Intune policy, an OpenVPN configuration with the files beside it that it names, or the
 * library's JSON. The kind is told from what the file holds.
 *
 * Importing the same again gives the same id. p2svpn_client_profile() shows the profile with its warnings.
 *
 * @param path     the file
 * @param profile  receives the id to connect by, which the caller frees with p2svpn_string_free()
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNREADABLE, SEVERAL_PROFILES, for which p2svpn_client_import_files() is there, or
 *         another error of the numbers 2xx
 */
struct p2svpn_error *p2svpn_client_import_file(const struct p2svpn_client *client,
                                               const char *path,
                                               char **profile);

/**
 * Reads one profile from the bytes of a file and keeps it.
 *
 * Importing the same bytes again changes nothing but the name, and gives the same id.
 *
 * @param bytes    the file's bytes, which are copied
 * @param size     how many they are
 * @param name     a name of 1 to 256 characters instead of the profile's own; NULL for its own
 * @param profile  receives the id to connect by, which the caller frees with p2svpn_string_free()
 * @return NULL, INVALID_ARGUMENT or another error of the numbers 2xx
 */
struct p2svpn_error *p2svpn_client_import_bytes(const struct p2svpn_client *client,
                                                const uint8_t *bytes,
                                                size_t size,
                                                const char *name,
                                                char **profile);

/**
 * Reads files that explain each other, or that hold several profiles, and keeps all profiles in them.
 *
 * Files of one gateway that differ in how to sign in become one profile with a choice. Nothing is kept if a file cannot be
 * read; profiles before one that cannot be stored are kept.
 *
 * @param paths     the files, at most 100
 * @param count     how many they are
 * @param profiles  receives the profiles, at least one, each with its warnings and the profile that it is probably a newer
 *                  version of; the caller frees them with p2svpn_profiles_free()
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNREADABLE or another error of the numbers 2xx
 */
struct p2svpn_error *p2svpn_client_import_files(const struct p2svpn_client *client,
                                                const char *const *paths,
                                                size_t count,
                                                struct p2svpn_profiles **profiles);

/**
 * Brings a profile up to date with the files of a newer package of its gateway, and keeps what the user edited.
 *
 * @param id      the profile
 * @param paths   the newer package, or several files that together are one profile; at most 100
 * @param count   how many they are
 * @param update  receives what came of it, which the caller frees with p2svpn_profile_update_free(); NULL if it is not wanted
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, UPDATE_MISMATCH, SEVERAL_PROFILES, or another error of the numbers 2xx
 */
struct p2svpn_error *p2svpn_client_update_profile(const struct p2svpn_client *client,
                                                  const char *id,
                                                  const char *const *paths,
                                                  size_t count,
                                                  struct p2svpn_profile_update **update);

/**
 * Brings a profile up to date with the bytes of a newer package, as p2svpn_client_update_profile() does with its files.
 *
 * @param id      the profile
 * @param bytes   the newer package's bytes
 * @param size    how many they are
 * @param update  receives what came of it, which the caller frees with p2svpn_profile_update_free(); NULL if it is not wanted
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, UPDATE_MISMATCH, or another error of the numbers 2xx
 */
struct p2svpn_error *p2svpn_client_update_profile_bytes(const struct p2svpn_client *client,
                                                        const char *id,
                                                        const uint8_t *bytes,
                                                        size_t size,
                                                        struct p2svpn_profile_update **update);

/**
 * Takes a look at a profile.
 *
 * @param id       the id that the import gave
 * @param profile  receives a copy of what the profile says, which the caller frees with p2svpn_profile_free()
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN; of a profile that is in the folder and cannot be used SECRETS_MISSING,
 *         STORE_KEY_WRONG, STORE_UNAVAILABLE, PROFILE_NEWER or STORE_DAMAGED
 */
struct p2svpn_error *p2svpn_client_profile(const struct p2svpn_client *client,
                                           const char *id,
                                           struct p2svpn_profile **profile);

/**
 * Takes a look at all profiles.
 *
 * @param profiles  receives the list of this moment, in the order of the user, which the caller frees with
 *                  p2svpn_profiles_free()
 * @return NULL or INVALID_ARGUMENT
 */
struct p2svpn_error *p2svpn_client_profiles(const struct p2svpn_client *client,
                                            struct p2svpn_profiles **profiles);

/**
 * Takes a look at everything that a profile says.
 *
 * @param id       the profile
 * @param details  receives a copy of it, which the caller frees with p2svpn_profile_details_free()
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or what keeps the profile from being used, as p2svpn_client_profile() says
 */
struct p2svpn_error *p2svpn_client_profile_details(const struct p2svpn_client *client,
                                                   const char *id,
                                                   struct p2svpn_profile_details **details);

/**
 * Changes a profile: all of the changes are made, or none.
 *
 * @param id      the profile
 * @param edit    the changes
 * @param report  receives what came of it, which the caller frees with p2svpn_edit_report_free(); NULL if it is not wanted
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, EDIT_REFUSED with the reason, or an error of the store
 */
struct p2svpn_error *p2svpn_client_edit_profile(const struct p2svpn_client *client,
                                                const char *id,
                                                const struct p2svpn_profile_edit *edit,
                                                struct p2svpn_edit_report **report);

/**
 * Copies a profile with its secrets under another name, after all others.
 *
 * @param id    the profile
 * @param name  the copy's name
 * @param copy  receives the copy's id, which the caller frees with p2svpn_string_free()
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or an error of the store
 */
struct p2svpn_error *p2svpn_client_duplicate_profile(const struct p2svpn_client *client,
                                                     const char *id,
                                                     const char *name,
                                                     char **copy);

/**
 * Moves a profile to a place in the list, counted from 0; beyond the end is the end.
 *
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or an error of the store
 */
struct p2svpn_error *p2svpn_client_move_profile(const struct p2svpn_client *client,
                                                const char *id,
                                                size_t index);

/**
 * Forgets a profile and its secrets; sessions that use it go on.
 *
 * @param id  the id that the import gave
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or an error of the store
 */
struct p2svpn_error *p2svpn_client_remove_profile(const struct p2svpn_client *client,
                                                  const char *id);

/**
 * Writes a profile in the format of another program, or in the library's own.
 *
 * @param id            the profile
 * @param format        one of #p2svpn_export_formats
 * @param with_secrets  whether it holds the profile's secrets, and so is as secret as the profile
 * @param exported      receives the file's text, which the caller frees with p2svpn_string_free(), which also wipes it
 * @param notes         receives what the file cannot say, a line each, which the caller frees with p2svpn_string_free();
 *                      NULL if it is not wanted
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or what keeps the profile from being used, as p2svpn_client_profile() says
 */
struct p2svpn_error *p2svpn_client_export_profile(const struct p2svpn_client *client,
                                                  const char *id,
                                                  uint32_t format,
                                                  bool with_secrets,
                                                  char **exported,
                                                  char **notes);

/**
 * Tells what a profile needs and what it would change on this machine, before anything is connected.
 *
 * It looks at the machine's networks and at the other profiles, for conflicts; it connects to nothing and changes nothing.
 *
 * @param id       the profile
 * @param options  what it will be connected with, such as the device; NULL for the defaults
 * @param plan     receives the plan, which the caller frees with p2svpn_plan_free()
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or what keeps the profile from being used, as p2svpn_client_profile() says
 */
struct p2svpn_error *p2svpn_client_explain(const struct p2svpn_client *client,
                                           const char *id,
                                           const struct p2svpn_connect_options *options,
                                           struct p2svpn_plan **plan);

/**
 * Tells what the profiles in files need and would change, without keeping them.
 *
 * @param paths    the files, as p2svpn_client_import_files() takes them
 * @param count    how many they are
 * @param options  what they will be connected with, such as the device; NULL for the defaults
 * @param plans    receives the plans, at least one, each with the warnings of its profile; the caller frees them with
 *                 p2svpn_plans_free()
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNREADABLE or another error of the numbers 2xx
 */
struct p2svpn_error *p2svpn_client_explain_files(const struct p2svpn_client *client,
                                                 const char *const *paths,
                                                 size_t count,
                                                 const struct p2svpn_connect_options *options,
                                                 struct p2svpn_plans **plans);

/**
 * Takes a look at what is wrong in the folder of the profiles: files that were set aside, profiles whose secrets are gone.
 * Profiles in memory have no problems.
 *
 * @param problems  receives the list of this moment, which the caller frees with p2svpn_profile_problems_free()
 * @return NULL or INVALID_ARGUMENT
 */
struct p2svpn_error *p2svpn_client_profile_problems(const struct p2svpn_client *client,
                                                    struct p2svpn_profile_problems **problems);

/**
 * Deletes a damaged file that was set aside, with its secrets.
 *
 * @param set_aside  the name that p2svpn_profile_problem_set_aside() gave; another one deletes nothing
 * @param discarded  receives whether the file was there; NULL if it is not wanted
 * @return NULL, INVALID_ARGUMENT, or an error of the store
 */
struct p2svpn_error *p2svpn_client_discard_profile_file(const struct p2svpn_client *client,
                                                        const char *set_aside,
                                                        bool *discarded);

/**
 * Looks at what other processes did to the folder of the profiles; events tell what is different. This happens by itself every
 * few seconds.
 *
 * @return NULL, INVALID_ARGUMENT, or an error of the store, after which the profiles that were known are known still
 */
struct p2svpn_error *p2svpn_client_refresh_profiles(const struct p2svpn_client *client);

/**
 * Tells who has signed in with Entra ID for a profile and is remembered.
 *
 * @param id         the profile's id
 * @param usernames  receives the user names, one a line, the last one that signed in first, which the caller frees with
 *                   p2svpn_string_free(); "" for profiles with another sign-in
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or STORE_UNAVAILABLE, STORE_KEY_WRONG or STORE_DAMAGED
 */
struct p2svpn_error *p2svpn_client_signed_in(const struct p2svpn_client *client,
                                             const char *id,
                                             char **usernames);

/**
 * Forgets the sign-in of a user with Entra ID, or those of all users of the profile's application.
 *
 * The next session asks for a sign-in; sessions that are connected go on until their token ends. Entra itself and the browser
 * do not learn of it.
 *
 * @param id        the profile's id
 * @param username  the user; NULL for all
 * @return NULL, INVALID_ARGUMENT, PROFILE_UNKNOWN, or STORE_UNAVAILABLE, STORE_KEY_WRONG, STORE_FULL or STORE_DAMAGED
 */
struct p2svpn_error *p2svpn_client_sign_out(const struct p2svpn_client *client,
                                            const char *id,
                                            const char *username);

/**
 * Undoes what killed programs have left on the machine, and blocks until it is done: for installers and for scripts at the start of
 * the system. Every client with the privilege does it too when it is made, and tells by a warning event what it found.
 *
 * What a live program has changed is not touched, and neither is what somebody else has changed since. It needs the privilege to
 * change the machine (CAP_NET_ADMIN on Linux) if there is something to undo.
 *
 * @param journal_folder  as in #p2svpn_client_options; NULL for the machine's own
 * @param report          receives what was undone and what was left and why, a line each, "" for nothing; the caller frees it with
 *                        p2svpn_string_free(); NULL if it is not wanted
 * @return NULL, INVALID_ARGUMENT, or MACHINE_FAILED if the journal cannot be read, or somebody else may have written it
 */
struct p2svpn_error *p2svpn_recover(const char *journal_folder,
                                    char **report);

/**
 * Disconnects the session, as p2svpn_session_disconnect() does, and frees it. NULL is nothing.
 *
 * It returns at once; to know when the machine is as it was, wait for the end first. No other thread may be in a
 * function of this session.
 */
void p2svpn_session_free(struct p2svpn_session *session);

/**
 * Returns the number that the session's events carry; 0, which is no session's, for NULL.
 */
uint64_t p2svpn_session_id(const struct p2svpn_session *session);

/**
 * Takes a look at how the session stands.
 *
 * @param status  receives the status of this moment, which the caller frees with p2svpn_status_free()
 * @return NULL or INVALID_ARGUMENT
 */
struct p2svpn_error *p2svpn_session_status(const struct p2svpn_session *session,
                                           struct p2svpn_status **status);

/**
 * Reads what went through until now.
 *
 * @param statistics  is filled; its field `size` must be set
 * @return NULL or INVALID_ARGUMENT
 */
struct p2svpn_error *p2svpn_session_statistics(const struct p2svpn_session *session,
                                               struct p2svpn_statistics *statistics);

/**
 * Answers a challenge for a password or a PIN, or the gateway's question.
 *
 * @param challenge  the challenge's id
 * @param secret     the password; it is copied, and the copy is wiped
 * @return NULL, INVALID_ARGUMENT, CHALLENGE_UNKNOWN, ANSWER_MISMATCH or SESSION_ENDED
 */
struct p2svpn_error *p2svpn_session_answer_secret(const struct p2svpn_session *session,
                                                  uint64_t challenge,
                                                  const char *secret);

/**
 * Answers a challenge for a certificate.
 *
 * @param challenge    the challenge's id
 * @param certificate  the certificate with its key
 * @return NULL, INVALID_ARGUMENT, CHALLENGE_UNKNOWN, ANSWER_MISMATCH or SESSION_ENDED
 */
struct p2svpn_error *p2svpn_session_answer_certificate(const struct p2svpn_session *session,
                                                       uint64_t challenge,
                                                       const struct p2svpn_certificate *certificate);

/**
 * Answers a challenge for one of several certificates.
 *
 * @param challenge  the challenge's id
 * @param place      the certificate's place in the list, from 0
 * @return NULL, INVALID_ARGUMENT, CHALLENGE_UNKNOWN, ANSWER_MISMATCH or SESSION_ENDED
 */
struct p2svpn_error *p2svpn_session_answer_choice(const struct p2svpn_session *session,
                                                  uint64_t challenge,
                                                  size_t place);

/**
 * Answers a challenge for a user name and a password.
 *
 * @param challenge  the challenge's id
 * @param username   the user name
 * @param password   the password; it is copied, and the copy is wiped
 * @param keep       1 makes both part of the profile once the gateway has let the session in, 0 does not
 * @return NULL, INVALID_ARGUMENT, CHALLENGE_UNKNOWN, ANSWER_MISMATCH or SESSION_ENDED
 */
struct p2svpn_error *p2svpn_session_answer_credentials(const struct p2svpn_session *session,
                                                       uint64_t challenge,
                                                       const char *username,
                                                       const char *password,
                                                       uint32_t keep);

/**
 * Answers a challenge for an access token.
 *
 * @param challenge   the challenge's id
 * @param token       the token as it was issued; it is copied, and the copy is wiped
 * @param lifetime_s  for how many seconds it is still good; 0 reads that from the token
 * @return NULL, INVALID_ARGUMENT, CHALLENGE_UNKNOWN, ANSWER_MISMATCH or SESSION_ENDED
 */
struct p2svpn_error *p2svpn_session_answer_access_token(const struct p2svpn_session *session,
                                                        uint64_t challenge,
                                                        const char *token,
                                                        uint32_t lifetime_s);

/**
 * Answers a challenge to sign in at a page of Entra ID that the host has shown in a view of its own.
 *
 * @param challenge  the challenge's id
 * @param address    where the page ended: p2svpn_challenge_redirect_uri() with everything behind it; it is copied, and the
 *                   copy is wiped
 * @return NULL, INVALID_ARGUMENT, CHALLENGE_UNKNOWN, ANSWER_MISMATCH or SESSION_ENDED
 */
struct p2svpn_error *p2svpn_session_answer_redirect(const struct p2svpn_session *session,
                                                    uint64_t challenge,
                                                    const char *address);

/**
 * Says that no answer to a challenge will come, of whatever kind: the session ends with SIGN_IN_CANCELLED.
 *
 * @param challenge  the challenge's id
 * @return NULL, INVALID_ARGUMENT, CHALLENGE_UNKNOWN or SESSION_ENDED
 */
struct p2svpn_error *p2svpn_session_answer_cancel(const struct p2svpn_session *session,
                                                  uint64_t challenge);

/**
 * Asks for the session's end, in whatever state it is, and returns at once. NULL is nothing.
 *
 * The session ends within 2 seconds, with what it changed undone; its last event and p2svpn_session_wait_closed() tell
 * when.
 */
void p2svpn_session_disconnect(const struct p2svpn_session *session);

/**
 * Says that the host has applied a network configuration, or why it could not, which ends the session. It returns at once.
 *
 * A session whose options say `host_confirms` waits for it.
 *
 * @param generation  the configuration's, from p2svpn_network_config_generation()
 * @param failure     why it could not be applied, for people; NULL if it was
 * @return NULL or INVALID_ARGUMENT
 */
struct p2svpn_error *p2svpn_session_network_applied(const struct p2svpn_session *session,
                                                    uint64_t generation,
                                                    const char *failure);

/**
 * Says that the machine's network has changed: another address, route or link. NULL is nothing. It returns at once.
 *
 * The session looks whether its way to the gateway is still the same, and connects anew if not; one that waits to connect again
 * does so now. On Linux it also notices by itself.
 */
void p2svpn_session_notify_network_change(const struct p2svpn_session *session);

/**
 * Says that the machine is about to sleep; p2svpn_session_notify_wake() follows. NULL is nothing. It returns at once.
 */
void p2svpn_session_notify_sleep(const struct p2svpn_session *session);

/**
 * Says that the machine woke up. NULL is nothing. It returns at once.
 *
 * After more than a short nap the session connects anew: gateways and firewalls have forgotten its connection, which it would find out
 * late.
 */
void p2svpn_session_notify_wake(const struct p2svpn_session *session);

/**
 * Waits until the session is connected.
 *
 * @param timeout_ms  how long to wait in milliseconds, or #P2SVPN_WAIT_FOREVER
 * @return NULL once it is connected; why it ended instead, CANCELLED if it was disconnected; WAIT_TIMED_OUT, after which
 *         it goes on connecting; INVALID_ARGUMENT
 */
struct p2svpn_error *p2svpn_session_wait_connected(const struct p2svpn_session *session,
                                                   uint32_t timeout_ms);

/**
 * Waits until the session is over and what it changed is undone.
 *
 * @param timeout_ms  how long to wait in milliseconds, or #P2SVPN_WAIT_FOREVER
 * @param reason      receives why it ended, which the caller frees with p2svpn_error_free(), or NULL if it was
 *                    disconnected; may be NULL
 * @return NULL once it is over, WAIT_TIMED_OUT or INVALID_ARGUMENT
 */
struct p2svpn_error *p2svpn_session_wait_closed(const struct p2svpn_session *session,
                                                uint32_t timeout_ms,
                                                struct p2svpn_error **reason);

/**
 * Connects to a machine behind the gateway by TCP, with the userspace device. It blocks.
 *
 * @param host        an IP address; the names of the virtual network are not looked up yet
 * @param port        the TCP port
 * @param timeout_ms  how long it may take in milliseconds, or #P2SVPN_WAIT_FOREVER
 * @param stream      receives the connection, which the caller frees with p2svpn_stream_free()
 * @return NULL, INVALID_ARGUMENT, SESSION_ENDED or an error of the numbers 8xx
 */
struct p2svpn_error *p2svpn_session_dial(const struct p2svpn_session *session,
                                         const char *host,
                                         uint16_t port,
                                         uint32_t timeout_ms,
                                         struct p2svpn_stream **stream);

/**
 * Returns the number to answer by; 0, which is no challenge's, for NULL.
 */
uint64_t p2svpn_challenge_id(const struct p2svpn_challenge *challenge);

/**
 * Returns what is asked for: one of #p2svpn_challenge_kinds.
 */
uint32_t p2svpn_challenge_kind(const struct p2svpn_challenge *challenge);

/**
 * Returns the question for people: in English, or in the words of the gateway that asks, which never hold control
 * characters; "" for NULL. It belongs to the challenge.
 */
const char *p2svpn_challenge_text(const struct p2svpn_challenge *challenge);

/**
 * Returns how often it was asked before in this session, from 0. After three refused answers the session ends.
 */
uint32_t p2svpn_challenge_attempt(const struct p2svpn_challenge *challenge);

/**
 * Returns why the answer before was refused; NULL at the first attempt. It belongs to the challenge.
 */
const struct p2svpn_error *p2svpn_challenge_refusal(const struct p2svpn_challenge *challenge);

/**
 * Returns the SHA-1 hash of the certificate that the profile names, in upper-case hexadecimal; NULL if it names none, and
 * for other kinds. It belongs to the challenge.
 */
const char *p2svpn_challenge_thumbprint(const struct p2svpn_challenge *challenge);

/**
 * Returns the SHA-1 hash of the root below which the certificate was issued; NULL if the profile names none, and for
 * other kinds. It belongs to the challenge.
 */
const char *p2svpn_challenge_issuer(const struct p2svpn_challenge *challenge);

/**
 * Returns what the password or PIN opens, for people: a file's or a token's name, for example; NULL for other kinds. It belongs to the
 * challenge.
 */
const char *p2svpn_challenge_label(const struct p2svpn_challenge *challenge);

/**
 * Returns whether the answer must not be shown while it is typed: 1 or 0; 1 for NULL.
 */
uint32_t p2svpn_challenge_is_masked(const struct p2svpn_challenge *challenge);

/**
 * Returns whether the session waits for an answer: 1 or 0. With 0, showing the text or opening the page is all.
 */
uint32_t p2svpn_challenge_needs_response(const struct p2svpn_challenge *challenge);

/**
 * Returns when the question is given up, in seconds since 1970; 0 where that is not known, and for questions that wait.
 */
int64_t p2svpn_challenge_expires(const struct p2svpn_challenge *challenge);

/**
 * Returns the address of the page to sign in at, `https` or `http` in printable ASCII; NULL for other kinds. Whoever knows
 * it may be able to sign in: keep it out of logs. It belongs to the challenge.
 */
const char *p2svpn_challenge_url(const struct p2svpn_challenge *challenge);

/**
 * Returns the address for a view inside the host's own window, marked so that the page leaves out what a browser has; NULL
 * for other kinds. It belongs to the challenge.
 */
const char *p2svpn_challenge_embedded_url(const struct p2svpn_challenge *challenge);

/**
 * Returns whether the page may need nobody: 1 or 0. Then open it without showing it, and show it if it does not end by
 * itself.
 */
uint32_t p2svpn_challenge_is_hidden(const struct p2svpn_challenge *challenge);

/**
 * Returns whether the page wants the user's own browser rather than a view in the host's window: 1 or 0.
 */
uint32_t p2svpn_challenge_is_external(const struct p2svpn_challenge *challenge);

/**
 * Returns where Entra sends the browser in the end, which the session waits for; NULL for the gateway's pages and for other
 * kinds. A host that shows the page in a view of its own may catch that address there, and answer with all of it by
 * p2svpn_session_answer_redirect(). It belongs to the challenge.
 */
const char *p2svpn_challenge_redirect_uri(const struct p2svpn_challenge *challenge);

/**
 * Returns the code to be typed at p2svpn_challenge_url(); NULL for other kinds. Whoever knows it may be able to sign in: keep it
 * out of logs. It belongs to the challenge.
 */
const char *p2svpn_challenge_code(const struct p2svpn_challenge *challenge);

/**
 * Returns the user name that is known already; NULL if none is, and for other kinds. It belongs to the challenge.
 */
const char *p2svpn_challenge_username(const struct p2svpn_challenge *challenge);

/**
 * Returns whether the next wrong PIN locks the token: 1 or 0.
 */
uint32_t p2svpn_challenge_is_last_try(const struct p2svpn_challenge *challenge);

/**
 * Returns the certificates to choose from; NULL for other kinds. They belong to the challenge.
 */
const struct p2svpn_certificate_list *p2svpn_challenge_certificates(const struct p2svpn_challenge *challenge);

/**
 * Returns the tenant's address that an access token is asked of; NULL for other kinds than #P2SVPN_CHALLENGE_ACCESS_TOKEN. It belongs to the
 * challenge.
 */
const char *p2svpn_challenge_authority(const struct p2svpn_challenge *challenge);

/**
 * Returns the application that signs the user in; NULL for other kinds than #P2SVPN_CHALLENGE_ACCESS_TOKEN. It belongs to the
 * challenge.
 */
const char *p2svpn_challenge_client_id(const struct p2svpn_challenge *challenge);

/**
 * Returns the application that the token is for: the gateway's; NULL for other kinds than #P2SVPN_CHALLENGE_ACCESS_TOKEN. It belongs to the
 * challenge.
 */
const char *p2svpn_challenge_audience(const struct p2svpn_challenge *challenge);

/**
 * Returns the scope to ask for; NULL for other kinds than #P2SVPN_CHALLENGE_ACCESS_TOKEN. It belongs to the
 * challenge.
 */
const char *p2svpn_challenge_scope(const struct p2svpn_challenge *challenge);

/**
 * Frees an event and what belongs to it. NULL is nothing. It may be called from within the callback, and later.
 */
void p2svpn_event_free(struct p2svpn_event *event);

/**
 * Returns what the event tells: one of #p2svpn_event_kinds.
 */
uint32_t p2svpn_event_kind(const struct p2svpn_event *event);

/**
 * Returns the event's place among all events of the client, counted from 1. A gap is where events were dropped.
 */
uint64_t p2svpn_event_sequence(const struct p2svpn_event *event);

/**
 * Returns how many events of the client were dropped so far because too many waited.
 */
uint64_t p2svpn_event_dropped(const struct p2svpn_event *event);

/**
 * Returns the session it happened to, as p2svpn_session_id() names it; 0 if it is about none.
 */
uint64_t p2svpn_event_session_id(const struct p2svpn_event *event);

/**
 * Returns when it happened, in seconds since 1970.
 */
int64_t p2svpn_event_unix_time(const struct p2svpn_event *event);

/**
 * Returns the state that the session is in now, one of #p2svpn_states; 0 if the event is of another kind.
 */
uint32_t p2svpn_event_state(const struct p2svpn_event *event);

/**
 * Returns why the session is in this state, for people; it may be "", and is if the event is of another kind. It belongs
 * to the event.
 */
const char *p2svpn_event_reason(const struct p2svpn_event *event);

/**
 * Returns what the session asks for; NULL if the event is of another kind. It belongs to the event.
 */
const struct p2svpn_challenge *p2svpn_event_challenge(const struct p2svpn_event *event);

/**
 * Returns what the session wants of the network; NULL if the event is of another kind. It belongs to the event.
 */
const struct p2svpn_network_config *p2svpn_event_network_config(const struct p2svpn_event *event);

/**
 * Returns what was odd; NULL if the event is of another kind. It belongs to the event.
 */
const struct p2svpn_warning *p2svpn_event_warning(const struct p2svpn_event *event);

/**
 * Returns which attempt to get a lost connection back the event tells of, counted from 1; 0 if it tells of none.
 */
uint32_t p2svpn_event_attempt(const struct p2svpn_event *event);

/**
 * Returns when that attempt begins, in seconds since 1970; 0 if the event tells of none. It begins earlier when the machine's
 * network changes, or the machine wakes up.
 */
int64_t p2svpn_event_next_attempt(const struct p2svpn_event *event);

/**
 * Returns why the session ended, or, with #P2SVPN_STATE_RECONNECTING, why there is no connection; NULL if its host disconnected
 * it, or if the event is of another kind. It belongs to the event: do not free it.
 */
const struct p2svpn_error *p2svpn_event_error(const struct p2svpn_event *event);

/**
 * Returns how many things became different among the profiles; 0 if the event is of another kind.
 */
size_t p2svpn_event_profile_change_count(const struct p2svpn_event *event);

/**
 * Returns what became different among the profiles; NULL beyond the last, and if the event is of another kind. It belongs
 * to the event.
 */
const struct p2svpn_profile_change *p2svpn_event_profile_change(const struct p2svpn_event *event,
                                                                size_t index);

/**
 * Returns the stable name of a state, such as "SigningIn"; "Unknown" for a number that is no state. It is never freed.
 */
const char *p2svpn_state_name(uint32_t state);

/**
 * Returns the number of the snapshot, which grows within a session; a later one replaces those before.
 */
uint64_t p2svpn_network_config_generation(const struct p2svpn_network_config *config);

/**
 * Returns the largest packet that the tunnel takes, in bytes; 0 leaves it as the device has it.
 */
uint32_t p2svpn_network_config_mtu(const struct p2svpn_network_config *config);

/**
 * Says whether everything goes through the tunnel, or only what the routes name.
 */
bool p2svpn_network_config_full_tunnel(const struct p2svpn_network_config *config);

/**
 * Returns the gateway's address, which must stay outside the tunnel; NULL if there is none. It belongs to the event.
 */
const char *p2svpn_network_config_gateway(const struct p2svpn_network_config *config);

/**
 * Returns how many addresses the device gets.
 */
size_t p2svpn_network_config_address_count(const struct p2svpn_network_config *config);

/**
 * Returns an address of the device with the length of its network's prefix; NULL beyond the last. It belongs to the event.
 */
const char *p2svpn_network_config_address(const struct p2svpn_network_config *config,
                                          size_t index);

/**
 * Returns how many networks go through the tunnel.
 */
size_t p2svpn_network_config_route_count(const struct p2svpn_network_config *config);

/**
 * Returns a network that goes through the tunnel; NULL beyond the last. It belongs to the event.
 */
const char *p2svpn_network_config_route(const struct p2svpn_network_config *config, size_t index);

/**
 * Returns the next hop of a route within the tunnel; NULL if it has none, and beyond the last. It belongs to the event.
 */
const char *p2svpn_network_config_route_gateway(const struct p2svpn_network_config *config,
                                                size_t index);

/**
 * Returns the metric of a route, smaller is preferred; 0 for the system's own, and beyond the last.
 */
uint32_t p2svpn_network_config_route_metric(const struct p2svpn_network_config *config,
                                            size_t index);

/**
 * Returns how many networks stay outside the tunnel although a route covers them.
 */
size_t p2svpn_network_config_excluded_route_count(const struct p2svpn_network_config *config);

/**
 * Returns a network that stays outside the tunnel; NULL beyond the last. It belongs to the event.
 */
const char *p2svpn_network_config_excluded_route(const struct p2svpn_network_config *config,
                                                 size_t index);

/**
 * Returns how many DNS servers there are inside the tunnel.
 */
size_t p2svpn_network_config_dns_server_count(const struct p2svpn_network_config *config);

/**
 * Returns the address of a DNS server, the preferred first; NULL beyond the last. It belongs to the event.
 */
const char *p2svpn_network_config_dns_server(const struct p2svpn_network_config *config,
                                             size_t index);

/**
 * Returns how many domains the DNS servers are for.
 */
size_t p2svpn_network_config_dns_suffix_count(const struct p2svpn_network_config *config);

/**
 * Returns a domain that the DNS servers are for, without a leading dot; NULL beyond the last. It belongs to the event.
 */
const char *p2svpn_network_config_dns_suffix(const struct p2svpn_network_config *config,
                                             size_t index);

/**
 * Frees a status. NULL is nothing.
 */
void p2svpn_status_free(struct p2svpn_status *status);

/**
 * Returns the state: one of #p2svpn_states.
 */
uint32_t p2svpn_status_state(const struct p2svpn_status *status);

/**
 * Returns what becomes of the traffic that the session is for, apart from the state: one of #p2svpn_protections.
 */
uint32_t p2svpn_status_protection(const struct p2svpn_status *status);

/**
 * Returns which attempt to get a lost connection back was under way or due, counted from 1; 0 if there was a connection, or never
 * one.
 */
uint32_t p2svpn_status_attempt(const struct p2svpn_status *status);

/**
 * Returns when that attempt begins, in seconds since 1970; 0 if there is none.
 */
int64_t p2svpn_status_next_attempt(const struct p2svpn_status *status);

/**
 * Returns why there was no connection, while one that was lost is got back; NULL otherwise. It belongs to the status: do not
 * free it.
 */
const struct p2svpn_error *p2svpn_status_error(const struct p2svpn_status *status);

/**
 * Returns when the session reached the state, in seconds since 1970.
 */
int64_t p2svpn_status_since(const struct p2svpn_status *status);

/**
 * Returns how long it had been in the state, in milliseconds.
 */
uint64_t p2svpn_status_duration_ms(const struct p2svpn_status *status);

/**
 * Returns a table for people, one row a line, with state, duration, sent and received bytes and packets, addresses,
 * gateway, routes and DNS servers; "" for NULL. It belongs to the status.
 */
const char *p2svpn_status_text(const struct p2svpn_status *status);

/**
 * Returns the gateway's name, as in the profile; NULL if not known. It belongs to the status.
 */
const char *p2svpn_status_gateway_name(const struct p2svpn_status *status);

/**
 * Returns the gateway's address with its port, as connected to; NULL if not known. It belongs to the status.
 */
const char *p2svpn_status_gateway_address(const struct p2svpn_status *status);

/**
 * Returns the network device's name; NULL if not known, and with the userspace device. It belongs to the status.
 */
const char *p2svpn_status_device(const struct p2svpn_status *status);

/**
 * Returns the largest packet inside the tunnel, in bytes; 0 if not known.
 */
uint32_t p2svpn_status_mtu(const struct p2svpn_status *status);

/**
 * Returns the cipher that protects packets, such as "AES-256-GCM"; NULL if not known. It belongs to the status.
 */
const char *p2svpn_status_cipher(const struct p2svpn_status *status);

/**
 * Returns the version of TLS, such as "TLSv1.3"; NULL if not known. It belongs to the status.
 */
const char *p2svpn_status_tls_version(const struct p2svpn_status *status);

/**
 * Returns how many addresses this machine has inside the tunnel.
 */
size_t p2svpn_status_address_count(const struct p2svpn_status *status);

/**
 * Returns an address of this machine with the length of its network's prefix; NULL beyond the last. It belongs to the
 * status.
 */
const char *p2svpn_status_address(const struct p2svpn_status *status,
                                  size_t index);

/**
 * Returns how many networks go through the tunnel.
 */
size_t p2svpn_status_route_count(const struct p2svpn_status *status);

/**
 * Returns a network that goes through the tunnel; NULL beyond the last. It belongs to the status.
 */
const char *p2svpn_status_route(const struct p2svpn_status *status, size_t index);

/**
 * Returns how many networks stay outside the tunnel although a route covers them.
 */
size_t p2svpn_status_excluded_route_count(const struct p2svpn_status *status);

/**
 * Returns a network that stays outside the tunnel; NULL beyond the last. It belongs to the status.
 */
const char *p2svpn_status_excluded_route(const struct p2svpn_status *status, size_t index);

/**
 * Returns how many DNS servers there are inside the tunnel.
 */
size_t p2svpn_status_dns_server_count(const struct p2svpn_status *status);

/**
 * Returns the address of a DNS server, the preferred first; NULL beyond the last. It belongs to the status.
 */
const char *p2svpn_status_dns_server(const struct p2svpn_status *status,
                                     size_t index);

/**
 * Returns how many domains the DNS servers are for.
 */
size_t p2svpn_status_dns_suffix_count(const struct p2svpn_status *status);

/**
 * Returns a domain that the DNS servers are for; NULL beyond the last. It belongs to the status.
 */
const char *p2svpn_status_dns_suffix(const struct p2svpn_status *status, size_t index);

/**
 * Closes the connection and frees it. NULL is nothing. No other thread may be in a function of this stream.
 */
void p2svpn_stream_free(struct p2svpn_stream *stream);

/**
 * Returns the remote address with its port; "" for NULL. It belongs to the stream.
 */
const char *p2svpn_stream_peer(const struct p2svpn_stream *stream);

/**
 * Reads what there is, and waits if there is nothing. One thread at a time.
 *
 * @param buffer      is filled from its beginning
 * @param size        how many bytes it has; at least 1
 * @param timeout_ms  how long to wait in milliseconds; 0 does not wait, #P2SVPN_WAIT_FOREVER waits for ever
 * @param received    receives how many bytes were read; 0 when the other side has ended its sending
 * @return NULL; WAIT_TIMED_OUT, after which nothing is lost; DIAL_FAILED if the connection broke; INVALID_ARGUMENT, also
 *         while another thread reads
 */
struct p2svpn_error *p2svpn_stream_read(const struct p2svpn_stream *stream,
                                        uint8_t *buffer,
                                        size_t size,
                                        uint32_t timeout_ms,
                                        size_t *received);

/**
 * Writes bytes, and waits until all of them are on their way. One thread at a time.
 *
 * @param bytes       what to write
 * @param size        how many bytes that is; at least 1
 * @param timeout_ms  how long to wait in milliseconds; 0 does not wait, #P2SVPN_WAIT_FOREVER waits for ever
 * @param written     receives how many bytes were taken: fewer than `size` if the time was over or the connection broke
 *                    after some of them
 * @return NULL if any bytes were taken; else WAIT_TIMED_OUT; DIAL_FAILED if the connection broke; INVALID_ARGUMENT, also
 *         while another thread writes
 */
struct p2svpn_error *p2svpn_stream_write(const struct p2svpn_stream *stream,
                                         const uint8_t *bytes,
                                         size_t size,
                                         uint32_t timeout_ms,
                                         size_t *written);

/**
 * Ends the sending: the other side reads to the end of what was written. Reading goes on. One thread at a time with
 * writing.
 *
 * @param timeout_ms  how long to wait in milliseconds for what was written to be sent, or #P2SVPN_WAIT_FOREVER
 * @return NULL, WAIT_TIMED_OUT, DIAL_FAILED or INVALID_ARGUMENT
 */
struct p2svpn_error *p2svpn_stream_shutdown(const struct p2svpn_stream *stream,
                                            uint32_t timeout_ms);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* P2SVPN_H */
