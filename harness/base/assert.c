#include "base/assert.h"

#include <unistd.h>

#include "base/exit.h"
#include "base/out.h"

void ffh_internal(const char *file, int line, const char *what) {
  char text[512];
  ffh_out out = {text, 0, sizeof text, false};
  ffh_out_str(&out, "FFH-INTERNAL ");
  ffh_out_str(&out, file);
  ffh_out_char(&out, ':');
  ffh_out_signed(&out, line);
  ffh_out_str(&out, ": ");
  ffh_out_str(&out, what);
  ffh_out_str(
      &out,
      "\nThis is a defect of ffihammer, not of your library. Please report it with this line.\n");
  ffh_out_flush(&out, STDERR_FILENO);
  _exit(FFH_EXIT_INTERNAL);
}
