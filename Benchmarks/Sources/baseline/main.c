// baseline PORT DATABASE: what `vitalgate run` does with raw-frame messages, as plain C over the same libraries: own loop,
// one durable commit for all that was there to read, acknowledgements after it. It writes the same rows with the same
// settings and makes the same look-up, but reads no JSON, decodes nothing, checks nothing: what it writes, it makes up.
// Prints READY when it is subscribed; ends on SIGTERM.
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

enum { BATCH = 500, DEVICES = 8 };

typedef struct {
    uint16_t packet;
    int length;
    char *topic, *payload;
} message;

static volatile sig_atomic_t stopping;
static message inbox[BATCH + 64];
static int waiting;
static long number;  // of readings in the database
static sqlite3 *database;
static sqlite3_stmt *begin, *find, *put_frame, *put_reading, *put_journal, *count, *commit;

static void stop(int sign) { (void)sign, stopping = 1; }

static void complain(const char *what) {
    fprintf(stderr, "baseline: %s\n", what);
    exit(1);
}

static void subscribe(struct mosquitto *client, void *context, int reason, int flags, const mosquitto_property *properties) {
    (void)context, (void)flags, (void)properties;
    if (reason != 0) complain("the broker refuses us");
    mosquitto_subscribe_v5(client, NULL, "vitalgate/raw/#", 1, 0, NULL);
}

static void subscribed(
    struct mosquitto *client, void *context, int id, int n, const int *granted, const mosquitto_property *properties) {
    (void)client, (void)context, (void)id, (void)n, (void)granted, (void)properties;
    puts("READY");
    fflush(stdout);
}

static void received(
    struct mosquitto *client, void *context, const struct mosquitto_message *in, const mosquitto_property *properties) {
    (void)client, (void)context, (void)properties;
    if (waiting == BATCH + 64) complain("a batch beyond all limits");
    message *kept = &inbox[waiting++];
    kept->packet = (uint16_t)in->mid;
    kept->length = in->payloadlen;
    kept->topic = strdup(in->topic);
    kept->payload = malloc((size_t)in->payloadlen);
    memcpy(kept->payload, in->payload, (size_t)in->payloadlen);
}

// The store

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
        complain(sqlite3_errmsg(database));
    return statement;
}

static void open_store(const char *path) {
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK
        || sqlite3_exec(database,
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
            "PRAGMA foreign_keys = ON", NULL, NULL, NULL) != SQLITE_OK)
        complain(sqlite3_errmsg(database));
    begin = prepare("BEGIN IMMEDIATE");
    find = prepare("SELECT id, revision, \"values\" FROM readings WHERE identity = ? ORDER BY revision DESC LIMIT 1");
    put_frame = prepare(
        "INSERT INTO frames(source, format, topic, device, profile, profile_version, arrived, monotonic, boot, custody,"
        " retained, connection, packet_id, body, fate) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    put_reading = prepare(
        "INSERT INTO readings(frame, device, identity, revision, measured_at, time_quality, state, kind, number, qualifier,"
        " device_time, record_time, \"values\", marks) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    put_journal = prepare("INSERT INTO journal(lane, entry, ref, at) VALUES (?, ?, ?, ?)");
    count = prepare(
        "INSERT INTO sources(name, received) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET received = received + excluded.received");
    commit = prepare("COMMIT");
}

static void text(sqlite3_stmt *statement, int parameter, const char *value) {
    sqlite3_bind_text(statement, parameter, value, -1, SQLITE_STATIC);
}

static void run(sqlite3_stmt *statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) complain(sqlite3_errmsg(database));
    sqlite3_reset(statement);
}

static long long clock_in(clockid_t clock, long long units) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * units + time.tv_nsec / (1000000000 / units);
}

