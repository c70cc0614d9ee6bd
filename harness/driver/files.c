#include "driver/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/out.h"
#include "base/syscall.h"

void ffh_print(int fd, const char *text) {
  ffh_out out = {(char *)(uintptr_t)text, strlen(text), strlen(text) + 1, false};
  ffh_out_flush(&out, fd);
}

void ffh_complain(const char *what, const char *name, const char *advice) {
  ffh_print(STDERR_FILENO, "ffihammer: ");
  ffh_print(STDERR_FILENO, what);
  if (name != NULL) {
    ffh_print(STDERR_FILENO, ": ");
    ffh_print(STDERR_FILENO, name);
  }
  ffh_print(STDERR_FILENO, advice);
  ffh_print(STDERR_FILENO, "\n");
}

bool ffh_file_write(const char *path, const void *bytes, size_t size) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) {
    return false;
  }
  ffh_out out = {(char *)(uintptr_t)bytes, size, size + 1, false};
  bool ok = ffh_out_flush(&out, fd);
  /* Not close(): ThreadSanitizer's takes a lock that it may hold while it reports. */
  return ffh_syscall(SYS_close, fd, 0, 0, 0, 0, 0) == 0 && ok;
}

bool ffh_file_read(const char *path, size_t limit, ffh_file *file) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0) {
    ffh_complain("cannot read", path, errno == ENOENT ? ": there is no such file" : "");
    if (fd >= 0) {
      close(fd);
    }
    return false;
  }
  bool ok = false;
  size_t size = (size_t)status.st_size;
  if (!S_ISREG(status.st_mode)) {
    ffh_complain("not a file", path, "");
  } else if (size > limit) {
    ffh_complain("larger than a plan can be", path,
                 ": the limit is 1 MiB for a plan, 4 MiB for its text");
  } else {
    uint8_t *data =
        mmap(NULL, size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t done = 0;
    while (data != MAP_FAILED && done < size) {
      ssize_t n = read(fd, data + done, size - done);
      if (n <= 0) {
        break;
      }
      done += (size_t)n;
    }
    ok = data != MAP_FAILED && done == size;
    if (ok) {
      *file = (ffh_file){data, size};
    } else {
      ffh_complain("cannot read", path, "");
    }
  }
  close(fd);
  return ok;
}
