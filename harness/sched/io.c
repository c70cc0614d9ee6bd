/* Descriptors that threads wait for: pipes, eventfds, sockets, epoll. The kernel keeps their state:
 * before an operation that could block, the thread waits in the scheduler until the kernel says
 * that it would not, asked again whenever a controlled thread has touched a descriptor. What comes
 * from outside the process cannot be repeated: the run is then marked as not controlled. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "base/syscall.h"
#include "sched/clock.h"
#include "sched/core.h"
#include "sched/models.h"
#include "sched/real.h"

FFH_MODEL_FILE(io)

enum { OUTSIDE_MS = 100, OUTSIDE_TIMES = 50 };

/* By the bare system call: a libc function would be one of ours. A signal from outside is no
 * answer; the kernel leaves in `time` what is left of it. */
static int ask(struct pollfd *fds, unsigned n, int timeout_ms) {
  struct timespec time = {timeout_ms / 1000, (long)(timeout_ms % 1000) * 1000000};
  long rc;
  do {
    rc = ffh_syscall(SYS_ppoll, (long)fds, n, (long)&time, 0, 0, 0);
  } while (rc == -EINTR);
  return (int)rc;
}

bool ffh_io_is_ready(ffh_thread *thread, bool outside) {
  if (ask(thread->io_fds, thread->io_n_fds, 0) != 0) {
    return true;
  }
  if (!outside || ffh_io_is_inside(thread)) {
    return false;
  }
  ffh_not_controlled(thread->what);
  for (unsigned i = 0; i < OUTSIDE_TIMES; i++) {
    if (ask(thread->io_fds, thread->io_n_fds, OUTSIDE_MS) != 0) {
      return true;
    }
  }
  return false;
}

static ffh_wake wait_for(ffh_thread *self, struct pollfd *fds, unsigned n, uint64_t deadline_ns) {
  self->io_fds = fds;
  self->io_n_fds = n;
  return ffh_block(FFH_OP_IO, NULL, deadline_ns, true);
}

static bool may_block(int fd) {
  long flags = ffh_syscall(SYS_fcntl, fd, F_GETFL, 0, 0, 0, 0);
  return flags >= 0 && (flags & O_NONBLOCK) == 0;
}

/* Before reading or writing one descriptor. */
static void until_ready(ffh_thread *self, int fd, short events) {
  ffh_point(FFH_OP_IO, NULL);
  struct pollfd one = {.fd = fd, .events = events};
  while (ask(&one, 1, 0) == 0 && may_block(fd)) {
    ffh_cancel_if(wait_for(self, &one, 1, FFH_NO_DEADLINE));
  }
}

/* After it. */
static long touched(long result) {
  int saved = errno;
  ffh_wake_io();
  errno = saved;
  return result;
}

#define READS(result, name, parameters, arguments)      \
  FFH_EXPORT result name parameters {                   \
    FFH_MODEL(ffh_real()->name arguments);              \
    until_ready(self, fd, POLLIN);                      \
    return (result)touched(ffh_real()->name arguments); \
  }
#define WRITES(result, name, parameters, arguments)     \
  FFH_EXPORT result name parameters {                   \
    FFH_MODEL(ffh_real()->name arguments);              \
    until_ready(self, fd, POLLOUT);                     \
    return (result)touched(ffh_real()->name arguments); \
  }

READS(ssize_t, read, (int fd, void *to, size_t n), (fd, to, n))
READS(ssize_t, readv, (int fd, const struct iovec *to, int n), (fd, to, n))
READS(ssize_t, recv, (int fd, void *to, size_t n, int flags), (fd, to, n, flags))
READS(ssize_t, recvfrom,
      (int fd, void *restrict to, size_t n, int flags, struct sockaddr *restrict from,
       socklen_t *restrict size),
      (fd, to, n, flags, from, size))
