/* A wait that nobody ends, under the real scheduler: it has to be found before the first input. */
#include <semaphore.h>

#include "base/assert.h"
#include "run/selftest.h"
#include "sched/sched.h"

static struct {
  sem_t posted;
  bool is_planted, found;
  void *back[5]; /* of __builtin_setjmp: nothing between is instrumented or has anything to undo */
} now;

static uint64_t no_steps(void *context) {
  (void)context;
  return 0;
}

static void no_step(void *context, unsigned lane) {
  (void)context;
  (void)lane;
}

static void on_fault(void *context, ffh_sched_fault fault, const char *what, const void *object) {
  (void)context;
  (void)what;
  now.found = fault == FFH_FAULT_DEADLOCK && object == &now.posted;
  __builtin_longjmp(now.back, 1);
}

static void wait_for_it(void *context) {
  (void)context;
  ffh_sched_enter("self-test");
  if (!now.is_planted) {
    sem_post(&now.posted);
  }
  sem_wait(&now.posted);
  (void)ffh_sched_leave();
}

static void run(void) {
  if (__builtin_setjmp(now.back) == 0) {
    ffh_sched_on_lane(0, wait_for_it, NULL);
  } else {
    ffh_sched_give_up();
  }
}

bool ffh_selftest_sched(bool is_planted) {
  static const ffh_schedule schedule = {
      .policy = FFH_POLICY_FIXED, .granularity = FFH_GRANULARITY_SYNC, .lanes = 1};
  static const ffh_sched_client client = {.enabled = no_steps, .step = no_step, .fault = on_fault};
  now.is_planted = is_planted;
  now.found = false;
  int rc = sem_init(&now.posted, 0, 0);
  FFH_ASSERT(rc == 0);
  ffh_sched_begin(&schedule, &client);
  run();
  (void)ffh_sched_end();
  sem_destroy(&now.posted);
  return now.found;
}
