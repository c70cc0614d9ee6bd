/* Times a fuzz target over a fixed set of inputs, without the engine's mutation and bookkeeping,
 * which would be the same for every target: bench SECONDS FILE... Prints `inputs N` and `calls N
 * seconds S peak_kib K` for whole rounds over the files. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "bench.h"

__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

typedef struct input {
  uint8_t *data;
  size_t size;
} input;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Whole rounds over the inputs for at least `budget_s`; returns the seconds it took. */
static double run_rounds(const input *inputs, size_t n, double budget_s, uint64_t *done) {
  double start = now(), elapsed = 0;
  do {
    for (size_t i = 0; i < n; i++) {
      LLVMFuzzerTestOneInput(inputs[i].data, inputs[i].size);
    }
    *done += n;
    elapsed = now() - start;
  } while (elapsed < budget_s);
  return elapsed;
}

static input load(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
    perror(path);
    exit(1);
  }
  long size = ftell(file);
  rewind(file);
  input loaded = {malloc((size_t)size + 1), (size_t)size};
  if (loaded.data == NULL || fread(loaded.data, 1, loaded.size, file) != loaded.size) {
    perror(path);
    exit(1);
  }
  fclose(file);
  return loaded;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fputs("usage: bench SECONDS FILE...\n", stderr);
    return 1;
  }
  int no_arguments = 1;
  if (LLVMFuzzerInitialize != NULL) {
    LLVMFuzzerInitialize(&no_arguments, &argv);
  }
  double budget_s = strtod(argv[1], NULL);
  size_t n = (size_t)argc - 2;
  input *inputs = malloc(n * sizeof *inputs);
  for (size_t i = 0; i < n; i++) {
    inputs[i] = load(argv[i + 2]);
  }
  /* AddressSanitizer's quarantine fills at first, and each of its pages costs a fault. */
  uint64_t done = 0;
  run_rounds(inputs, n, budget_s / 2, &done);
  uint64_t calls = bench_calls();
  done = 0;
  double elapsed = run_rounds(inputs, n, budget_s, &done);
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("inputs %llu\ncalls %llu seconds %.6f peak_kib %ld\n", (unsigned long long)done,
         (unsigned long long)(bench_calls() - calls), elapsed, usage.ru_maxrss);
  return 0;
}
