/* The entry points of a fuzzing engine, written once for libFuzzer, for what LIB_FUZZING_ENGINE
 * names, and for the replay main.
 *
 * What a run does comes from the input. Flags only say where statistics go, which core to use, and
 * what the mutator may draw on: how many lanes, and where threads are preempted. Engines that pass
 * no flags get the defaults. */
#include "driver/entry.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/asan.h"
#include "base/exit.h"
#include "plan/plan.h"
#include "report/points.h"
#include "sched/sched.h"

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

static ffh_mutate_options mutator = {
    .lanes = FFH_DEFAULT_LANES, .granularity = FFH_GRANULARITY_MEMORY, .points_of = ffh_points_of};

/* Of libFuzzer; absent under other engines. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static void say(const char *text) {
  ffh_out out = {(char[1024]){0}, 0, 1024, false};
  ffh_out_str(&out, text);
  ffh_out_flush(&out, STDERR_FILENO);
}

/* abort() is what every engine takes for a crash, so the input is saved. */
static void report_and_abort(const char *json, size_t size) {
  ffh_out out = {(char *)(uintptr_t)json, size, size + 1, false};
  say("FFH-FINDING ");
  ffh_out_flush(&out, STDERR_FILENO);
  abort();
}

static const char *flag_value(const char *argument, const char *flag) {
  size_t length = strlen(flag);
  return strncmp(argument, flag, length) == 0 ? argument + length : NULL;
}

/* True with *number set when the text is a decimal number from lowest to highest. */
static bool parse_number(const char *text, long lowest, long highest, long *number) {
  char *end = NULL;
  long value = strtol(text, &end, 10);
  if (end == text || *end != '\0' || value < lowest || value > highest) {
    return false;
  }
  *number = value;
  return true;
}

static bool parse_granularity(const char *text, ffh_granularity *granularity) {
  for (unsigned i = 0; i < FFH_GRANULARITY_COUNT; i++) {
    if (strcmp(text, ffh_granularity_name(i)) == 0) {
      *granularity = (ffh_granularity)i;
      return true;
    }
  }
  return false;
}

/* What the engine does when a sanitizer has found something (it saves the input) is not the
 * library's doing. The linker gives us the registration (--wrap). */
static void (*engine_on_death)(void);

static void on_death(void) {
  if (ffh_run_is_child()) {
    _exit(FFH_EXIT_FINDING); /* no input of its own is saved */
  }
  ffh_sched_abandon();
  ffh_run_count();
  engine_on_death();
}

void __real___sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));
void __wrap___sanitizer_set_death_callback(void (*callback)(void));
__attribute__((visibility("default"))) void __wrap___sanitizer_set_death_callback(
    void (*callback)(void)) {
  engine_on_death = callback;
  __real___sanitizer_set_death_callback(on_death);
}

static void stop(void) {
  ffh_run_finish();
}

static bool started;

void ffh_entry_start(const ffh_run_options *options) {
  started = true;
  const char *message = NULL;
  if (!ffh_run_start(&ffh_target_main, options, &message)) {
    say("ffihammer: cannot start: ");
    say(message);
    say("\n");
    _exit(FFH_EXIT_USAGE);
  }
  atexit(stop);
}

/* Of the target, by ffh_add_target; absent where the target is put together by hand. */
extern const char ffh_target_granularity[] __attribute__((weak));

__attribute__((visibility("default"))) int LLVMFuzzerInitialize(int *argc, char ***argv) {
  if (ffh_target_granularity != NULL) {
    (void)parse_granularity(ffh_target_granularity, &mutator.granularity);
  }
  ffh_run_options options = {.core = -1, .on_finding = report_and_abort};
  for (int i = 1; i < *argc; i++) {
    long number = 0;
    const char *value;
    if ((value = flag_value((*argv)[i], "--ffh-stats=")) != NULL) {
      options.stats_path = value;
    } else if ((value = flag_value((*argv)[i], "--ffh-lanes=")) != NULL) {
      if (!parse_number(value, 1, FFH_MAX_LANES, &number)) {
        say("ffihammer: --ffh-lanes takes a number from 1 to " TEXT(FFH_MAX_LANES) "\n");
        _exit(FFH_EXIT_USAGE);
      }
      mutator.lanes = (unsigned)number;
    } else if ((value = flag_value((*argv)[i], "--ffh-granularity=")) != NULL) {
      if (!parse_granularity(value, &mutator.granularity)) {
        say("ffihammer: --ffh-granularity takes calls, sync or memory\n");
        _exit(FFH_EXIT_USAGE);
      }
    } else if ((value = flag_value((*argv)[i], "--ffh-core=")) != NULL) {
      if (!parse_number(value, 0, 4095, &number)) {
        say("ffihammer: --ffh-core takes the number of a core\n");
        _exit(FFH_EXIT_USAGE);
      }
      options.core = (int)number;
    } else if (strncmp((*argv)[i], "--ffh-", 6) == 0) {
      say("ffihammer: unknown flag; there are --ffh-lanes= --ffh-granularity= --ffh-stats= "
          "--ffh-core=\n");
      _exit(FFH_EXIT_USAGE);
    }
  }
  ffh_entry_start(&options);
  return 0;
}

/* libFuzzer installs its handlers after LLVMFuzzerInitialize. They do not come back when they have
 * found something. */
static void exempt_handlers(void) {
  static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
  static const int requests[] = {SIGALRM, SIGINT, SIGTERM, SIGXFSZ};
  for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
    ffh_sched_exempt_handler(requests[i], ffh_run_count);
  }
  if (__sanitizer_set_death_callback == NULL) { /* a sanitizer's own handlers are none of ours */
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) {
      ffh_sched_exempt_handler(crashes[i], ffh_run_count);
    }
  }
}

/* -1 keeps an input out of the corpus: it belongs to another target, or does nothing. */
__attribute__((visibility("default"))) int LLVMFuzzerTestOneInput(const uint8_t *data,
                                                                  size_t size) {
  if (size > FFH_MAX_INPUT) {
    return -1;
  }
  if (!started) { /* an engine need not call LLVMFuzzerInitialize */
    ffh_run_options options = {.core = -1, .on_finding = report_and_abort};
    ffh_entry_start(&options);
  }
  static bool exempt;
  if (!exempt) {
    exempt = true;
    exempt_handlers();
  }
  ffh_run_result result = ffh_run_input(data, size);
  return result.decoded == FFH_DECODE_OK && result.calls != 0 ? 0 : -1;
}

__attribute__((visibility("default"))) size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                                                      size_t max_size,
                                                                      unsigned seed) {
  return ffh_plan_mutate(&ffh_target_main, data, size, max_size, seed, &mutator, LLVMFuzzerMutate);
}

__attribute__((visibility("default"))) size_t
LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                          uint8_t *out, size_t max_size, unsigned seed) {
  return ffh_plan_crossover(&ffh_target_main, a, a_size, b, b_size, out, max_size, seed);
}
