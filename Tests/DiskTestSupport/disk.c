#define _GNU_SOURCE
#include "DiskTestSupport.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The system calls are made directly: what is replaced here must not call itself.

enum { FOLDER = 0, DATABASE = 1, LOG = 2, JOURNAL = 3, SHARED = 4, NONE = -1, DESCRIPTORS = 4096 };

enum state { GOOD, FULL, EXHAUSTED, READONLY, FAILING };

static char database[PATH_MAX], folder[PATH_MAX];
static const char *state_path, *synchronous;
static int trace = -1;
static signed char kinds[DESCRIPTORS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void prepare(void) {
  memset(kinds, NONE, sizeof kinds);
  const char *path = getenv("DISK_PATH");
  if (!path) return;
  strncpy(database, path, sizeof database - 1);
  strncpy(folder, path, sizeof folder - 1);
  char *slash = strrchr(folder, '/');
  if (slash) *slash = 0;
  state_path = getenv("DISK_STATE");
  synchronous = getenv("DISK_SYNCHRONOUS");
  const char *trace_path = getenv("DISK_TRACE");
  if (trace_path)
    trace = (int)syscall(SYS_openat, AT_FDCWD, trace_path,
                         O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int kind_of_path(const char *path) {
  if (!database[0] || !path) return NONE;
  if (!strcmp(path, folder)) return FOLDER;
  size_t length = strlen(database);
  if (strncmp(path, database, length)) return NONE;
  const char *rest = path + length;
  if (!*rest) return DATABASE;
  if (!strcmp(rest, "-wal")) return LOG;
  if (!strcmp(rest, "-journal")) return JOURNAL;
  if (!strcmp(rest, "-shm")) return SHARED;
  return NONE;
}

static int kind_of(int descriptor) {
  return descriptor >= 0 && descriptor < DESCRIPTORS ? kinds[descriptor] : NONE;
}

static enum state state(void) {
  if (!state_path) return GOOD;
  int file = (int)syscall(SYS_openat, AT_FDCWD, state_path, O_RDONLY | O_CLOEXEC, 0);
  if (file < 0) return GOOD;
  char word[16] = {0};
  ssize_t count = syscall(SYS_read, file, word, sizeof word - 1);
  syscall(SYS_close, file);
  if (count <= 0) return GOOD;
  if (!strncmp(word, "full", 4)) return FULL;
  if (!strncmp(word, "exhausted", 9)) return EXHAUSTED;
  if (!strncmp(word, "readonly", 8)) return READONLY;
  if (!strncmp(word, "failing", 7)) return FAILING;
  return GOOD;
}

/// To be called with the lock held, so that the trace has the order of the effects.
static void record(enum disk_operation operation, int file, uint64_t offset, const void *bytes,
                   size_t length) {
  if (trace < 0 || file == SHARED) return;
  struct disk_record head = {
      .operation = operation, .file = (uint8_t)file, .length = (uint32_t)length, .offset = offset};
  char *text = malloc(sizeof head + length);
  if (!text) abort();
  memcpy(text, &head, sizeof head);
  if (length) memcpy(text + sizeof head, bytes, length);
  ssize_t size = (ssize_t)(sizeof head + length);
  if (syscall(SYS_write, trace, text, size) != size) abort();
  free(text);
}

// MARK: - Opening, closing and removing

static int open_any(const char *path, int flags, mode_t mode) {
  int kind = kind_of_path(path);
  if (kind == NONE) return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  if ((flags & O_ACCMODE) != O_RDONLY && state() == READONLY) {
    errno = EROFS;
    return -1;
  }
  pthread_mutex_lock(&lock);
  int is_new = kind != FOLDER && (flags & O_CREAT) && syscall(SYS_access, path, F_OK) != 0;
  int descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  if (descriptor >= 0 && descriptor < DESCRIPTORS) {
    kinds[descriptor] = (signed char)kind;
    if (is_new) record(DISK_CREATE, kind, 0, NULL, 0);
  }
  pthread_mutex_unlock(&lock);
  return descriptor;
}

int open(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
  va_end(list);
  return open_any(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
  va_end(list);
  return open_any(path, flags, mode);
}

int close(int descriptor) {
  if (kind_of(descriptor) != NONE) kinds[descriptor] = NONE;
  return (int)syscall(SYS_close, descriptor);
}

int unlink(const char *path) {
  int kind = kind_of_path(path);
  if (kind != NONE && state() == READONLY) {
    errno = EROFS;
    return -1;
  }
  pthread_mutex_lock(&lock);
  int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (result == 0 && kind != NONE) record(DISK_REMOVE, kind, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

// MARK: - Writing

/// How much of a write the disk takes at present: all of it, a part, or nothing (-1, with errno).
static ssize_t room(int descriptor, size_t length, off_t offset) {
  struct stat status;
  switch (state()) {
  case EXHAUSTED: errno = ENOSPC; return -1;
  case READONLY: errno = EROFS; return -1;
  case FULL:
    if (fstat(descriptor, &status) != 0) return -1;
    if (offset + (off_t)length <= status.st_size) return (ssize_t)length;
    if (offset < status.st_size) return (ssize_t)(status.st_size - offset);
    errno = ENOSPC;
    return -1;
  default: return (ssize_t)length;
  }
}

static ssize_t write_at(int descriptor, const void *bytes, size_t length, off_t offset) {
  int kind = kind_of(descriptor);
  if (kind == NONE) return syscall(SYS_pwrite64, descriptor, bytes, length, offset);
  ssize_t fits = room(descriptor, length, offset);
  if (fits < 0) return -1;
  pthread_mutex_lock(&lock);
  ssize_t count = syscall(SYS_pwrite64, descriptor, bytes, fits, offset);
  if (count > 0) record(DISK_WRITE, kind, (uint64_t)offset, bytes, (size_t)count);
  pthread_mutex_unlock(&lock);
  return count;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
  return write_at(descriptor, bytes, length, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t offset) {
  return write_at(descriptor, bytes, length, offset);
}

static int truncate_to(int descriptor, off_t size) {
  int kind = kind_of(descriptor);
  if (kind != NONE && state() == READONLY) {
    errno = EROFS;
    return -1;
  }
  pthread_mutex_lock(&lock);
  int result = (int)syscall(SYS_ftruncate, descriptor, size);
  if (result == 0 && kind != NONE) record(DISK_TRUNCATE, kind, (uint64_t)size, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

int ftruncate(int descriptor, off_t size) { return truncate_to(descriptor, size); }
int ftruncate64(int descriptor, off64_t size) { return truncate_to(descriptor, size); }

// MARK: - Syncing

static int sync_with(long number, int descriptor) {
  int kind = kind_of(descriptor);
  if (kind == NONE) return (int)syscall(number, descriptor);
  if (state() == FAILING) {
    errno = EIO;
    return -1;
  }
  if (trace < 0) return (int)syscall(number, descriptor);
  pthread_mutex_lock(&lock);
  record(DISK_SYNC_BEGIN, kind, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  pthread_mutex_lock(&lock);
  record(DISK_SYNC_END, kind, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return 0;
}

int fsync(int descriptor) { return sync_with(SYS_fsync, descriptor); }
int fdatasync(int descriptor) { return sync_with(SYS_fdatasync, descriptor); }

// MARK: - Less durable than was asked for

typedef int prepare_function(void *, const char *, int, unsigned, void **, const char **);

int sqlite3_prepare_v3(void *connection, const char *sql, int length, unsigned flags,
                       void **statement, const char **tail) {
  static prepare_function *real;
  if (!real) real = (prepare_function *)dlsym(RTLD_NEXT, "sqlite3_prepare_v3");
  if (synchronous && sql) {
    static __thread char text[64];
    if (!strcmp(sql, "PRAGMA synchronous = FULL")) {
      strcpy(text, "PRAGMA synchronous = ");
      strncat(text, synchronous, sizeof text - strlen(text) - 1);
      sql = text;
    } else if (!strcmp(sql, "PRAGMA synchronous")) {
      sql = "SELECT 2";
    }
  }
  return real(connection, sql, length, flags, statement, tail);
}
