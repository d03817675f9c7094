/*
 * A disk that keeps only what was synced, and that can fail to sync. Preloaded
 * into a server by tests/src/disk.rs, which says more.
 *
 * CHAT_DISK_OF    the directory whose files lie on this disk
 * CHAT_DISK_KEPT  where each file is copied to as it is when it was synced
 * CHAT_DISK_FAIL  while this file exists, syncs fail with EIO, and each adds a
 *                 byte to it
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The name of an open file, if it lies on this disk and not in a folder there. */
static const char *name_of(int fd, char path[PATH_MAX]) {
    const char *disk = getenv("CHAT_DISK_OF");
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (!disk || length < 0) return NULL;
    path[length] = 0;
    size_t prefix = strlen(disk);
    if (strncmp(path, disk, prefix) || path[prefix] != '/') return NULL;
    const char *name = path + prefix + 1;
    return strchr(name, '/') ? NULL : name;
}

/* Through the open file itself: closing another one of it would give back
 * the locks that SQLite holds. A file that can only be written is left out. */
static int keep(int fd, const char *name) {
    const char *kept = getenv("CHAT_DISK_KEPT");
    static __thread char bytes[1 << 16];
    char fresh[PATH_MAX], final[PATH_MAX];
    if (!kept) return 0;
    snprintf(fresh, sizeof fresh, "%s/.%s.%d", kept, name, gettid());
    snprintf(final, sizeof final, "%s/%s", kept, name);
    if (pread(fd, bytes, 1, 0) < 0) return 0;
    int copy = open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (copy < 0) return -1;
    off_t at = 0;
    ssize_t got;
    while ((got = pread(fd, bytes, sizeof bytes, at)) > 0) {
        if (write(copy, bytes, got) != got) {
            close(copy);
            return -1;
        }
        at += got;
    }
    close(copy);
    return got < 0 ? -1 : rename(fresh, final);
}

static int synced(int fd, const char *how) {
    char path[PATH_MAX];
    const char *name = name_of(fd, path);
    const char *fail = getenv("CHAT_DISK_FAIL");
    int failing = name && fail ? open(fail, O_WRONLY | O_APPEND) : -1;
    if (failing >= 0) {
        if (write(failing, "x", 1) < 0) perror(fail);
        close(failing);
        errno = EIO;
        return -1;
    }
    int (*sync)(int) = (int (*)(int))dlsym(RTLD_NEXT, how);
    int result = sync(fd);
    return result || !name ? result : keep(fd, name);
}

int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }
