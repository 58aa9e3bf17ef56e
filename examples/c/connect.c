/*
 * Connects to a gateway, shows how it goes, and fetches a page from the network behind it.
 *
 *     connect PROFILE PFX PASSWORD [URL]
 *
 * PROFILE is azurevpnconfig.xml, PFX the client certificate with its key, and URL a page such as http://10.1.0.4/. Packets
 * go through a network stack inside the process, so no privilege is needed and nothing on the machine is changed.
 *
 * Exit codes: 0 done, 1 an error that may be gone when it is tried again, 2 an error that somebody has to do something about,
 * 64 wrong arguments.
 */

#include <p2svpn.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_HOST = 256, LONGEST_PATH = 1024, TIMEOUT_MS = 30000 };

typedef struct {
    char host[LONGEST_HOST];
    char path[LONGEST_PATH];
    uint16_t port;
} url;

static int parse_url(const char *text, url *parsed);
static p2svpn_error *wait_until_connected(const p2svpn_client *client, const p2svpn_session *session);
static p2svpn_error *print_status(const p2svpn_session *session);
static p2svpn_error *fetch(const p2svpn_session *session, const url *page);
static p2svpn_error *leave(const p2svpn_client *client, const p2svpn_session *session);
static int report(const p2svpn_error *error);

int main(int argc, char **argv) {
    url page;
    if (argc < 4 || argc > 5 || (argc == 5 && !parse_url(argv[4], &page))) {
        fprintf(stderr, "usage: %s PROFILE PFX PASSWORD [http://ADDRESS[:PORT]/PATH]\n", argv[0]);
        return 64;
    }
    if (p2svpn_abi_version() != P2SVPN_ABI_VERSION) {
        fprintf(stderr, "this program was compiled for another version of libp2svpn than %s\n", p2svpn_version());
        return 2;
    }

    p2svpn_certificate certificate;
    memset(&certificate, 0, sizeof certificate);
    certificate.size = sizeof certificate;
    certificate.pfx_file = argv[2];
    certificate.password = argv[3];

    p2svpn_connect_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.device = P2SVPN_DEVICE_USERSPACE;
    options.certificate = &certificate;

    p2svpn_client *client = NULL;
    p2svpn_session *session = NULL;
    char *profile = NULL;
    p2svpn_error *error = p2svpn_client_new(NULL, &client);
    if (!error) error = p2svpn_client_import_file(client, argv[1], &profile);
    if (!error) error = p2svpn_client_connect(client, profile, &options, &session);
    if (!error) error = wait_until_connected(client, session);
    if (!error) error = print_status(session);
    if (!error && argc == 5) error = fetch(session, &page);
    if (!error) error = leave(client, session);

    int code = report(error);
    p2svpn_error_free(error);
    p2svpn_session_free(session);
    p2svpn_string_free(profile);
    p2svpn_client_free(client);
    return code;
}

/* Prints an event, and does what it asks for. Returns whether it is the session's last. */
static int handle(const p2svpn_session *session, const p2svpn_event *event) {
    const p2svpn_challenge *challenge = p2svpn_event_challenge(event);
    switch (p2svpn_event_kind(event)) {
    case P2SVPN_EVENT_STATE:
        printf("%s\n", p2svpn_state_name(p2svpn_event_state(event)));
        break;
    case P2SVPN_EVENT_WARNING:
        printf("Warning: %s\n", p2svpn_warning_message(p2svpn_event_warning(event)));
        break;
    case P2SVPN_EVENT_CHALLENGE:
        printf("%s\n", p2svpn_challenge_text(challenge));
        if (p2svpn_challenge_url(challenge)) {
            /* The session goes on by itself when the user has signed in there. */
            printf("%s\n", p2svpn_challenge_url(challenge));
            break;
        }
        /* A program with a user would ask; this one was told everything when it was started. */
        p2svpn_error_free(p2svpn_session_answer_cancel(session, p2svpn_challenge_id(challenge)));
        break;
    case P2SVPN_EVENT_ENDED:
        return 1;
    default: /* What this program does not need, and what later versions add. */
        break;
    }
    fflush(stdout);
    return 0;
}

/* Follows the events until the session is connected, or over; returns why in that case. */
static p2svpn_error *wait_until_connected(const p2svpn_client *client, const p2svpn_session *session) {
    for (;;) {
        p2svpn_event *event = NULL;
        p2svpn_error *error = p2svpn_client_next_event(client, P2SVPN_WAIT_FOREVER, &event);
        if (error) return error;
        int last = handle(session, event);
        int connected = p2svpn_event_kind(event) == P2SVPN_EVENT_STATE
            && p2svpn_event_state(event) == P2SVPN_STATE_CONNECTED;
        p2svpn_event_free(event);
        if (last || connected) return p2svpn_session_wait_connected(session, 0);
    }
}

