/*
 * Connects to a gateway, and answers whatever the session asks on the terminal.
 *
 *     sign_in PROFILE [browser|code|token]
 *
 * PROFILE is azurevpnconfig.xml; the second argument says how to sign in with Entra ID, where the profile wants that: in this
 * machine's browser, with a code on any device, or with an access token that is pasted. Packets go through a network stack
 * inside the process, so no privilege is needed and nothing on the machine is changed.
 *
 * Exit codes: 0 done, 1 an error that may be gone when it is tried again, 2 an error that somebody has to do something about,
 * 64 wrong arguments.
 */

#define _POSIX_C_SOURCE 200809L

#include <p2svpn.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* The longest access tokens have tens of thousands of characters. */
enum { LONGEST_ANSWER = 1 << 16, TIMEOUT_MS = 30000 };

static int parse_method(const char *text, uint32_t *method);
static p2svpn_error *follow(const p2svpn_client *client, const p2svpn_session *session);
static p2svpn_error *answer(const p2svpn_session *session, const p2svpn_challenge *challenge);
static p2svpn_error *leave(const p2svpn_session *session);
static int report(const p2svpn_error *error);

int main(int argc, char **argv) {
    p2svpn_connect_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.device = P2SVPN_DEVICE_USERSPACE;
    options.open_browser = 1;
    if (argc < 2 || argc > 3 || (argc == 3 && !parse_method(argv[2], &options.entra_method))) {
        fprintf(stderr, "usage: %s PROFILE [browser|code|token]\n", argv[0]);
        return 64;
    }
    if (p2svpn_abi_version() != P2SVPN_ABI_VERSION) {
        fprintf(stderr, "this program was compiled for another version of libp2svpn than %s\n", p2svpn_version());
        return 2;
    }

    p2svpn_client *client = NULL;
    p2svpn_session *session = NULL;
    char *profile = NULL;
    p2svpn_error *error = p2svpn_client_new(NULL, &client);
    if (!error) error = p2svpn_client_import_file(client, argv[1], &profile);
    if (!error) error = p2svpn_client_connect(client, profile, &options, &session);
    if (!error) error = follow(client, session);
    if (!error) error = leave(session);

    int code = report(error);
    p2svpn_error_free(error);
    p2svpn_session_free(session);
    p2svpn_string_free(profile);
    p2svpn_client_free(client);
    return code;
}

static int parse_method(const char *text, uint32_t *method) {
    static const char *const names[] = {"browser", "code", "token"};
    static const uint32_t methods[] = {P2SVPN_ENTRA_BROWSER, P2SVPN_ENTRA_DEVICE_CODE, P2SVPN_ENTRA_TOKEN};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) != 0) continue;
        *method = methods[i];
        return 1;
    }
    return 0;
}

/* Answers what is asked until the session is connected, or over; returns why in that case. */
static p2svpn_error *follow(const p2svpn_client *client, const p2svpn_session *session) {
    for (;;) {
        p2svpn_event *event = NULL;
        p2svpn_error *error = p2svpn_client_next_event(client, P2SVPN_WAIT_FOREVER, &event);
        if (error) return error;
        uint32_t kind = p2svpn_event_kind(event), state = p2svpn_event_state(event);
        if (kind == P2SVPN_EVENT_STATE) printf("%s\n", p2svpn_state_name(state));
        if (kind == P2SVPN_EVENT_WARNING) printf("Warning: %s\n", p2svpn_warning_message(p2svpn_event_warning(event)));
        if (kind == P2SVPN_EVENT_CHALLENGE) error = answer(session, p2svpn_event_challenge(event));
        p2svpn_event_free(event);
        if (error) return error;
        if (kind == P2SVPN_EVENT_ENDED || (kind == P2SVPN_EVENT_STATE && state == P2SVPN_STATE_CONNECTED)) {
            return p2svpn_session_wait_connected(session, 0);
        }
    }
}

/* Overwrites what was typed, which a compiler must not leave out. */
static void wipe(char *text, size_t size) {
    volatile char *byte = text;
    while (size--) *byte++ = 0;
}

/* How a line is typed: to be seen, not to be seen, or pasted and longer than the 4,095 bytes that a terminal lets one edit. */
typedef enum { SHOWN, HIDDEN, PASTED } typing;

