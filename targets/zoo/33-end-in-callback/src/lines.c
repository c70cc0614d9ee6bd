#include <stdbool.h>
#include <stdlib.h>

#include "../contract.h"

struct lines {
  lines_reader reader;
  void *context;
  bool reading; /* a reader runs */
  bool over;    /* it has destroyed the splitter */
  size_t length;
  char line[LINES_MAX_LINE];
};

lines *lines_create(lines_reader reader, void *context) {
  if (reader == NULL) {
    return NULL;
  }
  lines *self = calloc(1, sizeof *self);
  if (self != NULL) {
    self->reader = reader;
    self->context = context;
  }
  return self;
}

void lines_destroy(lines *self) {
#ifdef ZOO_FIXED
  if (self != NULL && self->reading) {
    self->over = true;
    return;
  }
#endif
  free(self); /* the planted bug: lines_feed may be going on with it */
}

static void read_line(lines *self) {
  self->reading = true;
  self->reader(self->context, self, self->line, self->length);
  self->reading = false;
  self->length = 0;
}

int32_t lines_feed(lines *self, const char *text, size_t length) {
  if (self == NULL || text == NULL) {
    return LINES_BAD_INPUT;
  }
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '\n') {
      read_line(self);
      if (self->over) {
        lines_destroy(self);
        return LINES_OK;
      }
    } else if (self->length == LINES_MAX_LINE) {
      return LINES_TOO_LONG;
    } else {
      self->line[self->length++] = text[i];
    }
  }
  return LINES_OK;
}
