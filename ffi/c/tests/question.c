/* What a gateway asks comes out as a challenge. The folder of the gateway's files and what it asks for, "text" or "page", are the
 * arguments. */

#include "check.h"

int main(int argc, char **argv) {
    CHECK(argc == 3);
    char path[4096], *profile = NULL;
    p2svpn_client *client = NULL;
    p2svpn_session *session = NULL;
    OK(p2svpn_client_new(NULL, &client));
    snprintf(path, sizeof path, "%s/azurevpnconfig.xml", argv[1]);
    OK(p2svpn_client_import_file(client, path, &profile));
    snprintf(path, sizeof path, "%s/client.pfx", argv[1]);
    p2svpn_certificate certificate = pfx(path, "secret");
    p2svpn_connect_options options = userspace(&certificate);
    options.rounds = 2;
    options.renegotiate_after_s = 59;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_connect(client, profile, &options, &session));
    options.renegotiate_after_s = 600;
    OK(p2svpn_client_connect(client, profile, &options, &session));

    p2svpn_event *event = next_of_kind(client, P2SVPN_EVENT_CHALLENGE);
    const p2svpn_challenge *challenge = p2svpn_event_challenge(event);
    uint64_t id = p2svpn_challenge_id(challenge);
    CHECK(p2svpn_challenge_expires(challenge) > p2svpn_event_unix_time(event));
    CHECK(p2svpn_challenge_is_hidden(challenge) == 0);
    if (strcmp(argv[2], "text") == 0) {
        CHECK(p2svpn_challenge_kind(challenge) == P2SVPN_CHALLENGE_QUESTION);
        CHECK(strcmp(p2svpn_challenge_text(challenge), "What is the code?") == 0);
        CHECK(p2svpn_challenge_is_masked(challenge) == 1);
        CHECK(p2svpn_challenge_needs_response(challenge) == 1);
        CHECK(p2svpn_challenge_url(challenge) == NULL);
        CHECK(p2svpn_challenge_embedded_url(challenge) == NULL);
        CHECK(p2svpn_challenge_is_external(challenge) == 0);
        OK(p2svpn_session_answer_secret(session, id, "8675309"));
        OK(p2svpn_session_wait_connected(session, 30000));
        p2svpn_session_disconnect(session);
        OK(p2svpn_session_wait_closed(session, 10000, NULL));
    } else {
        CHECK(p2svpn_challenge_kind(challenge) == P2SVPN_CHALLENGE_SIGN_IN_PAGE);
        CHECK(p2svpn_challenge_needs_response(challenge) == 0);
        CHECK(strcmp(p2svpn_challenge_url(challenge), "https://login.example/") == 0);
        CHECK(strcmp(p2svpn_challenge_embedded_url(challenge), "https://login.example/?embedded=true") == 0);
        CHECK(p2svpn_challenge_is_external(challenge) == 1);
        FAILS(P2SVPN_ERROR_ANSWER_MISMATCH, p2svpn_session_answer_secret(session, id, "a"));
        OK(p2svpn_session_answer_cancel(session, id));
        p2svpn_error *reason = NULL;
        OK(p2svpn_session_wait_closed(session, 10000, &reason));
        FAILS(P2SVPN_ERROR_SIGN_IN_CANCELLED, reason);
    }
    p2svpn_event_free(event);

    p2svpn_session_free(session);
    p2svpn_string_free(profile);
    p2svpn_client_free(client);
    puts("done");
    return 0;
}
