/* The standalone main: replays plan files, prints them, compiles them from text. It owns its
 * process, so whatever happens is told with all that the harness knows:
 *
 *   <target>-replay [--times N] [--timeout S] [--rss MIB] [--exit] [--report FILE]
 *                   [--stats FILE] [--events FILE] [--record FILE] FILE
 *   <target>-replay [--times N] [--timeout S] [--rss MIB] --traces FILE...
 *   <target>-replay --schedules N [--policy random|pct|pos|surw|mix] [--save FILE] FILE
 *   <target>-replay --show FILE | --compile TEXT OUT | --describe | --self-test
 *
 * A file is read in full before it is run; nothing else of the environment enters a run. */
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/asan.h"
#include "base/exit.h"
#include "check/verdict.h"
#include "driver/crash.h"
#include "driver/entry.h"
#include "driver/eventlog.h"
#include "driver/files.h"
#include "driver/plantool.h"
#include "driver/record.h"
#include "driver/schedules.h"
#include "driver/watchdog.h"
#include "report/stats.h"
#include "sched/events.h"
#include "sched/sched.h"

enum { REPORT_BYTES = 24 << 20 };

static struct {
  const char *file, *report, *stats, *events, *show, *compile, *out;
  const char *policy, *save, *record;
  char **traces; /* the files of --traces, which a NULL ends */
  bool describe, exits, self_test;
  long times, timeout_s, rss_mib, schedules;
} options = {.times = 1, .timeout_s = 60, .rss_mib = 2560, .policy = "mix"};

/* With --schedules: the plan as it runs now. */
static struct {
  const ffh_plan *plan;
  uint32_t tried;
} search;

/* Of the coverage flavor, whose profile is otherwise written by an exit handler. */
__attribute__((weak)) int __llvm_profile_write_file(void);

static char *report_text; /* REPORT_BYTES, mapped; never the library's heap */
static volatile sig_atomic_t reported;

/* ---- reports ---- */

static void save_events(void) {
  if (options.events != NULL && !ffh_eventlog_write(options.events)) {
    ffh_complain("cannot write the events", options.events, ": is the disk full?");
  }
}

/* The schedule that led to a finding, and how many it took. */
static void save_schedule(void) {
  if (search.plan == NULL) {
    return;
  }
  ffh_out out = {(char[64]){0}, 0, 64, false};
  ffh_out_str(&out, "schedules: ");
  ffh_out_unsigned(&out, search.tried);
  ffh_out_str(&out, "\n");
  ffh_out_flush(&out, STDERR_FILENO);
  if (options.save != NULL) {
    static uint8_t bytes[FFH_MAX_INPUT];
    size_t size = ffh_plan_encode(search.plan, bytes, sizeof bytes);
    if (size == 0 || !ffh_file_write(options.save, (const char *)bytes, size)) {
      ffh_complain("cannot write the plan", options.save, ": is the disk full?");
    }
  }
}

static void save_report(const char *json, size_t size) {
  if (reported != 0) {
    return;
  }
  reported = 1;
  save_events();
  save_schedule();
  ffh_record_save();
  if (options.report != NULL && !ffh_file_write(options.report, json, size)) {
    ffh_complain("cannot write the report", options.report, ": is the disk full?");
  }
}

static void report_death(const char *rule, const char *message) {
  if (reported != 0) {
    return;
  }
  ffh_out out = {report_text, 0, REPORT_BYTES, false};
  ffh_run_describe(rule, message, &out);
  save_report(out.text, out.size);
}

/* A finding of our own checkers. */
static void on_finding(const char *json, size_t size) {
  ffh_out out = {(char *)(uintptr_t)json, size, size + 1, false};
  ffh_print(STDERR_FILENO, "FFH-FINDING ");
  ffh_out_flush(&out, STDERR_FILENO);
  save_report(json, size);
  ffh_run_stop();
  _exit(FFH_EXIT_FINDING);
}

/* A sanitizer has printed its report and is about to end the process with the exit code that its
 * options give; ours is explicit. */
static void on_death(void) {
  if (ffh_run_is_child()) {
    _exit(FFH_EXIT_FINDING);
  }
  ffh_sched_abandon();
  report_death("", "");
  ffh_run_stop();
  _exit(FFH_EXIT_FINDING);
}

