/* NULL for every pointer of every function is an error or nothing, and never a crash. */

#include "check.h"

#define REFUSED(call) FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, call)
#define EMPTY(text) CHECK((text) != NULL && *(text) == 0)

int main(void) {
    CHECK(strcmp(p2svpn_version(), P2SVPN_VERSION) == 0);
    CHECK(p2svpn_abi_version() == P2SVPN_ABI_VERSION);
    p2svpn_string_free(NULL);

    p2svpn_error_free(NULL);
    CHECK(p2svpn_error_number(NULL) == 0);
    CHECK(p2svpn_error_class(NULL) == P2SVPN_CLASS_NONE);
    EMPTY(p2svpn_error_name(NULL));
    EMPTY(p2svpn_error_class_name(NULL));
    EMPTY(p2svpn_error_message(NULL));
    EMPTY(p2svpn_error_cause(NULL));
    EMPTY(p2svpn_error_remedy(NULL));
    CHECK(p2svpn_error_chain_count(NULL) == 0);
    CHECK(p2svpn_error_chain(NULL, 0) == NULL);

    EMPTY(p2svpn_warning_kind(NULL));
    EMPTY(p2svpn_warning_message(NULL));
    CHECK(p2svpn_warning_line(NULL) == 0);
    CHECK(p2svpn_warning_column(NULL) == 0);

    p2svpn_profile_free(NULL);
    EMPTY(p2svpn_profile_id(NULL));
    EMPTY(p2svpn_profile_name(NULL));
    CHECK(p2svpn_profile_server_count(NULL) == 0);
    CHECK(p2svpn_profile_server(NULL, 0) == NULL);
    CHECK(p2svpn_profile_sign_in(NULL) == P2SVPN_SIGN_IN_OTHER);
    CHECK(!p2svpn_profile_full_tunnel(NULL));
    CHECK(p2svpn_profile_warning_count(NULL) == 0);
    CHECK(p2svpn_profile_warning(NULL, 0) == NULL);
    CHECK(p2svpn_profile_warnings_left_out(NULL) == 0);
    p2svpn_profiles_free(NULL);
    CHECK(p2svpn_profiles_count(NULL) == 0);
    CHECK(p2svpn_profiles_at(NULL, 0) == NULL);

    REFUSED(p2svpn_client_new(NULL, NULL));
    p2svpn_client *client = NULL;
    OK(p2svpn_client_new(NULL, &client));
    p2svpn_client_close(NULL);
    p2svpn_client_free(NULL);

    char *id = NULL;
    REFUSED(p2svpn_client_import_file(NULL, "a", &id));
    REFUSED(p2svpn_client_import_file(client, NULL, &id));
    REFUSED(p2svpn_client_import_file(client, "a", NULL));
    REFUSED(p2svpn_client_import_bytes(NULL, (const uint8_t *)"a", 1, NULL, &id));
    REFUSED(p2svpn_client_import_bytes(client, NULL, 0, NULL, &id));
    REFUSED(p2svpn_client_import_bytes(client, NULL, 1, NULL, &id));
    REFUSED(p2svpn_client_import_bytes(client, (const uint8_t *)"a", SIZE_MAX, NULL, &id));
    REFUSED(p2svpn_client_import_bytes(client, (const uint8_t *)"a", 1, NULL, NULL));
    CHECK(id == NULL);

    p2svpn_profile *profile = NULL;
    REFUSED(p2svpn_client_profile(NULL, "0123456789abcdef", &profile));
    REFUSED(p2svpn_client_profile(client, NULL, &profile));
    REFUSED(p2svpn_client_profile(client, "0123456789abcdef", NULL));
    CHECK(profile == NULL);
    p2svpn_profiles *profiles = NULL;
    REFUSED(p2svpn_client_profiles(NULL, &profiles));
    REFUSED(p2svpn_client_profiles(client, NULL));
    CHECK(profiles == NULL);
    REFUSED(p2svpn_client_remove_profile(NULL, "0123456789abcdef"));
    REFUSED(p2svpn_client_remove_profile(client, NULL));

    char *string = NULL;
    REFUSED(p2svpn_client_edit_profile(NULL, "0123456789abcdef", NULL, NULL));
    REFUSED(p2svpn_client_edit_profile(client, "0123456789abcdef", NULL, NULL));
    REFUSED(p2svpn_client_update_profile(client, NULL, NULL, NULL));
    REFUSED(p2svpn_client_duplicate_profile(client, NULL, "a", &string));
    REFUSED(p2svpn_client_move_profile(client, NULL, 0));
    REFUSED(p2svpn_client_export_profile(client, "0123456789abcdef", P2SVPN_EXPORT_JSON, false, NULL, NULL));
    REFUSED(p2svpn_client_explain(NULL, "0123456789abcdef", NULL, NULL));
    CHECK(string == NULL);
    REFUSED(p2svpn_profile_edit_new(NULL));
    p2svpn_profile_edit_free(NULL);
    p2svpn_profile_edit *edit = NULL;
    OK(p2svpn_profile_edit_new(&edit));
    REFUSED(p2svpn_profile_edit_name(NULL, "a"));
    REFUSED(p2svpn_profile_edit_name(edit, NULL));
    REFUSED(p2svpn_profile_edit_servers(edit, NULL));
    REFUSED(p2svpn_profile_edit_client_certificate(NULL, NULL));
    REFUSED(p2svpn_profile_edit_certificate_issuer(NULL, NULL));
    REFUSED(p2svpn_profile_edit_user_name(NULL, NULL));
    REFUSED(p2svpn_profile_edit_secondary_profile(NULL, NULL));
    REFUSED(p2svpn_profile_edit_include_routes(edit, P2SVPN_LIST_ADD, NULL));
    REFUSED(p2svpn_profile_edit_exclude_routes(edit, 3, "10.0.0.0/8"));
    REFUSED(p2svpn_profile_edit_dns_servers(NULL, P2SVPN_LIST_ADD, "10.0.0.1"));
    REFUSED(p2svpn_profile_edit_dns_suffixes(edit, P2SVPN_LIST_REPLACE, NULL));
    REFUSED(p2svpn_profile_edit_trusted_networks(edit, P2SVPN_LIST_REMOVE, NULL));
    REFUSED(p2svpn_profile_edit_sign_in(edit, 99));
    REFUSED(p2svpn_profile_edit_forced_tunnel(NULL, true));
    REFUSED(p2svpn_profile_edit_always_on(NULL, true));
    REFUSED(p2svpn_profile_edit_aggregate_include_routes(NULL));
    p2svpn_profile_edit_free(edit);
    CHECK(!p2svpn_profile_always_on(NULL));
    CHECK(!p2svpn_profile_edited(NULL));
    EMPTY(p2svpn_profile_update_of(NULL));
    EMPTY(p2svpn_warning_file(NULL));
    CHECK(p2svpn_event_profile_change_count(NULL) == 0);
    CHECK(p2svpn_event_profile_change(NULL, 0) == NULL);
    CHECK(p2svpn_profile_change_kind(NULL) == P2SVPN_PROFILE_CHANGE_OTHER);
    EMPTY(p2svpn_profile_change_id(NULL));

    p2svpn_session *session = NULL;
    REFUSED(p2svpn_client_connect(NULL, "0123456789abcdef", NULL, &session));
    REFUSED(p2svpn_client_connect(client, NULL, NULL, &session));
    REFUSED(p2svpn_client_connect(client, "0123456789abcdef", NULL, NULL));
    CHECK(session == NULL);
    p2svpn_event *event = NULL;
    REFUSED(p2svpn_client_next_event(NULL, 0, &event));
    REFUSED(p2svpn_client_next_event(client, 0, NULL));
    CHECK(event == NULL);

    p2svpn_session_free(NULL);
    CHECK(p2svpn_session_id(NULL) == 0);
    p2svpn_status *status = NULL;
    REFUSED(p2svpn_session_status(NULL, &status));
    p2svpn_statistics statistics = {.size = sizeof statistics};
    REFUSED(p2svpn_session_statistics(NULL, &statistics));
    REFUSED(p2svpn_session_answer_secret(NULL, 1, "a"));
    REFUSED(p2svpn_session_answer_certificate(NULL, 1, NULL));
    REFUSED(p2svpn_session_answer_cancel(NULL, 1));
    p2svpn_session_disconnect(NULL);
    REFUSED(p2svpn_session_wait_connected(NULL, 0));
    REFUSED(p2svpn_session_wait_closed(NULL, 0, NULL));
    p2svpn_stream *stream = NULL;
    REFUSED(p2svpn_session_dial(NULL, "10.1.0.4", 80, 0, &stream));
    CHECK(stream == NULL);

    CHECK(p2svpn_challenge_id(NULL) == 0);
    CHECK(p2svpn_challenge_kind(NULL) == P2SVPN_CHALLENGE_OTHER);
    EMPTY(p2svpn_challenge_text(NULL));
    CHECK(p2svpn_challenge_attempt(NULL) == 0);
    CHECK(p2svpn_challenge_refusal(NULL) == NULL);
    CHECK(p2svpn_challenge_thumbprint(NULL) == NULL);
    CHECK(p2svpn_challenge_issuer(NULL) == NULL);
    CHECK(p2svpn_challenge_label(NULL) == NULL);
    CHECK(p2svpn_challenge_is_masked(NULL) == 1);
    CHECK(p2svpn_challenge_needs_response(NULL) == 0);
    CHECK(p2svpn_challenge_expires(NULL) == 0);
    CHECK(p2svpn_challenge_url(NULL) == NULL);
    CHECK(p2svpn_challenge_embedded_url(NULL) == NULL);
    CHECK(p2svpn_challenge_is_hidden(NULL) == 0);
    CHECK(p2svpn_challenge_is_external(NULL) == 0);

    p2svpn_event_free(NULL);
    CHECK(p2svpn_event_kind(NULL) == P2SVPN_EVENT_OTHER);
    CHECK(p2svpn_event_sequence(NULL) == 0);
    CHECK(p2svpn_event_dropped(NULL) == 0);
    CHECK(p2svpn_event_session_id(NULL) == 0);
    CHECK(p2svpn_event_unix_time(NULL) == 0);
    CHECK(p2svpn_event_state(NULL) == P2SVPN_STATE_DISCONNECTED);
    EMPTY(p2svpn_event_reason(NULL));
    CHECK(p2svpn_event_challenge(NULL) == NULL);
    CHECK(p2svpn_event_network_config(NULL) == NULL);
    CHECK(p2svpn_event_warning(NULL) == NULL);
    CHECK(p2svpn_event_error(NULL) == NULL);
    CHECK(strcmp(p2svpn_state_name(1000), "Unknown") == 0);

    CHECK(p2svpn_network_config_generation(NULL) == 0);
    CHECK(p2svpn_network_config_mtu(NULL) == 0);
    CHECK(!p2svpn_network_config_full_tunnel(NULL));
    CHECK(p2svpn_network_config_gateway(NULL) == NULL);
    CHECK(p2svpn_network_config_address_count(NULL) == 0);
    CHECK(p2svpn_network_config_address(NULL, 0) == NULL);
    CHECK(p2svpn_network_config_route_count(NULL) == 0);
    CHECK(p2svpn_network_config_route(NULL, 0) == NULL);
    CHECK(p2svpn_network_config_route_gateway(NULL, 0) == NULL);
    CHECK(p2svpn_network_config_route_metric(NULL, 0) == 0);
    CHECK(p2svpn_network_config_excluded_route_count(NULL) == 0);
    CHECK(p2svpn_network_config_excluded_route(NULL, 0) == NULL);
    CHECK(p2svpn_network_config_dns_server_count(NULL) == 0);
    CHECK(p2svpn_network_config_dns_server(NULL, 0) == NULL);
    CHECK(p2svpn_network_config_dns_suffix_count(NULL) == 0);
    CHECK(p2svpn_network_config_dns_suffix(NULL, 0) == NULL);

    p2svpn_status_free(NULL);
    CHECK(p2svpn_status_state(NULL) == P2SVPN_STATE_DISCONNECTED);
    CHECK(p2svpn_status_since(NULL) == 0);
    CHECK(p2svpn_status_duration_ms(NULL) == 0);
    EMPTY(p2svpn_status_text(NULL));
    CHECK(p2svpn_status_gateway_name(NULL) == NULL);
    CHECK(p2svpn_status_gateway_address(NULL) == NULL);
    CHECK(p2svpn_status_device(NULL) == NULL);
    CHECK(p2svpn_status_mtu(NULL) == 0);
    CHECK(p2svpn_status_cipher(NULL) == NULL);
    CHECK(p2svpn_status_tls_version(NULL) == NULL);
    CHECK(p2svpn_status_address_count(NULL) == 0);
    CHECK(p2svpn_status_address(NULL, 0) == NULL);
    CHECK(p2svpn_status_route_count(NULL) == 0);
    CHECK(p2svpn_status_route(NULL, 0) == NULL);
    CHECK(p2svpn_status_excluded_route_count(NULL) == 0);
    CHECK(p2svpn_status_excluded_route(NULL, 0) == NULL);
    CHECK(p2svpn_status_dns_server_count(NULL) == 0);
    CHECK(p2svpn_status_dns_server(NULL, 0) == NULL);
    CHECK(p2svpn_status_dns_suffix_count(NULL) == 0);
    CHECK(p2svpn_status_dns_suffix(NULL, 0) == NULL);

    p2svpn_stream_free(NULL);
    EMPTY(p2svpn_stream_peer(NULL));
    uint8_t buffer[4];
    size_t moved = 7;
    REFUSED(p2svpn_stream_read(NULL, buffer, sizeof buffer, 0, &moved));
    REFUSED(p2svpn_stream_write(NULL, buffer, sizeof buffer, 0, &moved));
    CHECK(moved == 7);
    REFUSED(p2svpn_stream_shutdown(NULL, 0));

    p2svpn_client_free(client);
    puts("done");
    return 0;
}