READS(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
READS(int, accept, (int fd, struct sockaddr *restrict from, socklen_t *restrict size),
      (fd, from, size))
READS(int, accept4, (int fd, struct sockaddr *restrict from, socklen_t *restrict size, int flags),
      (fd, from, size, flags))
READS(int, eventfd_read, (int fd, uint64_t *value), (fd, value))
WRITES(ssize_t, writev, (int fd, const struct iovec *from, int n), (fd, from, n))
WRITES(ssize_t, sendto,
       (int fd, const void *from, size_t n, int flags, const struct sockaddr *to, socklen_t size),
       (fd, from, n, flags, to, size))
WRITES(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))
WRITES(int, eventfd_write, (int fd, uint64_t value), (fd, value))

/* Room for a part is no room for the whole, and the kernel would wait for the rest. */
static bool takes_parts(int fd) {
  struct stat status;
  int type = 0;
  socklen_t size = sizeof type;
  return may_block(fd) && fstat(fd, &status) == 0 &&
         (S_ISFIFO(status.st_mode) ||
          (S_ISSOCK(status.st_mode) && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
           type == SOCK_STREAM));
}

/* flags below 0: a plain write. */
static ssize_t write_parts(ffh_thread *self, int fd, const char *from, size_t n, int flags) {
  size_t part = n > PIPE_BUF && takes_parts(fd) ? PIPE_BUF : n, done = 0;
  ssize_t rc;
  do {
    size_t now = n - done < part ? n - done : part;
    until_ready(self, fd, POLLOUT);
    rc = touched(flags < 0 ? ffh_real()->write(fd, from + done, now)
                           : ffh_real()->send(fd, from + done, now, flags));
    done += rc > 0 ? (size_t)rc : 0;
  } while (rc > 0 && part < n && done < n);
  return done > 0 ? (ssize_t)done : rc;
}

FFH_EXPORT ssize_t write(int fd, const void *from, size_t n) {
  FFH_MODEL(ffh_real()->write(fd, from, n));
  return write_parts(self, fd, from, n, -1);
}

FFH_EXPORT ssize_t send(int fd, const void *from, size_t n, int flags) {
  FFH_MODEL(ffh_real()->send(fd, from, n, flags));
  return write_parts(self, fd, from, n, flags < 0 ? 0 : flags);
}

/* What does not wait, and may be what others wait for. */
#define TOUCHES(result, name, parameters, arguments)    \
  FFH_EXPORT result name parameters {                   \
    FFH_MODEL(ffh_real()->name arguments);              \
    (void)self;                                         \
    ffh_point(FFH_OP_IO, NULL);                         \
    return (result)touched(ffh_real()->name arguments); \
  }

TOUCHES(int, close, (int fd), (fd))
TOUCHES(int, shutdown, (int fd, int how), (fd, how))
TOUCHES(int, connect, (int fd, const struct sockaddr *to, socklen_t size), (fd, to, size))
TOUCHES(int, epoll_ctl, (int set, int operation, int fd, struct epoll_event *event),
        (set, operation, fd, event))

/* ---- many descriptors, with a time limit ---- */

static uint64_t deadline_of_ms(int timeout_ms) {
  return timeout_ms < 0 ? FFH_NO_DEADLINE : ffh_now_ns() + (uint64_t)timeout_ms * 1000000;
}

/* True when one of them is ready, false when the time is up. */
static bool until_any(ffh_thread *self, struct pollfd *fds, unsigned n, uint64_t deadline_ns) {
  ffh_try_point(FFH_OP_IO, NULL);
  while (ask(fds, n, 0) == 0) {
    if (deadline_ns <= ffh_now_ns()) {
      ffh_tried(false);
      return false;
    }
    ffh_wake why = wait_for(self, fds, n, deadline_ns);
    ffh_cancel_if(why);
    if (why == FFH_WAKE_TIMED_OUT) {
      return false;
    }
  }
  ffh_tried(true);
  return true;
}

/* Through libc, for a sanitizer's sake; nor is a signal an answer here. */
static int found(struct pollfd *fds, nfds_t n) {
  int rc;
  do {
    rc = ffh_real()->poll(fds, n, 0);
  } while (rc < 0 && errno == EINTR);
  return rc;
}

FFH_EXPORT int poll(struct pollfd *fds, nfds_t n, int timeout_ms) {
  FFH_MODEL(ffh_real()->poll(fds, n, timeout_ms));
  (void)until_any(self, fds, (unsigned)n, deadline_of_ms(timeout_ms));
  return found(fds, n);
}

