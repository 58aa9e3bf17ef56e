/* Stores of certificates: listed, a PFX container put on a token, used, and removed. The arguments are the folder of a gateway
   and the PKCS#11 module of an empty token with this PIN. */

#include "check.h"

#define PIN "271828"

static p2svpn_certificate_store store_of(const char *module, const char *pin) {
    p2svpn_certificate_store store;
    memset(&store, 0, sizeof store);
    store.size = sizeof store;
    store.kind = P2SVPN_CERTIFICATE_STORE_PKCS11;
    store.pkcs11_module = module;
    store.token_pin = pin;
    return store;
}

static size_t count_of(const p2svpn_certificate_store *store) {
    p2svpn_certificate_list *list = NULL;
    OK(p2svpn_certificate_store_list(store, &list));
    size_t count = p2svpn_certificate_list_count(list);
    p2svpn_certificate_list_free(list);
    return count;
}

/* What cannot be meant, and what Linux does not have. */
static void refuses(const char *module) {
    p2svpn_certificate_list *list = NULL;
    p2svpn_certificate_store store = store_of(NULL, NULL);
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_certificate_store_list(&store, &list));
    store = store_of(module, NULL);
    store.kind = 9;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_certificate_store_list(&store, &list));
    store.kind = P2SVPN_CERTIFICATE_STORE_CURRENT_USER;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_certificate_store_list(&store, &list));
    store = store_of("/nonexistent/module.so", NULL);
    FAILS(P2SVPN_ERROR_CERTIFICATE_STORE_UNAVAILABLE, p2svpn_certificate_store_list(&store, &list));
    store = store_of(NULL, NULL);
    store.kind = P2SVPN_CERTIFICATE_STORE_LOCAL_MACHINE;
    FAILS(P2SVPN_ERROR_CERTIFICATE_STORE_UNAVAILABLE, p2svpn_certificate_store_list(&store, &list));
    CHECK(list == NULL);
}

static void connects(const char *folder, const p2svpn_certificate_store *store) {
    char path[4096], *profile = NULL;
    p2svpn_client *client = NULL;
    OK(p2svpn_client_new(NULL, &client));
    snprintf(path, sizeof path, "%s/azurevpnconfig.xml", folder);
    OK(p2svpn_client_import_file(client, path, &profile));
    p2svpn_connect_options options = userspace(NULL);
    const p2svpn_certificate_store *stores[] = {store};
    options.certificate_stores = stores;
    options.certificate_store_count = 1;
    p2svpn_session *session = NULL;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    p2svpn_event *event = next_of_kind(client, P2SVPN_EVENT_CHALLENGE);
    const p2svpn_challenge *challenge = p2svpn_event_challenge(event);
    CHECK(p2svpn_challenge_kind(challenge) == P2SVPN_CHALLENGE_TOKEN_PIN);
    CHECK(strcmp(p2svpn_challenge_label(challenge), "Alice") == 0);
    OK(p2svpn_session_answer_secret(session, p2svpn_challenge_id(challenge), PIN));
    p2svpn_event_free(event);
    OK(p2svpn_session_wait_connected(session, 30000));
    p2svpn_session_disconnect(session);
    OK(p2svpn_session_wait_closed(session, 30000, NULL));
    p2svpn_session_free(session);
    p2svpn_string_free(profile);
    p2svpn_client_free(client);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    char path[4096], thumbprint[41];
    snprintf(path, sizeof path, "%s/client.pfx", argv[1]);
    p2svpn_certificate pfx;
    memset(&pfx, 0, sizeof pfx);
    pfx.size = sizeof pfx;
    pfx.pfx_file = path;
    pfx.password = "secret";
    refuses(argv[2]);

    p2svpn_certificate_store store = store_of(argv[2], PIN), unopened = store_of(argv[2], NULL);
    CHECK(count_of(&store) == 0);
    FAILS(P2SVPN_ERROR_PIN_WRONG, p2svpn_certificate_store_import(&unopened, &pfx, NULL));
    pfx.password = "wrong";
    FAILS(P2SVPN_ERROR_CERTIFICATE_PASSWORD_WRONG, p2svpn_certificate_store_import(&store, &pfx, NULL));
    CHECK(count_of(&store) == 0);

    pfx.password = "secret";
    p2svpn_certificate_list *imported = NULL;
    OK(p2svpn_certificate_store_import(&store, &pfx, &imported));
    CHECK(p2svpn_certificate_list_count(imported) == 1);
    const p2svpn_certificate_details *one = p2svpn_certificate_list_at(imported, 0);
    CHECK(strstr(p2svpn_certificate_details_source(one), "Alice"));
    snprintf(thumbprint, sizeof thumbprint, "%s", p2svpn_certificate_details_thumbprint(one));
    p2svpn_certificate_list_free(imported);
    CHECK(count_of(&unopened) == 1);

    connects(argv[1], &unopened);

    OK(p2svpn_certificate_store_remove(&store, thumbprint));
    CHECK(count_of(&store) == 0);
    FAILS(P2SVPN_ERROR_NO_CERTIFICATE_FITS, p2svpn_certificate_store_remove(&store, thumbprint));
    puts("done");
    return 0;
}
