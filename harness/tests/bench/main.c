/* Times a fuzz target over a fixed set of inputs, without the engine's mutation and bookkeeping,
 * which would be the same for every target:
 *
 *   bench SECONDS FILE...                prints `inputs N` and `calls N seconds S peak_kib K`
 *   bench SECONDS --each TIMES FILE...   each file by itself, in turn, so many times:
 *                                        `file I inputs N seconds S cpu_seconds S` */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "bench.h"

__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

typedef struct input {
  uint8_t *data;
  size_t size;
} input;

static double read_clock(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Whole rounds over the inputs for at least `budget_s`; returns the seconds it took. */
static double run_rounds(const input *inputs, size_t n, double budget_s, uint64_t *done) {
  double start = read_clock(CLOCK_MONOTONIC), elapsed = 0;
  do {
    for (size_t i = 0; i < n; i++) {
      LLVMFuzzerTestOneInput(inputs[i].data, inputs[i].size);
    }
    *done += n;
    elapsed = read_clock(CLOCK_MONOTONIC) - start;
  } while (elapsed < budget_s);
  return elapsed;
}

/* AddressSanitizer's quarantine fills at first, and each of its pages costs a fault: runs until
 * faults have become rare. */
static void warm_up(const input *inputs, size_t n) {
  uint64_t done = 0;
  long before = 0;
  for (int slice = 0; slice < 40; slice++) {
    run_rounds(inputs, n, 0.25, &done);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    if (slice > 1 && usage.ru_minflt - before < 200) {
      return;
    }
    before = usage.ru_minflt;
  }
}

static input load(const char *path) {
  static uint8_t bytes[1 << 20];
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    perror(path);
    exit(1);
  }
  size_t size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  input loaded = {malloc(size + 1), size};
  if (loaded.data == NULL) {
    exit(1);
  }
  memcpy(loaded.data, bytes, size);
  return loaded;
}

static void time_all(const input *inputs, size_t n, double budget_s) {
  uint64_t calls = bench_calls();
  uint64_t done = 0;
  double elapsed = run_rounds(inputs, n, budget_s, &done);
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("inputs %llu\ncalls %llu seconds %.6f peak_kib %ld\n", (unsigned long long)done,
         (unsigned long long)(bench_calls() - calls), elapsed, usage.ru_maxrss);
}

static void time_each(const input *inputs, size_t n, double budget_s, unsigned long times) {
  for (unsigned long turn = 0; turn < times; turn++) {
    for (size_t i = 0; i < n; i++) {
      uint64_t done = 0;
      double cpu_start = read_clock(CLOCK_PROCESS_CPUTIME_ID);
      double elapsed = run_rounds(&inputs[i], 1, budget_s, &done);
      double cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu_start;
      printf("file %zu inputs %llu seconds %.6f cpu_seconds %.6f\n", i, (unsigned long long)done,
             elapsed, cpu);
    }
  }
}

int main(int argc, char **argv) {
  bool each = argc > 4 && strcmp(argv[2], "--each") == 0;
  int first = each ? 4 : 2;
  if (argc <= first) {
    fputs("usage: bench SECONDS [--each TIMES] FILE...\n", stderr);
    return 1;
  }
  int no_arguments = 1;
  if (LLVMFuzzerInitialize != NULL) {
    LLVMFuzzerInitialize(&no_arguments, &argv);
  }
  double budget_s = strtod(argv[1], NULL);
  size_t n = (size_t)(argc - first);
  static input inputs[4096];
  if (n > sizeof inputs / sizeof inputs[0]) {
    fputs("bench: at most 4096 files\n", stderr);
    return 1;
  }
  for (size_t i = 0; i < n; i++) {
    inputs[i] = load(argv[first + (int)i]);
  }
  warm_up(inputs, n);
  if (each) {
    time_each(inputs, n, budget_s, strtoul(argv[3], NULL, 10));
  } else {
    time_all(inputs, n, budget_s);
  }
  return 0;
}