FFH_EXPORT int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
                     const sigset_t *mask) {
  FFH_MODEL(ffh_real()->ppoll(fds, n, timeout, mask));
  uint64_t deadline_ns = FFH_NO_DEADLINE;
  if (timeout != NULL && !ffh_deadline_after(timeout, &deadline_ns)) {
    errno = EINVAL;
    return -1;
  }
  (void)until_any(self, fds, (unsigned)n, deadline_ns);
  return found(fds, n);
}

static int wait_epoll(ffh_thread *self, int fd, struct epoll_event *events, int room,
                      int timeout_ms) {
  struct pollfd one = {.fd = fd, .events = POLLIN};
  (void)until_any(self, &one, 1, deadline_of_ms(timeout_ms));
  return ffh_real()->epoll_wait(fd, events, room, 0);
}

FFH_EXPORT int epoll_wait(int fd, struct epoll_event *events, int room, int timeout_ms) {
  FFH_MODEL(ffh_real()->epoll_wait(fd, events, room, timeout_ms));
  return wait_epoll(self, fd, events, room, timeout_ms);
}

FFH_EXPORT int epoll_pwait(int fd, struct epoll_event *events, int room, int timeout_ms,
                           const sigset_t *mask) {
  FFH_MODEL(ffh_real()->epoll_pwait(fd, events, room, timeout_ms, mask));
  return wait_epoll(self, fd, events, room, timeout_ms);
}

static unsigned fds_of_sets(int n, const fd_set *reads, const fd_set *writes, struct pollfd *fds) {
  unsigned count = 0;
  for (int fd = 0; fd < n; fd++) {
    short events = (short)((reads != NULL && FD_ISSET(fd, reads) ? POLLIN : 0) |
                           (writes != NULL && FD_ISSET(fd, writes) ? POLLOUT : 0));
    if (events != 0) {
      fds[count++] = (struct pollfd){.fd = fd, .events = events};
    }
  }
  return count;
}

FFH_EXPORT int select(int n, fd_set *restrict reads, fd_set *restrict writes,
                      fd_set *restrict errors, struct timeval *restrict timeout) {
  FFH_MODEL(ffh_real()->select(n, reads, writes, errors, timeout));
  struct pollfd fds[FD_SETSIZE];
  uint64_t deadline_ns = timeout == NULL ? FFH_NO_DEADLINE
                                         : ffh_now_ns() + (uint64_t)timeout->tv_sec * 1000000000 +
                                               (uint64_t)timeout->tv_usec * 1000;
  unsigned count = n < 0 || n > FD_SETSIZE ? 0 : fds_of_sets(n, reads, writes, fds);
  (void)until_any(self, fds, count, deadline_ns);
  int rc;
  do {
    struct timeval now = {0, 0};
    rc = ffh_real()->select(n, reads, writes, errors, &now);
  } while (rc < 0 && errno == EINTR);
  return rc;
}

/* ---- what can block and is not modelled ---- */

/* What ends a pause is a signal, and those come from outside. Others go on meanwhile. */
FFH_EXPORT int pause(void) {
  FFH_MODEL(ffh_real()->pause());
  (void)self;
  ffh_not_controlled("pause");
  ffh_point(FFH_OP_SLEEP, NULL);
  ffh_cancel_if(ffh_block(FFH_OP_SLEEP, NULL, FFH_NO_DEADLINE, true));
  errno = EINTR;
  return -1;
}

#define OUTSIDE(result, name, parameters, arguments) \
  FFH_EXPORT result name parameters {                \
    FFH_MODEL(ffh_real()->name arguments);           \
    (void)self;                                      \
    ffh_not_controlled(#name);                       \
    return ffh_real()->name arguments;               \
  }

OUTSIDE(pid_t, waitpid, (pid_t child, int *status, int flags), (child, status, flags))
OUTSIDE(int, flock, (int fd, int operation), (fd, operation))
OUTSIDE(int, sigwait, (const sigset_t *restrict set, int *restrict number), (set, number))
OUTSIDE(ssize_t, msgrcv, (int queue, void *to, size_t n, long type, int flags),
        (queue, to, n, type, flags))
