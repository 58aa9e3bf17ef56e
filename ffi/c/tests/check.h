/* What the test programs share: a check that says where it failed, and ends. */

#ifndef CHECK_H
#define CHECK_H

#include <p2svpn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

/* Requires success; says what went wrong otherwise. */
#define OK(call) check_ok((call), __FILE__, __LINE__)

/* Requires an error of this number. */
#define FAILS(number, call) check_fails((number), (call), __FILE__, __LINE__)

static inline void check_ok(p2svpn_error *error, const char *file, int line) {
    if (error) {
        fprintf(stderr, "%s:%d: %s\n", file, line, p2svpn_error_message(error));
        for (size_t i = 0; i < p2svpn_error_chain_count(error); i++) {
            fprintf(stderr, "    %s\n", p2svpn_error_chain(error, i));
        }
        exit(1);
    }
}

static inline void check_fails(uint32_t number, p2svpn_error *error, const char *file, int line) {
    if (p2svpn_error_number(error) != number) {
        fprintf(stderr, "%s:%d: error %u instead of %u: %s\n", file, line, p2svpn_error_number(error), number,
                p2svpn_error_message(error));
        exit(1);
    }
    CHECK(strlen(p2svpn_error_name(error)) > 0);
    CHECK(strlen(p2svpn_error_message(error)) > 0);
    CHECK(strlen(p2svpn_error_cause(error)) > 0);
    CHECK(strlen(p2svpn_error_remedy(error)) > 0);
    CHECK(strlen(p2svpn_error_class_name(error)) > 0);
    CHECK(p2svpn_error_class(error) != P2SVPN_CLASS_NONE);
    p2svpn_error_free(error);
}

/* Reads a whole file. */
static inline uint8_t *read_file(const char *path, size_t *size) {
    static const size_t MOST = 1 << 20;
    FILE *file = fopen(path, "rb");
    CHECK(file);
    uint8_t *bytes = malloc(MOST);
    CHECK(bytes);
    *size = fread(bytes, 1, MOST, file);
    CHECK(*size > 0 && *size < MOST);
    fclose(file);
    return bytes;
}

/* Options for the userspace device with the certificate in this PFX file. */
static inline p2svpn_connect_options userspace(const p2svpn_certificate *certificate) {
    p2svpn_connect_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.device = P2SVPN_DEVICE_USERSPACE;
    options.certificate = certificate;
    return options;
}

/* The certificate in a PFX file. */
static inline p2svpn_certificate pfx(const char *path, const char *password) {
    p2svpn_certificate certificate;
    memset(&certificate, 0, sizeof certificate);
    certificate.size = sizeof certificate;
    certificate.pfx_file = path;
    certificate.password = password;
    return certificate;
}

/* Waits for the next event of this kind; the caller frees it. */
static inline p2svpn_event *next_of_kind(const p2svpn_client *client, uint32_t kind) {
    for (;;) {
        p2svpn_event *event = NULL;
        OK(p2svpn_client_next_event(client, 30000, &event));
        CHECK(event);
        if (p2svpn_event_kind(event) == kind) return event;
        CHECK(p2svpn_event_kind(event) != P2SVPN_EVENT_ENDED);
        p2svpn_event_free(event);
    }
}

#endif
