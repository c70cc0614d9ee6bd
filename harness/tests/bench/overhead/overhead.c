/* overhead PART [ARGUMENTS]
 *   calls                       a call across the boundary, plain and guarded
 *   pairs LIVE [EVENTS]         malloc and free, with so many other blocks alive
 *   random LIVE                 the same, with every live block in use: memory, not the ledger
 *   lanes N LIVE                the same as pairs by so many threads that take turns, one at a time
 *                               as under the scheduler, and free each other's blocks
 *   verdict LIVE                whether an input has left anything, with so many blocks alive */
#include "overhead.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EVENTS = 1 << 20, IN_USE = 64, MAX_LANES = 64, TURN = 512 };

double overhead_now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

double overhead_cpu_ns(void) {
  struct timespec used;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return (double)used.tv_sec * 1e9 + (double)used.tv_nsec;
}

void overhead_print(const char *name, double value) {
  printf("%s %.3f\n", name, value);
}

/* What libraries ask for: mostly small. */
static size_t size_of(uint32_t number) {
  static const uint16_t sizes[] = {16, 24, 32, 48,  64, 8,  100, 200,
                                   16, 32, 40, 256, 64, 80, 24,  512};
  return sizes[number % (sizeof sizes / sizeof sizes[0])];
}

static uint32_t draw(uint32_t *state) { /* Knuth's linear congruential generator */
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

static void *allocate(uint32_t number) {
  uint8_t *block = malloc(size_of(number));
  *block = 1;
  return block;
}

/* Blocks that stay alive and can be reached; the program ends with all of them. */
static void **hold(size_t live) {
  static void **held;
  held = calloc(live + 1, sizeof *held);
  for (size_t i = 0; i < live; i++) {
    held[i] = allocate((uint32_t)i);
  }
  return held;
}

static void work(void **blocks, size_t n, size_t events, uint32_t *state) {
  for (size_t i = 0; i < events; i++) {
    uint32_t number = draw(state);
    void **place = &blocks[number % n];
    free(*place);
    *place = allocate(number >> 12);
  }
}

static void pairs(size_t live, size_t events) {
  static void *blocks[IN_USE];
  uint32_t state = 1;
  hold(live);
  ledger_begin_input();
  work(blocks, IN_USE, events / 8, &state);
  double start = overhead_cpu_ns();
  work(blocks, IN_USE, events, &state);
  overhead_print("pair", (overhead_cpu_ns() - start) / (double)events);
}

static void random_use(size_t live) {
  void **blocks = hold(live);
  uint32_t state = 1;
  ledger_begin_input();
  work(blocks, live, EVENTS / 8, &state);
  double start = overhead_cpu_ns();
  work(blocks, live, EVENTS, &state);
  overhead_print("pair", (overhead_cpu_ns() - start) / EVENTS);
}

/* ---- threads that take turns ---- */

static struct {
  unsigned n;
  sem_t turn[MAX_LANES];
  void *blocks[IN_USE];
  uint32_t state;
  size_t left;
  double spent; /* inside of turns */
} lanes;

static void *lane(void *argument) {
  unsigned self = (unsigned)(uintptr_t)argument;
  ledger_enter();
  for (;;) {
    sem_wait(&lanes.turn[self]);
    bool done = lanes.left == 0;
    if (!done) {
      double start = overhead_cpu_ns();
      ledger_begin_turn();
      work(lanes.blocks, IN_USE, TURN, &lanes.state);
      ledger_end_turn();
      lanes.spent += overhead_cpu_ns() - start;
      lanes.left -= TURN;
    }
    sem_post(&lanes.turn[(self + 1) % lanes.n]);
    if (done) {
      return NULL;
    }
  }
}

static void run_lanes(size_t events) {
  pthread_t threads[MAX_LANES];
  lanes.left = events;
  lanes.spent = 0;
  for (unsigned i = 0; i < lanes.n; i++) {
    sem_init(&lanes.turn[i], 0, i == 0);
  }
  for (unsigned i = 0; i < lanes.n; i++) {
    pthread_create(&threads[i], NULL, lane, (void *)(uintptr_t)i);
  }
  for (unsigned i = 0; i < lanes.n; i++) {
    pthread_join(threads[i], NULL);
  }
}

static void by_lanes(unsigned n, size_t live) {
  lanes.n = n < 1 ? 1 : n > MAX_LANES ? MAX_LANES : n;
  hold(live);
  ledger_begin_input();
  run_lanes(EVENTS / 8);
  run_lanes(EVENTS);
  overhead_print("pair", lanes.spent / EVENTS);
}

int main(int argc, char **argv) {
  const char *part = argc > 1 ? argv[1] : "";
  size_t a = argc > 2 ? strtoul(argv[2], NULL, 10) : 0,
         b = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
  ledger_start();
  ledger_enter();
  if (strcmp(part, "calls") == 0) {
    overhead_calls();
  } else if (strcmp(part, "pairs") == 0) {
    pairs(a, b == 0 ? EVENTS : b);
  } else if (strcmp(part, "random") == 0 && a != 0) {
    random_use(a);
  } else if (strcmp(part, "lanes") == 0) {
    by_lanes((unsigned)a, b);
  } else if (strcmp(part, "verdict") == 0) {
    hold(a);
    ledger_begin_input();
    ledger_verdict();
  } else {
    fputs("usage: see overhead.c\n", stderr);
    return 1;
  }
  fflush(stdout);
  _Exit(0); /* what is still alive is meant to be */
}
