/* Every way to sign in that has a callback or an answer of its own. The folder of the gateway's files is the first argument,
 * which way the second. */

#include "check.h"

#include <pthread.h>
#include <unistd.h>

static const char *folder;
static char text[1 << 17];

/* What is in a file of the folder, as text. */
static const char *content(const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    size_t size = 0;
    uint8_t *bytes = read_file(path, &size);
    CHECK(size < sizeof text);
    memcpy(text, bytes, size);
    text[size] = 0;
    free(bytes);
    return text;
}

static int freed;

static void count_freed(void *userdata) {
    CHECK(userdata == &freed);
    __atomic_add_fetch(&freed, 1, __ATOMIC_SEQ_CST);
}

static void wait_freed(int times) {
    while (__atomic_load_n(&freed, __ATOMIC_SEQ_CST) < times) usleep(1000);
}

/* ---- tokens ---- */

static void *bring_later(void *request) {
    OK(p2svpn_token_request_complete(request, content("token"), 3600));
    return NULL;
}

static void on_token(p2svpn_token_request *request, void *userdata) {
    CHECK(userdata == &freed);
    CHECK(strncmp(p2svpn_token_request_authority(request), "https://localhost:", 18) == 0);
    CHECK(strcmp(p2svpn_token_request_client_id(request), p2svpn_token_request_audience(request)) == 0);
    CHECK(strstr(p2svpn_token_request_scope(request), "/.default"));
    CHECK(strcmp(p2svpn_token_request_username(request), "alice@contoso.example") == 0);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, bring_later, request) == 0);
    pthread_detach(thread);
}

static void no_token(p2svpn_token_request *request, void *userdata) {
    (void)userdata;
    CHECK(p2svpn_token_request_username(request) == NULL);
    OK(p2svpn_token_request_fail(request, 0, "no broker"));
}

static void forgets(p2svpn_token_request *request, void *userdata) {
    (void)userdata;
    p2svpn_token_request_free(request);
}

static void by_callback(const p2svpn_client *client, const char *profile) {
    p2svpn_connect_options options = userspace(NULL);
    options.username = "alice@contoso.example";
    options.on_token = on_token;
    options.token_userdata = &freed;
    options.free_token_userdata = count_freed;
    p2svpn_session *session = NULL;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    OK(p2svpn_session_wait_connected(session, 30000));
    p2svpn_session_disconnect(session);
    OK(p2svpn_session_wait_closed(session, 10000, NULL));
    p2svpn_session_free(session);
    wait_freed(1);

    /* What is wrong elsewhere frees it as well. */
    options.password = "for a token there is none";
    options.username = NULL;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_connect(client, profile, &options, &session));
    wait_freed(2);

    options.password = NULL;
    void (*refusing[2])(p2svpn_token_request *, void *) = {no_token, forgets};
    for (int i = 0; i < 2; i++) {
        options.on_token = refusing[i];
        OK(p2svpn_client_connect(client, profile, &options, &session));
        FAILS(P2SVPN_ERROR_TOKEN_PROVIDER_FAILED, p2svpn_session_wait_connected(session, 30000));
        p2svpn_session_free(session);
        wait_freed(3 + i);
    }
}

static void by_challenge(const p2svpn_client *client, const char *profile) {
    p2svpn_connect_options options = userspace(NULL);
    options.entra_method = P2SVPN_ENTRA_TOKEN;
    p2svpn_session *session = NULL;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    p2svpn_event *event = next_of_kind(client, P2SVPN_EVENT_CHALLENGE);
    const p2svpn_challenge *challenge = p2svpn_event_challenge(event);
    uint64_t id = p2svpn_challenge_id(challenge);
    CHECK(p2svpn_challenge_kind(challenge) == P2SVPN_CHALLENGE_ACCESS_TOKEN);
    CHECK(strstr(p2svpn_challenge_scope(challenge), p2svpn_challenge_audience(challenge)));
    CHECK(strlen(p2svpn_challenge_authority(challenge)) > 0 && strlen(p2svpn_challenge_client_id(challenge)) > 0);
    CHECK(p2svpn_challenge_username(challenge) == NULL);
    p2svpn_event_free(event);
    FAILS(P2SVPN_ERROR_ANSWER_MISMATCH, p2svpn_session_answer_redirect(session, id, "http://localhost/"));
    FAILS(P2SVPN_ERROR_ANSWER_MISMATCH, p2svpn_session_answer_choice(session, id, 0));
    OK(p2svpn_session_answer_access_token(session, id, content("token"), 0));
    OK(p2svpn_session_wait_connected(session, 30000));
    p2svpn_session_free(session);
}