/* Asks for a line. Returns 0 where there is none: nobody answers. */
static int ask(const char *what, typing how, char *line, size_t size) {
    struct termios shown, hidden;
    int hides = how != SHOWN && tcgetattr(STDIN_FILENO, &shown) == 0;
    if (hides) {
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        if (how == PASTED) hidden.c_lflag &= ~(tcflag_t)ICANON;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    printf("%s: ", what);
    fflush(stdout);
    int there = fgets(line, (int)size, stdin) != NULL;
    if (hides) tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    putchar('\n');
    if (!there) return 0;
    line[strcspn(line, "\r\n")] = 0;
    return line[0] != 0;
}

/* Lists the certificates, and asks for the number of one. */
static p2svpn_error *choose(const p2svpn_session *session, const p2svpn_challenge *challenge, char *line) {
    const p2svpn_certificate_list *offered = p2svpn_challenge_certificates(challenge);
    size_t count = p2svpn_certificate_list_count(offered);
    for (size_t i = 0; i < count; i++) {
        const p2svpn_certificate_details *one = p2svpn_certificate_list_at(offered, i);
        printf("%zu  %s, issued by %s, %s, from %s\n", i + 1, p2svpn_certificate_details_subject(one),
               p2svpn_certificate_details_issuer(one), p2svpn_certificate_details_thumbprint(one),
               p2svpn_certificate_details_source(one));
    }
    uint64_t id = p2svpn_challenge_id(challenge);
    while (ask("Number", SHOWN, line, LONGEST_ANSWER)) {
        unsigned long number = strtoul(line, NULL, 10);
        if (number >= 1 && number <= count) return p2svpn_session_answer_choice(session, id, number - 1);
    }
    return p2svpn_session_answer_cancel(session, id);
}

static p2svpn_error *answer_credentials(const p2svpn_session *session, uint64_t id, const char *known, char *line) {
    char username[256];
    snprintf(username, sizeof username, "%s", known ? known : "");
    if ((known || ask("User name", SHOWN, username, sizeof username)) && ask("Password", HIDDEN, line, LONGEST_ANSWER)) {
        return p2svpn_session_answer_credentials(session, id, username, line, 0);
    }
    return p2svpn_session_answer_cancel(session, id);
}

static p2svpn_error *answer_certificate(const p2svpn_session *session, uint64_t id, char *line) {
    if (!ask("PFX file", SHOWN, line, LONGEST_ANSWER)) return p2svpn_session_answer_cancel(session, id);
    p2svpn_certificate certificate;
    memset(&certificate, 0, sizeof certificate);
    certificate.size = sizeof certificate;
    certificate.pfx_file = line;
    return p2svpn_session_answer_certificate(session, id, &certificate);
}

/* Shows a challenge, and answers it with what is typed; an empty line declines it, which ends the session. */
static p2svpn_error *answer(const p2svpn_session *session, const p2svpn_challenge *challenge) {
    static char line[LONGEST_ANSWER];
    const p2svpn_error *refusal = p2svpn_challenge_refusal(challenge);
    uint64_t id = p2svpn_challenge_id(challenge);
    p2svpn_error *error = NULL;
    if (refusal) printf("%s\n", p2svpn_error_message(refusal));
    printf("%s\n", p2svpn_challenge_text(challenge));

    switch (p2svpn_challenge_kind(challenge)) {
    case P2SVPN_CHALLENGE_CERTIFICATE:
        error = answer_certificate(session, id, line);
        break;
    case P2SVPN_CHALLENGE_CHOOSE_CERTIFICATE:
        error = choose(session, challenge, line);
        break;
    case P2SVPN_CHALLENGE_CREDENTIALS:
        error = answer_credentials(session, id, p2svpn_challenge_username(challenge), line);
        break;
    case P2SVPN_CHALLENGE_TOKEN_PIN:
        if (p2svpn_challenge_is_last_try(challenge)) printf("A wrong PIN locks the token.\n");
        error = ask("PIN", HIDDEN, line, sizeof line) ? p2svpn_session_answer_secret(session, id, line)
                                                 : p2svpn_session_answer_cancel(session, id);
        break;
    case P2SVPN_CHALLENGE_CERTIFICATE_PASSWORD:
        error = ask("Password", HIDDEN, line, sizeof line) ? p2svpn_session_answer_secret(session, id, line)
                                                      : p2svpn_session_answer_cancel(session, id);
        break;
    case P2SVPN_CHALLENGE_QUESTION:
        error = ask("Answer", p2svpn_challenge_is_masked(challenge) ? HIDDEN : SHOWN, line, sizeof line)
            ? p2svpn_session_answer_secret(session, id, line)
            : p2svpn_session_answer_cancel(session, id);
        break;
    case P2SVPN_CHALLENGE_ACCESS_TOKEN:
        printf("It is issued by %s for the scope %s.\n", p2svpn_challenge_authority(challenge),
               p2svpn_challenge_scope(challenge));
        error = ask("Access token", PASTED, line, sizeof line) ? p2svpn_session_answer_access_token(session, id, line, 0)
                                                          : p2svpn_session_answer_cancel(session, id);
        break;
    case P2SVPN_CHALLENGE_DEVICE_CODE:
        printf("Type %s at %s\n", p2svpn_challenge_code(challenge), p2svpn_challenge_url(challenge));
        break; /* The session goes on by itself when the user has signed in there. */
    case P2SVPN_CHALLENGE_SIGN_IN_PAGE:
        printf("%s\n", p2svpn_challenge_url(challenge));
        break; /* As above. */
    default: /* What later versions ask. */
        error = p2svpn_session_answer_cancel(session, id);
        break;
    }
    wipe(line, sizeof line);
    fflush(stdout);
    return error;
}

/* Shows how it is connected, and disconnects. */
static p2svpn_error *leave(const p2svpn_session *session) {
    p2svpn_status *status = NULL;
    p2svpn_error *error = p2svpn_session_status(session, &status);
    if (!error) printf("\n%s\n", p2svpn_status_text(status));
    p2svpn_status_free(status);
    p2svpn_session_disconnect(session);
    return error ? error : p2svpn_session_wait_closed(session, TIMEOUT_MS, NULL);
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
