#pragma once
#include "ckinds.h"
#include <stddef.h>
#include <stdint.h>

/// What became of a blood-pressure frame.
enum { BP_READING, BP_MISSING, BP_SHORT, BP_LONG, BP_RESERVED, BP_BAD_TIME };

typedef struct {
    int64_t mantissa;
    int8_t exponent;
    uint8_t value;  // 0 systolic, 1 diastolic, 2 mean, 3 pulse
    uint8_t unit;   // of the pressures: 0 kPa, 1 mmHg
} bp_value;

typedef struct {
    bp_value values[4];
    int64_t count;
    int64_t time;   // yyyymmddhhmmss; -1 where it is not known
    int64_t user;   // -1 where it is not known
    int64_t marks;  // 0 where there are none
} bp_reading;

/// Decodes a Blood Pressure Measurement (2A35) with all checks that the profile `bluetooth-sig/blood-pressure` makes.
int bp_decode(const uint8_t *frame, size_t length, bp_reading *out);
