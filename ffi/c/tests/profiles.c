/* Profiles in memory: several files at once, all that a profile says, edits and what they report, updates, plans, exports.
 * The argument is a folder with everything.json, certificate.xml, a newer package of its gateway newer.xml, and a folder. */

#include "check.h"

#define SAME(text, expected) check_same((text), (expected), __FILE__, __LINE__)

static void check_same(const char *text, const char *expected, const char *file, int line) {
    if (!text || strcmp(text, expected) != 0) {
        fprintf(stderr, "%s:%d: %s instead of %s\n", file, line, text ? text : "NULL", expected);
        exit(1);
    }
}

static const char *file_in(const char *folder, const char *name) {
    static char paths[4][4096];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static p2svpn_profile_details *details_of(const p2svpn_client *client, const char *id) {
    p2svpn_profile_details *details = NULL;
    OK(p2svpn_client_profile_details(client, id, &details));
    return details;
}

/* Everything in everything.json has a place. */
static void check_everything(const p2svpn_profile_details *seen) {
    const p2svpn_profile *profile = p2svpn_profile_details_profile(seen);
    SAME(p2svpn_profile_name(profile), "Everything \"quoted\" \xe2\x80\x93 \xc3\xbc");
    CHECK(p2svpn_profile_full_tunnel(profile) && p2svpn_profile_always_on(profile));
    SAME(p2svpn_profile_network_id(profile), "00000000-0000-0000-0000-000000000000");

    CHECK(p2svpn_profile_details_server_count(seen) == 2);
    CHECK(strstr(p2svpn_profile_details_server_host(seen, 0), "azuregateway-") != NULL);
    CHECK(p2svpn_profile_details_server_port(seen, 0) == 443);
    CHECK(p2svpn_profile_details_server_transport(seen, 0) == P2SVPN_TRANSPORT_TCP);
    SAME(p2svpn_profile_details_server_name(seen, 0), "One");
    SAME(p2svpn_profile_details_server_host(seen, 1), "2001:db8::1");
    CHECK(p2svpn_profile_details_server_port(seen, 1) == 1194);
    CHECK(p2svpn_profile_details_server_transport(seen, 1) == P2SVPN_TRANSPORT_UDP);
    CHECK(p2svpn_profile_details_server_name(seen, 1) == NULL);
    CHECK(p2svpn_profile_details_server_host(seen, 2) == NULL);
    CHECK(p2svpn_profile_details_server_port(seen, 2) == 0);

    CHECK(p2svpn_profile_details_sign_in_count(seen) == 4);
    CHECK(p2svpn_profile_details_sign_in(seen, 0) == P2SVPN_SIGN_IN_ENTRA);
    SAME(p2svpn_profile_details_tenant(seen, 0), "https://login.microsoftonline.com/tenant");
    SAME(p2svpn_profile_details_audience(seen, 0), "audience");
    SAME(p2svpn_profile_details_client_id(seen, 0), "application");
    CHECK(p2svpn_profile_details_certificate_thumbprint(seen, 0) == NULL);
    CHECK(!p2svpn_profile_details_has_certificate(seen, 0) && !p2svpn_profile_details_has_password(seen, 0));
    CHECK(p2svpn_profile_details_sign_in(seen, 1) == P2SVPN_SIGN_IN_CERTIFICATE);
    SAME(p2svpn_profile_details_certificate_thumbprint(seen, 1), "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4");
    SAME(p2svpn_profile_details_certificate_issuer(seen, 1), "0102030405060708090A0B0C0D0E0F1011121314");
    CHECK(p2svpn_profile_details_has_certificate(seen, 1));
    CHECK(p2svpn_profile_details_tenant(seen, 1) == NULL);
    CHECK(p2svpn_profile_details_sign_in(seen, 2) == P2SVPN_SIGN_IN_PASSWORD);
    SAME(p2svpn_profile_details_user_name(seen, 2), "alice");
    CHECK(p2svpn_profile_details_has_password(seen, 2));
    CHECK(p2svpn_profile_details_sign_in(seen, 3) == P2SVPN_SIGN_IN_CERTIFICATE_AND_PASSWORD);
    CHECK(p2svpn_profile_details_has_certificate(seen, 3) && p2svpn_profile_details_has_password(seen, 3));
    CHECK(p2svpn_profile_details_user_name(seen, 3) == NULL);
    CHECK(p2svpn_profile_details_sign_in(seen, 4) == P2SVPN_SIGN_IN_OTHER);

    CHECK(p2svpn_profile_details_pinned_root_count(seen) == 2);
    SAME(p2svpn_profile_details_pinned_root(seen, 1), "0102030405060708090A0B0C0D0E0F1011121314");
    CHECK(p2svpn_profile_details_include_route_count(seen) == 3);
    SAME(p2svpn_profile_details_include_route(seen, 2), "fd00::/8");
    CHECK(p2svpn_profile_details_include_route(seen, 3) == NULL);
    CHECK(p2svpn_profile_details_exclude_route_count(seen) == 1);
    SAME(p2svpn_profile_details_exclude_route(seen, 0), "192.0.2.1/32");
    CHECK(p2svpn_profile_details_dns_server_count(seen) == 2);
    SAME(p2svpn_profile_details_dns_server(seen, 1), "fd00::4");
    CHECK(p2svpn_profile_details_dns_suffix_count(seen) == 1);
    SAME(p2svpn_profile_details_dns_suffix(seen, 0), "corp.example");
    CHECK(p2svpn_profile_details_trusted_network_count(seen) == 1);
    SAME(p2svpn_profile_details_trusted_network(seen, 0), "office.example");
    SAME(p2svpn_profile_details_secondary_profile(seen), "Another");
    SAME(p2svpn_profile_details_network_name(seen), "Net");
    CHECK(p2svpn_profile_details_announced_route_count(seen) == 1);
    SAME(p2svpn_profile_details_announced_route(seen, 0), "10.0.0.0/16");
    CHECK(p2svpn_profile_details_address_pool_count(seen) == 1);
    SAME(p2svpn_profile_details_address_pool(seen, 0), "172.16.0.0/24");
}

/* Whatever an edit can change is changed, and told. */
static void check_edits(const p2svpn_client *client, const char *id) {
    p2svpn_profile_edit *edit = NULL;
    OK(p2svpn_profile_edit_new(&edit));
    OK(p2svpn_profile_edit_name(edit, "Office"));
    OK(p2svpn_profile_edit_servers(edit, P2SVPN_LIST_ADD, "second.example:1194, third.example # a comment\n"));
    OK(p2svpn_profile_edit_servers(edit, P2SVPN_LIST_REMOVE, "third.example"));
    OK(p2svpn_profile_edit_transport(edit, P2SVPN_TRANSPORT_UDP));
    OK(p2svpn_profile_edit_include_routes(edit, P2SVPN_LIST_REPLACE, "10.1.2.3/8; 10.1.0.0/16\n10.1.0.0/16"));
    OK(p2svpn_profile_edit_exclude_routes(edit, P2SVPN_LIST_REPLACE, "10.9.0.0/16, 192.0.2.0/25, 192.0.2.128/25"));
    OK(p2svpn_profile_edit_aggregate_exclude_routes(edit));
    OK(p2svpn_profile_edit_dns_servers(edit, P2SVPN_LIST_ADD, "10.0.0.9"));
    OK(p2svpn_profile_edit_dns_suffixes(edit, P2SVPN_LIST_REMOVE, "corp.example"));
    OK(p2svpn_profile_edit_trusted_networks(edit, P2SVPN_LIST_ADD, "home.example"));
    OK(p2svpn_profile_edit_sign_in(edit, P2SVPN_SIGN_IN_PASSWORD));
    OK(p2svpn_profile_edit_user_name(edit, "bob"));
    OK(p2svpn_profile_edit_client_certificate(edit, NULL));
    OK(p2svpn_profile_edit_certificate_issuer(edit, NULL));
    OK(p2svpn_profile_edit_secondary_profile(edit, NULL));
    OK(p2svpn_profile_edit_always_on(edit, false));
    FAILS(P2SVPN_ERROR_EDIT_REFUSED, p2svpn_profile_edit_servers(edit, P2SVPN_LIST_ADD, "fourth.example, not a host"));
    FAILS(P2SVPN_ERROR_EDIT_REFUSED, p2svpn_profile_edit_name(edit, ""));

    p2svpn_edit_report *report = NULL;
    OK(p2svpn_client_edit_profile(client, id, edit, &report));
    p2svpn_profile_edit_free(edit);
    CHECK(strstr(p2svpn_edit_report_text(report), "10.1.2.3/8 is used as 10.0.0.0/8") != NULL);
    CHECK(p2svpn_edit_report_changed_count(report) > 8);
    SAME(p2svpn_edit_report_changed(report, 0), "name");
    SAME(p2svpn_edit_report_changed(report, 1), "servers");
    CHECK(p2svpn_edit_report_changed(report, 99) == NULL);
    CHECK(p2svpn_edit_report_duplicate_count(report) == 1);
    SAME(p2svpn_edit_report_duplicate(report, 0), "10.1.0.0/16");
    SAME(p2svpn_edit_report_duplicate_field(report, 0), "include_routes");
    CHECK(p2svpn_edit_report_host_bits_count(report) == 1);
    SAME(p2svpn_edit_report_host_bits_field(report, 0), "include_routes");
    SAME(p2svpn_edit_report_host_bits_written(report, 0), "10.1.2.3/8");
    SAME(p2svpn_edit_report_host_bits_used(report, 0), "10.0.0.0/8");
    CHECK(p2svpn_edit_report_nested_count(report) == 1);
    SAME(p2svpn_edit_report_nested_field(report, 0), "include_routes");
    SAME(p2svpn_edit_report_nested_inner(report, 0), "10.1.0.0/16");
    SAME(p2svpn_edit_report_nested_outer(report, 0), "10.0.0.0/8");
    CHECK(p2svpn_edit_report_overlap_count(report) == 1);
    SAME(p2svpn_edit_report_overlap_include(report, 0), "10.0.0.0/8");
    SAME(p2svpn_edit_report_overlap_exclude(report, 0), "10.9.0.0/16");
    CHECK(p2svpn_edit_report_aggregated(report) == 1);
    CHECK(!p2svpn_edit_report_identity_removed(report));
    p2svpn_edit_report_free(report);

    p2svpn_profile_details *now = details_of(client, id);
    const p2svpn_profile *profile = p2svpn_profile_details_profile(now);
    CHECK(p2svpn_profile_edited(profile) && !p2svpn_profile_always_on(profile) && !p2svpn_profile_full_tunnel(profile));
    CHECK(p2svpn_profile_details_server_count(now) == 3);
    SAME(p2svpn_profile_details_server_host(now, 2), "second.example");
    CHECK(p2svpn_profile_details_server_transport(now, 2) == P2SVPN_TRANSPORT_UDP);
    SAME(p2svpn_profile_details_exclude_route(now, 1), "192.0.2.0/24");
    CHECK(p2svpn_profile_details_secondary_profile(now) == NULL);
    CHECK(p2svpn_profile_details_sign_in(now, 0) == P2SVPN_SIGN_IN_PASSWORD);
    SAME(p2svpn_profile_details_user_name(now, 0), "bob");

    /* The order of the servers, which has to name each. */
    char order[1024];
    OK(p2svpn_profile_edit_new(&edit));
    snprintf(order, sizeof order, "second.example:1194, %s, [2001:db8::1]:1194", p2svpn_profile_details_server_host(now, 0));
    OK(p2svpn_profile_edit_server_order(edit, order));
    OK(p2svpn_client_edit_profile(client, id, edit, NULL));
    p2svpn_profile_edit_free(edit);
    p2svpn_profile_details_free(now);
    now = details_of(client, id);
    SAME(p2svpn_profile_details_server_host(now, 0), "second.example");
    p2svpn_profile_details_free(now);
    OK(p2svpn_profile_edit_new(&edit));
    OK(p2svpn_profile_edit_server_order(edit, "second.example"));
    FAILS(P2SVPN_ERROR_EDIT_REFUSED, p2svpn_client_edit_profile(client, id, edit, NULL));
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_profile_edit_transport(edit, 3));
    p2svpn_profile_edit_free(edit);

    /* Another certificate takes the place of the one in the profile. */
    OK(p2svpn_profile_edit_new(&edit));
    OK(p2svpn_profile_edit_client_certificate(edit, "00112233445566778899AABBCCDDEEFF00112233"));
    OK(p2svpn_client_edit_profile(client, id, edit, &report));
    CHECK(p2svpn_edit_report_identity_removed(report));
    p2svpn_edit_report_free(report);
    p2svpn_profile_edit_free(edit);
    now = details_of(client, id);
    CHECK(!p2svpn_profile_details_has_certificate(now, 1));
    p2svpn_profile_details_free(now);
}

