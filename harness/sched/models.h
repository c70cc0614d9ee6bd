/* Shared by the models of libc's blocking functions. */
#ifndef FFH_SCHED_MODELS_H
#define FFH_SCHED_MODELS_H

#include <pthread.h>
#include <time.h>

#include "sched/thread.h"

/* Takes libc's place in the whole process. */
#define FFH_EXPORT __attribute__((visibility("default")))

/* Once in each file that holds nothing but such functions: a static library's member is linked only
 * when somebody refers to it, and libc has all of these names too. */
#define FFH_MODEL_FILE(name)   \
  void ffh_model_##name(void); \
  void ffh_model_##name(void) {}

/* A pending cancellation acts now, if it was what ended the wait. May not return. */
void ffh_cancel_if(ffh_wake why);

/* Virtual time at which the absolute time of that clock is reached. False when it is no time. */
bool ffh_deadline(clockid_t clock, const struct timespec *at, uint64_t *deadline_ns);

/* Stops with a finding when a lock lies in memory that may not be accessed. */
void ffh_check_lock(const void *lock, size_t size);

/* Locks it for the thread, for whatever operation needs it back. */
int ffh_mutex_lock(ffh_thread *self, pthread_mutex_t *mutex, uint64_t deadline_ns);
int ffh_mutex_unlock(ffh_thread *self, pthread_mutex_t *mutex);
/* The calling thread ends: whoever waits for a robust mutex that it holds tries again. */
void ffh_mutex_owner_dies(void);

/* The new thread has reached the scheduler, and its creator waits for that: what libc and the
 * sanitizer do at a thread's start never overlaps with anything. */
void ffh_thread_arrived(ffh_thread *self);
void ffh_thread_wait_arrival(ffh_thread *thread);

#endif