static void end_by_signal(const char *said, const char *rule, const char *message) {
  ffh_sched_abandon();
  ffh_print(STDERR_FILENO, said);
  if (__sanitizer_print_stack_trace != NULL) {
    __sanitizer_print_stack_trace();
  }
  report_death(rule, message);
  ffh_run_stop();
  _exit(FFH_EXIT_FINDING);
}

static void on_abort(int number) {
  (void)number;
  end_by_signal("FFH-SIGNAL: the process was ended by a signal\n", "", "aborted");
}

/* What happened is on stderr. */
static void on_crash(void) {
  report_death("", "");
  ffh_run_stop();
  _exit(FFH_EXIT_FINDING);
}

/* Runs on the lane that the watchdog has found at fault, so that the stack is the guilty one. */
static void on_limit(int number) {
  (void)number;
  if (ffh_watchdog_reason() == FFH_WATCHDOG_TIME) {
    end_by_signal("FFH-TIMEOUT: the input did not finish within the time limit\n", "FFH-TIMEOUT",
                  "did not come back within the time limit");
  } else {
    end_by_signal("FFH-OOM: the process used more memory than the limit\n", "FFH-OOM",
                  "used more memory than the limit");
  }
}

static void on_exit_during_run(void) {
  if (ffh_run_is_leaving() || ffh_run_is_child()) {
    return; /* as the plan says, or nobody's business */
  }
  ffh_sched_abandon();
  if (ffh_run_is_active()) {
    ffh_print(STDERR_FILENO, "FFH-EXIT: the library ended the process\n");
    report_death("FFH-EXIT", "ended the process");
    ffh_run_stop();
    _exit(FFH_EXIT_FINDING);
  }
}

static void catch_signals(void) {
  struct sigaction action = {.sa_handler = on_abort, .sa_flags = SA_ONSTACK};
  if (__sanitizer_set_death_callback != NULL) {
    sigaction(SIGABRT, &action, NULL);
    __sanitizer_set_death_callback(on_death); /* it handles the other signals */
    ffh_crash_note();
  } else {
    ffh_crash_catch(on_crash);
  }
  action.sa_handler = on_limit;
  sigaction(SIGUSR1, &action, NULL);
}

static unsigned count_threads(void) {
  struct stat status;
  /* Each thread is a directory, and each directory is a link. */
  return stat("/proc/self/task", &status) == 0 && status.st_nlink > 2
             ? (unsigned)status.st_nlink - 2
             : 1;
}

static void print_result(const ffh_run_result *result) {
  char text[256];
  ffh_out out = {text, 0, sizeof text, false};
  ffh_out_str(&out, "trace: ");
  ffh_out_hex(&out, result->trace);
  ffh_out_str(&out, " calls: ");
  ffh_out_unsigned(&out, result->calls);
  ffh_out_str(&out, " skipped: ");
  ffh_out_unsigned(&out, result->skipped);
  ffh_out_str(&out, " switches: ");
  ffh_out_unsigned(&out, result->switches);
  ffh_out_str(&out, " points: ");
  ffh_out_unsigned(&out, result->points);
  ffh_out_str(&out, " leftover: ");
  ffh_out_unsigned(&out, result->leftover);
  if (result->not_controlled != NULL) {
    ffh_out_str(&out, " not controlled: ");
    ffh_out_str(&out, result->not_controlled);
  }
  ffh_out_str(&out, "\n");
  ffh_out_flush(&out, STDERR_FILENO);
}

/* So that what the library does only once in a process is done. The schedule is the first one of a
 * search: under it nothing was found when a search went on and found the plan. */
static void warm_up(ffh_plan *plan) {
  static ffh_schedule asked;
  asked = plan->schedule;
  ffh_schedules_set(plan, 0, FFH_POLICY_FIXED, 0);
  (void)ffh_run_plan(plan);
  plan->schedule = asked;
}

/* Of the functions that exit() calls in this program the last one: what the others did is in the
 * trace. */
__attribute__((destructor(101))) static void print_exit(void) {
  if (ffh_run_is_leaving()) {
    ffh_run_result result = ffh_run_exited();
    save_events();
    ffh_record_save();
    print_result(&result);
  }
}