/* ---- codes and pages ---- */

/* ---- requests that the program sends ---- */

static int has_polled;

static void *answer_later(void *taken) {
    p2svpn_http_request *request = taken;
    const char *names[] = {"Content-Type"}, *values[] = {"application/json"};
    char body[1 << 16];
    p2svpn_http_response response;
    memset(&response, 0, sizeof response);
    response.size = sizeof response;
    response.status = 200;
    response.header_names = names;
    response.header_values = values;
    response.header_count = 1;
    if (strstr(p2svpn_http_request_url(request), "/devicecode")) {
        snprintf(body, sizeof body,
                 "{\"device_code\":\"D\",\"user_code\":\"U\",\"verification_uri\":\"https://login.example/code\","
                 "\"expires_in\":900,\"interval\":1}");
    } else if (!has_polled) {
        has_polled = 1;
        response.status = 400;
        snprintf(body, sizeof body, "{\"error\":\"authorization_pending\"}");
    } else {
        snprintf(body, sizeof body,
                 "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":3600}", content("token"));
    }
    response.body = (const uint8_t *)body;
    response.body_size = strlen(body);
    OK(p2svpn_http_request_complete(request, &response));
    return NULL;
}

static void on_http(p2svpn_http_request *request, void *userdata) {
    size_t size = 0;
    CHECK(userdata == &freed);
    CHECK(strcmp(p2svpn_http_request_method(request), "POST") == 0);
    CHECK(strncmp(p2svpn_http_request_url(request), "https://localhost:", 18) == 0);
    CHECK(p2svpn_http_request_header_count(request) > 0);
    CHECK(strcmp(p2svpn_http_request_header_name(request, 0), "Content-Type") == 0);
    CHECK(strstr(p2svpn_http_request_header_value(request, 0), "form"));
    CHECK(p2svpn_http_request_header_name(request, 99) == NULL);
    CHECK(p2svpn_http_request_body(request, &size) != NULL && size > 0);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, answer_later, request) == 0);
    pthread_detach(thread);
}

static void on_http_without_network(p2svpn_http_request *request, void *userdata) {
    static int times;
    (void)userdata;
    if (times++ == 0) {
        OK(p2svpn_http_request_fail(request, P2SVPN_HTTP_PROXY, "it wants a smart card"));
    } else if (times == 2) {
        FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_http_request_fail(request, 99, NULL));
    } else {
        p2svpn_http_request_free(request);
    }
}

static p2svpn_client *client_with(void (*callback)(p2svpn_http_request *, void *), const char *host, char **profile) {
    char path[4096];
    p2svpn_client_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.authorities = host;
    options.on_http = callback;
    options.http_userdata = &freed;
    options.free_http_userdata = count_freed;
    p2svpn_client *client = NULL;
    options.login_proxy = "http://proxy.example:8080";
    int before = __atomic_load_n(&freed, __ATOMIC_SEQ_CST);
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_new(&options, &client));
    wait_freed(before + 1);
    options.login_proxy = NULL;
    OK(p2svpn_client_new(&options, &client));
    snprintf(path, sizeof path, "%s/azurevpnconfig.xml", folder);
    OK(p2svpn_client_import_file(client, path, profile));
    return client;
}

static void by_own_requests(const char *host) {
    char *profile = NULL;
    p2svpn_client *client = client_with(on_http, host, &profile);
    p2svpn_connect_options options = userspace(NULL);
    options.entra_method = P2SVPN_ENTRA_DEVICE_CODE;
    p2svpn_session *session = NULL;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    OK(p2svpn_session_wait_connected(session, 60000));
    CHECK(has_polled);
    p2svpn_session_free(session);
    p2svpn_string_free(profile);
    p2svpn_client_free(client);
    wait_freed(2);

    client = client_with(on_http_without_network, host, &profile);
    uint32_t endings[] = {P2SVPN_ERROR_PROXY_REFUSED, P2SVPN_ERROR_LOGIN_HOST_UNREACHABLE,
                          P2SVPN_ERROR_LOGIN_HOST_UNREACHABLE};
    for (size_t i = 0; i < 3; i++) {
        p2svpn_error *reason = NULL;
        OK(p2svpn_client_connect(client, profile, &options, &session));
        OK(p2svpn_session_wait_closed(session, 60000, &reason));
        CHECK(p2svpn_error_number(reason) == endings[i]);
        p2svpn_error_free(reason);
        p2svpn_session_free(session);
    }
    p2svpn_string_free(profile);
    p2svpn_client_free(client);
    wait_freed(4);
}

