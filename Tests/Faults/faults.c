// Disks and clocks that fail, for the fault suite, scripts/fault-test and scripts/crash-test: loaded before the C library by
// LD_PRELOAD. Only files named *.db* are touched.
//   FAULT_FULL=FILE     while that file exists, writes fail with ENOSPC
//   FAULT_SYNC_MS=N     every sync returns so much later: wide open is the moment between commit and acknowledgement
//   FAULT_CUT=N         at the Nth write the power goes: of what was written and not yet synced each 512 bytes reach the disk or
//                       do not, as FAULT_SEED has it, and the process is killed
//   FAULT_ERROR=NAME    ENOSPC, EIO or EROFS; FAULT_CALL=write|sync|truncate; from call FAULT_FROM on, FAULT_TIMES times
//   FAULT_MARK=FILE     is made once a call has failed so
//   FAULT_CLOCK=FILE    the wall clock is off by the seconds in the first 8 bytes of the file (int64), as they are at the moment
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SECTOR = 512 };

// One write that no sync has followed: what stood there before, and how long the file was.
struct pending {
    struct pending *older;
    dev_t device;
    ino_t inode;
    int file;  // a descriptor of our own
    off_t offset, length_before;
    size_t count, known;
    unsigned char before[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pending *newest;
static long writes, calls_failed, calls_seen;
static unsigned seed;

static long number(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_database(int file, struct stat *status) {
    char link[64], name[4096];
    if (fstat(file, status) != 0 || !S_ISREG(status->st_mode)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (length <= 0) return 0;
    name[length] = 0;
    // The index of the WAL is made anew after a crash, and is no file on a disk.
    return strstr(name, ".db") != NULL && strstr(name, "-shm") == NULL;
}

// The error that this call shall have, or 0.
static int injected(const char *call) {
    const char *full = getenv("FAULT_FULL");
    if (full && !strcmp(call, "write") && access(full, F_OK) == 0) return ENOSPC;
    const char *error = getenv("FAULT_ERROR"), *which = getenv("FAULT_CALL");
    if (!error || !which || strcmp(which, call) != 0) return 0;
    if (calls_seen++ < number("FAULT_FROM", 0) || calls_failed >= number("FAULT_TIMES", 1)) return 0;
    calls_failed++;
    const char *mark = getenv("FAULT_MARK");
    int file = mark ? open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (file >= 0) close(file);
    return !strcmp(error, "ENOSPC") ? ENOSPC : !strcmp(error, "EROFS") ? EROFS : EIO;
}

static void forget(const struct stat *status) {
    for (struct pending **at = &newest; *at;) {
        struct pending *one = *at;
        if (one->device == status->st_dev && one->inode == status->st_ino) {
            *at = one->older;
            close(one->file);
            free(one);
        } else {
            at = &one->older;
        }
    }
}

static void remember(int file, const struct stat *status, off_t offset, size_t count) {
    struct pending *one = malloc(sizeof *one + count);
    if (!one) return;
    *one = (struct pending){newest, status->st_dev, status->st_ino, fcntl(file, F_DUPFD_CLOEXEC, 100), offset, status->st_size, count, 0};
    ssize_t got = pread(file, one->before, count, offset);
    one->known = got > 0 ? (size_t)got : 0;
    newest = one;
}

// Newest first: what was written over keeps an older state, what was not may be undone further.
static void cut(void) {
    for (struct pending *one = newest; one; one = one->older) {
        for (size_t at = 0; at < one->count; at += SECTOR) {
            if (rand_r(&seed) & 1) continue;
            size_t size = one->count - at < SECTOR ? one->count - at : SECTOR;
            unsigned char zeros[SECTOR] = {0};
            for (size_t i = 0; i < size; i++)
                if (at + i < one->known) zeros[i] = one->before[at + i];
            if (REAL(pwrite64)(one->file, zeros, size, one->offset + (off_t)at) < 0) _exit(99);
        }
        // How long a file is, is told by its directory's journal: also that may be as it was.
        if (one->length_before < one->offset + (off_t)one->count && rand_r(&seed) & 1)
            if (REAL(ftruncate64)(one->file, one->length_before) != 0) _exit(99);
    }
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static ssize_t wrote(int file, const void *bytes, size_t count, off64_t offset, int is_at_end) {
    struct stat status;
    if (!is_database(file, &status))
        return is_at_end ? REAL(write)(file, bytes, count) : REAL(pwrite64)(file, bytes, count, offset);
    pthread_mutex_lock(&lock);
    int error = injected("write");
    ssize_t result = -1;
    if (!error) {
        if (getenv("FAULT_CUT")) {
            if (!seed) seed = (unsigned)number("FAULT_SEED", 1) + 1;
            remember(file, &status, is_at_end ? lseek(file, 0, SEEK_CUR) : offset, count);
        }
        result = is_at_end ? REAL(write)(file, bytes, count) : REAL(pwrite64)(file, bytes, count, offset);
        if (++writes == number("FAULT_CUT", 0)) cut();
    }
    pthread_mutex_unlock(&lock);
    if (error) errno = error;
    return result;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) { return wrote(file, bytes, count, offset, 0); }
ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) { return wrote(file, bytes, count, offset, 0); }
ssize_t write(int file, const void *bytes, size_t count) { return wrote(file, bytes, count, 0, 1); }

static int synced(int file, int (*real)(int)) {
    struct stat status;
    if (!is_database(file, &status)) return real(file);
    pthread_mutex_lock(&lock);
    int error = injected("sync"), result = -1;
    if (!error) {
        result = real(file);
        if (result == 0) forget(&status);
    }
    pthread_mutex_unlock(&lock);
    usleep((useconds_t)number("FAULT_SYNC_MS", 0) * 1000);
    if (error) errno = error;
    return result;
}

int fdatasync(int file) { return synced(file, REAL(fdatasync)); }
int fsync(int file) { return synced(file, REAL(fsync)); }

int ftruncate64(int file, off64_t length) {
    struct stat status;
    if (!is_database(file, &status)) return REAL(ftruncate64)(file, length);
    pthread_mutex_lock(&lock);
    int error = injected("truncate"), result = -1;
    if (!error) {
        // What is cut off is gone at once; only writes are held back.
        result = REAL(ftruncate64)(file, length);
    }
    pthread_mutex_unlock(&lock);
    if (error) errno = error;
    return result;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = REAL(clock_gettime)(clock, time);
    static _Atomic(int64_t *) shared;
    if (clock != CLOCK_REALTIME || result != 0) return result;
    int64_t *offset = shared;
    if (!offset) {
        const char *path = getenv("FAULT_CLOCK");
        int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
        if (file < 0) return result;
        offset = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
        close(file);
        if (offset == MAP_FAILED) return result;
        shared = offset;
    }
    time->tv_sec += *(volatile int64_t *)offset;
    return result;
}
