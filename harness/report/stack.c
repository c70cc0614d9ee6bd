#include "report/stack.h"

#include <string.h>

#include "base/asan.h"
#include "base/module.h"

/* `text` is the function and the location with a tab between. */
static void frame(const char *text, ffh_out *out) {
  size_t size = strlen(text);
  const char *tab = memchr(text, '\t', size);
  size_t name = tab == NULL ? size : (size_t)(tab - text);
  ffh_out_str(out, "{\"function\": ");
  ffh_out_json(out, text, name);
  ffh_out_str(out, ", \"location\": ");
  ffh_out_json(out, tab == NULL ? "" : tab + 1, tab == NULL ? 0 : size - name - 1);
  ffh_out_str(out, "}");
}

/* A return address is as many frames as functions are inlined there. */
static void frames(uintptr_t pc, bool symbolize, ffh_out *out) {
  char lines[4096] = ""; /* each ends with NUL, and all after the last one are NUL */
  if (symbolize && __sanitizer_symbolize_pc != NULL) {
    __sanitizer_symbolize_pc((void *)pc, "%f\t%L", lines, sizeof lines - 1);
  }
  if (lines[0] == '\0') { /* scripts/ffhlib/symbolize.py names it; the call, not what follows it */
    ffh_out place = {lines, 0, sizeof lines - 2, false};
    ffh_out_str(&place, "??\t");
    ffh_module_print(pc - 1, &place);
  }
  for (const char *line = lines; *line != '\0'; line += strlen(line) + 1) {
    ffh_out_str(out, line == lines ? "" : ", ");
    frame(line, out);
  }
}

void ffh_report_stack(const uintptr_t *pcs, unsigned n, bool symbolize, ffh_out *out) {
  ffh_out_str(out, "\"stack\": [");
  for (unsigned i = 0; i < n && pcs[i] != 0; i++) {
    ffh_out_str(out, i == 0 ? "" : ", ");
    frames(pcs[i], symbolize, out);
  }
  ffh_out_str(out, "]");
}
