// By hand what five profiles say of their frames, as a C programmer would write it.
#include "ckinds.h"
#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline uint16_t u16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }
static inline uint16_t u16_big(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static inline void add(kind_reading *reading, uint8_t value, int64_t mantissa, int8_t exponent) {
    // As few digits as the number needs, where a factor has been applied.
    while (exponent < 0 && mantissa % 10 == 0) mantissa /= 10, exponent++;
    reading->values[reading->count++] = (kind_value){mantissa, exponent, value};
}

static inline kind_reading *begin(kind_readings *out) {
    kind_reading *reading = &out->readings[out->count];
    reading->count = 0;
    reading->time = -1;
    return reading;
}

/// -1 where it is not known, -2 where no calendar has it.
static int64_t date_time(const uint8_t *p) {
    static const uint8_t days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = u16(p), month = p[2], day = p[3], hour = p[4], minute = p[5], second = p[6];
    if (year == 0 || month == 0 || day == 0) return -1;
    if (year > 9999 || month > 12 || hour > 23 || minute > 59 || second > 59) return -2;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > days[month] + (month == 2 && leap)) return -2;
    return ((((year * 100LL + month) * 100 + day) * 100 + hour) * 100 + minute) * 100 + second;
}

__attribute__((noinline)) int weighing_decode(const uint8_t *p, size_t n, kind_readings *out) {
    out->count = 0;
    if (n != 13) return 0;
    uint8_t unit = p[0], flags = p[1];
    int64_t time = date_time(p + 2);
    if (time == -2 || !(flags & 0x20) || flags & 0x80 || unit & 4) return 0;
    kind_reading *reading = begin(out);
    reading->time = time;
    uint16_t impedance = u16(p + 9), weight = u16(p + 11);
    if (unit & 1 || flags & 0x40) add(reading, 0, weight, -2);
    else add(reading, 0, weight * 5LL, -3);
    if (impedance != 0 && impedance < 3000) add(reading, 1, impedance, 0);
    return (int)++out->count;
}

static int oximeter(kind_readings *out, uint8_t spo2, uint16_t pulse, bool has_pulse, uint16_t perfusion, bool has_perfusion, int8_t places) {
    if (spo2 == 0 || spo2 == 127 || spo2 == 255) return 0;
    kind_reading *reading = begin(out);
    add(reading, 0, spo2, 0);
    if (has_pulse) add(reading, 1, pulse, 0);
    if (has_perfusion) add(reading, 2, perfusion, places);
    return (int)++out->count;
}

__attribute__((noinline)) int fingertip_decode(const uint8_t *p, size_t n, kind_readings *out) {
    out->count = 0;
    if (n != 10 || p[0] != 0xFE || p[1] != 0x0A || p[2] != 0x55) return 0;
    uint8_t sum = 0;
    for (int i = 0; i < 9; i++) sum += p[i];
    if (sum != p[9]) return 0;
    uint16_t pulse = u16_big(p + 3), perfusion = u16_big(p + 6);
    return oximeter(out, p[5], pulse, pulse != 0 && pulse != 65535, perfusion, perfusion != 0 && perfusion != 65535, -3);
}

/// CRC-8/MAXIM, a byte at a time by a table, as one writes it for speed.
static uint8_t crc_table[256];
__attribute__((constructor)) static void make_table(void) {
    for (int byte = 0; byte < 256; byte++) {
        uint8_t crc = (uint8_t)byte;
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0x8C : crc >> 1;
        crc_table[byte] = crc;
    }
}

__attribute__((noinline)) int crc_decode(const uint8_t *p, size_t n, kind_readings *out) {
    out->count = 0;
    if (n != 12 || memcmp(p, "\xAA\x55\x0F\x08\x01", 5)) return 0;
    uint8_t crc = 0;
    for (int i = 0; i < 11; i++) crc = crc_table[crc ^ p[i]];
    if (crc != p[11]) return 0;
    uint16_t pulse = u16(p + 6);
    return oximeter(out, p[5], pulse, pulse != 0 && pulse != 511, p[8], p[8] != 0, -1);
}

__attribute__((noinline)) int beats_decode(const uint8_t *p, size_t n, kind_readings *out) {
    out->count = 0;
    if (n < 2 || p[0] & 0xE0) return 0;
    uint8_t flags = p[0];
    size_t at = flags & 1 ? 3 : 2;
    size_t intervals = at + (flags & 8 ? 2 : 0);
    if (n < intervals) return 0;
    uint16_t rate = flags & 1 ? u16(p + 1) : p[1];
    if (flags & 16 ? (n - intervals) % 2 || n == intervals : n != intervals) return 0;
    if ((flags >> 1 & 3) == 2) return 0;
    if (flags & 16)
        for (size_t i = intervals; i < n && out->count < 11; i += 2) {
            uint16_t interval = u16(p + i);
            if (interval == 0) continue;
            kind_reading *reading = begin(out);
            add(reading, 0, interval, 0);
            out->count++;
        }
    if (rate == 0) return (int)out->count;
    kind_reading *reading = begin(out);
    add(reading, 0, rate, 0);
    if (flags & 8 && u16(p + at) != 65535) add(reading, 1, u16(p + at), 0);
    return (int)++out->count;
}

static int nibble(char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1; }

__attribute__((noinline)) int bridge_decode(const uint8_t *message, size_t n, kind_readings *out) {
    out->count = 0;
    cJSON *root = cJSON_ParseWithLength((const char *)message, n);
    if (!root) return 0;
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "id"));
    const char *uuid = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "servicedatauuid"));
    const char *data = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "servicedata"));
    int found = 0;
    if (id && strlen(id) == 17 && uuid && !strcmp(uuid, "0x181b") && data && strlen(data) <= 2 * 64) {
        uint8_t bytes[64];
        size_t count = strlen(data) / 2;
        bool is_hex = strlen(data) % 2 == 0;
        for (size_t i = 0; i < count; i++) {
            int high = nibble(data[2 * i]), low = nibble(data[2 * i + 1]);
            is_hex = is_hex && high >= 0 && low >= 0;
            bytes[i] = (uint8_t)(high << 4 | low);
        }
        if (is_hex) found = weighing_decode(bytes, count, out);
    }
    cJSON_Delete(root);
    return found;
}

static bool has(const uint16_t *sorted, size_t count, uint16_t number) {
    size_t low = 0;
    while (count > 0) {
        size_t half = count / 2;
        if (sorted[low + half] < number) low += half + 1, count -= half + 1;
        else count = half;
    }
    return sorted[low] == number;  // the table ends with a number above all
}

__attribute__((noinline)) int is_wanted(const wanted *table, const char *name, uint16_t company, const uint16_t *services, size_t count) {
    if (has(table->companies, table->company_count, company)) return 1;
    for (size_t i = 0; i < count; i++)
        if (has(table->services, table->service_count, services[i])) return 1;
    for (size_t i = 0; i < table->name_count; i++)
        if (!strncmp(name, table->names[i], strlen(table->names[i]))) return 1;
    return 0;
}
