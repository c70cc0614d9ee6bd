#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../contract.h"
#include "ffh/target.h"

#define N_KINDS (LEVELDB_WORLD_LIST + 1)
#define NEVER INT64_C(-1)

/* How many more calls of a kind succeed before the rest fails; NEVER to fail none. */
static _Atomic int64_t g_budget[N_KINDS] = {NEVER, NEVER, NEVER, NEVER, NEVER,
                                            NEVER, NEVER, NEVER, NEVER};
static _Atomic bool g_faulty; /* a budget is set: keeps the usual path short */
static _Atomic bool g_used;   /* something was created in the private directory */
static _Atomic int g_locks;   /* files locked, one for each open database */

static const int k_errno[N_KINDS] = {
    [LEVELDB_WORLD_OPEN_READ] = EIO, [LEVELDB_WORLD_OPEN_WRITE] = ENOSPC,
    [LEVELDB_WORLD_READ] = EIO,      [LEVELDB_WORLD_WRITE] = ENOSPC,
    [LEVELDB_WORLD_SYNC] = EIO,      [LEVELDB_WORLD_RENAME] = ENOSPC,
    [LEVELDB_WORLD_REMOVE] = EIO,    [LEVELDB_WORLD_MMAP] = ENOMEM,
    [LEVELDB_WORLD_LIST] = EIO,
};

/* True with errno set when this call is to fail. */
static bool fails(enum leveldb_world_io kind) {
  if (!atomic_load(&g_faulty)) {
    return false;
  }
  int64_t left = atomic_load(&g_budget[kind]);
  while (left > 0) {
    if (atomic_compare_exchange_weak(&g_budget[kind], &left, left - 1)) {
      return false;
    }
  }
  if (left == NEVER) {
    return false;
  }
  errno = k_errno[kind];
  return true;
}

/* ---- what LevelDB calls instead of the system ---- */

int leveldb_world_open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
    atomic_store(&g_used, true);
  }
  const bool reads = (flags & O_ACCMODE) == O_RDONLY;
  if (fails(reads ? LEVELDB_WORLD_OPEN_READ : LEVELDB_WORLD_OPEN_WRITE)) {
    return -1;
  }
  return open(path, flags, mode);
}

ssize_t leveldb_world_read(int fd, void *buffer, size_t size) {
  return fails(LEVELDB_WORLD_READ) ? -1 : read(fd, buffer, size);
}

ssize_t leveldb_world_pread(int fd, void *buffer, size_t size, off_t offset) {
  return fails(LEVELDB_WORLD_READ) ? -1 : pread(fd, buffer, size, offset);
}

ssize_t leveldb_world_write(int fd, const void *buffer, size_t size) {
  return fails(LEVELDB_WORLD_WRITE) ? -1 : write(fd, buffer, size);
}

int leveldb_world_fdatasync(int fd) {
  (void)fd;
  return fails(LEVELDB_WORLD_SYNC) ? -1 : 0;
}

int leveldb_world_rename(const char *from, const char *to) {
  return fails(LEVELDB_WORLD_RENAME) ? -1 : rename(from, to);
}

int leveldb_world_unlink(const char *path) {
  return fails(LEVELDB_WORLD_REMOVE) ? -1 : unlink(path);
}

void *leveldb_world_mmap(void *address, size_t size, int protection, int flags, int fd,
                         off_t offset) {
  if (fails(LEVELDB_WORLD_MMAP)) {
    return MAP_FAILED;
  }
  return mmap(address, size, protection, flags, fd, offset);
}

DIR *leveldb_world_opendir(const char *path) {
  return fails(LEVELDB_WORLD_LIST) ? NULL : opendir(path);
}

int leveldb_world_mkdir(const char *path, mode_t mode) {
  atomic_store(&g_used, true);
  return mkdir(path, mode);
}

int leveldb_world_fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  const struct flock *lock = va_arg(arguments, const struct flock *);
  va_end(arguments);
  const int result = fcntl(fd, command, lock); /* LevelDB uses F_SETLK only */
  if (result == 0) {
    atomic_fetch_add(&g_locks, lock->l_type == F_UNLCK ? -1 : 1);
  }
  return result;
}

bool leveldb_world_any_open(void) {
  return atomic_load(&g_locks) > 0;
}

/* ---- what plans call ---- */

void leveldb_world_fail_io(int kind, uint32_t after) {
  if (kind >= 0 && kind < N_KINDS) {
    atomic_store(&g_budget[kind], (int64_t)after);
    atomic_store(&g_faulty, true);
  }
}

void leveldb_world_heal(void) {
  if (atomic_exchange(&g_faulty, false)) {
    for (int kind = 0; kind < N_KINDS; kind++) {
      atomic_store(&g_budget[kind], NEVER);
    }
  }
}

uint8_t leveldb_world_closed(const leveldb_options_t *options) {
  (void)options;
  return leveldb_world_any_open() ? 0 : 1;
}

static void count_put(void *state, const char *k, size_t klen, const char *v, size_t vlen) {
  (void)k;
  (void)v;
  *(size_t *)state += klen + vlen;
}

static void count_delete(void *state, const char *k, size_t klen) {
  (void)k;
  *(size_t *)state += klen;
}

uint8_t leveldb_world_batch_is_small(const leveldb_writebatch_t *batch) {
  size_t size = 0;
  leveldb_writebatch_iterate(batch, &size, count_put, count_delete);
  return size < 65536 ? 1 : 0;
}

/* ---- the runtime's reset ---- */

/* LevelDB takes the name of its test directory from the environment. */
static void name_test_directory(const char *directory) {
  static char known[PATH_MAX];
  if (strcmp(known, directory) == 0) {
    return;
  }
  char test[PATH_MAX];
  const int length = snprintf(test, sizeof(test), "%s/test", directory);
  if (length > 0 && (size_t)length < sizeof(test) && strlen(directory) < sizeof(known) &&
      setenv("TEST_TMPDIR", test, 1) == 0) {
    memcpy(known, directory, strlen(directory) + 1);
  }
}

void ffh_target_reset(const char *directory) {
  leveldb_world_heal();
  name_test_directory(directory);
  if (atomic_exchange(&g_used, false)) {
    leveldb_files_empty(directory);
  }
}