static void by_device_code(const p2svpn_client *client, const char *profile) {
    p2svpn_connect_options options = userspace(NULL);
    options.entra_method = P2SVPN_ENTRA_DEVICE_CODE;
    p2svpn_session *session = NULL;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    p2svpn_event *event = next_of_kind(client, P2SVPN_EVENT_CHALLENGE);
    const p2svpn_challenge *challenge = p2svpn_event_challenge(event);
    CHECK(p2svpn_challenge_kind(challenge) == P2SVPN_CHALLENGE_DEVICE_CODE);
    CHECK(strlen(p2svpn_challenge_code(challenge)) > 0 && p2svpn_challenge_expires(challenge) > 0);
    CHECK(strncmp(p2svpn_challenge_url(challenge), "https://", 8) == 0);
    CHECK(!p2svpn_challenge_needs_response(challenge));
    p2svpn_event_free(event);
    /* The stand-in lets everybody in. */
    OK(p2svpn_session_wait_connected(session, 30000));
    p2svpn_session_disconnect(session);
    OK(p2svpn_session_wait_closed(session, 10000, NULL));
    p2svpn_session_free(session);

    char *names = NULL;
    OK(p2svpn_client_signed_in(client, profile, &names));
    CHECK(strcmp(names, "alice@contoso.example") == 0);
    p2svpn_string_free(names);
    OK(p2svpn_client_sign_out(client, profile, NULL));
    OK(p2svpn_client_signed_in(client, profile, &names));
    CHECK(strcmp(names, "") == 0);
    p2svpn_string_free(names);
}

static void at_page(const p2svpn_client *client, const char *profile) {
    p2svpn_connect_options options = userspace(NULL);
    p2svpn_session *session = NULL;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    p2svpn_event *event = next_of_kind(client, P2SVPN_EVENT_CHALLENGE);
    const p2svpn_challenge *challenge = p2svpn_event_challenge(event);
    CHECK(p2svpn_challenge_kind(challenge) == P2SVPN_CHALLENGE_SIGN_IN_PAGE);
    CHECK(strncmp(p2svpn_challenge_redirect_uri(challenge), "http://localhost:", 17) == 0);
    char other[256];
    snprintf(other, sizeof other, "%s/?code=a&state=b", p2svpn_challenge_redirect_uri(challenge));
    OK(p2svpn_session_answer_redirect(session, p2svpn_challenge_id(challenge), other));
    p2svpn_event_free(event);
    /* It belongs to another sign-in, and the page waits on. */
    event = next_of_kind(client, P2SVPN_EVENT_CHALLENGE);
    challenge = p2svpn_event_challenge(event);
    CHECK(p2svpn_error_number(p2svpn_challenge_refusal(challenge)) == P2SVPN_ERROR_SIGN_IN_MIXED_UP);
    OK(p2svpn_session_answer_cancel(session, p2svpn_challenge_id(challenge)));
    p2svpn_event_free(event);
    FAILS(P2SVPN_ERROR_SIGN_IN_CANCELLED, p2svpn_session_wait_connected(session, 30000));
    p2svpn_session_free(session);
}

/* ---- passwords ---- */

static void by_password(const p2svpn_client *client, const char *profile) {
    p2svpn_connect_options options = userspace(NULL);
    options.username = "alice";
    p2svpn_session *session = NULL;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    for (uint32_t attempt = 0; attempt < 2; attempt++) {
        p2svpn_event *event = next_of_kind(client, P2SVPN_EVENT_CHALLENGE);
        const p2svpn_challenge *challenge = p2svpn_event_challenge(event);
        CHECK(p2svpn_challenge_kind(challenge) == P2SVPN_CHALLENGE_CREDENTIALS);
        CHECK(strcmp(p2svpn_challenge_username(challenge), "alice") == 0);
        CHECK(p2svpn_challenge_attempt(challenge) == attempt);
        OK(p2svpn_session_answer_credentials(session, p2svpn_challenge_id(challenge), "alice",
                                             attempt ? "right" : "wrong", 0));
        p2svpn_event_free(event);
    }
    OK(p2svpn_session_wait_connected(session, 30000));
    p2svpn_session_disconnect(session);
    OK(p2svpn_session_wait_closed(session, 10000, NULL));
    p2svpn_session_free(session);

    options.password = "wrong";
    OK(p2svpn_client_connect(client, profile, &options, &session));
    FAILS(P2SVPN_ERROR_SIGN_IN_REFUSED, p2svpn_session_wait_connected(session, 30000));
    p2svpn_session_free(session);
}

