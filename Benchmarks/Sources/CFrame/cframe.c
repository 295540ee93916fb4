// By hand what the profile says of this one frame, as a C programmer would write it; nothing general in it.
#include "cframe.h"
#include <stdbool.h>

static inline uint16_t u16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

/// False for the five words that are no number.
static inline bool sfloat(const uint8_t *p, bp_value *out) {
    uint16_t word = u16(p);
    if ((uint16_t)(word - 0x07FE) <= 4) return false;
    out->mantissa = (int16_t)(word << 4) >> 4;
    out->exponent = (int8_t)((int16_t)word >> 12);
    return true;
}

static inline int days(int year, int month) {
    static const uint8_t table[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return table[month] + (month == 2 && leap);
}

/// -1 where it is not known, -2 where no calendar has it.
static inline int64_t date_time(const uint8_t *p) {
    int year = u16(p), month = p[2], day = p[3], hour = p[4], minute = p[5], second = p[6];
    if (year == 0 || month == 0 || day == 0) return -1;
    if (year > 9999 || month > 12 || hour > 23 || minute > 59 || second > 59 || day > days(year, month)) return -2;
    return ((((year * 100LL + month) * 100 + day) * 100 + hour) * 100 + minute) * 100 + second;
}

__attribute__((noinline)) int bp_decode(const uint8_t *p, size_t n, bp_reading *out) {
    if (n < 1) return BP_SHORT;
    uint8_t flags = p[0];
    if (flags & 0xE0) return BP_RESERVED;
    if (n < 7) return BP_SHORT;
    uint8_t unit = flags & 1 ? 0 : 1;
    bp_value *next = out->values;
    int found = 0;
    for (int i = 0; i < 3; i++) {
        if (!sfloat(p + 1 + 2 * i, next)) continue;
        next->value = (uint8_t)i;
        next->unit = unit;
        next++;
        found |= 1 << i;
    }
    size_t at = 7;
    out->time = out->user = -1;
    out->marks = 0;
    if (flags & 2) {
        if (n < at + 7) return BP_SHORT;
        int64_t time = date_time(p + at);
        if (time == -2) return BP_BAD_TIME;
        out->time = time;
        at += 7;
    }
    if (flags & 4) {
        if (n < at + 2) return BP_SHORT;
        if (sfloat(p + at, next)) {
            next->value = 3;
            next->unit = 0;
            next++;
        }
        at += 2;
    }
    if (flags & 8) {
        if (n < at + 1) return BP_SHORT;
        if (p[at] != 255) out->user = p[at];
        at += 1;
    }
    if (flags & 16) {
        if (n < at + 2) return BP_SHORT;
        out->marks = u16(p + at);
        at += 2;
    }
    if (at != n) return BP_LONG;
    if ((found & 3) != 3) return BP_MISSING;
    out->count = next - out->values;
    return BP_READING;
}
