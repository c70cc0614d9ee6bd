/* The objects of scripts, one of each kind or two:
 *   m n  normal mutexes    r  recursive    e  error-checking    u  robust    h  in freed memory
 *   l k  read-write locks  i  a spin lock  x  a C11 mutex       y  a C11 condition
 *   c d  conditions        a  a condition of the monotonic clock
 *   b2 b3  barriers of 2 and 3    o  a once    q  a C11 once
 *   s s1 s2  semaphores with 0, 1 and 2    f g  futex words, 0
 *   v  an eventfd with 0   w  one that is a semaphore    z  an epoll of v
 *   p  a pipe              t  a pair of stream sockets */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <threads.h>
#include <unistd.h>

#include "script.h"

static pthread_mutex_t m, n, r, e, u, *h;
static pthread_rwlock_t l, k;
static pthread_spinlock_t i;
static mtx_t x;
static cnd_t y;
static pthread_cond_t c, d, a;
static pthread_barrier_t b2, b3;
static pthread_once_t o;
static once_flag q;
static sem_t s, s1, s2;
static uint32_t f, g;
static int v, w, z;
static int p[2], t[2];

static const struct {
  const char *name;
  void *object;
} objects[] = {{"m", &m}, {"n", &n},   {"r", &r},   {"e", &e},
               {"u", &u}, {"l", &l},   {"k", &k},   {"i", (void *)(uintptr_t)&i},
               {"x", &x}, {"y", &y},   {"c", &c},   {"d", &d},
               {"a", &a}, {"b2", &b2}, {"b3", &b3}, {"o", &o},
               {"q", &q}, {"s", &s},   {"s1", &s1}, {"s2", &s2},
               {"f", &f}, {"g", &g},   {"v", &v},   {"w", &w},
               {"z", &z}, {"p", p},    {"t", t}};

void *ffh_script_object(const char *name) {
  if (strcmp(name, "h") == 0) {
    return h;
  }
  for (size_t at = 0; at < sizeof objects / sizeof objects[0]; at++) {
    if (strcmp(objects[at].name, name) == 0) {
      return objects[at].object;
    }
  }
  ffh_script_wrong("no such object", name);
}

const char *ffh_script_object_name(const void *object) {
  for (size_t at = 0; at < sizeof objects / sizeof objects[0]; at++) {
    if (objects[at].object == object) {
      return objects[at].name;
    }
  }
  return object == NULL ? "-" : object == h ? "h" : "?";
}

static void new_mutex(pthread_mutex_t *mutex, int type, int robust) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, type);
  pthread_mutexattr_setrobust(&attributes, robust);
  pthread_mutex_init(mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
}

static void new_locks(void) {
  new_mutex(&m, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED);
  new_mutex(&n, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED);
  new_mutex(&r, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED);
  new_mutex(&e, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED);
  new_mutex(&u, PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
  h = malloc(sizeof *h);
  pthread_mutex_init(h, NULL);
  free(h);
  pthread_rwlock_init(&l, NULL);
  pthread_rwlock_init(&k, NULL);
  pthread_spin_init(&i, PTHREAD_PROCESS_PRIVATE);
  mtx_init(&x, mtx_timed);
}

static void new_waits(void) {
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&a, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_cond_init(&c, NULL);
  pthread_cond_init(&d, NULL);
  cnd_init(&y);
  pthread_barrier_init(&b2, NULL, 2);
  pthread_barrier_init(&b3, NULL, 3);
  o = PTHREAD_ONCE_INIT;
  q = (once_flag)ONCE_FLAG_INIT;
  sem_init(&s, 0, 0);
  sem_init(&s1, 0, 1);
  sem_init(&s2, 0, 2);
  f = g = 0;
}

static void new_files(void) {
  static bool made;
  if (made) {
    close(v);
    close(w);
    close(z);
    close(p[0]);
    close(p[1]);
    close(t[0]);
    close(t[1]);
  }
  made = true;
  v = eventfd(0, EFD_CLOEXEC);
  w = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);
  z = epoll_create1(EPOLL_CLOEXEC);
  epoll_ctl(z, EPOLL_CTL_ADD, v, &(struct epoll_event){.events = EPOLLIN, .data.u32 = 1});
  if (v < 0 || w < 0 || z < 0 || pipe(p) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, t) != 0) {
    ffh_script_wrong("no descriptors", "");
  }
}

void ffh_script_objects_reset(void *unused) {
  (void)unused;
  new_locks();
  new_waits();
  new_files();
  ffh_script_key();
}
