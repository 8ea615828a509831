/* Makes a machine go wrong under a program, while it runs: the disk of one folder refuses, the clock is another one.

   Loaded before the C library (LD_PRELOAD), so it needs no rights. LOKET_ASTRAY is a folder with two small files of text
   that whoever plays the machine writes: `refusal`, the number of an error (ENOSPC, EROFS, EIO; none: all is well), for
   everything that is written in the folder LOKET_ASTRAY_DISK; `leap`, so many seconds the clock of the day is ahead. The
   clock that only counts on is nobody's to set. A full disk still takes what it has room for: what is written over. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static long told(const char *what) { /* what stands in one of the two files; errno stays as it was */
    int before = errno;
    char path[512], text[32] = "";
    const char *folder = getenv("LOKET_ASTRAY");
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "", what);
    int file = folder ? REAL(open)(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file >= 0) {
        if (read(file, text, sizeof text - 1) < 0) text[0] = 0;
        REAL(close)(file);
    }
    errno = before;
    return atol(text);
}

static int inside(const char *path) {
    const char *disk = getenv("LOKET_ASTRAY_DISK");
    return disk && path && !strncmp(path, disk, strlen(disk));
}

static int refused(const char *path) { /* whether a file may not be made, changed or taken away by its name */
    long error = inside(path) ? told("refusal") : 0;
    if (error) errno = (int)error;
    return error != 0;
}

static int refused_at(int file, off_t end) { /* whether an open file may not be written up to there */
    long error = told("refusal");
    char link[64], path[512];
    struct stat now;
    if (!error) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    if (!inside(path) || (error == ENOSPC && !fstat(file, &now) && end <= now.st_size)) return 0;
    errno = (int)error;
    return 1;
}

#define OPENS(name)                                                                  \
    int name(const char *path, int flags, ...) {                                     \
        va_list more;                                                                \
        va_start(more, flags);                                                       \
        mode_t mode = (mode_t)va_arg(more, int);                                     \
        va_end(more);                                                                \
        int makes = (flags & O_CREAT) && access(path, F_OK);                         \
        int writes = (flags & O_ACCMODE) != O_RDONLY;                                \
        if ((makes || (writes && told("refusal") != ENOSPC)) && refused(path)) return -1; \
        return REAL(name)(path, flags, mode);                                        \
    }
OPENS(open)
OPENS(open64)

ssize_t write(int file, const void *data, size_t length) {
    off_t at = lseek(file, 0, SEEK_CUR);
    return refused_at(file, at + (off_t)length) ? -1 : REAL(write)(file, data, length);
}

#define WRITES(name, type)                                                                     \
    ssize_t name(int file, const void *data, size_t length, type at) {                         \
        return refused_at(file, at + (off_t)length) ? -1 : REAL(name)(file, data, length, at); \
    }
WRITES(pwrite, off_t)
WRITES(pwrite64, off64_t)

#define CUTS(name, type) \
    int name(int file, type length) { return refused_at(file, length) ? -1 : REAL(name)(file, length); }
CUTS(ftruncate, off_t)
CUTS(ftruncate64, off64_t)

int unlink(const char *path) { return told("refusal") != ENOSPC && refused(path) ? -1 : REAL(unlink)(path); }
int mkdir(const char *path, mode_t mode) { return refused(path) ? -1 : REAL(mkdir)(path, mode); }
int rename(const char *from, const char *to) { return refused(to) ? -1 : REAL(rename)(from, to); }

#define ROOM(name)                                                             \
    int name(const char *path, struct name *room) {                            \
        int done = REAL(name)(path, room);                                     \
        long error = inside(path) ? told("refusal") : 0;                       \
        if (!done && error == ENOSPC) room->f_bavail = room->f_bfree = 0;      \
        if (!done && error == EROFS) room->f_flag |= ST_RDONLY;                \
        return done;                                                           \
    }
ROOM(statvfs)
ROOM(statvfs64)

int clock_gettime(clockid_t clock, struct timespec *now) {
    int done = REAL(clock_gettime)(clock, now);
    if (!done && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += told("leap");
    return done;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    int done = REAL(gettimeofday)(now, zone);
    if (!done) now->tv_sec += told("leap");
    return done;
}

time_t time(time_t *where) {
    time_t now = REAL(time)(NULL) + told("leap");
    if (where) *where = now;
    return now;
}
