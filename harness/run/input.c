/* One input, from its schedule to the leak check. */
#include "base/assert.h"
#include "base/bytes.h"
#include "boundary/arena.h"
#include "boundary/handles.h"
#include "boundary/order.h"
#include "boundary/partner.h"
#include "hooks/privatedir.h"
#include "report/feedback.h"
#include "report/stats.h"
#include "run/memory.h"
#include "run/state.h"
#include "run/target.h"

/* Weak: a target may have no state of its own to reset. */
__attribute__((weak)) void ffh_target_reset(const char *directory);

ffh_run_now ffh_now;

static void reset_now(void *context) {
  (void)context;
  static const ffh_edge edge = {.name = "ffh_target_reset",
                                .to = FFH_SIDE_CALLER,
                                .kind = FFH_EDGE_CALLBACK,
                                .function = FFH_NONE,
                                .slot = FFH_NONE};
  if (ffh_target_reset != NULL) {
    ffh_crossing crossing;
    ffh_cross_in(&crossing, &edge);
    ffh_target_reset(ffh_privatedir_path());
    ffh_cross_out(&crossing);
  } else {
    ffh_privatedir_empty();
  }
}

/* Threads of the library that are still there from earlier inputs may have to act. */
static void reset_target(void) {
  ffh_sched_quietly(reset_now, NULL);
}

/* Pointers to dead objects in our own memory would make LeakSanitizer believe they are still in
 * use. */
static void forget_pointers(void) {
  ffh_handles_reset(0);
  for (uint64_t left = ffh_now.used; left != 0; left &= left - 1) {
    unsigned lane = (unsigned)__builtin_ctzll(left);
    ffh_bytes_fill(&ffh_now.frames[lane], 0, sizeof ffh_now.frames[0]);
    ffh_run_shadow_forget(lane);
  }
  ffh_now.used = 0;
}

static void check_leaks(void) {
  ffh_now.phase = "leak check";
  forget_pointers();
  if (ffh_now.result.leftover == 0) {
    ffh_run_memory_end_input();
  }
}

static void call_all(void *context) {
  ffh_run_target_call(ffh_setup.target, *(const uint16_t *)context);
}

/* A second start has to work as well as the first one, and neither may leave anything behind. */
static void start_again(void) {
  uint16_t init = FFH_FN_INIT, fini = FFH_FN_FINI;
  ffh_sched_quietly(call_all, &fini);
  ffh_run_memory_begin_input();
  ffh_sched_quietly(call_all, &init);
  ffh_sched_quietly(call_all, &fini);
  check_leaks();
  ffh_now.phase = "start";
  ffh_sched_quietly(call_all, &init);
}

static void begin(const ffh_plan *plan) {
  FFH_ASSERT(ffh_setup.target != NULL && ffh_now.phase == NULL);
  ffh_now.plan = plan;
  ffh_now.n_events = 0;
  ffh_now.result = (ffh_run_result){.decoded = FFH_DECODE_OK};
  ffh_now.phase = "start";
  static const ffh_sched_client client = {
      .enabled = ffh_run_enabled, .step = ffh_run_step, .fault = ffh_run_fault};
  ffh_sched_begin(&plan->schedule, &client);
  ffh_run_child_begin_input();
  ffh_run_inner_begin(plan);
  reset_target();
  if (plan->schedule.again != 0) {
    start_again();
  }
  ffh_order_begin_input();
  ffh_handles_reset(plan->n_variables);
  ffh_borrow_begin(&ffh_now.borrow);
  ffh_run_queue_calls(plan);
  ffh_run_follow_begin();
  ffh_partner_reset();
  ffh_run_cross_begin_input();
  ffh_feedback_begin_input();
  ffh_now.phase = "call";
  ffh_run_memory_begin_input();
}

static void end_schedule(void) {
  ffh_sched_outcome outcome = ffh_sched_end();
  ffh_now.result.switches = outcome.switches;
  ffh_now.result.points = outcome.points;
  ffh_now.result.trace = outcome.trace;
  ffh_now.result.not_controlled = outcome.not_controlled;
  ffh_run_count();
  ffh_stats()->runs++;
  ffh_stats()->switches += outcome.switches;
  ffh_now.phase = NULL;
}

void ffh_run_plan_and_exit(const ffh_plan *plan) {
  begin(plan);
  ffh_sched_run();
  ffh_run_follow_end();
  ffh_run_exit();
}

ffh_run_result ffh_run_exited(void) {
  ffh_sched_settle_for_good();
  end_schedule();
  return ffh_now.result;
}

static ffh_run_result run_once(const ffh_plan *plan) {
  begin(plan);
  unsigned threads = ffh_sched_adopted();
  ffh_sched_run();
  ffh_run_follow_end();
  ffh_run_tear_down();
  ffh_sched_settle();
  ffh_run_cross_end_input();
  ffh_now.result.threads_left = ffh_sched_adopted() - threads;
  ffh_arena_end_input();
  ffh_run_check_arguments(NULL);
  ffh_order_end_input();
  reset_target();
  check_leaks();
  end_schedule();
  return ffh_now.result;
}

/* A thread that is left once may be there for good; one more each time is lost. */
static ffh_run_result run_plan(const ffh_plan *plan) {
  ffh_run_result result = run_once(plan);
  if ((int32_t)result.threads_left > 0 && result.leftover == 0) {
    ffh_run_result again = run_once(plan);
    if ((int32_t)again.threads_left > 0) {
      ffh_now.phase = "after teardown";
      ffh_run_fault(NULL, FFH_FAULT_THREAD_LEFT, NULL, NULL);
    }
  }
  ffh_run_memory_check_growth(plan, run_once);
  return result;
}

ffh_run_result ffh_run_plan(const ffh_plan *plan) {
  return run_plan(plan);
}

ffh_run_result ffh_run_input(const uint8_t *data, size_t size) {
  ffh_decode_result decoded = ffh_plan_decode(ffh_setup.target, data, size, ffh_setup.decoded);
  if (decoded != FFH_DECODE_OK) {
    return (ffh_run_result){.decoded = decoded};
  }
  return run_plan(ffh_setup.decoded);
}
