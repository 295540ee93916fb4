#pragma once

// A database of vitalgate, filled and appended to by plain C over SQLite: the same rows, settings and look-up, without checks.
typedef struct crows crows;

crows *crows_open(const char *path);
void crows_close(crows *rows);
// How many readings are stored.
long crows_count(crows *rows);
// Readings number `from` to `to` - 1 of a ward of a thousand cuffs, in bulk and without waiting for the disk.
void crows_fill(crows *rows, long from, long to);
// `count` more, on the disk when it returns.
void crows_append(crows *rows, long from, long count);
// Everything into the one file.
void crows_check(crows *rows);
