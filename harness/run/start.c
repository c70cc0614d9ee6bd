/* What is done once in a process, before the first input and after the last. */
#include <sys/mman.h>

#include "base/assert.h"
#include "boundary/arena.h"
#include "boundary/args.h"
#include "hooks/privatedir.h"
#include "report/stats.h"
#include "run/memory.h"
#include "run/selftest.h"
#include "run/state.h"
#include "run/target.h"

/* Weak: a target may have no state of its own to reset. */
__attribute__((weak)) void ffh_target_reset(const char *directory);

ffh_run_setup ffh_setup;

bool ffh_run_start(const ffh_target *target, const ffh_run_options *options, const char **message) {
  const char *refused = ffh_run_target_refuse(target);
  if (refused == NULL && (ffh_run_target_has_paths(target) || ffh_target_reset != NULL) &&
      !ffh_privatedir_make(target->name)) {
    refused = "no private directory can be made: set TMPDIR to a writable one with free space";
  }
  if (refused == NULL && !ffh_stats_start(target, options->stats_path)) {
    refused = "the statistics file cannot be written";
  }
  if (refused != NULL) {
    *message = refused;
    return false;
  }
  ffh_setup.target = target;
  ffh_setup.options = *options;
  ffh_setup.shapes = ffh_shape_all(target);
  ffh_setup.decoded = ffh_plan_new();
  ffh_setup.report = mmap(NULL, FFH_RUN_REPORT_BYTES + FFH_MAX_TEXT, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  FFH_ASSERT(ffh_setup.report != MAP_FAILED);
  ffh_setup.scratch = ffh_setup.report + FFH_RUN_REPORT_BYTES;
  ffh_sched_pin(options->core);
  ffh_arena_start();
  ffh_args_set_directory(ffh_privatedir_path());
  ffh_args_set_unmapping(options->unmap_every);
  *message = ffh_run_memory_start();
  if (*message != NULL) {
    return false;
  }
  ffh_run_cross_start();
  ffh_run_self_test();
  ffh_run_inner_start();
  ffh_run_target_call(target, FFH_FN_INIT);
  return true;
}

const char *ffh_run_directory(void) {
  return ffh_privatedir_path();
}

void ffh_run_finish(void) {
  static bool finished;
  if (ffh_setup.target != NULL && ffh_now.phase == NULL && !finished) {
    finished = true;
    ffh_now.phase = "fini";
    ffh_run_target_call(ffh_setup.target, FFH_FN_FINI);
    ffh_now.phase = NULL;
  }
  ffh_run_stop();
}

void ffh_run_stop(void) {
  if (!ffh_run_is_child()) {
    ffh_privatedir_remove();
  }
}
