/* A session from its beginning to its end, with the certificate's bytes in memory; the folder of the gateway's files is the
 * argument. */

#include "check.h"

static void looks_connected(const p2svpn_session *session) {
    p2svpn_status *status = NULL;
    OK(p2svpn_session_status(session, &status));
    CHECK(p2svpn_status_state(status) == P2SVPN_STATE_CONNECTED);
    CHECK(p2svpn_status_since(status) > 1700000000);
    CHECK(p2svpn_status_duration_ms(status) < 60000);
    CHECK(strcmp(p2svpn_status_gateway_name(status), "127.0.0.1") == 0);
    CHECK(strncmp(p2svpn_status_gateway_address(status), "127.0.0.1:", 10) == 0);
    CHECK(p2svpn_status_device(status) == NULL);
    CHECK(p2svpn_status_mtu(status) == 1400);
    CHECK(strcmp(p2svpn_status_cipher(status), "AES-256-GCM") == 0);
    CHECK(strncmp(p2svpn_status_tls_version(status), "TLSv1.", 6) == 0);
    CHECK(p2svpn_status_address_count(status) == 1);
    CHECK(strncmp(p2svpn_status_address(status, 0), "172.16.201.", 11) == 0);
    CHECK(p2svpn_status_address(status, 1) == NULL);
    CHECK(p2svpn_status_route_count(status) >= 1);
    int found = 0;
    for (size_t i = 0; i < p2svpn_status_route_count(status); i++) {
        found |= strcmp(p2svpn_status_route(status, i), "10.1.0.0/16") == 0;
    }
    CHECK(found);
    CHECK(strstr(p2svpn_status_text(status), "Connected"));
    CHECK(strstr(p2svpn_status_text(status), "10.1.0.0/16"));
    p2svpn_status_free(status);
}

static void echoes(const p2svpn_session *session) {
    p2svpn_stream *stream = NULL;
    OK(p2svpn_session_dial(session, "10.1.0.4", 7, 10000, &stream));
    CHECK(strcmp(p2svpn_stream_peer(stream), "10.1.0.4:7") == 0);

    uint8_t answer[32];
    size_t count = 99;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_stream_read(stream, NULL, 1, 0, &count));
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_stream_read(stream, answer, 0, 0, &count));
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_stream_read(stream, answer, sizeof answer, 0, NULL));
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_stream_write(stream, NULL, 1, 0, &count));
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_stream_write(stream, answer, 0, 0, &count));
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_stream_write(stream, answer, 1, 0, NULL));
    FAILS(P2SVPN_ERROR_WAIT_TIMED_OUT, p2svpn_stream_read(stream, answer, sizeof answer, 20, &count));
    CHECK(count == 99);

    OK(p2svpn_stream_write(stream, (const uint8_t *)"hello", 5, 10000, &count));
    CHECK(count == 5);
    OK(p2svpn_stream_shutdown(stream, 10000));
    size_t total = 0;
    do {
        OK(p2svpn_stream_read(stream, answer + total, sizeof answer - total, 10000, &count));
        total += count;
    } while (count > 0);
    CHECK(total == 5 && memcmp(answer, "hello", 5) == 0);
    p2svpn_stream_free(stream);
}

static void dials_say_why_they_fail(const p2svpn_session *session) {
    p2svpn_stream *stream = NULL;
    FAILS(P2SVPN_ERROR_DIAL_REFUSED, p2svpn_session_dial(session, "10.1.0.4", 4321, 10000, &stream));
    FAILS(P2SVPN_ERROR_DIAL_NAME_UNSUPPORTED, p2svpn_session_dial(session, "app.internal", 80, 10000, &stream));
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_session_dial(session, NULL, 80, 10000, &stream));
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_session_dial(session, "\xff", 80, 10000, &stream));
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_session_dial(session, "10.1.0.4", 80, 10000, NULL));
    CHECK(stream == NULL);
}

