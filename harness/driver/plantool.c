#include "driver/plantool.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/out.h"
#include "driver/files.h"

bool ffh_plantool_load(const char *path, ffh_plan *plan) {
  ffh_file bytes;
  if (!ffh_file_read(path, FFH_MAX_INPUT, &bytes)) {
    return false;
  }
  static const char text[] = "ffihammer plan ";
  if (bytes.size >= sizeof text - 1 && memcmp(bytes.data, text, sizeof text - 1) == 0) {
    ffh_complain("a plan text", path, ": compile it first, with --compile TEXT OUT");
    return false;
  }
  switch (ffh_plan_decode(&ffh_target_main, bytes.data, bytes.size, plan)) {
    case FFH_DECODE_OK:
      return true;
    case FFH_DECODE_OTHER_TARGET:
      ffh_complain("a plan of another target", path, ": replay it with that target's binary");
      return false;
    case FFH_DECODE_OTHER_VERSION:
      ffh_complain("a plan of another format version", path,
                   ": use the ffihammer that wrote it, or its text form");
      return false;
  }
  return false;
}

int ffh_plantool_show(const char *path) {
  ffh_plan *plan = ffh_plan_new();
  if (!ffh_plantool_load(path, plan)) {
    return FFH_EXIT_USAGE;
  }
  char *text = mmap(NULL, FFH_MAX_TEXT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  size_t size = text == MAP_FAILED ? 0 : ffh_plan_print(plan, text, FFH_MAX_TEXT);
  if (size == 0) {
    ffh_complain("the plan's text is too long to print", path, "");
    return FFH_EXIT_USAGE;
  }
  ffh_print(STDOUT_FILENO, text);
  return FFH_EXIT_PASS;
}

int ffh_plantool_compile(const char *text_path, const char *out_path) {
  ffh_file text;
  if (!ffh_file_read(text_path, FFH_MAX_TEXT, &text)) {
    return FFH_EXIT_USAGE;
  }
  ffh_plan *plan = ffh_plan_new();
  ffh_text_error error;
  if (!ffh_plan_parse(&ffh_target_main, (const char *)text.data, text.size, plan, &error)) {
    char place[64];
    ffh_out out = {place, 0, sizeof place, false};
    ffh_out_char(&out, ':');
    ffh_out_unsigned(&out, error.line);
    ffh_out_char(&out, ':');
    ffh_out_unsigned(&out, error.column);
    ffh_out_str(&out, ": ");
    ffh_print(STDERR_FILENO, text_path);
    ffh_print(STDERR_FILENO, place);
    ffh_print(STDERR_FILENO, error.message);
    ffh_print(STDERR_FILENO, "\n");
    return FFH_EXIT_USAGE;
  }
  uint8_t *bytes =
      mmap(NULL, FFH_MAX_INPUT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  size_t size = bytes == MAP_FAILED ? 0 : ffh_plan_encode(plan, bytes, FFH_MAX_INPUT);
  if (size == 0 || !ffh_file_write(out_path, bytes, size)) {
    ffh_complain("cannot write", out_path, ": is the directory there, and is there space?");
    return FFH_EXIT_USAGE;
  }
  return FFH_EXIT_PASS;
}

int ffh_plantool_describe(void) {
  char text[512];
  ffh_out out = {text, 0, sizeof text, false};
  ffh_out_str(&out, "{\"target\": ");
  ffh_out_json(&out, ffh_target_main.name, strlen(ffh_target_main.name));
  ffh_out_str(&out, ", \"id\": ");
  ffh_out_unsigned(&out, ffh_target_main.id);
  ffh_out_str(&out, ", \"abi\": ");
  ffh_out_unsigned(&out, ffh_target_main.abi);
  ffh_out_str(&out, ", \"functions\": ");
  ffh_out_unsigned(&out, ffh_target_main.n_functions);
  ffh_out_str(&out, ", \"handle_types\": ");
  ffh_out_unsigned(&out, ffh_target_main.n_handle_types);
  ffh_out_str(&out, "}\n");
  ffh_out_flush(&out, STDOUT_FILENO);
  return FFH_EXIT_PASS;
}
