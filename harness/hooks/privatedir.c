#include "hooks/privatedir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/out.h"

static char directory[512];

enum { MAX_DEPTH = 128, ENTRY_BYTES = 4096 };

static void remove_entry(int parent, const char *name, dev_t device, unsigned depth);

/* Without opendir, which allocates: this runs between inputs, where only the library may. */
static void remove_entries(int directory_fd, dev_t device, unsigned depth) {
  _Alignas(struct dirent64) char entries[ENTRY_BYTES];
  ssize_t size;
  while ((size = getdents64(directory_fd, entries, sizeof entries)) > 0) {
    for (ssize_t at = 0; at < size;) {
      const struct dirent64 *entry = (const struct dirent64 *)(entries + at);
      at += entry->d_reclen;
      if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
        remove_entry(directory_fd, entry->d_name, device, depth);
      }
    }
  }
}

static void remove_entry(int parent, const char *name, dev_t device, unsigned depth) {
  if (unlinkat(parent, name, 0) == 0 || depth == MAX_DEPTH) {
    return;
  }
  int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat status;
  if (fd >= 0 && fstat(fd, &status) == 0 && status.st_dev == device) {
    remove_entries(fd, device, depth + 1);
    unlinkat(parent, name, AT_REMOVEDIR);
  }
  if (fd >= 0) {
    close(fd);
  }
}

/* Links are not followed and other file systems not entered. */
static void remove_below(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat status;
  if (fd >= 0 && fstat(fd, &status) == 0) {
    remove_entries(fd, status.st_dev, 0);
  }
  if (fd >= 0) {
    close(fd);
  }
}

static const char *base_directory(void) {
  const char *chosen = getenv("TMPDIR");
  if (chosen != NULL && chosen[0] != '\0') {
    return chosen;
  }
  return access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
}

/* Names are ffh-<target>-<process>-<random>; a process that is gone has left its directory behind.
 */
static void remove_stale(const char *base, const char *prefix) {
  DIR *entries = opendir(base);
  if (entries == NULL) {
    return;
  }
  for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
    size_t length = strlen(prefix);
    if (strncmp(entry->d_name, prefix, length) != 0) {
      continue;
    }
    char *end = NULL;
    long process = strtol(entry->d_name + length, &end, 10);
    if (process <= 0 || *end != '-' || kill((pid_t)process, 0) == 0 || errno != ESRCH) {
      continue;
    }
    char path[1024];
    ffh_out out = {path, 0, sizeof path, false};
    ffh_out_str(&out, base);
    ffh_out_char(&out, '/');
    ffh_out_str(&out, entry->d_name);
    if (!out.truncated) {
      remove_below(path);
      rmdir(path);
    }
  }
  closedir(entries);
}

bool ffh_privatedir_make(const char *target) {
  const char *base = base_directory();
  char prefix[256];
  ffh_out name = {prefix, 0, sizeof prefix, false};
  ffh_out_str(&name, "ffh-");
  ffh_out_str(&name, target);
  ffh_out_char(&name, '-');
  remove_stale(base, prefix);
  ffh_out out = {directory, 0, sizeof directory, false};
  ffh_out_str(&out, base);
  ffh_out_char(&out, '/');
  ffh_out_str(&out, prefix);
  ffh_out_unsigned(&out, (uint64_t)getpid());
  ffh_out_str(&out, "-XXXXXX");
  if (name.truncated || out.truncated || mkdtemp(directory) == NULL) {
    directory[0] = '\0';
    return false;
  }
  return true;
}

const char *ffh_privatedir_path(void) {
  return directory;
}

void ffh_privatedir_empty(void) {
  if (directory[0] != '\0') {
    remove_below(directory);
  }
}

void ffh_privatedir_remove(void) {
  if (directory[0] != '\0') {
    remove_below(directory);
    rmdir(directory);
    directory[0] = '\0';
  }
}