static void store(const message *in, long long arrived, long long monotonic) {
    char device[24], identity[80], time[24];
    long second = number % 86400;
    snprintf(device, sizeof device, "00:11:22:33:44:%02X", (unsigned)(number % DEVICES) + 0x70);
    snprintf(time, sizeof time, "2025-03-%02ldT%02ld:%02ld:%02ld", number / 86400 % 28 + 1, second / 3600, second / 60 % 60, second % 60);
    snprintf(identity, sizeof identity, "0011223344%02X.blood-glucose.202503%02ldT%02ld%02ld%02ld.n%ld",
        (unsigned)(number % DEVICES) + 0x70, number / 86400 % 28 + 1, second / 3600, second / 60 % 60, second % 60,
        number / DEVICES & 0xFFFF);

    text(find, 1, identity);
    if (sqlite3_step(find) != SQLITE_DONE) complain("such a reading is stored already");
    sqlite3_reset(find);

    text(put_frame, 1, "ward");
    text(put_frame, 2, "mqtt/raw-frames");
    text(put_frame, 3, in->topic);
    text(put_frame, 4, device);
    text(put_frame, 5, "bluetooth-sig/glucose");
    text(put_frame, 6, "0123456789abcdef");
    sqlite3_bind_int64(put_frame, 7, arrived);
    sqlite3_bind_int64(put_frame, 8, monotonic);
    text(put_frame, 9, "01234567-89ab-cdef-0123-456789abcdef");
    text(put_frame, 10, "acknowledged");
    sqlite3_bind_int64(put_frame, 11, 0);
    sqlite3_bind_int64(put_frame, 12, 1);
    sqlite3_bind_int64(put_frame, 13, in->packet);
    sqlite3_bind_blob(put_frame, 14, in->payload, in->length, SQLITE_STATIC);
    text(put_frame, 15, "reading");
    run(put_frame);

    sqlite3_bind_int64(put_reading, 1, sqlite3_last_insert_rowid(database));
    text(put_reading, 2, device);
    text(put_reading, 3, identity);
    sqlite3_bind_int64(put_reading, 4, 1);
    sqlite3_bind_int64(put_reading, 5, 1740787200000 + number * 1000);
    text(put_reading, 6, "device");
    text(put_reading, 7, "current");
    text(put_reading, 8, "blood-glucose");
    sqlite3_bind_int64(put_reading, 9, number / DEVICES & 0xFFFF);
    text(put_reading, 10, "capillary-blood");
    text(put_reading, 11, time);
    text(put_reading, 12, time);
    text(put_reading, 13, "{\"glucose\":\"4.2 mmol/L\"}");
    text(put_reading, 14, "[]");
    run(put_reading);

    text(put_journal, 1, "bulk");
    text(put_journal, 2, "reading");
    sqlite3_bind_int64(put_journal, 3, sqlite3_last_insert_rowid(database));
    sqlite3_bind_int64(put_journal, 4, arrived);
    run(put_journal);
    number++;
}

static void store_batch(void) {
    long long arrived = clock_in(CLOCK_REALTIME, 1000), monotonic = clock_in(CLOCK_BOOTTIME, 1000000000);
    run(begin);
    for (int i = 0; i < waiting; i++) store(&inbox[i], arrived, monotonic + i * 1000);
    text(count, 1, "ward");
    sqlite3_bind_int64(count, 2, waiting);
    run(count);
    run(commit);
    for (int i = 0; i < waiting; i++) free(inbox[i].topic), free(inbox[i].payload);
    waiting = 0;
}

// The loop

static struct mosquitto *connect_to(int port) {
    mosquitto_lib_init();
    struct mosquitto *client = mosquitto_new("baseline", false, NULL);
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, 500);
    mosquitto_connect_v5_callback_set(client, subscribe);
    mosquitto_subscribe_v5_callback_set(client, subscribed);
    mosquitto_message_v5_callback_set(client, received);
    // Acknowledgements are only queued: they leave when we write.
    mosquitto_threaded_set(client, true);
    mosquitto_property *properties = NULL;
    mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, 86400);
    if (mosquitto_connect_bind_v5(client, "127.0.0.1", port, 30, NULL, properties) != 0) complain("no broker");
    mosquitto_property_free_all(&properties);
    return client;
}

int main(int words, char **word) {
    if (words != 3) complain("usage: baseline PORT DATABASE");
    signal(SIGTERM, stop);
    open_store(word[2]);
    struct mosquitto *client = connect_to(atoi(word[1]));
    int socket = mosquitto_socket(client);
    while (!stopping) {
        struct pollfd ready = {.fd = socket, .events = POLLIN | (mosquitto_want_write(client) ? POLLOUT : 0)};
        poll(&ready, 1, 500);
        if (ready.revents & POLLIN) {
            int unread = 0;
            do {
                if (mosquitto_loop_read(client, 1) != 0) complain("the broker hung up");
                if (ioctl(socket, FIONREAD, &unread) != 0) unread = 0;
            } while (unread > 0 && waiting < BATCH);
        }
        if (waiting > 0) store_batch();
        if (mosquitto_want_write(client) && mosquitto_loop_write(client, 1) != 0) complain("the broker hung up");
        if (mosquitto_loop_misc(client) != 0) complain("the broker hung up");
    }
    return 0;
}
