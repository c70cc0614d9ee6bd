/* The replay contract: the same program under the same schedule takes the same way, in whatever
 * process; and a schedule's switches act inside of calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "script.h"

/* Something of everything. */
static const char busy[] =
    "A: start T1, lock m, bump f, unlock m, semwait s, barrier b2, broadcast c, join T1, fwake g 9 "
    "|"
    "B: lock m, timedwait c m 3, unlock m, bump f, post s, rdlock l, rwunlock l, barrier b2 |"
    "C: start T2, yield, wrlock l, bump f, rwunlock l, fwait g 0 2, detach T2, once o, write v 1 |"
    "T1: bump f, nanosleep 1, post s, specific s1 |"
    "T2: poll v in 4, threadlocal s2, lock m, bump f, unlock m";

enum { SEEDS = 10, ADDRESS_ROOM = 64 };

static ffh_schedule schedule_of(unsigned policy, unsigned granularity, uint32_t seed) {
  return (ffh_schedule){.policy = (uint8_t)policy,
                        .granularity = (uint8_t)granularity,
                        .seed = seed,
                        .stickiness = policy == FFH_POLICY_RANDOM ? (uint8_t)(seed % 3) : 0,
                        .depth = policy == FFH_POLICY_PCT ? (uint8_t)(1 + seed % 4) : 0,
                        .length = 80};
}

static bool equal(const ffh_script_result *a, const ffh_script_result *b) {
  return strcmp(a->log, b->log) == 0 && a->trace == b->trace && a->points == b->points &&
         a->switches == b->switches;
}

static void every_process_gives_the_same_trace(void **state) {
  (void)state;
  unsigned same_trace = 0;
  for (unsigned policy = 0; policy < FFH_POLICY_COUNT; policy++) {
    ffh_script_result first[SEEDS], again;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
      ffh_schedule schedule = schedule_of(policy, seed % FFH_GRANULARITY_COUNT, seed);
      ffh_script_fork(busy, &schedule, &first[seed]);
      ffh_script_fork(busy, &schedule, &again);
      assert_null(strchr(first[seed].log, ';'));
      assert_true(equal(&first[seed], &again));
      same_trace += seed > 0 && first[seed].trace == first[seed - 1].trace;
    }
  }
  assert_int_equal(same_trace, 0);
}

/* In the child, between its runs: only the seed differs, and then nothing does. */
static void every_run_of_a_process_gives_the_same_trace(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "something of everything",
       "A: start T1, lock m, unlock m, semwait s, join T1 | B: lock m, timedwait c m 3, unlock m | "
       "T1: nanosleep 1, post s",
       "A start=0, A lock=0, A unlock=0, B lock=0, T1 nanosleep=0@1000, T1 post=0, "
       "A semwait=0@1000, A value=101, A join=0, B timedwait=ETIMEDOUT@3000, B unlock=0"}};
  FFH_SCRIPT_CHECK(rows);
}

/* ---- other address space layouts ---- */

static char program[4096];

static void print_run(unsigned policy, uint32_t seed) {
  ffh_script_result result;
  ffh_schedule schedule = schedule_of(policy, FFH_GRANULARITY_MEMORY, seed);
  ffh_script_run(busy, &schedule, &result);
  printf("%016llx %u %u %p\n", (unsigned long long)result.trace, result.points, result.switches,
         (void *)program);
}

/* What the run printed, and where its data were. */
static void run_elsewhere(unsigned policy, uint32_t seed, char *line, char *address) {
  char command[sizeof program + 64];
  snprintf(command, sizeof command, "'%s' --run %u %u", program, policy, seed);
  FILE *pipe = popen(command, "r");
  if (pipe == NULL) {
    fail_msg("%s does not start", command);
    return;
  }
  assert_int_equal(fscanf(pipe, "%63[^\n]", line), 1);
  assert_int_equal(pclose(pipe), 0);
  char *last = strrchr(line, ' ');
  assert_non_null(last);
  snprintf(address, ADDRESS_ROOM, "%s", last);
  *last = '\0';
}

