#include "crows.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct crows {
    sqlite3 *database;
    sqlite3_stmt *begin, *find, *put_frame, *put_reading, *put_journal, *count, *commit;
};

static void complain(sqlite3 *database) {
    fprintf(stderr, "store: %s\n", sqlite3_errmsg(database));
    exit(1);
}

static void script(crows *rows, const char *sql) {
    if (sqlite3_exec(rows->database, sql, NULL, NULL, NULL) != SQLITE_OK) complain(rows->database);
}

static sqlite3_stmt *prepare(crows *rows, const char *sql) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v3(rows->database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) complain(rows->database);
    return statement;
}

crows *crows_open(const char *path) {
    crows *rows = calloc(1, sizeof *rows);
    if (sqlite3_open_v2(path, &rows->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) complain(rows->database);
    script(rows, "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON");
    rows->begin = prepare(rows, "BEGIN IMMEDIATE");
    rows->find = prepare(rows, "SELECT id, revision, state = 'retracted', \"values\" FROM readings WHERE by_time = ? ORDER BY revision DESC LIMIT 1");
    rows->put_frame = prepare(rows,
        "INSERT INTO frames(source, format, topic, device, profile, profile_version, arrived, monotonic, boot, custody,"
        " retained, connection, packet_id, place, body, fate) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    rows->put_reading = prepare(rows,
        "INSERT INTO readings(frame, device, identity, revision, measured_at, time_quality, state, kind,"
        " device_time, record_time, \"values\", marks, person, ground) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    rows->put_journal = prepare(rows, "INSERT INTO journal(lane, entry, ref, at) VALUES (?, ?, ?, ?)");
    rows->count = prepare(rows,
        "INSERT INTO sources(name, received) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET received = received + excluded.received");
    rows->commit = prepare(rows, "COMMIT");
    return rows;
}

void crows_close(crows *rows) {
    sqlite3_stmt *all[] = {rows->begin, rows->find, rows->put_frame, rows->put_reading, rows->put_journal, rows->count, rows->commit};
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) sqlite3_finalize(all[i]);
    sqlite3_close(rows->database);
    free(rows);
}

long crows_count(crows *rows) {
    sqlite3_stmt *statement = prepare(rows, "SELECT ifnull(max(id), 0) FROM readings");
    long count = sqlite3_step(statement) == SQLITE_ROW ? (long)sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return count;
}

void crows_check(crows *rows) { script(rows, "PRAGMA wal_checkpoint(TRUNCATE)"); }

// A thousand cuffs in turns, each every hour and a half, from 2024-06-01 on.
enum { DEVICES = 1000, EVERY = 5400 };
static const long long BEGIN = 1717200000;

void crows_fill(crows *rows, long from, long to) {
    script(rows, "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA wal_autocheckpoint = 100000; PRAGMA foreign_keys = OFF");
    char persons[400];
    snprintf(persons, sizeof persons,
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d)"
        "INSERT OR IGNORE INTO persons(id, consents, consent_at, consent_by, added_at, added_by)"
        "  SELECT 'p-' || i, 1, 0, 'bench', 0, 'bench' FROM n", DEVICES);
    script(rows, persons);
    for (long first = from; first < to; first += 500000) {
        long last = first + 500000 < to ? first + 500000 : to;
        char sql[4000];
        snprintf(sql, sizeof sql,
            "BEGIN;"
            "CREATE TEMP TABLE filling AS WITH RECURSIVE n(i) AS (SELECT %ld UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %ld)"
            "  SELECT i + 1 AS id, printf('00:11:22:33:%%02X:%%02X', i %% %d / 256, i %% %d %% 256) AS device,"
            "    %lld + i / %d * %d AS at, i AS i FROM n;"
            "INSERT INTO frames(id, source, format, topic, device, profile, profile_version, arrived, monotonic, boot, custody, retained,"
            "    connection, packet_id, place, body, fate)"
            "  SELECT id, 'ward', 'mqtt/raw-frames', 'vitalgate/raw/ward', device, 'bluetooth-sig/blood-pressure', '0123456789abcdef',"
            "    at * 1000, i * 1000, '01234567-89ab-cdef-0123-456789abcdef', 'acknowledged', 0, 1, i %% 65535 + 1, 0,"
            "    CAST('{\"address\":\"' || device || '\",\"characteristic\":\"2a35\",\"frames\":[\"167c0056006100e807060f11111b33000000\"]}' AS BLOB), 'reading'"
            "  FROM filling;"
            "INSERT INTO readings(id, identity, revision, frame, device, kind, device_time, record_time, measured_at, time_quality, \"values\", marks, person, ground, state)"
            "  SELECT id, replace(device, ':', '') || '.blood-pressure.' || strftime('%%Y%%m%%dT%%H%%M%%S', at, 'unixepoch'), 1, id, device,"
            "    'blood-pressure', strftime('%%Y-%%m-%%dT%%H:%%M:%%S', at, 'unixepoch'), strftime('%%Y-%%m-%%dT%%H:%%M:%%S', at, 'unixepoch'),"
            "    at * 1000, 'device', '{\"systolic\":\"124 mmHg\",\"diastolic\":\"86 mmHg\",\"mean\":\"97 mmHg\",\"pulse\":\"51 /min\"}', '[]', 'p-' || (i %% %d), 'device', 'current' FROM filling;"
            "INSERT INTO journal(lane, entry, ref, at) SELECT 'bulk', 'reading', id, at * 1000 FROM filling;"
            "INSERT INTO sources(name, received) VALUES ('ward', %ld) ON CONFLICT(name) DO UPDATE SET received = received + excluded.received;"
            "DROP TABLE filling; COMMIT",
            first, last, DEVICES, DEVICES, BEGIN, DEVICES, EVERY, DEVICES, last - first);
        script(rows, sql);
    }
    script(rows, "PRAGMA synchronous = FULL; PRAGMA cache_size = -2000; PRAGMA wal_autocheckpoint = 1000; PRAGMA foreign_keys = ON");
    crows_check(rows);
}

