/* Wrong use, wrong files and a gateway that is not there: each has its own number. The arguments are a folder with a profile
 * whose gateway nobody listens at, and the number of the error expected from connecting. */

#include "check.h"

int main(int argc, char **argv) {
    CHECK(argc == 3);
    char path[4096], *profile = NULL;
    p2svpn_client *client = NULL;

    p2svpn_client_options options;
    memset(&options, 0xff, sizeof options);
    options.size = 0;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_new(&options, &client));
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.several_sessions = 2;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_new(&options, &client));
    CHECK(client == NULL);
    options.several_sessions = 0;
    OK(p2svpn_client_new(&options, &client));

    FAILS(P2SVPN_ERROR_PROFILE_UNREADABLE, p2svpn_client_import_file(client, "/nowhere/at/all", &profile));
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_import_file(client, "\xc3\x28", &profile));
    p2svpn_error *error = p2svpn_client_import_bytes(client, (const uint8_t *)"nothing", 7, NULL, &profile);
    CHECK(p2svpn_error_number(error) / 100 == 2);
    p2svpn_error_free(error);
    CHECK(profile == NULL);

    /* What is forgiven is told, with its place. */
    size_t size = 0;
    snprintf(path, sizeof path, "%s/azurevpnconfig.xml", argv[1]);
    uint8_t *bytes = read_file(path, &size);
    char *odd = malloc(size + 100);
    char *end = NULL;
    memcpy(odd, bytes, size);
    odd[size] = 0;
    end = strstr(odd, "</AzVpnProfile>");
    CHECK(end);
    strcpy(end, "<unheardof>1</unheardof></AzVpnProfile>");
    OK(p2svpn_client_import_bytes(client, (const uint8_t *)odd, strlen(odd), "Odd", &profile));
    p2svpn_profile *seen = NULL;
    OK(p2svpn_client_profile(client, profile, &seen));
    CHECK(strcmp(p2svpn_profile_id(seen), profile) == 0);
    CHECK(strcmp(p2svpn_profile_name(seen), "Odd") == 0);
    CHECK(p2svpn_profile_server_count(seen) == 1);
    CHECK(strncmp(p2svpn_profile_server(seen, 0), "127.0.0.1:", 10) == 0);
    CHECK(p2svpn_profile_server(seen, 1) == NULL);
    CHECK(p2svpn_profile_sign_in(seen) == P2SVPN_SIGN_IN_CERTIFICATE);
    CHECK(!p2svpn_profile_full_tunnel(seen));
    CHECK(p2svpn_profile_warning_count(seen) == 1);
    CHECK(p2svpn_profile_warnings_left_out(seen) == 0);
    const p2svpn_warning *warning = p2svpn_profile_warning(seen, 0);
    CHECK(strcmp(p2svpn_warning_kind(warning), "profile") == 0);
    CHECK(strstr(p2svpn_warning_message(warning), "unheardof"));
    CHECK(p2svpn_warning_line(warning) > 20 && p2svpn_warning_column(warning) >= 1);
    CHECK(p2svpn_profile_warning(seen, 1) == NULL);
    p2svpn_profile_free(seen);
    p2svpn_string_free(profile);
    free(odd);
    free(bytes);

    /* A connection that cannot be. */
    OK(p2svpn_client_import_file(client, path, &profile));
    snprintf(path, sizeof path, "%s/client.pfx", argv[1]);
    p2svpn_certificate certificate = pfx(path, "secret");
    p2svpn_connect_options connect = userspace(&certificate);
    connect.mtu = 100;
    p2svpn_session *session = NULL;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_connect(client, profile, &connect, &session));
    connect.mtu = 0;
    connect.device = 77;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_connect(client, profile, &connect, &session));
    connect.device = P2SVPN_DEVICE_USERSPACE;
    CHECK(session == NULL);
    FAILS(P2SVPN_ERROR_PROFILE_UNKNOWN, p2svpn_client_connect(client, "no id", &connect, &session));
    OK(p2svpn_client_connect(client, profile, &connect, &session));
    uint32_t expected = (uint32_t)atoi(argv[2]);
    FAILS(expected, p2svpn_session_wait_connected(session, 30000));
    p2svpn_error *reason = NULL;
    OK(p2svpn_session_wait_closed(session, 10000, &reason));
    FAILS(expected, reason);
    p2svpn_event *event = next_of_kind(client, P2SVPN_EVENT_ENDED);
    CHECK(p2svpn_error_number(p2svpn_event_error(event)) == expected);
    CHECK(strlen(p2svpn_error_remedy(p2svpn_event_error(event))) > 0);
    p2svpn_event_free(event);

    /* A closed client. */
    p2svpn_client_close(client);
    p2svpn_session *late = NULL;
    FAILS(P2SVPN_ERROR_CLIENT_CLOSED, p2svpn_client_connect(client, profile, &connect, &late));
    FAILS(P2SVPN_ERROR_CLIENT_CLOSED, p2svpn_client_next_event(client, P2SVPN_WAIT_FOREVER, &event));
    FAILS(P2SVPN_ERROR_CLIENT_CLOSED, p2svpn_client_next_event(client, 0, &event));

    p2svpn_session_free(session);
    p2svpn_string_free(profile);
    p2svpn_client_free(client);
    puts("done");
    return 0;
}
