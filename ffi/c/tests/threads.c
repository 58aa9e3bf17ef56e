/* Threads: one writes while another reads the same stream, one waits for events while others work, and the end of the session
 * or of the client reaches whoever waits. The folder of the gateway's files is the argument. */

#include "check.h"

#include <pthread.h>

enum { BYTES = 2000000 };

static uint8_t at(size_t position) {
    return (uint8_t)(position * 31 + (position >> 8));
}

static void *write_all(void *argument) {
    const p2svpn_stream *stream = argument;
    uint8_t bytes[10000];
    for (size_t sent = 0; sent < BYTES;) {
        size_t wanted = BYTES - sent < sizeof bytes ? BYTES - sent : sizeof bytes, written = 0;
        for (size_t i = 0; i < wanted; i++) bytes[i] = at(sent + i);
        OK(p2svpn_stream_write(stream, bytes, wanted, 30000, &written));
        CHECK(written > 0 && written <= wanted);
        sent += written;
    }
    OK(p2svpn_stream_shutdown(stream, 30000));
    return NULL;
}

static void read_all(const p2svpn_stream *stream) {
    uint8_t bytes[4096];
    size_t received = 0, count = 0;
    do {
        OK(p2svpn_stream_read(stream, bytes, sizeof bytes, 30000, &count));
        for (size_t i = 0; i < count; i++) CHECK(bytes[i] == at(received + i));
        received += count;
    } while (count > 0);
    CHECK(received == BYTES);
}

static void *read_until_broken(void *argument) {
    uint8_t byte;
    size_t count = 0;
    p2svpn_error *error = p2svpn_stream_read(argument, &byte, 1, P2SVPN_WAIT_FOREVER, &count);
    CHECK(error || count == 0);
    p2svpn_error_free(error);
    return NULL;
}

static void *take_all_events(void *argument) {
    static unsigned taken;
    for (;;) {
        p2svpn_event *event = NULL;
        p2svpn_error *error = p2svpn_client_next_event(argument, P2SVPN_WAIT_FOREVER, &event);
        if (error) {
            FAILS(P2SVPN_ERROR_CLIENT_CLOSED, error);
            return &taken;
        }
        CHECK(event);
        taken++;
        p2svpn_event_free(event);
    }
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    char path[4096], *profile = NULL;
    p2svpn_client *client = NULL;
    OK(p2svpn_client_new(NULL, &client));
    snprintf(path, sizeof path, "%s/azurevpnconfig.xml", argv[1]);
    OK(p2svpn_client_import_file(client, path, &profile));
    snprintf(path, sizeof path, "%s/client.pfx", argv[1]);
    p2svpn_certificate certificate = pfx(path, "secret");
    p2svpn_connect_options options = userspace(&certificate);
    p2svpn_session *session = NULL;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    pthread_t events, writer, reader;
    CHECK(pthread_create(&events, NULL, take_all_events, client) == 0);
    OK(p2svpn_session_wait_connected(session, 30000));

    p2svpn_stream *stream = NULL;
    OK(p2svpn_session_dial(session, "10.1.0.4", 7, P2SVPN_WAIT_FOREVER, &stream));
    CHECK(pthread_create(&writer, NULL, write_all, stream) == 0);
    read_all(stream);
    CHECK(pthread_join(writer, NULL) == 0);
    p2svpn_stream_free(stream);

    /* The session's end reaches a reader that waits for ever. */
    OK(p2svpn_session_dial(session, "10.1.0.4", 7, 10000, &stream));
    CHECK(pthread_create(&reader, NULL, read_until_broken, stream) == 0);
    p2svpn_session_disconnect(session);
    CHECK(pthread_join(reader, NULL) == 0);
    OK(p2svpn_session_wait_closed(session, 10000, NULL));

    /* The client's end reaches whoever waits for events. */
    p2svpn_client_close(client);
    void *taken = NULL;
    CHECK(pthread_join(events, &taken) == 0);
    CHECK(*(unsigned *)taken >= 6);

    /* Objects are freed in any order. */
    p2svpn_client_free(client);
    p2svpn_status *status = NULL;
    OK(p2svpn_session_status(session, &status));
    CHECK(p2svpn_status_state(status) == P2SVPN_STATE_DISCONNECTED);
    p2svpn_session_free(session);
    CHECK(strcmp(p2svpn_stream_peer(stream), "10.1.0.4:7") == 0);
    p2svpn_stream_free(stream);
    p2svpn_status_free(status);
    p2svpn_string_free(profile);
    puts("done");
    return 0;
}
