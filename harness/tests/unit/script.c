#include "script.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "sched/thread.h"

enum { MAX_THREADS = 8, MAX_CALLS = 24, MAX_WORDS = 6, NAMED_US = 500, ERRNO_BEFORE = 4242 };

typedef struct parsed_call {
  const ffh_script_call *call;
  const char *words[MAX_WORDS];
} parsed_call;

typedef struct parsed_thread {
  const char *name;
  unsigned n;
  parsed_call calls[MAX_CALLS];
} parsed_thread;

static char text[2048];
static parsed_thread threads[MAX_THREADS];
static unsigned n_threads;

static ffh_script_result *now;
static uint64_t start_ns, shown_ns, real_ahead_ns, lanes_left;
static _Thread_local const char *my_name;
static _Thread_local uint64_t my_start_ns;

void ffh_script_wrong(const char *what, const char *word) {
  fprintf(stderr, "script: %s: \"%s\"\n", what, word);
  _exit(9);
}

/* ---- parsing ---- */

static const ffh_script_call *find_call(const char *name) {
  const ffh_script_call *const tables[] = {ffh_script_locks, ffh_script_waits, ffh_script_threads,
                                           ffh_script_files, ffh_script_memory};
  for (unsigned i = 0; i < sizeof tables / sizeof tables[0]; i++) {
    for (const ffh_script_call *call = tables[i]; call->name != NULL; call++) {
      if (strcmp(call->name, name) == 0) {
        return call;
      }
    }
  }
  ffh_script_wrong("no such call", name);
}

static void parse_call(char *source, parsed_call *call) {
  char *rest = source;
  char *name = strtok_r(rest, " \n", &rest);
  if (name == NULL) {
    ffh_script_wrong("an empty call", source);
  }
  call->call = find_call(name);
  for (unsigned i = 0; i < MAX_WORDS; i++) {
    char *word = strtok_r(NULL, " \n", &rest);
    call->words[i] = word == NULL ? "" : word;
  }
}

static void parse_thread(char *source, parsed_thread *thread) {
  char *colon = strchr(source, ':');
  if (colon == NULL) {
    ffh_script_wrong("a thread without a colon", source);
  }
  *colon = '\0';
  *thread = (parsed_thread){.name = source + strspn(source, " \n")};
  char *rest = colon + 1;
  for (char *part = strtok_r(rest, ",", &rest); part != NULL; part = strtok_r(NULL, ",", &rest)) {
    if (thread->n == MAX_CALLS) {
      ffh_script_wrong("too many calls", thread->name);
    }
    parse_call(part, &thread->calls[thread->n++]);
  }
}

static void parse(const char *script) {
  if (strlen(script) >= sizeof text) {
    ffh_script_wrong("too long", script);
  }
  snprintf(text, sizeof text, "%s", script);
  n_threads = 0;
  char *rest = text;
  for (char *part = strtok_r(rest, "|", &rest); part != NULL; part = strtok_r(NULL, "|", &rest)) {
    if (n_threads == MAX_THREADS) {
      ffh_script_wrong("too many threads", part);
    }
    parse_thread(part, &threads[n_threads++]);
  }
}

/* ---- the log ---- */

static void add(const char *format, ...) {
  size_t length = strlen(now->log);
  va_list list;
  va_start(list, format);
  vsnprintf(now->log + length, sizeof now->log - length, format, list);
  va_end(list);
}

void ffh_script_note(const char *call, ffh_script_kind kind, long result) {
  int error = errno;
  if (kind == FFH_SCRIPT_SILENT) {
    return;
  }
  add("%s%s %s=", now->log[0] == '\0' ? "" : ", ", my_name, call);
  if (kind == FFH_SCRIPT_ERROR && result != 0) {
    add("%s", strerrorname_np((int)result));
  } else if (kind == FFH_SCRIPT_ERRNO && result == -1) {
    add("%s", strerrorname_np(error));
  } else {
    add("%ld%s", result, kind == FFH_SCRIPT_VALUE || error == ERRNO_BEFORE ? "" : "!errno");
  }
  uint64_t end_ns = ffh_now_ns();
  if (end_ns - my_start_ns > UINT64_C(1000) * NAMED_US) {
    add("@%llu", (unsigned long long)(end_ns - start_ns) / 1000);
  }
  my_start_ns = end_ns;
}