static void another_layout_gives_the_same_trace(void **state) {
  (void)state;
  unsigned other_layouts = 0;
  for (unsigned policy = 0; policy < FFH_POLICY_COUNT; policy++) {
    for (uint32_t seed = 0; seed < 3; seed++) {
      char a[64], b[64], at_a[ADDRESS_ROOM], at_b[ADDRESS_ROOM];
      run_elsewhere(policy, seed, a, at_a);
      run_elsewhere(policy, seed, b, at_b);
      assert_string_equal(a, b);
      other_layouts += strcmp(at_a, at_b) != 0;
    }
  }
  if (other_layouts == 0) {
    print_message("addresses are not randomised here\n");
  }
}

/* ---- switches inside of calls ---- */

static const char two_bumps[] = "A: bump f, nanosleep 1, value f | B: bump f";

static bool loses_an_update(const ffh_script_result *result) {
  return strstr(result->log, "A value=1") != NULL;
}

static void an_override_acts_between_load_and_store(void **state) {
  (void)state;
  unsigned lost = 0;
  for (uint32_t at = 0; at < 8; at++) {
    ffh_script_result result;
    ffh_schedule schedule = {.policy = FFH_POLICY_FIXED,
                             .granularity = FFH_GRANULARITY_MEMORY,
                             .n_switches = 1,
                             .switches = {{at, 1}}};
    ffh_script_fork(two_bumps, &schedule, &result);
    lost += loses_an_update(&result);
  }
  assert_int_equal(lost, 1); /* there is one place for it */
}

static void granularity_says_where_threads_are_preempted(void **state) {
  (void)state;
  for (unsigned granularity = 0; granularity < FFH_GRANULARITY_COUNT; granularity++) {
    unsigned lost = 0;
    for (uint32_t seed = 0; seed < 30; seed++) {
      ffh_script_result result;
      ffh_schedule schedule = schedule_of(FFH_POLICY_RANDOM, granularity, seed * 3);
      ffh_script_fork(two_bumps, &schedule, &result);
      lost += loses_an_update(&result);
    }
    assert_int_equal(lost > 0, granularity == FFH_GRANULARITY_MEMORY);
  }
}

/* ---- who runs for too long ---- */

static void a_thread_that_spins_is_made_to_wait(void **state) {
  (void)state;
  for (unsigned policy = 0; policy < FFH_POLICY_COUNT; policy++) {
    for (uint32_t seed = 0; seed < 3; seed++) {
      ffh_script_result result;
      ffh_schedule schedule = schedule_of(policy, FFH_GRANULARITY_MEMORY, seed * 4);
      ffh_script_fork("A: spins f 1 | B: locks f 2 m | C: bump f, bump f", &schedule, &result);
      assert_null(strchr(result.log, ';'));
      assert_non_null(strstr(result.log, "A spins=0"));
      assert_non_null(strstr(result.log, "B locks=0"));
    }
  }
}

static void threads_that_are_left_are_counted(void **state) {
  (void)state;
  ffh_script_result result;
  ffh_schedule schedule = schedule_of(FFH_POLICY_FIXED, FFH_GRANULARITY_SYNC, 0);
  ffh_script_fork("A: start T1, detach T1, start T2 | T1: semwait s | T2: semwait s", &schedule,
                  &result);
  assert_string_equal(result.log, "A start=0, A detach=0, A start=0; left: 2");
}

int main(int argc, char **argv) {
  if (argc == 4 && strcmp(argv[1], "--run") == 0) {
    print_run((unsigned)atoi(argv[2]), (uint32_t)atoi(argv[3]));
    return 0;
  }
  if (readlink("/proc/self/exe", program, sizeof program - 1) <= 0) {
    return 1;
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_process_gives_the_same_trace),
      cmocka_unit_test(every_run_of_a_process_gives_the_same_trace),
      cmocka_unit_test(another_layout_gives_the_same_trace),
      cmocka_unit_test(an_override_acts_between_load_and_store),
      cmocka_unit_test(granularity_says_where_threads_are_preempted),
      cmocka_unit_test(a_thread_that_spins_is_made_to_wait),
      cmocka_unit_test(threads_that_are_left_are_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
