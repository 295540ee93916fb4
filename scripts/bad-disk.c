// A disk that is slow, full, failing, or loses its power, for the crash and fault tests: loaded before the C library by
// LD_PRELOAD. Only files with .db in their path are meant.
//   BAD_DISK_SYNC_MS=20      every fdatasync returns so much later: wide open is the moment between commit and acknowledgement
//   BAD_DISK_FULL=/a/file    while that file exists, writes fail with ENOSPC
//   BAD_DISK_FAIL=/a/file    while that file exists, what its text names fails: "write EIO", "sync EIO", "truncate EROFS", "all EROFS" …
//   BAD_DISK_CUT=n           the power is cut at the n-th write or sync: of what was written and not synced since, each sector of
//                            512 bytes is there or not as chance has it (BAD_DISK_SEED), and the process is gone (status 137)
//   BAD_DISK_LIES=1          syncs do nothing: the disk that no program can be safe on, to see that a test would notice
//   BAD_DISK_COUNT=/a/file   bytes written and syncs made are told there at the end
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512
#define REAL(name, type) static type real; if (!real) real = (type)dlsym(RTLD_NEXT, name)

typedef ssize_t (*pwrite_t)(int, const void *, size_t, off64_t);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long long bytes_written, syncs;
static long operations, cut_at = -1;

// What stood where something was written since the last sync, newest first.
struct undo { struct undo *next; dev_t device; ino_t inode; int file; off64_t at; off64_t size; size_t count; char bytes[]; };
static struct undo *undos;

static int is_ours(int file) {
    char link[64], name[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (length <= 0) return 0;
    name[length] = 0;
    return strstr(name, ".db") != NULL && strstr(name, "-shm") == NULL;
}

static int number(const char *word) {
    return strncmp(word, "ENOSPC", 6) == 0 ? ENOSPC : strncmp(word, "EROFS", 5) == 0 ? EROFS : EIO;
}

// The error that this kind of call is to fail with now; 0 for none.
static int fault(const char *kind) {
    const char *full = getenv("BAD_DISK_FULL"), *path = getenv("BAD_DISK_FAIL");
    if (full && strcmp(kind, "write") == 0 && access(full, F_OK) == 0) return ENOSPC;
    if (!path) return 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char text[64] = "";
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    char *space = length > 0 ? strchr(text, ' ') : NULL;
    if (!space) return 0;
    *space = 0;
    return strcmp(text, kind) == 0 || strcmp(text, "all") == 0 ? number(space + 1) : 0;
}

static void forget(int file) {
    struct stat status;
    if (fstat(file, &status) != 0) return;
    for (struct undo **link = &undos; *link;) {
        struct undo *undo = *link;
        if (undo->device == status.st_dev && undo->inode == status.st_ino) { *link = undo->next; free(undo); } else link = &undo->next;
    }
}

static void remember(int file, size_t count, off64_t at) {
    struct stat status;
    if (fstat(file, &status) != 0) return;
    struct undo *undo = malloc(sizeof *undo + count);
    if (!undo) return;
    memset(undo->bytes, 0, count);
    *undo = (struct undo){undos, status.st_dev, status.st_ino, file, at, status.st_size, count};
    pread64(file, undo->bytes, count, at);
    undos = undo;
}

static void cut(void) {
    REAL("pwrite64", pwrite_t);
    const char *seed = getenv("BAD_DISK_SEED");
    unsigned state = seed ? (unsigned)atoi(seed) : 1;
    for (struct undo *undo = undos; undo; undo = undo->next) {
        struct stat status;
        // The file may have been closed, and the number given to another.
        if (fstat(undo->file, &status) != 0 || status.st_ino != undo->inode || status.st_dev != undo->device) continue;
        int whole = rand_r(&state) % 3;  // all of it is lost, all is there, or it is torn
        for (size_t start = 0; start < undo->count; start += SECTOR) {
            size_t count = undo->count - start < SECTOR ? undo->count - start : SECTOR;
            if (whole == 1 || (whole == 2 && rand_r(&state) % 2)) continue;
            real(undo->file, undo->bytes + start, count, undo->at + (off64_t)start);
        }
        if (whole == 0 && undo->size < status.st_size && ftruncate64(undo->file, undo->size) != 0) continue;
    }
    _exit(137);
}

// Counts an operation, and cuts the power if it is the one.
static void turn(void) {
    if (cut_at < 0) { const char *at = getenv("BAD_DISK_CUT"); cut_at = at ? atol(at) : 0; }
    operations++;
    if (cut_at && operations >= cut_at) cut();
}

static int synced(int file, const char *name) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *delay = getenv("BAD_DISK_SYNC_MS");
    int ours = is_ours(file);
    int error = ours ? fault("sync") : 0;
    if (error) { errno = error; return -1; }
    if (ours) { pthread_mutex_lock(&lock); turn(); pthread_mutex_unlock(&lock); }
    int result = real(file);
    if (ours && result == 0 && !getenv("BAD_DISK_LIES")) { pthread_mutex_lock(&lock); syncs++; forget(file); pthread_mutex_unlock(&lock); }
    if (delay) usleep(atoi(delay) * 1000);
    return result;
}

int fdatasync(int file) { return synced(file, "fdatasync"); }
int fsync(int file) { return synced(file, "fsync"); }

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    REAL("pwrite64", pwrite_t);
    if (!is_ours(file)) return real(file, bytes, count, offset);
    int error = fault("write");
    if (error) { errno = error; return -1; }
    pthread_mutex_lock(&lock);
    if (getenv("BAD_DISK_CUT")) { remember(file, count, offset); }
    ssize_t result = real(file, bytes, count, offset);
    if (result > 0) bytes_written += (unsigned long long)result;
    turn();
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) { return pwrite64(file, bytes, count, offset); }

ssize_t write(int file, const void *bytes, size_t count) {
    ssize_t (*real)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    int error = is_ours(file) ? fault("write") : 0;
    if (error) { errno = error; return -1; }
    return real(file, bytes, count);
}

int ftruncate64(int file, off64_t size) {
    int (*real)(int, off64_t) = (int (*)(int, off64_t))dlsym(RTLD_NEXT, "ftruncate64");
    int error = is_ours(file) ? fault("truncate") : 0;
    if (error) { errno = error; return -1; }
    return real(file, size);
}

int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("BAD_DISK_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%llu %llu\n", bytes_written, syncs);
    fclose(file);
}
