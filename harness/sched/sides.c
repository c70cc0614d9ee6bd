/* On which side a thread begins that is not under control, and on which the destructors of
 * thread-local variables run: on that of the code that started or registered them. Without this,
 * what a library's destructor frees on a thread of somebody else would look freed by the wrong
 * side. */
#include <stdatomic.h>
#include <stddef.h>

#include "ffh/cross.h"
#include "sched/models.h"
#include "sched/real.h"
#include "sched/sides.h"

enum { RECORDS = 4096 };

typedef struct record {
  void *(*entry)(void *); /* of a thread */
  void (*destroy)(void *);
  void *argument;
  uint8_t side;
  atomic_bool is_taken;
} record;

static record records[RECORDS];
static atomic_uint next;

/* NULL when there are too many at once: then the thread, or the destructor, runs as it comes. */
static record *take(void *argument) {
  for (unsigned tries = 0; tries < RECORDS; tries++) {
    record *one = &records[atomic_fetch_add_explicit(&next, 1, memory_order_relaxed) % RECORDS];
    if (!atomic_exchange_explicit(&one->is_taken, true, memory_order_acquire)) {
      one->argument = argument;
      one->side = ffh_here_now.side;
      return one;
    }
  }
  return NULL;
}

/* Before it is used: what the record says must not be there any more for a leak check. */
static record give_back(record *one) {
  record copy = {
      .entry = one->entry, .destroy = one->destroy, .argument = one->argument, .side = one->side};
  one->argument = NULL;
  atomic_store_explicit(&one->is_taken, false, memory_order_release);
  return copy;
}

static void *begin(void *argument) {
  record one = give_back(argument);
  ffh_here_now.side = one.side;
  return one.entry(one.argument);
}

int ffh_sides_create(pthread_t *handle, const pthread_attr_t *attributes, void *(*entry)(void *),
                     void *argument) {
  record *one = ffh_here_now.side == FFH_SIDE_HARNESS ? NULL : take(argument);
  if (one == NULL) {
    return ffh_real()->pthread_create(handle, attributes, entry, argument);
  }
  one->entry = entry;
  int rc = ffh_real()->pthread_create(handle, attributes, begin, one);
  if (rc != 0) {
    (void)give_back(one);
  }
  return rc;
}

static void destroy(void *argument) {
  record one = give_back(argument);
  uint8_t before = ffh_here_now.side;
  ffh_here_now.side = one.side;
  one.destroy(one.argument);
  ffh_here_now.side = before;
}

/* C++ compilers and Rust's standard library register here what a thread_local variable needs at the
 * end of its thread. */
int __cxa_thread_atexit_impl(void (*function)(void *), void *object, void *library);

FFH_EXPORT int __cxa_thread_atexit_impl(void (*function)(void *), void *object, void *library) {
  record *one = ffh_here_now.side == FFH_SIDE_HARNESS ? NULL : take(object);
  if (one == NULL) {
    return ffh_real()->__cxa_thread_atexit_impl(function, object, library);
  }
  one->destroy = function;
  int rc = ffh_real()->__cxa_thread_atexit_impl(destroy, one, library);
  if (rc != 0) {
    (void)give_back(one);
  }
  return rc;
}