static void network_config_is_told(const p2svpn_client *client) {
    p2svpn_event *event = next_of_kind(client, P2SVPN_EVENT_NETWORK_CONFIG);
    const p2svpn_network_config *config = p2svpn_event_network_config(event);
    CHECK(p2svpn_network_config_mtu(config) == 1400);
    CHECK(!p2svpn_network_config_full_tunnel(config));
    CHECK(strcmp(p2svpn_network_config_gateway(config), "127.0.0.1") == 0);
    CHECK(p2svpn_network_config_address_count(config) == 1);
    CHECK(strncmp(p2svpn_network_config_address(config, 0), "172.16.201.", 11) == 0);
    size_t routes = p2svpn_network_config_route_count(config);
    CHECK(routes >= 1);
    CHECK(strchr(p2svpn_network_config_route(config, routes - 1), '/'));
    CHECK(p2svpn_network_config_route(config, routes) == NULL);
    CHECK(p2svpn_network_config_route_metric(config, routes) == 0);
    CHECK(p2svpn_network_config_dns_server(config, 1000) == NULL);
    CHECK(p2svpn_event_challenge(event) == NULL && p2svpn_event_warning(event) == NULL);
    p2svpn_event_free(event);
}

static void a_machine_that_slept_connects_anew(const p2svpn_client *client, const p2svpn_session *session) {
    p2svpn_session_notify_network_change(session);
    p2svpn_session_notify_sleep(session);
    p2svpn_session_notify_wake(session); /* A nap. */
    p2svpn_session_notify_wake(session); /* Nobody knows how long. */
    p2svpn_event *event = NULL;
    do {
        p2svpn_event_free(event);
        event = next_of_kind(client, P2SVPN_EVENT_STATE);
        if (p2svpn_event_state(event) != P2SVPN_STATE_RECONNECTING) {
            CHECK(p2svpn_event_attempt(event) == 0 && p2svpn_event_next_attempt(event) == 0);
            CHECK(p2svpn_event_error(event) == NULL);
        }
    } while (p2svpn_event_state(event) != P2SVPN_STATE_RECONNECTING);
    CHECK(p2svpn_event_attempt(event) == 1);
    CHECK(p2svpn_event_next_attempt(event) > 1700000000);
    CHECK(p2svpn_error_number(p2svpn_event_error(event)) == P2SVPN_ERROR_CONNECTION_LOST);
    p2svpn_event_free(event);
    OK(p2svpn_session_wait_connected(session, 30000));

    p2svpn_status *status = NULL;
    OK(p2svpn_session_status(session, &status));
    CHECK(p2svpn_status_protection(status) == P2SVPN_PROTECTION_PROTECTED);
    CHECK(p2svpn_status_attempt(status) == 0 && p2svpn_status_next_attempt(status) == 0);
    CHECK(p2svpn_status_error(status) == NULL);
    p2svpn_status_free(status);
    p2svpn_statistics statistics = {0};
    statistics.size = sizeof statistics;
    OK(p2svpn_session_statistics(session, &statistics));
    CHECK(statistics.reconnects == 1);
}

