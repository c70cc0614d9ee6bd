/* Whether what descriptors wait for can come from another process at all: when nobody can go on and
 * it cannot, that is a deadlock, for certain and at once. Eventfds, unnamed pipes and pairs of
 * sockets are this process's own, unless it has children or they are its standard streams; an epoll
 * is when all that it watches is. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/out.h"
#include "base/syscall.h"
#include "sched/core.h"

enum { MAX_NESTED = 4, MAX_INFO = 8192 };

static bool has_children(void) {
  siginfo_t info;
  return ffh_syscall(SYS_waitid, P_ALL, 0, (long)&info, WEXITED | WNOHANG | WNOWAIT, 0, 0) !=
         -ECHILD;
}

static bool is_standard(int fd) {
  struct stat one, other;
  if (fstat(fd, &one) != 0) {
    return true;
  }
  for (int standard = 0; standard <= 2; standard++) {
    if (fstat(standard, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino) {
      return true;
    }
  }
  return false;
}

static bool is_unnamed(int rc, const struct sockaddr_un *name, socklen_t size) {
  return rc == 0 && name->sun_family == AF_UNIX && size == sizeof name->sun_family;
}

static bool is_pair(int fd) {
  struct sockaddr_un own = {.sun_family = AF_UNSPEC}, peer = own;
  socklen_t own_size = sizeof own, peer_size = sizeof peer;
  int own_rc = getsockname(fd, (struct sockaddr *)&own, &own_size);
  int peer_rc = getpeername(fd, (struct sockaddr *)&peer, &peer_size);
  return is_unnamed(own_rc, &own, own_size) && is_unnamed(peer_rc, &peer, peer_size);
}

static void name_file(char *path, size_t size, const char *folder, int fd) {
  ffh_out out = {path, 0, size, false};
  ffh_out_str(&out, folder);
  ffh_out_unsigned(&out, (uint64_t)fd);
}

static bool is_inside(int fd, unsigned depth);

/* The kernel's list has a line "tfd: N ..." for each. */
static bool watches_inside(int epoll, unsigned depth) {
  char path[64], info[MAX_INFO];
  name_file(path, sizeof path, "/proc/self/fdinfo/", epoll);
  long file = ffh_syscall(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0, 0);
  long size = file < 0 ? -1 : ffh_syscall(SYS_read, file, (long)info, sizeof info - 1, 0, 0, 0);
  if (file >= 0) {
    ffh_syscall(SYS_close, file, 0, 0, 0, 0, 0);
  }
  if (size <= 0 || size == (long)sizeof info - 1) {
    return false;
  }
  info[size] = '\0';
  for (const char *at = info; (at = strstr(at, "tfd:")) != NULL;) {
    int fd = 0;
    for (at += strlen("tfd:"); *at == ' '; at++) {
    }
    for (; *at >= '0' && *at <= '9'; at++) {
      fd = fd * 10 + (*at - '0');
    }
    if (!is_inside(fd, depth + 1)) {
      return false;
    }
  }
  return true;
}

static bool is_inside(int fd, unsigned depth) {
  char path[64], kind[64];
  name_file(path, sizeof path, "/proc/self/fd/", fd);
  long size = ffh_syscall(SYS_readlinkat, AT_FDCWD, (long)path, (long)kind, sizeof kind - 1, 0, 0);
  if (size <= 0 || depth > MAX_NESTED) {
    return false;
  }
  kind[size] = '\0';
  if (strncmp(kind, "pipe:", strlen("pipe:")) == 0) {
    return !is_standard(fd);
  }
  if (strncmp(kind, "socket:", strlen("socket:")) == 0) {
    return is_pair(fd) && !is_standard(fd);
  }
  return strcmp(kind, "anon_inode:[eventfd]") == 0 ||
         (strcmp(kind, "anon_inode:[eventpoll]") == 0 && watches_inside(fd, depth));
}

bool ffh_io_is_inside(const ffh_thread *thread) {
  for (unsigned i = 0; i < thread->io_n_fds; i++) {
    if (thread->io_fds[i].fd >= 0 && !is_inside(thread->io_fds[i].fd, 0)) {
      return false;
    }
  }
  return !has_children();
}
