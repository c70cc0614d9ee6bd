#include "gen/emit.h"

const char *ffh_name_kind(unsigned kind) {
  static const char *const names[FFH_KIND_COUNT] = {
      "int",      "bool",    "enum",    "flags",    "float",    "handle", "owned",  "view",
      "bytes",    "array",   "strings", "text",     "path",     "struct", "length", "lengths",
      "capacity", "written", "error",   "callback", "userdata", "const",  "status"};
  return kind < FFH_KIND_COUNT ? names[kind] : "";
}

const char *ffh_name_direction(unsigned direction) {
  static const char *const names[] = {"in", "out", "inout"};
  return direction < 3 ? names[direction] : "";
}

const char *ffh_name_threading(unsigned threading) {
  static const char *const names[] = {"shared", "serial", "confined", "role", "inherit"};
  return threading < 5 ? names[threading] : "";
}

const char *ffh_name_error(unsigned error) {
  static const char *const names[] = {"none", "status", "null", "out", "errno"};
  return error < 5 ? names[error] : "";
}

void ffh_emit_literal(FILE *out, const char *bytes, size_t size) {
  if (bytes == NULL) {
    fputs("NULL", out);
    return;
  }
  fputc('"', out);
  for (size_t i = 0; i < size; i++) {
    unsigned char c = (unsigned char)bytes[i];
    if (c < 0x20 || c >= 0x7f || c == '?') {
      fprintf(out, "\\%03o", c);
    } else {
      fprintf(out, c == '"' || c == '\\' ? "\\%c" : "%c", c);
    }
  }
  fputc('"', out);
}

void ffh_emit_json_text(FILE *out, const char *text) {
  if (text == NULL) {
    fputs("null", out);
    return;
  }
  fputc('"', out);
  for (; *text != '\0'; text++) {
    unsigned char c = (unsigned char)*text;
    if (c < 0x20 || c >= 0x7f) {
      fprintf(out, "\\u%04x", c);
    } else {
      fprintf(out, c == '"' || c == '\\' ? "\\%c" : "%c", c);
    }
  }
  fputc('"', out);
}
