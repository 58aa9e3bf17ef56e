/* What a session lacks it asks for: a certificate, and a password until it is right. The folder of the gateway's files is the
 * argument. */

#include "check.h"

static p2svpn_session *start(const p2svpn_client *client, const char *profile, const p2svpn_certificate *certificate) {
    p2svpn_connect_options options = userspace(certificate);
    p2svpn_session *session = NULL;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    return session;
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    char path[4096], *profile = NULL;
    p2svpn_client *client = NULL;
    OK(p2svpn_client_new(NULL, &client));
    snprintf(path, sizeof path, "%s/azurevpnconfig.xml", argv[1]);
    OK(p2svpn_client_import_file(client, path, &profile));
    snprintf(path, sizeof path, "%s/client.pfx", argv[1]);
    p2svpn_certificate wrong = pfx(path, "not it");

    /* No certificate: it is asked for; the one given has a wrong password: that is asked for. */
    p2svpn_session *session = start(client, profile, NULL);
    p2svpn_event *event = next_of_kind(client, P2SVPN_EVENT_CHALLENGE);
    const p2svpn_challenge *challenge = p2svpn_event_challenge(event);
    uint64_t id = p2svpn_challenge_id(challenge);
    CHECK(p2svpn_challenge_kind(challenge) == P2SVPN_CHALLENGE_CERTIFICATE);
    CHECK(strlen(p2svpn_challenge_text(challenge)) > 0);
    CHECK(strlen(p2svpn_challenge_issuer(challenge)) == 40);
    CHECK(p2svpn_challenge_thumbprint(challenge) == NULL);
    CHECK(p2svpn_challenge_label(challenge) == NULL);
    CHECK(p2svpn_challenge_refusal(challenge) == NULL);
    CHECK(p2svpn_challenge_attempt(challenge) == 0);
    p2svpn_event_free(event);
    FAILS(P2SVPN_ERROR_ANSWER_MISMATCH, p2svpn_session_answer_secret(session, id, "a"));
    OK(p2svpn_session_answer_certificate(session, id, &wrong));
    FAILS(P2SVPN_ERROR_CHALLENGE_UNKNOWN, p2svpn_session_answer_certificate(session, id, &wrong));

    event = next_of_kind(client, P2SVPN_EVENT_CHALLENGE);
    challenge = p2svpn_event_challenge(event);
    CHECK(p2svpn_challenge_kind(challenge) == P2SVPN_CHALLENGE_CERTIFICATE_PASSWORD);
    CHECK(strstr(p2svpn_challenge_label(challenge), "client.pfx"));
    CHECK(p2svpn_error_number(p2svpn_challenge_refusal(challenge)) == P2SVPN_ERROR_CERTIFICATE_PASSWORD_WRONG);
    OK(p2svpn_session_answer_secret(session, p2svpn_challenge_id(challenge), "secret"));
    p2svpn_event_free(event);
    OK(p2svpn_session_wait_connected(session, 30000));
    p2svpn_session_disconnect(session);
    OK(p2svpn_session_wait_closed(session, 10000, NULL));
    p2svpn_session_free(session);
    p2svpn_event_free(next_of_kind(client, P2SVPN_EVENT_ENDED));

    /* No answer will come. */
    session = start(client, profile, NULL);
    event = next_of_kind(client, P2SVPN_EVENT_CHALLENGE);
    OK(p2svpn_session_answer_cancel(session, p2svpn_challenge_id(p2svpn_event_challenge(event))));
    p2svpn_event_free(event);
    p2svpn_error *reason = NULL;
    OK(p2svpn_session_wait_closed(session, 10000, &reason));
    FAILS(P2SVPN_ERROR_SIGN_IN_CANCELLED, reason);
    p2svpn_session_free(session);
    event = next_of_kind(client, P2SVPN_EVENT_ENDED);
    CHECK(p2svpn_error_number(p2svpn_event_error(event)) == P2SVPN_ERROR_SIGN_IN_CANCELLED);
    p2svpn_event_free(event);

    p2svpn_string_free(profile);
    p2svpn_client_free(client);
    puts("done");
    return 0;
}