static void run_times(ffh_plan *plan) {
  if (plan->schedule.warm != 0) {
    warm_up(plan);
  }
  for (long i = 0; i < options.times; i++) {
    ffh_watchdog_restart();
    if (plan->schedule.exits != 0 && i + 1 == options.times && options.traces == NULL) {
      ffh_run_plan_and_exit(plan);
    }
    ffh_run_result result = ffh_run_plan(plan);
    print_result(&result);
  }
}

/* One line for each file; leaks are looked for now and then only. */
static void run_traces(ffh_plan *plan) {
  for (char **file = options.traces; *file != NULL; file++) {
    if (ffh_plantool_load(*file, plan)) {
      run_times(plan);
    } else {
      ffh_print(STDERR_FILENO, "trace: none\n");
    }
  }
}

static void run_schedules(ffh_plan *plan) {
  unsigned policy = 0;
  (void)ffh_schedules_policy(options.policy, &policy); /* parse has seen that there is one */
  uint32_t points = 0;
  search.plan = plan;
  ffh_schedules_set(plan, 0, FFH_POLICY_FIXED, 0);
  for (long i = 0; i < options.schedules; i++) {
    ffh_watchdog_restart();
    search.tried = (uint32_t)i + 1;
    ffh_run_result result = ffh_run_plan(plan);
    points = result.points > points ? result.points : points;
    ffh_schedules_set(plan, search.tried, policy, points);
    plan->schedule.warm = 1;
  }
  search.plan = NULL;
  ffh_out out = {(char[64]){0}, 0, 64, false};
  ffh_out_str(&out, "schedules: ");
  ffh_out_unsigned(&out, (uint64_t)options.schedules);
  ffh_out_str(&out, " nothing found\n");
  ffh_out_flush(&out, STDERR_FILENO);
}

static int replay(void) {
  ffh_plan *plan = ffh_plan_new();
  if (options.traces == NULL && !ffh_plantool_load(options.file, plan)) {
    return FFH_EXIT_USAGE;
  }
  plan->schedule.exits |= options.exits;
  if (plan->n_dropped != 0) {
    ffh_print(
        STDERR_FILENO,
        "note: calls of this file were left out: the contract has no such function any more\n");
  }
  if (options.traces == NULL && plan->n_calls == 0) {
    ffh_print(STDERR_FILENO, "note: the plan is empty: there is nothing to run\n");
  }
  ffh_run_options run = {.core = -1,
                         .stats_path = options.stats,
                         .check_every_leak = options.traces == NULL && options.schedules == 0,
                         .unmap_every = true,
                         .on_finding = on_finding};
  if (options.events != NULL) {
    ffh_sched_keep_events();
  }
  if (options.record != NULL) {
    ffh_record_start(options.record, plan);
  }
  catch_signals();
  ffh_watchdog_start((unsigned)options.timeout_s, (unsigned)options.rss_mib, SIGUSR1);
  ffh_entry_start(&run);
  atexit(on_exit_during_run);
  unsigned own_threads = count_threads(); /* with the watchdog */
  if (options.schedules != 0) {
    run_schedules(plan);
  } else if (options.traces != NULL) {
    run_traces(plan);
  } else {
    run_times(plan);
  }
  save_events();
  ffh_record_save();
  if (options.traces == NULL && count_threads() > own_threads + plan->schedule.lanes - 1) {
    ffh_print(STDERR_FILENO, "note: threads that the library started are still running\n");
  }
  ffh_run_finish();
  if (__llvm_profile_write_file != NULL) {
    __llvm_profile_write_file();
  }
  /* The library's exit handlers have not been asked for: _exit keeps the verdict that was reached.
   */
  _exit(FFH_EXIT_PASS);
}

/* The start has done it: what is left is to say so. */
static int self_test(void) {
  const ffh_run_options run = {.core = -1, .on_finding = on_finding};
  ffh_entry_start(&run);
  ffh_out out = {(char[64]){0}, 0, 64, false};
  ffh_out_str(&out, "self-test: ");
  ffh_out_unsigned(&out, ffh_run_self_tests());
  ffh_out_str(&out, " checkers\n");
  ffh_out_flush(&out, STDOUT_FILENO);
  ffh_run_finish();
  _exit(FFH_EXIT_PASS);
}

/* ---- arguments ---- */