/* A newer package keeps what the user edited, and tells it. */
static void check_update(const p2svpn_client *client, const char *folder, const char *id) {
    const char *newer = file_in(folder, "newer.xml");
    p2svpn_profile_edit *edit = NULL;
    OK(p2svpn_profile_edit_new(&edit));
    OK(p2svpn_profile_edit_name(edit, "Mine"));
    OK(p2svpn_profile_edit_dns_servers(edit, P2SVPN_LIST_ADD, "10.0.0.9"));
    OK(p2svpn_client_edit_profile(client, id, edit, NULL));
    p2svpn_profile_edit_free(edit);

    p2svpn_profiles *imported = NULL;
    OK(p2svpn_client_import_files(client, &newer, 1, &imported));
    SAME(p2svpn_profile_update_of(p2svpn_profiles_at(imported, 0)), id);
    p2svpn_profile_update *update = NULL;
    OK(p2svpn_client_update_profile(client, id, &newer, 1, &update));
    const p2svpn_profile *profile = p2svpn_profile_update_profile(update);
    SAME(p2svpn_profile_id(profile), id);
    SAME(p2svpn_profile_name(profile), "Mine");
    CHECK(p2svpn_profile_warning_count(profile) == 1);
    CHECK(p2svpn_profile_update_kept_count(update) == 2);
    SAME(p2svpn_profile_update_kept(update, 0), "name");
    SAME(p2svpn_profile_update_kept(update, 1), "dns_servers");
    CHECK(p2svpn_profile_update_kept(update, 2) == NULL);
    CHECK(p2svpn_profile_update_conflict_count(update) == 1);
    SAME(p2svpn_profile_update_conflict(update, 0), "name");
    /* The newer package is no profile of its own any more. */
    const char *removed = p2svpn_profile_update_removed(update);
    SAME(removed, p2svpn_profile_id(p2svpn_profiles_at(imported, 0)));
    p2svpn_profile *gone = NULL;
    FAILS(P2SVPN_ERROR_PROFILE_UNKNOWN, p2svpn_client_profile(client, removed, &gone));
    p2svpn_profiles_free(imported);
    p2svpn_profile_update_free(update);

    /* The warnings are those of the newer package from now on. */
    p2svpn_profile *now = NULL;
    OK(p2svpn_client_profile(client, id, &now));
    CHECK(p2svpn_profile_warning_count(now) == 1);
    p2svpn_profile_free(now);

    size_t size = 0;
    uint8_t *bytes = read_file(newer, &size);
    OK(p2svpn_client_update_profile_bytes(client, id, bytes, size, &update));
    CHECK(p2svpn_profile_update_kept_count(update) == 2);
    CHECK(p2svpn_profile_update_removed(update) == NULL);
    p2svpn_profile_update_free(update);
    OK(p2svpn_client_update_profile_bytes(client, id, bytes, size, NULL));
    free(bytes);
    const char *foreign = file_in(folder, "everything.json");
    FAILS(P2SVPN_ERROR_UPDATE_MISMATCH, p2svpn_client_update_profile(client, id, &foreign, 1, NULL));
}

