#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t mantissa;  // value × 10^-exponent
    int8_t exponent;
    uint8_t value;     // its place among the values of the reading
} kind_value;

typedef struct {
    kind_value values[4];
    int64_t count;
    int64_t time;  // yyyymmddhhmmss; -1 where there is none
} kind_reading;

/// The readings of one frame; none of a frame that is refused, ignored or not final.
typedef struct {
    kind_reading readings[12];
    int64_t count;
} kind_readings;

/// Each decodes one kind of frame with all checks that the profile makes of it, and returns the number of readings.
int weighing_decode(const uint8_t *frame, size_t length, kind_readings *out);   // fixed layout, advertised
int fingertip_decode(const uint8_t *frame, size_t length, kind_readings *out);  // start bytes and an 8-bit sum
int crc_decode(const uint8_t *frame, size_t length, kind_readings *out);        // start bytes and a CRC-8
int beats_decode(const uint8_t *frame, size_t length, kind_readings *out);      // fields that repeat to the end

/// The weighing inside a bridge's JSON: `id`, `servicedata`, `servicedatauuid`; by the library cJSON.
int bridge_decode(const uint8_t *message, size_t length, kind_readings *out);

/// What a C programmer would ask of an advertisement before he looks into it: sorted numbers, and beginnings of names.
typedef struct {
    const uint16_t *companies;
    size_t company_count;
    const uint16_t *services;
    size_t service_count;
    const char *const *names;
    size_t name_count;
} wanted;
int is_wanted(const wanted *table, const char *name, uint16_t company, const uint16_t *services, size_t count);
