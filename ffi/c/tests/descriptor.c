/* A descriptor that the host opened carries the session's packets, and stays the host's. The folder of the gateway's files is
 * the argument. */

#include "check.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

/* RFC 1071. */
static uint16_t checksum(const uint8_t *bytes, size_t size) {
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i += 2) sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static void put(uint8_t *place, uint16_t number) {
    place[0] = (uint8_t)(number >> 8);
    place[1] = (uint8_t)number;
}

/* An IPv4 packet (RFC 791) of 32 bytes with an ICMP echo request (RFC 792). */
static void make_ping(uint8_t packet[32], const char *from, const char *to) {
    memset(packet, 0, 32);
    packet[0] = 0x45;
    put(packet + 2, 32);
    packet[8] = 64;
    packet[9] = 1;
    CHECK(inet_pton(AF_INET, from, packet + 12) == 1);
    CHECK(inet_pton(AF_INET, to, packet + 16) == 1);
    put(packet + 10, checksum(packet, 20));
    packet[20] = 8;
    memcpy(packet + 24, "ping....", 8);
    put(packet + 22, checksum(packet + 20, 12));
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

    int ends[2];
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0);
    struct timeval patience = {.tv_sec = 30};
    CHECK(setsockopt(ends[1], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
    p2svpn_connect_options options = userspace(&certificate);
    options.device = P2SVPN_DEVICE_FD;
    options.fd = ends[0];
    p2svpn_session *session = NULL;
    OK(p2svpn_client_connect(client, profile, &options, &session));
    CHECK(close(ends[0]) == 0); /* It is still ours, and the session has its own. */
    OK(p2svpn_session_wait_connected(session, 30000));

    p2svpn_event *event = next_of_kind(client, P2SVPN_EVENT_NETWORK_CONFIG);
    char address[64];
    snprintf(address, sizeof address, "%s", p2svpn_network_config_address(p2svpn_event_network_config(event), 0));
    address[strcspn(address, "/")] = 0;
    p2svpn_event_free(event);

    uint8_t ping[32], pong[1500];
    make_ping(ping, address, "10.1.0.4");
    CHECK(send(ends[1], ping, sizeof ping, 0) == sizeof ping);
    CHECK(recv(ends[1], pong, sizeof pong, 0) == sizeof ping);
    CHECK(memcmp(pong + 12, ping + 16, 4) == 0 && memcmp(pong + 16, ping + 12, 4) == 0);
    CHECK(pong[20] == 0 && memcmp(pong + 24, "ping....", 8) == 0);

    p2svpn_stream *stream = NULL;
    FAILS(P2SVPN_ERROR_DIAL_NOT_USERSPACE, p2svpn_session_dial(session, "10.1.0.4", 80, 1000, &stream));

    p2svpn_session_disconnect(session);
    OK(p2svpn_session_wait_closed(session, 10000, NULL));
    p2svpn_session_free(session);
    close(ends[1]);
    p2svpn_string_free(profile);
    p2svpn_client_free(client);
    puts("done");
    return 0;
}