/* Plans of profiles that are kept, and of files that are not. */
static void check_plans(const p2svpn_client *client, const char *folder, const char *id) {
    p2svpn_plan *plan = NULL;
    OK(p2svpn_client_explain(client, id, NULL, &plan));
    CHECK(strstr(p2svpn_plan_text(plan), "Mine") && strstr(p2svpn_plan_json(plan), "\"cautions\""));
    CHECK(p2svpn_plan_warning_count(plan) == 0);
    CHECK(strstr(p2svpn_plan_text(plan), "A new one appears"));
    p2svpn_plan_free(plan);
    p2svpn_connect_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.device = P2SVPN_DEVICE_USERSPACE;
    OK(p2svpn_client_explain(client, id, &options, &plan));
    CHECK(strstr(p2svpn_plan_text(plan), "The tunnel ends inside this program"));
    p2svpn_plan_free(plan);
    options.device = 99;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_explain(client, id, &options, &plan));
    FAILS(P2SVPN_ERROR_PROFILE_UNKNOWN, p2svpn_client_explain(client, "0123456789abcdef", NULL, &plan));

    const char *files[] = {file_in(folder, "newer.xml"), file_in(folder, "everything.json")};
    p2svpn_plans *plans = NULL;
    OK(p2svpn_client_explain_files(client, files, 2, NULL, &plans));
    CHECK(p2svpn_plans_count(plans) == 2);
    CHECK(p2svpn_plans_at(plans, 2) == NULL);
    const p2svpn_plan *first = p2svpn_plans_at(plans, 0), *second = p2svpn_plans_at(plans, 1);
    CHECK(strlen(p2svpn_plan_text(first)) > 0 && strlen(p2svpn_plan_json(second)) > 0);
    /* One of the two has a warning. */
    CHECK(p2svpn_plan_warning_count(first) + p2svpn_plan_warning_count(second) == 1);
    const p2svpn_plan *odd = p2svpn_plan_warning_count(first) ? first : second;
    CHECK(strstr(p2svpn_warning_message(p2svpn_plan_warning(odd, 0)), "unheardof"));
    SAME(p2svpn_warning_file(p2svpn_plan_warning(odd, 0)), "newer.xml");
    CHECK(p2svpn_plan_warning(odd, 1) == NULL && p2svpn_plan_warnings_left_out(odd) == 0);
    p2svpn_plans_free(plans);
    files[1] = folder;
    FAILS(P2SVPN_ERROR_PROFILE_UNREADABLE, p2svpn_client_explain_files(client, files, 2, NULL, &plans));
   
}