/* ---- keys of the host ---- */

static void *sign_later(void *request) {
    char path[4096], command[9000];
    size_t size = 0;
    const uint8_t *message = p2svpn_signature_request_message(request, &size);
    CHECK(p2svpn_signature_request_scheme(request) == P2SVPN_SCHEME_ECDSA_P256_SHA256);
    snprintf(path, sizeof path, "%s/message", folder);
    FILE *file = fopen(path, "wb");
    CHECK(file && fwrite(message, 1, size, file) == size && fclose(file) == 0);
    snprintf(command, sizeof command, "openssl dgst -sha256 -sign %s/client.key %s", folder, path);
    FILE *signer = popen(command, "r");
    CHECK(signer);
    uint8_t signature[512];
    size = fread(signature, 1, sizeof signature, signer);
    CHECK(pclose(signer) == 0 && size > 0);
    OK(p2svpn_signature_request_complete(request, signature, size));
    return NULL;
}

static void on_sign(p2svpn_signature_request *request, void *userdata) {
    CHECK(userdata == &freed);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, sign_later, request) == 0);
    pthread_detach(thread);
}

static void refuses(p2svpn_signature_request *request, void *userdata) {
    (void)userdata;
    OK(p2svpn_signature_request_fail(request, 1, NULL));
}

static void loses(p2svpn_signature_request *request, void *userdata) {
    (void)userdata;
    p2svpn_signature_request_free(request);
}

static p2svpn_signature_request *held;

static void holds(p2svpn_signature_request *request, void *userdata) {
    (void)userdata;
    __atomic_store_n(&held, request, __ATOMIC_SEQ_CST);
}

static void by_key(const p2svpn_client *client, const char *profile) {
    static const uint16_t schemes[] = {P2SVPN_SCHEME_ECDSA_P256_SHA256};
    p2svpn_external_key key;
    memset(&key, 0, sizeof key);
    key.size = sizeof key;
    key.algorithm = P2SVPN_KEY_ECDSA_P256;
    key.schemes = schemes;
    key.scheme_count = 1;
    key.on_sign = on_sign;
    key.userdata = &freed;
    key.free_userdata = count_freed;
    p2svpn_certificate certificate;
    memset(&certificate, 0, sizeof certificate);
    certificate.size = sizeof certificate;
    certificate.pem = (const uint8_t *)content("client.crt");
    certificate.pem_size = strlen(text);
    certificate.external_key = &key;
    p2svpn_connect_options options = userspace(&certificate);
    p2svpn_session *session = NULL;

    OK(p2svpn_client_connect(client, profile, &options, &session));
    OK(p2svpn_session_wait_connected(session, 30000));
    p2svpn_session_disconnect(session);
    OK(p2svpn_session_wait_closed(session, 10000, NULL));
    p2svpn_session_free(session);
    wait_freed(1);

    key.on_sign = refuses;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    FAILS(P2SVPN_ERROR_SIGN_IN_CANCELLED, p2svpn_session_wait_connected(session, 30000));
    p2svpn_session_free(session);
    wait_freed(2);

    key.on_sign = loses;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    FAILS(P2SVPN_ERROR_KEY_FAILED, p2svpn_session_wait_connected(session, 30000));
    p2svpn_session_free(session);
    wait_freed(3);

    /* Whoever disconnects does not wait for the key, which keeps what it is given until its request is gone. */
    key.on_sign = holds;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    while (!__atomic_load_n(&held, __ATOMIC_SEQ_CST)) usleep(1000);
    p2svpn_session_disconnect(session);
    OK(p2svpn_session_wait_closed(session, 30000, NULL));
    p2svpn_session_free(session);
    CHECK(__atomic_load_n(&freed, __ATOMIC_SEQ_CST) == 3);
    OK(p2svpn_signature_request_complete(held, (const uint8_t *)"late", 4));
    wait_freed(4);

    certificate.password = "a key that is elsewhere has none here";
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_connect(client, profile, &options, &session));
    wait_freed(5);
    certificate.password = NULL;
    key.scheme_count = 11;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_connect(client, profile, &options, &session));
    wait_freed(6);

    /* What is wrong with one certificate frees what belongs to the others. */
    const p2svpn_certificate *more[] = {NULL, &certificate};
    options.certificate = NULL;
    options.more_certificates = more;
    options.more_certificate_count = 2;
    key.scheme_count = 1;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_connect(client, profile, &options, &session));
    wait_freed(7);
}