static const char usage[] =
    "usage: <target>-replay [--times N] [--timeout SECONDS] [--rss MIB] [--exit] [--report FILE]\n"
    "                       [--stats FILE] [--events FILE] [--record OUT] FILE\n"
    "       <target>-replay [--times N] [--timeout SECONDS] [--rss MIB] --traces FILE...\n"
    "       <target>-replay --schedules N [--policy random|pct|pos|surw|mix] [--save FILE] FILE\n"
    "       <target>-replay --show FILE | --compile TEXT OUT | --describe | --self-test\n"
    "exit: 0 nothing found, 1 usage or environment, 2 finding, 3 FFH-INTERNAL\n";

static bool number_argument(const char *text, long highest, long *number) {
  char *end = NULL;
  long value = strtol(text, &end, 10);
  if (end == text || *end != '\0' || value < 1 || value > highest) {
    return false;
  }
  *number = value;
  return true;
}

static char *no_file;

static bool take_option(int option) {
  switch (option) {
    case 'n':
      return number_argument(optarg, 1000000, &options.times);
    case 't':
      return number_argument(optarg, 86400, &options.timeout_s);
    case 'm':
      return number_argument(optarg, 1 << 20, &options.rss_mib);
    case 'r':
      options.report = optarg;
      return true;
    case 's':
      options.stats = optarg;
      return true;
    case 'e':
      options.events = optarg;
      return true;
    case 'N':
      return number_argument(optarg, 100000000, &options.schedules);
    case 'p': {
      unsigned policy = 0;
      options.policy = optarg;
      return ffh_schedules_policy(optarg, &policy);
    }
    case 'o':
      options.save = optarg;
      return true;
    case 'R':
      options.record = optarg;
      return true;
    case 'S':
      options.show = optarg;
      return true;
    case 'c':
      options.compile = optarg;
      return true;
    case 'T':
      options.traces = &no_file;
      return true;
    case 'x':
      options.exits = true;
      return true;
    case 'q':
      options.self_test = true;
      return true;
    case 'd':
      options.describe = true;
      return true;
    default:
      return false; /* getopt_long has said why */
  }
}

static bool parse(int argc, char **argv) {
  static const struct option known[] = {{"record", required_argument, NULL, 'R'},
                                        {"schedules", required_argument, NULL, 'N'},
                                        {"policy", required_argument, NULL, 'p'},
                                        {"save", required_argument, NULL, 'o'},
                                        {"times", required_argument, NULL, 'n'},
                                        {"timeout", required_argument, NULL, 't'},
                                        {"rss", required_argument, NULL, 'm'},
                                        {"report", required_argument, NULL, 'r'},
                                        {"stats", required_argument, NULL, 's'},
                                        {"events", required_argument, NULL, 'e'},
                                        {"show", required_argument, NULL, 'S'},
                                        {"compile", required_argument, NULL, 'c'},
                                        {"traces", no_argument, NULL, 'T'},
                                        {"exit", no_argument, NULL, 'x'},
                                        {"describe", no_argument, NULL, 'd'},
                                        {"self-test", no_argument, NULL, 'q'},
                                        {NULL, 0, NULL, 0}};
  for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
    if (!take_option(option)) {
      return false;
    }
  }
  if (options.traces != NULL) {
    options.traces = &argv[optind];
    return optind < argc && options.show == NULL && options.compile == NULL;
  }
  const char **operand = options.compile != NULL ? &options.out : &options.file;
  if (optind < argc) {
    *operand = argv[optind++];
  }
  bool has_operand = *operand != NULL;
  return optind == argc &&
         (has_operand || options.show != NULL || options.describe || options.self_test);
}

int main(int argc, char **argv) {
  if (!parse(argc, argv)) {
    ffh_print(STDERR_FILENO, usage);
    return FFH_EXIT_USAGE;
  }
  report_text = mmap(NULL, REPORT_BYTES, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (report_text == MAP_FAILED) {
    ffh_complain("no memory for reports", NULL, "");
    return FFH_EXIT_USAGE;
  }
  if (options.describe) {
    return ffh_plantool_describe();
  }
  if (options.self_test) {
    return self_test();
  }
  if (options.show != NULL) {
    return ffh_plantool_show(options.show);
  }
  return options.compile != NULL ? ffh_plantool_compile(options.compile, options.out) : replay();
}