/* What is exported with its secrets is the same profile again. */
static void check_exports(const p2svpn_client *client, const char *id) {
    for (uint32_t format = P2SVPN_EXPORT_AZURE_XML; format <= P2SVPN_EXPORT_OPENVPN; format++) {
        char *open = NULL, *sealed = NULL, *notes = NULL;
        OK(p2svpn_client_export_profile(client, id, format, true, &open, NULL));
        OK(p2svpn_client_export_profile(client, id, format, false, &sealed, &notes));
        CHECK(strstr(open, "0001020304") && !strstr(sealed, "0001020304"));
        CHECK(strlen(notes) > 0);

        p2svpn_client *other = NULL;
        char *copy = NULL;
        p2svpn_profile_details *before = details_of(client, id), *after = NULL;
        OK(p2svpn_client_new(NULL, &other));
        OK(p2svpn_client_import_bytes(other, (const uint8_t *)open, strlen(open), NULL, &copy));
        after = details_of(other, copy);
        SAME(p2svpn_profile_name(p2svpn_profile_details_profile(after)), "Mine");
        SAME(p2svpn_profile_details_server_host(after, 0), p2svpn_profile_details_server_host(before, 0));
        SAME(p2svpn_profile_details_dns_server(after, 0), "10.0.0.9");
        if (format == P2SVPN_EXPORT_JSON) {
            char *without = NULL;
            FAILS(P2SVPN_ERROR_SECRETS_MISSING,
                  p2svpn_client_import_bytes(other, (const uint8_t *)sealed, strlen(sealed), NULL, &without));
        }
        p2svpn_profile_details_free(before);
        p2svpn_profile_details_free(after);
        p2svpn_string_free(copy);
        p2svpn_client_free(other);
        p2svpn_string_free(open);
        p2svpn_string_free(sealed);
        p2svpn_string_free(notes);
    }
    char *none = NULL;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_export_profile(client, id, 4, false, &none, NULL));
    CHECK(none == NULL);
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    const char *files[] = {file_in(argv[1], "everything.json"), file_in(argv[1], "certificate.xml")};
    p2svpn_client *client = NULL;
    OK(p2svpn_client_new(NULL, &client));

    p2svpn_profiles *imported = NULL;
    OK(p2svpn_client_import_files(client, files, 2, &imported));
    CHECK(p2svpn_profiles_count(imported) == 2);
    const p2svpn_profile *first = p2svpn_profiles_at(imported, 0), *second = p2svpn_profiles_at(imported, 1);
    int is_everything = p2svpn_profile_sign_in(first) == P2SVPN_SIGN_IN_ENTRA;
    const char *everything = p2svpn_profile_id(is_everything ? first : second);
    const char *certificate = p2svpn_profile_id(is_everything ? second : first);

    p2svpn_profile_details *details = details_of(client, everything);
    check_everything(details);
    p2svpn_profile_details_free(details);
    check_edits(client, everything);
    check_update(client, argv[1], certificate);
    check_plans(client, argv[1], certificate);
    check_exports(client, certificate);

    p2svpn_profiles_free(imported);
    p2svpn_client_free(client);
    puts("done");
    return 0;
}