static void text(sqlite3_stmt *statement, int parameter, const char *value) {
    sqlite3_bind_text(statement, parameter, value, -1, SQLITE_STATIC);
}

static void run(crows *rows, sqlite3_stmt *statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) complain(rows->database);
    sqlite3_reset(statement);
}

void crows_append(crows *rows, long from, long count) {
    run(rows, rows->begin);
    for (long i = from; i < from + count; i++) {
        char device[24], person[16], identity[80], by_time[80], time[24], body[160];
        time_t at = (time_t)(BEGIN + i / DEVICES * EVERY);
        struct tm parts;
        gmtime_r(&at, &parts);
        snprintf(device, sizeof device, "00:11:22:33:%02X:%02X", (unsigned)(i % DEVICES / 256), (unsigned)(i % DEVICES % 256));
        strftime(time, sizeof time, "%Y-%m-%dT%H:%M:%S", &parts);
        char compact[24];
        strftime(compact, sizeof compact, "%Y%m%dT%H%M%S", &parts);
        snprintf(identity, sizeof identity, "00112233%02X%02X.blood-pressure.%s", (unsigned)(i % DEVICES / 256), (unsigned)(i % DEVICES % 256), compact);
        snprintf(by_time, sizeof by_time, "blood-pressure.%s.00112233%02X%02X", compact, (unsigned)(i % DEVICES / 256), (unsigned)(i % DEVICES % 256));
        snprintf(person, sizeof person, "p-%ld", i % DEVICES);
        int length = snprintf(body, sizeof body,
            "{\"address\":\"%s\",\"characteristic\":\"2a35\",\"frames\":[\"167c0056006100e807060f11111b33000000\"]}", device);
        text(rows->find, 1, by_time);
        if (sqlite3_step(rows->find) != SQLITE_DONE) complain(rows->database);
        sqlite3_reset(rows->find);
        text(rows->put_frame, 1, "ward");
        text(rows->put_frame, 2, "mqtt/raw-frames");
        text(rows->put_frame, 3, "vitalgate/raw/ward");
        text(rows->put_frame, 4, device);
        text(rows->put_frame, 5, "bluetooth-sig/blood-pressure");
        text(rows->put_frame, 6, "0123456789abcdef");
        sqlite3_bind_int64(rows->put_frame, 7, at * 1000LL);
        sqlite3_bind_int64(rows->put_frame, 8, i * 1000LL);
        text(rows->put_frame, 9, "01234567-89ab-cdef-0123-456789abcdef");
        text(rows->put_frame, 10, "acknowledged");
        sqlite3_bind_int64(rows->put_frame, 11, 0);
        sqlite3_bind_int64(rows->put_frame, 12, 1);
        sqlite3_bind_int64(rows->put_frame, 13, i % 65535 + 1);
        sqlite3_bind_int64(rows->put_frame, 14, 0);
        sqlite3_bind_blob(rows->put_frame, 15, body, length, SQLITE_STATIC);
        text(rows->put_frame, 16, "reading");
        run(rows, rows->put_frame);
        sqlite3_bind_int64(rows->put_reading, 1, sqlite3_last_insert_rowid(rows->database));
        text(rows->put_reading, 2, device);
        text(rows->put_reading, 3, identity);
        sqlite3_bind_int64(rows->put_reading, 4, 1);
        sqlite3_bind_int64(rows->put_reading, 5, at * 1000LL);
        text(rows->put_reading, 6, "device");
        text(rows->put_reading, 7, "current");
        text(rows->put_reading, 8, "blood-pressure");
        text(rows->put_reading, 9, time);
        text(rows->put_reading, 10, time);
        text(rows->put_reading, 11, "{\"systolic\":\"124 mmHg\",\"diastolic\":\"86 mmHg\",\"mean\":\"97 mmHg\",\"pulse\":\"51 /min\"}");
        text(rows->put_reading, 12, "[]");
        text(rows->put_reading, 13, person);
        text(rows->put_reading, 14, "device");
        run(rows, rows->put_reading);
        text(rows->put_journal, 1, "bulk");
        text(rows->put_journal, 2, "reading");
        sqlite3_bind_int64(rows->put_journal, 3, sqlite3_last_insert_rowid(rows->database));
        sqlite3_bind_int64(rows->put_journal, 4, at * 1000LL);
        run(rows, rows->put_journal);
    }
    text(rows->count, 1, "ward");
    sqlite3_bind_int64(rows->count, 2, count);
    run(rows, rows->count);
    run(rows, rows->commit);
}
