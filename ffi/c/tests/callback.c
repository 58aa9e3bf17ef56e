/* Events by callback: all of them, in order, from one thread; nothing after the client was freed; and freeing the client
 * from within. The folder of the gateway's files is the argument. */

#include "check.h"

#include <pthread.h>

typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    p2svpn_client *to_free; /* When it is connected. */
    p2svpn_event *kept;
    uint64_t last;
    unsigned states;
    unsigned ends;
    unsigned freed;
    unsigned over;
} host;

static void on_event(p2svpn_event *event, void *userdata) {
    host *self = userdata;
    p2svpn_client *to_free = NULL;
    pthread_mutex_lock(&self->lock);
    CHECK(self->freed == 0 && self->over == 0);
    CHECK(p2svpn_event_sequence(event) > self->last);
    if (self->last > 0) CHECK(pthread_equal(self->thread, pthread_self()));
    self->thread = pthread_self();
    self->last = p2svpn_event_sequence(event);
    if (p2svpn_event_kind(event) == P2SVPN_EVENT_STATE) self->states |= 1u << p2svpn_event_state(event);
    if (p2svpn_event_kind(event) == P2SVPN_EVENT_ENDED) self->ends++;
    if (p2svpn_event_state(event) == P2SVPN_STATE_CONNECTED) to_free = self->to_free;
    if (self->kept) p2svpn_event_free(self->kept);
    self->kept = event; /* An event may be kept for longer than the call. */
    pthread_cond_broadcast(&self->changed);
    if (to_free) self->over = 1; /* The session's end is left to nobody. */
    pthread_mutex_unlock(&self->lock);
    p2svpn_client_free(to_free);
}

static void free_userdata(void *userdata) {
    host *self = userdata;
    pthread_mutex_lock(&self->lock);
    self->freed++;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

static p2svpn_client *client_for(host *self) {
    p2svpn_client_options options = {0};
    options.size = sizeof options;
    options.on_event = on_event;
    options.free_userdata = free_userdata;
    options.userdata = self;

    p2svpn_client *client = NULL;
    options.event_capacity = 1000000;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_new(&options, &client));
    CHECK(client == NULL && self->freed == 0); /* What failed has taken nothing. */
    options.event_capacity = 100;
    OK(p2svpn_client_new(&options, &client));

    p2svpn_event *event = NULL;
    FAILS(P2SVPN_ERROR_EVENT_CONSUMER_CONFLICT, p2svpn_client_next_event(client, 0, &event));
    return client;
}

/* What would never be freed is not taken. */
static void refuse_without_callback(host *self) {
    p2svpn_client_options options = {0};
    options.size = sizeof options;
    options.free_userdata = free_userdata;
    options.userdata = self;
    p2svpn_client *client = NULL;
    FAILS(P2SVPN_ERROR_INVALID_ARGUMENT, p2svpn_client_new(&options, &client));
    CHECK(client == NULL && self->freed == 0);
}

static p2svpn_session *connect_with(const p2svpn_client *client, const char *folder) {
    char path[4096], *profile = NULL;
    snprintf(path, sizeof path, "%s/azurevpnconfig.xml", folder);
    OK(p2svpn_client_import_file(client, path, &profile));
    snprintf(path, sizeof path, "%s/client.pfx", folder);
    p2svpn_certificate certificate = pfx(path, "secret");
    p2svpn_connect_options options = userspace(&certificate);
    p2svpn_session *session = NULL;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    p2svpn_string_free(profile);
    return session;
}

static void wait_freed(host *self) {
    pthread_mutex_lock(&self->lock);
    while (self->freed == 0) pthread_cond_wait(&self->changed, &self->lock);
    CHECK(self->freed == 1);
    pthread_mutex_unlock(&self->lock);
    p2svpn_event_free(self->kept);
}

int main(int argc, char **argv) {
    CHECK(argc == 2);

    host first = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    refuse_without_callback(&first);
    p2svpn_client *client = client_for(&first);
    p2svpn_session *session = connect_with(client, argv[1]);
    OK(p2svpn_session_wait_connected(session, 30000));
    p2svpn_client_free(client); /* Ends the session, and returns when the callback has heard of it. */
    CHECK(first.freed == 1 && first.ends == 1);
    CHECK(first.states & 1u << P2SVPN_STATE_CONNECTED);
    CHECK(first.states & 1u << P2SVPN_STATE_DISCONNECTED);
    OK(p2svpn_session_wait_closed(session, 0, NULL)); /* A session outlives its client. */
    p2svpn_session_free(session);
    wait_freed(&first);

    host second = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    client = client_for(&second);
    second.to_free = client;
    session = connect_with(client, argv[1]);
    OK(p2svpn_session_wait_closed(session, 30000, NULL));
    p2svpn_session_free(session);
    wait_freed(&second);
    CHECK(second.over == 1 && second.ends == 0);
    puts("done");
    return 0;
}