void ffh_script_play(const char *name) {
  const parsed_thread *thread = NULL;
  for (unsigned i = 0; i < n_threads; i++) {
    thread = strcmp(threads[i].name, name) == 0 ? &threads[i] : thread;
  }
  if (thread == NULL) {
    ffh_script_wrong("no such thread", name);
  }
  my_name = thread->name;
  for (unsigned i = 0; i < thread->n; i++) {
    const parsed_call *call = &thread->calls[i];
    errno = ERRNO_BEFORE;
    my_start_ns = ffh_now_ns();
    long result = call->call->run(call->words);
    ffh_script_note(call->call->name, call->call->kind, result);
  }
}

long ffh_script_number(const char *word) {
  char *end = NULL;
  long number = strtol(word, &end, 0);
  if (end == word || *end != '\0') {
    ffh_script_wrong("not a number", word);
  }
  return number;
}

struct timespec ffh_script_time(int clock, const char *ms) {
  uint64_t ns = shown_ns + (clock == CLOCK_REALTIME ? real_ahead_ns : 0);
  if (strcmp(ms, "bad") == 0) {
    return (struct timespec){(time_t)(ns / 1000000000), 1000000000};
  }
  ns += (uint64_t)ffh_script_number(ms) * 1000000;
  return (struct timespec){(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
}

/* ---- one run ---- */

static uint64_t enabled(void *context) {
  (void)context;
  return lanes_left;
}

static void step(void *context, unsigned lane) {
  (void)context;
  char name[2] = {(char)('A' + lane), '\0'};
  lanes_left &= ~(UINT64_C(1) << lane);
  ffh_sched_enter("script");
  ffh_script_play(name);
  (void)ffh_sched_leave();
}

static const char *const fault_names[] = {
    [FFH_FAULT_DEADLOCK] = "deadlock",
    [FFH_FAULT_LOST_WAKEUP] = "lost wake-up",
    [FFH_FAULT_SELF_DEADLOCK] = "self-deadlock",
    [FFH_FAULT_LIVELOCK] = "livelock",
    [FFH_FAULT_LOCK_FREED] = "lock on freed memory",
    [FFH_FAULT_UNLOCK_NOT_OWNER] = "unlock by a non-owner",
    [FFH_FAULT_LOCK_HELD] = "destroyed while held",
};

static void (*after_fault)(void);

static void on_fault(void *context, ffh_sched_fault fault, const char *what, const void *object) {
  (void)context;
  add("; %s, %s %s", fault_names[fault], what == NULL ? "-" : what, ffh_script_object_name(object));
  if (ffh_sched_not_controlled() != NULL) {
    add("; not controlled: %s", ffh_sched_not_controlled());
  }
  now->trace = ffh_sched_trace_value();
  if (after_fault != NULL) {
    after_fault();
  }
  _exit(0);
}

/* How far the real-time clock is ahead, by asking it. */
static void look_at_clock(void *unused) {
  struct timespec real;
  (void)unused;
  clock_gettime(CLOCK_REALTIME, &real);
  real_ahead_ns = (uint64_t)real.tv_sec * 1000000000 + (uint64_t)real.tv_nsec - ffh_clock_ns();
}

void ffh_script_run(const char *script, const ffh_schedule *schedule, ffh_script_result *result) {
  static const ffh_sched_client client = {NULL, enabled, step, on_fault};
  parse(script);
  now = result;
  *now = (ffh_script_result){.log = ""};
  ffh_schedule mine = *schedule;
  lanes_left = 0;
  for (unsigned i = 0; i < n_threads; i++) {
    if (threads[i].name[1] == '\0') {
      lanes_left |= UINT64_C(1) << (threads[i].name[0] - 'A');
      mine.lanes++;
    }
  }
  ffh_sched_begin(&mine, &client);
  ffh_sched_quietly(look_at_clock, NULL);
  ffh_sched_quietly(ffh_script_objects_reset, NULL);
  start_ns = ffh_now_ns();
  shown_ns = ffh_clock_ns();
  ffh_sched_run();
  ffh_sched_settle();
  unsigned left = ffh_sched_adopted();
  ffh_sched_outcome outcome = ffh_sched_end();
  now->trace = outcome.trace;
  now->points = outcome.points;
  now->switches = outcome.switches;
  if (outcome.not_controlled != NULL) {
    add("; not controlled: %s", outcome.not_controlled);
  }
  if (left != 0) {
    add("; left: %u", left);
  }
}

/* ---- in processes of their own ---- */

static void *shared_room(size_t size) {
  void *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert_true(room != MAP_FAILED);
  return room;
}

/* Returns what was wrong with the way it ended, NULL for nothing. */
static const char *in_child(void (*run)(void *), void *context) {
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    alarm(60); /* against a hang only */
    ffh_sched_pin(-1);
    run(context);
    _exit(0);
  }
  int status = 0;
  static char message[64];
  assert_int_equal(waitpid(child, &status, 0), child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    return NULL;
  }
  snprintf(message, sizeof message, "the process ended with status 0x%x", (unsigned)status);
  return message;
}

typedef struct one_run {
  const char *script;
  const ffh_schedule *schedule;
  ffh_script_result *result;
} one_run;

static void run_one(void *context) {
  const one_run *one = context;
  ffh_script_run(one->script, one->schedule, one->result);
}

void ffh_script_fork(const char *script, const ffh_schedule *schedule, ffh_script_result *result) {
  static ffh_script_result *room;
  if (room == NULL) {
    room = shared_room(sizeof *room);
  }
  const char *wrong = in_child(run_one, &(one_run){script, schedule, room});
  if (wrong != NULL) {
    fail_msg("%s\n  log: %s\n  %s", script, room->log, wrong);
  }
  *result = *room;
}

/* ---- rows ---- */

enum { SEEDS = 12, MAX_ENTRIES = 64, FIXED_RUNS = 3 };

static struct progress {
  unsigned next;  /* the row's run that comes next */
  uint64_t trace; /* of the first */
  ffh_script_result result;
  char wrong[8192];
} *progress;

static const ffh_script_row *row;

static int by_text(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The entries in alphabetical order, without times. */
static void sort_entries(const char *log, char *out, size_t room) {
  char copy[sizeof(((ffh_script_result *)0)->log)];
  char *entries[MAX_ENTRIES];
  unsigned n = 0;
  snprintf(copy, sizeof copy, "%s", log);
  char *rest = copy;
  for (char *part = strtok_r(rest, ",;", &rest); part != NULL && n < MAX_ENTRIES;
       part = strtok_r(NULL, ",;", &rest)) {
    part[strcspn(part, "@")] = '\0';
    part += strspn(part, " ");
    entries[n++] = row->where == FFH_ANYONE ? part + strcspn(part, " ") : part;
  }
  qsort(entries, n, sizeof entries[0], by_text);
  size_t length = 0;
  for (unsigned i = 0; i < n; i++) {
    length += (size_t)snprintf(out + length, room - length, "%s, ", entries[i]);
  }
}

static void compare(void) {
  static char got[4096], expected[4096];
  unsigned at = progress->next++;
  snprintf(got, sizeof got, "%s", progress->result.log);
  snprintf(expected, sizeof expected, "%s", row->expect);
  if (at >= FIXED_RUNS) {
    sort_entries(progress->result.log, got, sizeof got);
    sort_entries(row->expect, expected, sizeof expected);
  }
  if (at == 0) {
    progress->trace = progress->result.trace;
  } else if (at < FIXED_RUNS && progress->trace != progress->result.trace) {
    strncat(got, "; another trace", sizeof got - strlen(got) - 1);
  }
  if (strcmp(got, expected) != 0) {
    snprintf(progress->wrong, sizeof progress->wrong,
             "\n  %s (run %u)\n  script:   %s\n  expected: %s\n  got:      %s", row->says, at,
             row->script, expected, got);
    _exit(0);
  }
}

static unsigned n_runs(void) {
  return FIXED_RUNS + (row->where != FFH_FIXED ? SEEDS * FFH_POLICY_FIXED : 0);
}

static ffh_schedule schedule_of(unsigned at) {
  if (at < FIXED_RUNS) {
    return (ffh_schedule){.policy = FFH_POLICY_FIXED, .granularity = FFH_GRANULARITY_SYNC};
  }
  unsigned seed = (at - FIXED_RUNS) / FFH_POLICY_FIXED;
  uint8_t policy = (uint8_t)((at - FIXED_RUNS) % FFH_POLICY_FIXED);
  return (ffh_schedule){.policy = policy,
                        .granularity = FFH_GRANULARITY_SYNC,
                        .stickiness = policy == FFH_POLICY_RANDOM ? (uint8_t)(seed % 3) : 0,
                        .depth = policy == FFH_POLICY_PCT ? (uint8_t)(1 + seed % 4) : 0,
                        .length = 20,
                        .seed = seed};
}

static void run_row(void *unused) {
  (void)unused;
  after_fault = compare;
  while (progress->next < n_runs()) {
    ffh_schedule schedule = schedule_of(progress->next);
    ffh_script_run(row->script, &schedule, &progress->result);
    compare();
  }
}

/* Nothing to wait for but time, and defined by libc: so libc can be asked what is right. */
static bool libc_can_tell(void) {
  return strchr(row->script, '|') == NULL && strchr(row->expect, ';') == NULL;
}

static uint64_t real_ns(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void ask_libc(void *unused) {
  static char got[4096], expected[4096];
  (void)unused;
  parse(row->script);
  now = &progress->result;
  *now = (ffh_script_result){.log = ""};
  shown_ns = real_ns(CLOCK_MONOTONIC);
  real_ahead_ns = real_ns(CLOCK_REALTIME) - shown_ns;
  ffh_script_objects_reset(NULL);
  ffh_script_play("A");
  sort_entries(now->log, got, sizeof got);
  sort_entries(row->expect, expected, sizeof expected);
  if (strcmp(got, expected) != 0) {
    snprintf(progress->wrong, sizeof progress->wrong,
             "\n  %s\n  script:   %s\n  expected: %s\n  libc:     %s", row->says, row->script,
             row->expect, now->log);
  }
}

static const char *run_all(void) {
  const char *message = NULL;
  while (message == NULL && progress->next < n_runs() && progress->wrong[0] == '\0') {
    message = in_child(run_row, NULL);
  }
  if (message == NULL && progress->wrong[0] == '\0' && libc_can_tell()) {
    message = in_child(ask_libc, NULL);
  }
  return message;
}

void ffh_script_check(const ffh_script_row *rows, size_t n) {
  if (progress == NULL) {
    progress = shared_room(sizeof *progress);
  }
  unsigned wrong = 0;
  for (row = rows; row < rows + n; row++) {
    progress->next = 0;
    progress->wrong[0] = '\0';
    const char *message = run_all();
    if (message != NULL) {
      snprintf(progress->wrong, sizeof progress->wrong, "\n  %s (run %u)\n  %s\n  log: %s\n  %s",
               row->says, progress->next, row->script, progress->result.log, message);
    }
    if (progress->wrong[0] != '\0') {
      print_error("%s\n", progress->wrong);
      wrong++;
    }
  }
  assert_int_equal(wrong, 0);
}
