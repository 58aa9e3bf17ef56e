/* Lists of withdrawn certificates, and a host that accepts one all the same. The argument is the folder of a gateway. */

#include <unistd.h>

#include "check.h"

static int judged, freed;

static uint32_t judge(const p2svpn_refused_certificate *certificate, void *userdata) {
    size_t size = 0;
    judged++;
    CHECK(strlen(p2svpn_refused_certificate_subject(certificate)) > 0);
    CHECK(strlen(p2svpn_refused_certificate_issuer(certificate)) > 0);
    CHECK(strlen(p2svpn_refused_certificate_fingerprint(certificate)) == 64);
    size_t count = p2svpn_refused_certificate_chain_count(certificate);
    CHECK(count > 0);
    const uint8_t *der = p2svpn_refused_certificate_chain_at(certificate, 0, &size);
    CHECK(der && size > 100 && der[0] == 0x30);
    CHECK(p2svpn_refused_certificate_chain_at(certificate, count, &size) == NULL && size == 0);
    const p2svpn_error *refusal = p2svpn_refused_certificate_refusal(certificate);
    CHECK(p2svpn_error_number(refusal) == P2SVPN_ERROR_GATEWAY_CERTIFICATE_REVOKED);
    return *(const uint32_t *)userdata;
}

static void count_freed(void *userdata) {
    (void)userdata;
    __atomic_add_fetch(&freed, 1, __ATOMIC_SEQ_CST);
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    char path[4096], *profile = NULL;
    size_t size = 0;
    p2svpn_client *client = NULL;
    OK(p2svpn_client_new(NULL, &client));
    snprintf(path, sizeof path, "%s/azurevpnconfig.xml", argv[1]);
    OK(p2svpn_client_import_file(client, path, &profile));
    snprintf(path, sizeof path, "%s/client.pfx", argv[1]);
    p2svpn_certificate certificate = pfx(path, "secret");
    p2svpn_session *session = NULL;
    p2svpn_error *reason = NULL;

    /* A list that withdraws nothing changes nothing. */
    char list[4096];
    snprintf(list, sizeof list, "%s/nothing.crl", argv[1]);
    uint8_t *nothing = read_file(list, &size);
    p2svpn_connect_options options = userspace(&certificate);
    options.revocation_lists = nothing;
    options.revocation_lists_size = size;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    OK(p2svpn_session_wait_connected(session, 30000));
    p2svpn_session_disconnect(session);
    OK(p2svpn_session_wait_closed(session, 30000, NULL));
    p2svpn_session_free(session);
    free(nothing);

    /* One that withdraws the gateway's certificate decides, unless the host does. */
    snprintf(list, sizeof list, "%s/withdrawn.crl", argv[1]);
    uint8_t *withdrawn = read_file(list, &size);
    options.revocation_lists = withdrawn;
    options.revocation_lists_size = size;
    uint32_t verdicts[] = {0, 2, 1};
    for (size_t i = 0; i < 3; i++) {
        options.on_refused_certificate = judge;
        options.exception_userdata = &verdicts[i];
        options.free_exception_userdata = count_freed;
        OK(p2svpn_client_connect(client, profile, &options, &session));
        if (verdicts[i] == 1) {
            OK(p2svpn_session_wait_connected(session, 30000));
            p2svpn_session_disconnect(session);
            OK(p2svpn_session_wait_closed(session, 30000, NULL));
        } else {
            OK(p2svpn_session_wait_closed(session, 30000, &reason));
            CHECK(p2svpn_error_number(reason) == P2SVPN_ERROR_GATEWAY_CERTIFICATE_REVOKED);
            p2svpn_error_free(reason);
        }
        p2svpn_session_free(session);
        CHECK(judged == (int)i + 1);
        while (__atomic_load_n(&freed, __ATOMIC_SEQ_CST) < (int)i + 1) usleep(1000);
    }

    options.on_refused_certificate = NULL;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_connect(client, profile, &options, &session));
    free(withdrawn);
    p2svpn_string_free(profile);
    p2svpn_client_free(client);
    puts("done");
    return 0;
}
