/* The bytes of an input are a contract: whatever they are, ffh-gen answers with tables or with
 * diagnostics. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/check.h"
#include "gen/emit.h"
#include "gen/gen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  /* Freestanding: the system headers are most of the time otherwise, and none of the interest. */
  static const char *const flags[] = {"-I" FFH_GEN_FUZZ_INCLUDE, "-ffreestanding"};
  char *contents = malloc(size + 1);
  if (contents == NULL) {
    return 0;
  }
  memcpy(contents, data, size);
  contents[size] = '\0';
  /* Only what the input says is of interest, not what a device file would. */
  if (strstr(contents, "/dev/") != NULL || strstr(contents, "/proc/") != NULL) {
    free(contents);
    return -1;
  }
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  ffh_gen gen;
  bool good = ffh_gen_begin(&gen, "/fuzz/contract.h", contents, "fuzz", "/fuzz", false, flags, 2);
  if (good && out != NULL) {
    ffh_emit_c(&gen.model, out);
    ffh_emit_json(&gen.model, out);
    ffh_emit_table(&gen.model, false, out);
    ffh_emit_table(&gen.model, true, out);
    ffh_check_symbols(&gen.model, "good\nbad\n");
  }
  if (out != NULL) {
    ffh_diag_print(&gen.diags, "/fuzz", out);
    fclose(out);
  }
  ffh_gen_end(&gen);
  free(text);
  free(contents);
  return 0;
}