static p2svpn_error *print_status(const p2svpn_session *session) {
    p2svpn_status *status = NULL;
    p2svpn_error *error = p2svpn_session_status(session, &status);
    if (!error) printf("\n%s\n", p2svpn_status_text(status));
    p2svpn_status_free(status);
    return error;
}

/* Writes everything, however many calls it takes. */
static p2svpn_error *write_text(const p2svpn_stream *stream, const char *text) {
    size_t size = strlen(text), sent = 0;
    while (sent < size) {
        size_t written = 0;
        p2svpn_error *error =
            p2svpn_stream_write(stream, (const uint8_t *)text + sent, size - sent, TIMEOUT_MS, &written);
        if (error) return error;
        sent += written;
    }
    return NULL;
}

/* Fetches a page through the tunnel, and prints the whole answer. */
static p2svpn_error *fetch(const p2svpn_session *session, const url *page) {
    char request[LONGEST_HOST + LONGEST_PATH + 100];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", page->path, page->host);

    p2svpn_stream *stream = NULL;
    p2svpn_error *error = p2svpn_session_dial(session, page->host, page->port, TIMEOUT_MS, &stream);
    if (!error) error = write_text(stream, request);
    for (size_t received = 1; !error && received > 0;) {
        uint8_t bytes[4096];
        error = p2svpn_stream_read(stream, bytes, sizeof bytes, TIMEOUT_MS, &received);
        if (!error) fwrite(bytes, 1, received, stdout);
    }
    p2svpn_stream_free(stream);
    return error;
}

/* Disconnects, and prints the events up to the last. */
static p2svpn_error *leave(const p2svpn_client *client, const p2svpn_session *session) {
    p2svpn_session_disconnect(session);
    for (;;) {
        p2svpn_event *event = NULL;
        p2svpn_error *error = p2svpn_client_next_event(client, TIMEOUT_MS, &event);
        if (error) return error;
        int last = !event || handle(session, event);
        p2svpn_event_free(event);
        if (last) break;
    }

    p2svpn_statistics statistics;
    memset(&statistics, 0, sizeof statistics);
    statistics.size = sizeof statistics;
    p2svpn_error *error = p2svpn_session_statistics(session, &statistics);
    if (!error) {
        printf("Sent %" PRIu64 " bytes, received %" PRIu64 " bytes\n", statistics.sent_bytes, statistics.received_bytes);
    }
    return error;
}

/* Says what went wrong and what to do about it; returns the exit code. */
static int report(const p2svpn_error *error) {
    if (!error) return 0;
    fprintf(stderr, "Error %" PRIu32 " (%s): %s\n", p2svpn_error_number(error), p2svpn_error_name(error),
            p2svpn_error_message(error));
    for (size_t i = 0; i < p2svpn_error_chain_count(error); i++) {
        fprintf(stderr, "  because: %s\n", p2svpn_error_chain(error, i));
    }
    fprintf(stderr, "%s\n%s\n", p2svpn_error_cause(error), p2svpn_error_remedy(error));
    return p2svpn_error_class(error) == P2SVPN_CLASS_RETRY ? 1 : 2;
}

/* Takes http://ADDRESS[:PORT][/PATH] apart; the address of IPv6 is in brackets. */
static int parse_url(const char *text, url *parsed) {
    static const char scheme[] = "http://";
    if (strncmp(text, scheme, sizeof scheme - 1) != 0) return 0;
    const char *host = text + sizeof scheme - 1;
    const char *bracket = *host == '[' ? strchr(host, ']') : NULL;
    size_t host_length = bracket ? (size_t)(bracket + 1 - host) : strcspn(host, ":/");
    const char *rest = host + host_length;
    if (host_length == 0 || host_length >= LONGEST_HOST) return 0;
    memcpy(parsed->host, host, host_length);
    parsed->host[host_length] = 0;

    parsed->port = 80;
    if (*rest == ':') {
        char *end = NULL;
        unsigned long port = strtoul(rest + 1, &end, 10);
        if (end == rest + 1 || port == 0 || port > UINT16_MAX) return 0;
        parsed->port = (uint16_t)port;
        rest = end;
    }
    if (*rest != 0 && *rest != '/') return 0;
    if (strlen(rest) >= LONGEST_PATH || strcspn(rest, " \r\n") != strlen(rest)) return 0;
    strcpy(parsed->path, *rest ? rest : "/");
    return 1;
}
