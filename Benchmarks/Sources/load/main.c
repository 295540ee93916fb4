// load PORT COUNT DATABASE PROCESS: publishes COUNT glucose records as raw-frame messages at QoS 1, many in flight, and waits
// until as many readings are in the database. Says on one line: seconds, seconds of CPU that PROCESS used meanwhile.
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { IN_FLIGHT = 1000, DEVICES = 8, PATIENCE = 120 };

static long acknowledged;

static void published(struct mosquitto *client, void *context, int id, int reason, const mosquitto_property *properties) {
    (void)client, (void)context, (void)id, (void)properties;
    if (reason >= 0x80) { fprintf(stderr, "load: the broker refuses a message: %d\n", reason); exit(1); }
    acknowledged++;
}

static void complain(const char *what) {
    fprintf(stderr, "load: %s\n", what);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/// User and system time of a process, in seconds, from proc(5).
static double cpu(const char *process) {
    char path[64];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%s/stat", process);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
        complain("the process to be measured is gone");
    fclose(file);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/// A record of its own for each number: the device, the sequence number, and a second of the year 2025.
static int message(long number, char *text, size_t size) {
    unsigned sequence = (unsigned)(number / DEVICES) & 0xFFFF;
    long second = number % 86400, day = number / 86400 % 28 + 1;
    return snprintf(text, size,
        "{\"address\":\"00:11:22:33:44:%02X\",\"services\":[\"1808\"],\"characteristic\":\"2a18\","
        "\"frames\":[\"06%02x%02xe90703%02x%02x%02x%02x2ac011\"]}",
        (unsigned)(number % DEVICES) + 0x70, sequence & 0xFF, sequence >> 8, (unsigned)day, (unsigned)(second / 3600),
        (unsigned)(second / 60 % 60), (unsigned)(second % 60));
}

static long stored(sqlite3_stmt *latest) {
    long number = sqlite3_step(latest) == SQLITE_ROW ? (long)sqlite3_column_int64(latest, 0) : 0;
    sqlite3_reset(latest);
    return number;
}

int main(int count, char **words) {
    if (count != 5) complain("usage: load PORT COUNT DATABASE PROCESS");
    long total = atol(words[2]), sent = 0, before;
    sqlite3 *database;
    sqlite3_stmt *latest;
    if (sqlite3_open_v2(words[3], &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK
        || sqlite3_prepare_v2(database, "SELECT max(id) FROM readings", -1, &latest, NULL) != SQLITE_OK)
        complain(sqlite3_errmsg(database));
    before = stored(latest);

    mosquitto_lib_init();
    struct mosquitto *client = mosquitto_new("load", true, NULL);
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_int_option(client, MOSQ_OPT_SEND_MAXIMUM, IN_FLIGHT);
    mosquitto_publish_v5_callback_set(client, published);
    if (mosquitto_connect(client, "127.0.0.1", atoi(words[1]), 60) != 0) complain("no broker");

    double start = now(), used = cpu(words[4]);
    while (acknowledged < total) {
        while (sent < total && sent - acknowledged < IN_FLIGHT) {
            char text[256];
            int length = message(before + sent, text, sizeof text);
            if (mosquitto_publish_v5(client, NULL, "vitalgate/raw/ward", length, text, 1, false, NULL) != 0) complain("cannot publish");
            sent++;
        }
        if (mosquitto_loop(client, 100, 1) != 0) complain("the broker hung up");
        if (now() - start > PATIENCE) complain("the broker does not take the messages");
    }
    while (stored(latest) < before + total) {
        if (now() - start > PATIENCE) complain("not all readings came to the database");
        usleep(2000);
    }
    printf("%.3f %.2f\n", now() - start, cpu(words[4]) - used);
    return 0;
}
