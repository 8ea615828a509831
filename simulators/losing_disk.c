/* Writes down what a program does to the files of one folder, in order, so that a disk can be made of any moment of it.

   Loaded before the C library (LD_PRELOAD). LOKET_DISK is the folder, LOKET_DISK_LOG the file that takes the records:
   kind (1 byte), length of the name (2), offset (8), length of the data (4), name, data; numbers as the machine has them.
   Kinds: W written, T cut to a length (the offset), S on disk, U deleted, R named otherwise (the data is the new name).
   The folder itself is a file without a name. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define FILES 1024
static char *names[FILES];
static int out = -1;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *inside(const char *path) {
    const char *folder = getenv("LOKET_DISK");
    size_t length = folder ? strlen(folder) : 0;
    if (!length || !path || strncmp(path, folder, length)) return NULL;
    return path[length] == '/' ? path + length + 1 : path[length] ? NULL : ""; /* the folder itself has no name */
}

static void put(const void *data, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t now = REAL(write)(out, (const char *)data + done, length - done);
        if (now < 0) abort(); /* a record that is not whole would be a lie */
        done += (size_t)now;
    }
}

static void note(char kind, const char *name, uint64_t offset, const void *data, size_t length) {
    uint16_t letters = (uint16_t)strlen(name);
    uint32_t bytes = (uint32_t)length;
    pthread_mutex_lock(&turn);
    if (out < 0) out = REAL(open)(getenv("LOKET_DISK_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    put(&kind, 1);
    put(&letters, 2);
    put(&offset, 8);
    put(&bytes, 4);
    put(name, letters);
    put(data, length);
    pthread_mutex_unlock(&turn);
}

static const char *of(int file) { return file >= 0 && file < FILES ? names[file] : NULL; }

static int opened(int file, const char *path, int flags) {
    const char *name = inside(path);
    if (file >= 0 && file < FILES && name) {
        free(names[file]);
        names[file] = strdup(name);
        if (flags & O_TRUNC) note('T', name, 0, "", 0);
    }
    return file;
}

#define OPENS(name)                                                        \
    int name(const char *path, int flags, ...) {                           \
        va_list more;                                                      \
        va_start(more, flags);                                             \
        mode_t mode = (mode_t)va_arg(more, int);                           \
        va_end(more);                                                      \
        return opened(REAL(name)(path, flags, mode), path, flags);         \
    }
OPENS(open)
OPENS(open64)

int close(int file) {
    if (of(file)) {
        free(names[file]);
        names[file] = NULL;
    }
    return REAL(close)(file);
}

#define WRITES(name, type)                                                 \
    ssize_t name(int file, const void *data, size_t length, type offset) { \
        ssize_t done = REAL(name)(file, data, length, offset);             \
        if (done > 0 && of(file)) note('W', of(file), (uint64_t)offset, data, (size_t)done); \
        return done;                                                       \
    }
WRITES(pwrite, off_t)
WRITES(pwrite64, off64_t)

ssize_t write(int file, const void *data, size_t length) {
    const char *name = of(file);
    off_t offset = name ? lseek(file, 0, SEEK_CUR) : 0;
    ssize_t done = REAL(write)(file, data, length);
    if (done > 0 && name) note('W', name, (uint64_t)offset, data, (size_t)done);
    return done;
}

#define CUTS(name, type)                                                   \
    int name(int file, type length) {                                      \
        int done = REAL(name)(file, length);                               \
        if (!done && of(file)) note('T', of(file), (uint64_t)length, "", 0); \
        return done;                                                       \
    }
CUTS(ftruncate, off_t)
CUTS(ftruncate64, off64_t)

#define SETTLES(name)                                                      \
    int name(int file) {                                                   \
        int done = REAL(name)(file);                                       \
        if (!done && of(file)) note('S', of(file), 0, "", 0);              \
        return done;                                                       \
    }
SETTLES(fsync)
SETTLES(fdatasync)

int rename(const char *path, const char *other) {
    int done = REAL(rename)(path, other);
    if (!done && inside(path) && inside(other)) note('R', inside(path), 0, inside(other), strlen(inside(other)));
    return done;
}

int unlink(const char *path) {
    int done = REAL(unlink)(path);
    if (!done && inside(path)) note('U', inside(path), 0, "", 0);
    return done;
}
