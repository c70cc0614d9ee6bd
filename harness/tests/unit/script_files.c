/* Calls of scripts on descriptors, and calls that can block and are not modelled. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "script.h"

/* What the word names: of a pipe one end. */
static int end_of(const char *name, bool writing) {
  const int *fd = ffh_script_object(name);
  return (name[0] == 'p' || name[0] == 't') && writing ? fd[1] : fd[0];
}

/* read v: the number; read p: how many bytes */
static long read_number(const char *const *words) {
  uint64_t number = 0;
  ssize_t n = read(end_of(words[0], false), &number, sizeof number);
  return n < 0 ? -1 : words[0][0] == 'p' ? n : (long)number;
}

static long write_number(const char *const *words) {
  uint64_t number = (uint64_t)ffh_script_number(words[1]);
  return write(end_of(words[0], true), &number, sizeof number);
}

static long evread(const char *const *words) {
  uint64_t number = 0;
  return eventfd_read(end_of(words[0], false), &number) == 0 ? (long)number : -1;
}

static long evwrite(const char *const *words) {
  return eventfd_write(end_of(words[0], true), (eventfd_t)ffh_script_number(words[1]));
}

static long nonblock(const char *const *words) {
  return fcntl(end_of(words[0], strcmp(words[1], "write") == 0), F_SETFL, O_NONBLOCK);
}

/* Until the kernel takes no more. */
static long fillpipe(const char *const *words) {
  static const char zeroes[1 << 16];
  int fd = end_of(words[0], true);
  int size = fcntl(fd, F_SETPIPE_SZ, 1 << 16);
  return write(fd, zeroes, (size_t)size) == size ? 0 : -1;
}

/* More than a full pipe has room for. */
static long writelong(const char *const *words) {
  static const char zeroes[3 << 16];
  return write(end_of(words[0], true), zeroes, sizeof zeroes);
}

enum { LONG_SEND = 1 << 20 };

static long sendlong(const char *const *words) {
  static const char zeroes[LONG_SEND];
  return send(end_of(words[0], true), zeroes, sizeof zeroes, 0);
}

static long drainlong(const char *const *words) {
  static char bytes[1 << 16];
  long done = 0;
  while (done < LONG_SEND) {
    ssize_t n = read(end_of(words[0], false), bytes, sizeof bytes);
    if (n <= 0) {
      return n;
    }
    done += n;
  }
  return done;
}

static long drainpipe(const char *const *words) {
  static char bytes[1 << 16];
  return read(end_of(words[0], false), bytes, sizeof bytes);
}

static long closewriter(const char *const *words) {
  int *fds = ffh_script_object(words[0]);
  return close(fds[1]);
}

/* poll FD in|out MS: what it found */
static long poll_one(const char *const *words) {
  bool out = strcmp(words[1], "out") == 0;
  struct pollfd one = {.fd = end_of(words[0], out), .events = out ? POLLOUT : POLLIN};
  int n = poll(&one, 1, (int)ffh_script_number(words[2]));
  return n <= 0 ? n : one.revents;
}

/* Nothing but time can end these. */
static long pollnone(const char *const *words) {
  return poll(NULL, 0, (int)ffh_script_number(words[0]));
}

static long selectnone(const char *const *words) {
  struct timeval time = {0, ffh_script_number(words[0]) * 1000};
  return select(0, NULL, NULL, NULL, &time);
}

static long ppoll_one(const char *const *words) {
  bool out = strcmp(words[1], "out") == 0;
  struct pollfd one = {.fd = end_of(words[0], out), .events = out ? POLLOUT : POLLIN};
  struct timespec time = {0, ffh_script_number(words[2]) * 1000000};
  int n = ppoll(&one, 1, &time, NULL);
  return n <= 0 ? n : one.revents;
}

/* select FD in|out MS */
static long select_one(const char *const *words) {
  bool out = strcmp(words[1], "out") == 0;
  int fd = end_of(words[0], out);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(fd, &set);
  struct timeval time = {0, ffh_script_number(words[2]) * 1000};
  int n = select(fd + 1, out ? NULL : &set, out ? &set : NULL, NULL, &time);
  return n <= 0 ? n : (FD_ISSET(fd, &set) ? 1 : -2);
}

/* epoll SET MS: how many, and whose data, noted on its own */
static long epoll_one(const char *const *words) {
  struct epoll_event events[4] = {0};
  int n = epoll_wait(end_of(words[0], false), events, 4, (int)ffh_script_number(words[1]));
  return n == 1 ? 10 + (long)events[0].data.u32 : n;
}

/* epolladd SET FD: what is read from it */
static long epolladd(const char *const *words) {
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = 2};
  return epoll_ctl(end_of(words[0], false), EPOLL_CTL_ADD, end_of(words[1], false), &event);
}

static long shutdown_writer(const char *const *words) {
  return shutdown(end_of(words[0], true), SHUT_WR);
}

static long flock_one(const char *const *words) {
  return flock(end_of(words[0], false), LOCK_UN);
}

static long waitpid_any(const char *const *words) {
  (void)words;
  return waitpid(-1, NULL, WNOHANG);
}

const ffh_script_call ffh_script_files[] = {
    {"read", FFH_SCRIPT_ERRNO, read_number},
    {"write", FFH_SCRIPT_ERRNO, write_number},
    {"evread", FFH_SCRIPT_ERRNO, evread},
    {"evwrite", FFH_SCRIPT_ERRNO, evwrite},
    {"nonblock", FFH_SCRIPT_SILENT, nonblock},
    {"fillpipe", FFH_SCRIPT_ERRNO, fillpipe},
    {"writelong", FFH_SCRIPT_ERRNO, writelong},
    {"sendlong", FFH_SCRIPT_ERRNO, sendlong},
    {"drainlong", FFH_SCRIPT_ERRNO, drainlong},
    {"drainpipe", FFH_SCRIPT_ERRNO, drainpipe},
    {"closewriter", FFH_SCRIPT_ERRNO, closewriter},
    {"poll", FFH_SCRIPT_ERRNO, poll_one},
    {"pollnone", FFH_SCRIPT_ERRNO, pollnone},
    {"selectnone", FFH_SCRIPT_ERRNO, selectnone},
    {"ppoll", FFH_SCRIPT_ERRNO, ppoll_one},
    {"select", FFH_SCRIPT_ERRNO, select_one},
    {"epoll", FFH_SCRIPT_ERRNO, epoll_one},
    {"epolladd", FFH_SCRIPT_ERRNO, epolladd},
    {"shutdown", FFH_SCRIPT_ERRNO, shutdown_writer},
    {"flock", FFH_SCRIPT_ERRNO, flock_one},
    {"waitpid", FFH_SCRIPT_ERRNO, waitpid_any},
    {NULL, FFH_SCRIPT_SILENT, NULL},
};
