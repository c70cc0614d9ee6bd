/* A libFuzzer target as people write it by hand: every input runs one program of the suite, with
 * its threads left to the operating system. The input is not looked at, for a program takes
 * nothing; a deadlock shows by -timeout. The program is the option --program=NAME_bad. */
#include "suite.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct program {
  const char *name;
  int32_t (*run)(void);
} program;

static const program programs[] = {
#define SUITE(name, language, findings, summary) \
  {#name "_bad", name##_bad}, {#name "_good", name##_good},
#include "programs.def"
#undef SUITE
};

static const program *chosen;

static const program *find(const char *name) {
  for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
    if (strcmp(programs[i].name, name) == 0) {
      return &programs[i];
    }
  }
  return NULL;
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libFuzzer ignores options with two dashes. */
int LLVMFuzzerInitialize(int *argc, char ***argv) {
  static const char option[] = "--program=";
  for (int i = 1; i < *argc; i++) {
    if (strncmp((*argv)[i], option, sizeof option - 1) == 0) {
      chosen = find((*argv)[i] + sizeof option - 1);
    }
  }
  if (!chosen) {
    fprintf(stderr, "usage: schedules-plain --program=NAME_bad|NAME_good [libFuzzer options]\n");
    exit(1);
  }
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  (void)data;
  (void)size;
  SUITE_CHECK(chosen->run() == 0);
  return 0;
}