/* ---- several certificates ---- */

static p2svpn_certificate pem_files(char *certificate_path, char *key_path, const char *name) {
    snprintf(certificate_path, 4096, "%s/%s.crt", folder, name);
    snprintf(key_path, 4096, "%s/%s.key", folder, name);
    p2svpn_certificate certificate;
    memset(&certificate, 0, sizeof certificate);
    certificate.size = sizeof certificate;
    certificate.pem_file = certificate_path;
    certificate.key_file = key_path;
    return certificate;
}

static void by_choice(const p2svpn_client *client, const char *profile) {
    char paths[4][4096];
    p2svpn_certificate alice = pem_files(paths[0], paths[1], "client"), bob = pem_files(paths[2], paths[3], "bob");
    const p2svpn_certificate *more[] = {&bob};
    p2svpn_connect_options options = userspace(&alice);
    options.more_certificate_count = 1;
    p2svpn_session *session = NULL;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_connect(client, profile, &options, &session));
    options.more_certificates = more;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    p2svpn_event *event = next_of_kind(client, P2SVPN_EVENT_CHALLENGE);
    const p2svpn_challenge *challenge = p2svpn_event_challenge(event);
    CHECK(p2svpn_challenge_kind(challenge) == P2SVPN_CHALLENGE_CHOOSE_CERTIFICATE);
    const p2svpn_certificate_list *offered = p2svpn_challenge_certificates(challenge);
    CHECK(p2svpn_certificate_list_count(offered) == 2);
    CHECK(strcmp(p2svpn_certificate_details_subject(p2svpn_certificate_list_at(offered, 0)), "CN=alice") == 0);
    CHECK(strcmp(p2svpn_certificate_details_subject(p2svpn_certificate_list_at(offered, 1)), "CN=bob") == 0);
    CHECK(p2svpn_certificate_list_at(offered, 2) == NULL);
    for (size_t i = 0; i < 2; i++) {
        const p2svpn_certificate_details *one = p2svpn_certificate_list_at(offered, i);
        CHECK(strlen(p2svpn_certificate_details_thumbprint(one)) == 40);
        CHECK(strlen(p2svpn_certificate_details_issuer(one)) > 0);
        CHECK(strlen(p2svpn_certificate_details_source(one)) > 0);
        CHECK(p2svpn_certificate_details_not_before(one) < p2svpn_certificate_details_not_after(one));
    }
    uint64_t id = p2svpn_challenge_id(challenge);
    p2svpn_event_free(event);
    FAILS(P2SVPN_ERROR_ANSWER_MISMATCH, p2svpn_session_answer_choice(session, id, 2));
    OK(p2svpn_session_answer_choice(session, id, 1));
    OK(p2svpn_session_wait_connected(session, 30000));
    p2svpn_session_free(session);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    folder = argv[1];
    char path[4096], host[256] = "", root[8192] = "", *profile = NULL;
    p2svpn_client_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    if (strcmp(argv[2], "password") && strcmp(argv[2], "key") && strcmp(argv[2], "choice")) {
        snprintf(host, sizeof host, "%s", content("host"));
        snprintf(root, sizeof root, "%s", content("entra-root.pem"));
        options.authorities = host;
        options.login_roots = (const uint8_t *)root;
        options.login_roots_size = strlen(root);
    }
    if (strcmp(argv[2], "requests") == 0) {
        by_own_requests(host);
        puts("done");
        return 0;
    }
    p2svpn_client *client = NULL;
    OK(p2svpn_client_new(&options, &client));
    snprintf(path, sizeof path, "%s/azurevpnconfig.xml", folder);
    OK(p2svpn_client_import_file(client, path, &profile));

    if (strcmp(argv[2], "callback") == 0) by_callback(client, profile);
    else if (strcmp(argv[2], "challenge") == 0) by_challenge(client, profile);
    else if (strcmp(argv[2], "device-code") == 0) by_device_code(client, profile);
    else if (strcmp(argv[2], "page") == 0) at_page(client, profile);
    else if (strcmp(argv[2], "password") == 0) by_password(client, profile);
    else if (strcmp(argv[2], "key") == 0) by_key(client, profile);
    else if (strcmp(argv[2], "choice") == 0) by_choice(client, profile);
    else CHECK(!"known");

    p2svpn_string_free(profile);
    p2svpn_client_free(client);
    puts("done");
    return 0;
}
