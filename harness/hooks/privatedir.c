#include "hooks/privatedir.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/out.h"

static char directory[512];

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place) {
  (void)status;
  if (place->level == 0 && strcmp(path, directory) == 0) {
    return 0;
  }
  if (type == FTW_DP) {
    rmdir(path);
  } else {
    unlink(path);
  }
  return 0;
}

static void remove_below(const char *path) {
  nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
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