/* The host configures the machine, and says when it has, or that it could not. */
static void a_host_that_confirms_is_waited_for(const p2svpn_client *client, const char *profile, const char *file) {
    p2svpn_certificate certificate = pfx(file, "secret");
    p2svpn_connect_options options = userspace(&certificate);
    options.host_confirms = 1;
    p2svpn_session *session = NULL;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_connect(client, profile, &options, &session));
    options.leave_machine = 1;
    for (int applies = 0; applies <= 1; applies++) {
        OK(p2svpn_client_connect(client, profile, &options, &session));
        p2svpn_event *event = next_of_kind(client, P2SVPN_EVENT_NETWORK_CONFIG);
        uint64_t generation = p2svpn_network_config_generation(p2svpn_event_network_config(event));
        p2svpn_event_free(event);
        FAILS(P2SVPN_ERROR_WAIT_TIMED_OUT, p2svpn_session_wait_connected(session, 50));
        OK(p2svpn_session_network_applied(session, generation, applies ? NULL : "no helper"));
        if (applies) {
            OK(p2svpn_session_wait_connected(session, 30000));
            p2svpn_session_disconnect(session);
        }
        event = next_of_kind(client, P2SVPN_EVENT_ENDED);
        const p2svpn_error *error = p2svpn_event_error(event);
        CHECK(applies ? error == NULL : p2svpn_error_number(error) == P2SVPN_ERROR_MACHINE_FAILED);
        p2svpn_event_free(event);
        p2svpn_session_free(session);
    }
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    char path[4096];
    size_t size = 0;

    p2svpn_client *client = NULL;
    OK(p2svpn_client_new(NULL, &client));

    snprintf(path, sizeof path, "%s/azurevpnconfig.xml", argv[1]);
    uint8_t *bytes = read_file(path, &size);
    char *profile = NULL, *again = NULL;
    OK(p2svpn_client_import_file(client, path, &profile));
    OK(p2svpn_client_import_bytes(client, bytes, size, "Contoso", &again));
    CHECK(strcmp(profile, again) == 0);
    free(bytes);

    snprintf(path, sizeof path, "%s/client.pfx", argv[1]);
    bytes = read_file(path, &size);
    p2svpn_certificate certificate = pfx(NULL, "secret");
    certificate.pfx = bytes;
    certificate.pfx_size = size;
    p2svpn_connect_options options = userspace(&certificate);
    options.mtu = 1400;

    p2svpn_session *session = NULL;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    memset(bytes, 0, size); /* It was copied. */
    free(bytes);
    CHECK(p2svpn_session_id(session) > 0);

    OK(p2svpn_session_wait_connected(session, 30000));
    looks_connected(session);
    network_config_is_told(client);
    a_machine_that_slept_connects_anew(client, session);
    echoes(session);
    dials_say_why_they_fail(session);
    FAILS(P2SVPN_ERROR_WAIT_TIMED_OUT, p2svpn_session_wait_closed(session, 0, NULL));

    p2svpn_session *second = NULL;
    FAILS(P2SVPN_ERROR_ANOTHER_SESSION_ACTIVE, p2svpn_client_connect(client, profile, NULL, &second));
    CHECK(second == NULL);

    p2svpn_statistics statistics = {.size = sizeof statistics};
    OK(p2svpn_session_statistics(session, &statistics));
    CHECK(statistics.size == sizeof statistics);
    CHECK(statistics.sent_bytes > 5 && statistics.received_bytes > 5);
    CHECK(statistics.sent_packets > 2 && statistics.received_packets > 2);
    CHECK(statistics.wire_sent_bytes > statistics.sent_bytes);
    CHECK(statistics.wire_received_bytes > statistics.received_bytes);
    CHECK(statistics.rekeys == 0);
    statistics.size = 0;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_session_statistics(session, &statistics));
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_session_statistics(session, NULL));

    FAILS(P2SVPN_ERROR_CHALLENGE_UNKNOWN, p2svpn_session_answer_secret(session, 12345, "a"));
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_session_answer_secret(session, 12345, NULL));
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_session_answer_certificate(session, 12345, NULL));

    p2svpn_session_disconnect(session);
    p2svpn_error *reason = (p2svpn_error *)client; /* Must be overwritten. */
    OK(p2svpn_session_wait_closed(session, 10000, &reason));
    CHECK(reason == NULL);
    FAILS(P2SVPN_ERROR_CANCELLED, p2svpn_session_wait_connected(session, 1000));
    p2svpn_stream *stream = NULL;
    FAILS(P2SVPN_ERROR_SESSION_ENDED, p2svpn_session_dial(session, "10.1.0.4", 7, 1000, &stream));

    p2svpn_event *event = next_of_kind(client, P2SVPN_EVENT_ENDED);
    CHECK(p2svpn_event_error(event) == NULL);
    CHECK(p2svpn_event_session_id(event) == p2svpn_session_id(session));
    CHECK(p2svpn_event_unix_time(event) > 1700000000);
    CHECK(p2svpn_event_dropped(event) == 0);
    p2svpn_event_free(event);
    OK(p2svpn_client_next_event(client, 0, &event));
    CHECK(event == NULL);
    a_host_that_confirms_is_waited_for(client, profile, path);

    /* The profile's other uses. */
    p2svpn_profiles *profiles = NULL;
    OK(p2svpn_client_profiles(client, &profiles));
    CHECK(p2svpn_profiles_count(profiles) == 1);
    CHECK(strcmp(p2svpn_profile_name(p2svpn_profiles_at(profiles, 0)), "Contoso") == 0);
    CHECK(p2svpn_profiles_at(profiles, 1) == NULL);
    OK(p2svpn_client_remove_profile(client, profile));
    FAILS(P2SVPN_ERROR_PROFILE_UNKNOWN, p2svpn_client_remove_profile(client, profile));
    FAILS(P2SVPN_ERROR_PROFILE_UNKNOWN, p2svpn_client_connect(client, profile, NULL, &second));
    CHECK(strcmp(p2svpn_profile_id(p2svpn_profiles_at(profiles, 0)), profile) == 0);
    p2svpn_profiles_free(profiles);

    p2svpn_session_free(session);
    p2svpn_string_free(profile);
    p2svpn_string_free(again);
    p2svpn_client_free(client);
    puts("done");
    return 0;
}
