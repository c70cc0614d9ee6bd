/* Who waits for what, with stacks: for the report of a run in which nobody can go on. */
#include <string.h>

#include "base/asan.h"
#include "sched/core.h"
#include "sched/events.h"

static int thread_of(pid_t tid) {
  for (unsigned i = 0; tid != 0 && i < FFH_SET_SIZE; i++) {
    const ffh_thread *thread = ffh_thread_at(i);
    if (thread->started && thread->tid == tid) {
      return (int)i;
    }
  }
  return -1;
}

static bool begins(const char *text, const char *with) {
  return strncmp(text, with, strlen(with)) == 0;
}

static bool is_there(const void *lock, size_t size) {
  return __asan_region_is_poisoned == NULL ||
         __asan_region_is_poisoned((void *)(uintptr_t)lock, size) == NULL;
}

static int holder_of(const ffh_thread *thread) {
  if ((thread->op != FFH_OP_LOCK && thread->op != FFH_OP_UNLOCK) || thread->what == NULL) {
    return -1;
  }
  if ((begins(thread->what, "pthread_mutex_") || begins(thread->what, "pthread_cond_")) &&
      is_there(thread->object, sizeof(pthread_mutex_t))) {
    return thread_of(((const pthread_mutex_t *)thread->object)->__data.__owner);
  }
  if (begins(thread->what, "pthread_rwlock_") &&
      is_there(thread->object, sizeof(pthread_rwlock_t))) {
    return thread_of(((const pthread_rwlock_t *)thread->object)->__data.__cur_writer);
  }
  return -1;
}

static ffh_thread *blocked_by(const ffh_thread *thread) {
  int holder = thread->state == FFH_THREAD_BLOCKED ? holder_of(thread) : -1;
  return holder < 0 ? NULL : ffh_thread_at((unsigned)holder);
}

ffh_thread *ffh_waits_cycle(void) {
  for (unsigned i = 0; i < FFH_SET_SIZE; i++) {
    ffh_thread *first = ffh_thread_at(i);
    ffh_thread *at = first->started ? blocked_by(first) : NULL;
    for (unsigned steps = 1; at != NULL && at != first && steps < FFH_SET_SIZE; steps++) {
      at = blocked_by(at);
    }
    if (at == first) {
      return first;
    }
  }
  return NULL;
}

uint32_t ffh_sched_waits(ffh_sched_wait *waits, uint32_t room) {
  static const char *const names[] = {
#define FFH_OP(symbol, text, writes) text,
#include "sched/ops.def"
#undef FFH_OP
  };
  uint32_t n = 0;
  for (unsigned i = 0; i < FFH_SET_SIZE && n < room; i++) {
    const ffh_thread *thread = ffh_thread_at(i);
    if (!thread->started || thread->state == FFH_THREAD_IDLE ||
        thread->state == FFH_THREAD_ZOMBIE) {
      continue;
    }
    ffh_sched_wait *wait = &waits[n++];
    *wait = (ffh_sched_wait){.thread = (uint8_t)i,
                             .parent = thread->parent,
                             .blocked = thread->state == FFH_THREAD_BLOCKED,
                             .op = names[thread->op],
                             .what = thread->what == NULL ? "" : thread->what,
                             .object = thread->object,
                             .holder = holder_of(thread)};
    unsigned n_frames =
        ffh_stack_walk(&thread->stack, thread->frame, wait->frames, FFH_WAIT_FRAMES);
    if (n_frames < FFH_WAIT_FRAMES) {
      wait->frames[n_frames] = 0;
    }
  }
  return n;
}
