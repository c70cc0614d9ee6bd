/* What the fuzzing entry points and the replay main share. */
#ifndef FFH_DRIVER_ENTRY_H
#define FFH_DRIVER_ENTRY_H

#include "run.h"

/* Gets the runtime ready for the linked target, or says why not and exits with FFH_EXIT_USAGE. */
void ffh_entry_start(const ffh_run_options *options);

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t max_size, unsigned seed);

#endif
