/* sched/io.c: descriptors that threads wait for, and calls that are not modelled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "script.h"

static void eventfds(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_EVERY, "a read waits for a write", "A: read v | B: yield, write v 5",
       "B write=8, A read=5"},
      {FFH_FIXED, "it takes all", "A: write v 2, write v 3, read v",
       "A write=8, A write=8, A read=5"},
      {FFH_FIXED, "a semaphore gives one at a time",
       "A: write w 2, read w, read w | B: nanosleep 2, write w 0",
       "A write=8, A read=1, A read=1, B nanosleep=0@2000, B write=8"},
      {FFH_FIXED, "through its own functions", "A: evread v | B: evwrite v 6",
       "B evwrite=0, A evread=6"},
      {FFH_FIXED, "one that does not wait says so", "A: nonblock v, read v", "A read=EAGAIN"},
      {FFH_FIXED, "two readers of a semaphore",
       "A: read w | B: read w | C: write w 1, nanosleep 1, write w 1",
       "C write=8, A read=1, C nanosleep=0@1000, C write=8, B read=1@1000"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void pipes(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_EVERY, "a read waits for a write", "A: read p | B: yield, write p 5",
       "B write=8, A read=8"},
      {FFH_FIXED, "a write waits for room",
       "A: fillpipe p, write p 1 | B: nanosleep 2, drainpipe p",
       "A fillpipe=0, B nanosleep=0@2000, B drainpipe=65536, A write=8@2000"},
      {FFH_FIXED, "a long write waits for room as often as it has to",
       "A: fillpipe p, writelong p | B: drainpipe p, drainpipe p, nanosleep 1, drainpipe p, "
       "drainpipe p",
       "A fillpipe=0, B drainpipe=65536, B drainpipe=65536, B nanosleep=0@1000, "
       "B drainpipe=65536, A writelong=196608@1000, B drainpipe=65536"},
      {FFH_FIXED, "one that does not wait says so", "A: fillpipe p, nonblock p write, write p 1",
       "A fillpipe=0, A write=EAGAIN"},
      {FFH_FIXED, "a read ends when nobody can write any more",
       "A: read p | B: nanosleep 2, closewriter p",
       "B nanosleep=0@2000, B closewriter=0, A read=0@2000"},
  };
  FFH_SCRIPT_CHECK(rows);
}

/* How much fits is the kernel's to say, so only the outcome is looked at. */
static void a_long_send_waits_too(void **state) {
  (void)state;
  ffh_script_result result;
  ffh_schedule schedule = {.policy = FFH_POLICY_FIXED, .granularity = FFH_GRANULARITY_SYNC};
  ffh_script_fork("A: sendlong t | B: drainlong t", &schedule, &result);
  assert_string_equal(result.log, "A sendlong=1048576, B drainlong=1048576");
}

static void readiness(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "poll finds what is there", "A: write v 1, poll v in 0, poll p out 0",
       "A write=8, A poll=1, A poll=4"},
      {FFH_FIXED, "poll waits until there is something",
       "A: poll v in 9 | B: sleepuntil 4, write v 1",
       "B sleepuntil=0@4000, B write=8, A poll=1@4000"},
      {FFH_FIXED, "or its time is up", "A: poll v in 9, poll v in 0", "A poll=0@9000, A poll=0"},
      {FFH_FIXED, "poll waits for ever", "A: poll v in -1 | B: nanosleep 4000, write v 1",
       "B nanosleep=0@4000000, B write=8, A poll=1@4000000"},
      {FFH_FIXED, "of nothing, they sleep", "A: pollnone 4, selectnone 5, pollnone 0",
       "A pollnone=0@4000, A selectnone=0@9000, A pollnone=0"},
      {FFH_FIXED, "ppoll", "A: ppoll v in 9, ppoll v in 9 | B: sleepuntil 12, write v 1",
       "A ppoll=0@9000, B sleepuntil=0@12000, B write=8, A ppoll=1@12000"},
      {FFH_FIXED, "select",
       "A: select v in 9, select p out 9, select v in 9 | B: sleepuntil 12, write v 1",
       "A select=0@9000, A select=1, B sleepuntil=0@12000, B write=8, A select=1@12000"},
      {FFH_FIXED, "epoll", "A: epoll z 9, epoll z 9, epoll z 0 | B: sleepuntil 12, write v 1",
       "A epoll=0@9000, B sleepuntil=0@12000, B write=8, A epoll=11@12000, A epoll=11"},
      {FFH_FIXED, "epoll waits for ever", "A: epoll z -1 | B: nanosleep 4000, write v 1",
       "B nanosleep=0@4000000, B write=8, A epoll=11@4000000"},
      {FFH_FIXED, "who waits for an epoll sees what is added to it",
       "A: epoll z -1 | B: write w 1, epolladd z w, yield, write v 1",
       "B write=8, B epolladd=0, A epoll=12, B write=8"},
      {FFH_FIXED, "and who reads from a socket that no more will come",
       "A: read t | B: shutdown t, yield, write v 1", "B shutdown=0, A read=0, B write=8"},
  };
  FFH_SCRIPT_CHECK(rows);
}

/* Nothing but the process itself could end these: a deadlock, and under control. */
static void inside(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "an eventfd that nobody writes to", "A: read v", "; deadlock, read -"},
      {FFH_FIXED, "a pipe", "A: poll p in -1", "; deadlock, poll -"},
      {FFH_FIXED, "a pair of sockets", "A: read t", "; deadlock, read -"},
      {FFH_FIXED, "an epoll of an eventfd", "A: epoll z -1", "; deadlock, epoll_wait -"},
      {FFH_FIXED, "and of a pipe", "A: epolladd z p, epoll z -1",
       "A epolladd=0; deadlock, epoll_wait -"},
      {FFH_FIXED, "and nothing at all", "A: pollnone -1", "; deadlock, poll -"},
  };
  FFH_SCRIPT_CHECK(rows);
}

static void outside(void **state) {
  (void)state;
  static const ffh_script_row rows[] = {
      {FFH_FIXED, "flock", "A: flock v", "A flock=0; not controlled: flock"},
      {FFH_FIXED, "waitpid", "A: waitpid", "A waitpid=ECHILD; not controlled: waitpid"},
      {FFH_FIXED, "the first is named, once", "A: waitpid, flock v",
       "A waitpid=ECHILD, A flock=0; not controlled: waitpid"},
  };
  FFH_SCRIPT_CHECK(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(eventfds),
      cmocka_unit_test(pipes),
      cmocka_unit_test(a_long_send_waits_too),
      cmocka_unit_test(readiness),
      cmocka_unit_test(inside),
      cmocka_unit_test(outside),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
