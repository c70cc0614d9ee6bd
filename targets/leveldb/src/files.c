/* Emptying the private directory and damaging files in it. Nothing here allocates: it runs between
 * inputs and between calls, where memory that comes and goes would look like the library's. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../contract.h"
#include "world.h"

#define MAX_DEPTH 8   /* a database's directory holds at most one level, "lost" */
#define MAX_FILES 128 /* of one database that can be damaged */
#define MAX_NAME 32   /* LevelDB's longest file name is far shorter */

struct entry { /* as the kernel writes it */
  uint64_t inode;
  int64_t next;
  uint16_t size;
  uint8_t type;
  char name[];
};

typedef struct listing {
  int fd;
  long size, at;
  _Alignas(struct entry) char buffer[4096];
} listing;

/* The next name other than "." and "..", or NULL. Valid until the next call. */
static const char *next_name(listing *list) {
  for (;;) {
    if (list->at >= list->size) {
      list->at = 0;
      list->size = syscall(SYS_getdents64, list->fd, list->buffer, sizeof(list->buffer));
      if (list->size <= 0) {
        return NULL;
      }
    }
    const struct entry *entry = (const struct entry *)(list->buffer + list->at);
    list->at += entry->size;
    if (strcmp(entry->name, ".") != 0 && strcmp(entry->name, "..") != 0) {
      return entry->name;
    }
  }
}

static void empty(int fd, int depth) {
  listing list = {.fd = fd};
  const char *name = NULL;
  while ((name = next_name(&list)) != NULL) {
    if (unlinkat(fd, name, 0) == 0 || depth == MAX_DEPTH) {
      continue;
    }
    const int child = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (child >= 0) {
      empty(child, depth + 1);
      close(child);
      unlinkat(fd, name, AT_REMOVEDIR);
    }
  }
}

void leveldb_files_empty(const char *directory) {
  const int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) {
    empty(fd, 0);
    close(fd);
  }
}

typedef char file_name[MAX_NAME];

/* LOCK and LOG are never read back. A table's blocks are verified only on request (doc/index.md,
 * "Checksums"), so LevelDB promises nothing about a changed byte in one; a table that is cut or
 * gone is noticed. */
static bool is_harmed(const char *name, int harm) {
  const char *dot = strrchr(name, '.');
  const bool table = dot != NULL && strcmp(dot, ".ldb") == 0;
  return strcmp(name, "LOCK") != 0 && strncmp(name, "LOG", 3) != 0 && strlen(name) < MAX_NAME &&
         !(table && harm == LEVELDB_WORLD_FLIP);
}

/* The files that can be harmed so, in the order of their names, so that a number means the same
 * file on every machine. Returns how many. */
static uint32_t list_files(int fd, int harm, file_name names[MAX_FILES]) {
  listing list = {.fd = fd};
  uint32_t n = 0;
  const char *name = NULL;
  while (n < MAX_FILES && (name = next_name(&list)) != NULL) {
    struct stat status;
    if (!is_harmed(name, harm) || fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode)) {
      continue;
    }
    uint32_t at = n++;
    for (; at > 0 && strcmp(names[at - 1], name) > 0; at--) {
      memcpy(names[at], names[at - 1], sizeof(file_name));
    }
    memcpy(names[at], name, strlen(name) + 1);
  }
  return n;
}

static void change_file(int fd, int harm, int32_t offset, uint8_t value) {
  struct stat status;
  if (fstat(fd, &status) != 0 || status.st_size == 0) {
    return;
  }
  off_t at = offset < 0 ? status.st_size + offset : offset;
  at = at < 0 ? 0 : at % status.st_size;
  uint8_t byte = 0;
  if (harm == LEVELDB_WORLD_TRUNCATE) {
    (void)!ftruncate(fd, at);
  } else if (pread(fd, &byte, 1, at) == 1) {
    byte ^= value;
    (void)!pwrite(fd, &byte, 1, at);
  }
}

void leveldb_world_damage(const char *name, uint32_t file, int harm, int32_t offset,
                          uint8_t value) {
  if (leveldb_world_any_open()) {
    return; /* LevelDB maps its files: cutting one under it is the caller's fault, not LevelDB's */
  }
  const int directory = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) {
    return;
  }
  file_name names[MAX_FILES];
  const uint32_t n = list_files(directory, harm, names);
  if (n > 0 && harm == LEVELDB_WORLD_REMOVE_FILE) {
    unlinkat(directory, names[file % n], 0);
  } else if (n > 0) {
    const int fd = openat(directory, names[file % n], O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
      change_file(fd, harm, offset, value);
      close(fd);
    }
  }
  close(directory);
}
