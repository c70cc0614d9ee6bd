/* Time is virtual: it jumps to the next deadline when nobody else can run, and passes a little with
 * each look at a clock, so that a loop that polls one comes to its end. All clocks run alike; the
 * real-time clock is a constant ahead. Random bytes come from the schedule's seed. */
#include "sched/clock.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "sched/models.h"
#include "sched/real.h"

FFH_MODEL_FILE(clock)

#define SECOND_NS UINT64_C(1000000000)

enum { LOOK_NS = 1000, MAX_ENTROPY = 256 };

/* 2024-01-01, less what the clocks start with. */
static const uint64_t real_time_ahead_ns = UINT64_C(1704067200) * SECOND_NS;

static bool is_real_time(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

static bool to_ns(const struct timespec *time, uint64_t *ns) {
  if (time->tv_nsec < 0 || time->tv_nsec >= (long)SECOND_NS) {
    return false;
  }
  const uint64_t most = FFH_NO_DEADLINE / 4 / SECOND_NS;
  uint64_t seconds = time->tv_sec < 0 ? 0 : (uint64_t)time->tv_sec;
  *ns = (seconds < most ? seconds : most) * SECOND_NS + (uint64_t)time->tv_nsec;
  return true;
}

static bool is_clock(clockid_t clock) {
  return clock <= CLOCK_TAI; /* below 0 are those of other threads and processes */
}

static bool deadline_by(clockid_t clock, const struct timespec *at, uint64_t *deadline_ns) {
  uint64_t ns = 0;
  if (!to_ns(at, &ns)) {
    return false;
  }
  uint64_t shown_ns = ffh_clock_ns() + (is_real_time(clock) ? real_time_ahead_ns : 0);
  *deadline_ns = ffh_now_ns() + (ns > shown_ns ? ns - shown_ns : 0);
  return true;
}

/* Locks and waits know two clocks. */
bool ffh_deadline(clockid_t clock, const struct timespec *at, uint64_t *deadline_ns) {
  return (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC) &&
         deadline_by(clock, at, deadline_ns);
}

bool ffh_deadline_after(const struct timespec *time, uint64_t *deadline_ns) {
  uint64_t ns = 0;
  if (!to_ns(time, &ns) || time->tv_sec < 0) {
    return false;
  }
  *deadline_ns = ffh_now_ns() + ns;
  return true;
}

/* ---- looking at a clock ---- */

static uint64_t look(clockid_t clock) {
  ffh_idle();
  ffh_advance_ns(LOOK_NS);
  ffh_point(FFH_OP_TIME, NULL);
  return ffh_clock_ns() + (is_real_time(clock) ? real_time_ahead_ns : 0);
}

FFH_EXPORT int clock_gettime(clockid_t clock, struct timespec *time) {
  FFH_MODEL(ffh_real()->clock_gettime(clock, time));
  (void)self;
  if (!is_clock(clock)) {
    errno = EINVAL;
    return -1;
  }
  uint64_t now = look(clock);
  *time = (struct timespec){(time_t)(now / SECOND_NS), (long)(now % SECOND_NS)};
  return 0;
}

FFH_EXPORT int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  FFH_MODEL(ffh_real()->gettimeofday(time, zone));
  (void)self;
  uint64_t now = look(CLOCK_REALTIME);
  *time = (struct timeval){(time_t)(now / SECOND_NS), (long)(now % SECOND_NS / 1000)};
  return 0;
}

FFH_EXPORT time_t time(time_t *seconds) {
  FFH_MODEL(ffh_real()->time(seconds));
  (void)self;
  time_t now = (time_t)(look(CLOCK_REALTIME) / SECOND_NS);
  if (seconds != NULL) {
    *seconds = now;
  }
  return now;
}

/* ---- letting time pass ---- */

static void sleep_until(uint64_t deadline_ns) {
  ffh_point(FFH_OP_SLEEP, NULL);
  while (deadline_ns > ffh_now_ns()) {
    ffh_cancel_if(ffh_block(FFH_OP_SLEEP, NULL, deadline_ns, true));
  }
}

FFH_EXPORT int sched_yield(void) {
  FFH_MODEL(ffh_real()->sched_yield());
  (void)self;
  ffh_idle();
  ffh_advance_ns(LOOK_NS);
  ffh_point(FFH_OP_YIELD, NULL);
  return 0;
}

FFH_EXPORT int nanosleep(const struct timespec *time, struct timespec *left) {
  FFH_MODEL(ffh_real()->nanosleep(time, left));
  (void)self;
  uint64_t deadline_ns = 0;
  if (!ffh_deadline_after(time, &deadline_ns)) {
    errno = EINVAL;
    return -1;
  }
  sleep_until(deadline_ns);
  return 0;
}

FFH_EXPORT int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                               struct timespec *left) {
  FFH_MODEL(ffh_real()->clock_nanosleep(clock, flags, time, left));
  (void)self;
  uint64_t deadline_ns = 0;
  bool good = (flags & TIMER_ABSTIME) != 0 ? deadline_by(clock, time, &deadline_ns)
                                           : ffh_deadline_after(time, &deadline_ns);
  if (!good || !is_clock(clock) || clock == CLOCK_THREAD_CPUTIME_ID) {
    return EINVAL;
  }
  sleep_until(deadline_ns);
  return 0;
}

FFH_EXPORT unsigned sleep(unsigned seconds) {
  FFH_MODEL(ffh_real()->sleep(seconds));
  (void)self;
  sleep_until(ffh_now_ns() + seconds * SECOND_NS);
  return 0;
}

FFH_EXPORT int usleep(useconds_t us) {
  FFH_MODEL(ffh_real()->usleep(us));
  (void)self;
  sleep_until(ffh_now_ns() + us * UINT64_C(1000));
  return 0;
}

/* ---- randomness ---- */

ssize_t ffh_clock_random(void *buffer, size_t size) {
  for (size_t done = 0; done < size;) {
    uint64_t bits = ffh_draw();
    size_t n = size - done < sizeof bits ? size - done : sizeof bits;
    memcpy((char *)buffer + done, &bits, n);
    done += n;
  }
  return (ssize_t)size;
}

FFH_EXPORT ssize_t getrandom(void *buffer, size_t size, unsigned flags) {
  FFH_MODEL(ffh_real()->getrandom(buffer, size, flags));
  (void)self;
  return ffh_clock_random(buffer, size);
}

FFH_EXPORT int getentropy(void *buffer, size_t size) {
  FFH_MODEL(ffh_real()->getentropy(buffer, size));
  (void)self;
  if (size > MAX_ENTROPY) {
    errno = EIO;
    return -1;
  }
  (void)ffh_clock_random(buffer, size);
  return 0;
}
