#include "../contract.h"

#include <stdlib.h>
#include <string.h>

struct column {
  size_t start;
  size_t length;
};

struct columns {
  char separator;
  char *line;
  struct column *items;
  size_t count;
};

/* A column that was found and is not yet in the array. The last one is the first of the list. */
struct piece {
  struct piece *next;
  struct column column;
};

static int push(struct piece **list, size_t start, size_t length) {
  struct piece *piece = malloc(sizeof *piece);
  if (piece == NULL) {
    return COLUMNS_NO_MEMORY;
  }
  piece->column.start = start;
  piece->column.length = length;
  piece->next = *list;
  *list = piece;
  return COLUMNS_OK;
}

/* Empties the list into the last of `count` items first. */
static void drain(struct piece **list, struct column *items, size_t count) {
  struct piece *piece;
  while ((piece = *list) != NULL) {
    *list = piece->next;
    if (count > 0) {
      items[--count] = piece->column;
    }
    free(piece);
  }
}

static int scan(const columns *self, const char *line, size_t length, struct piece **list,
                size_t *count) {
  size_t start = 0;
  for (size_t end = 0; end <= length; end++) {
    if (end < length && line[end] != self->separator) {
      continue;
    }
    if (push(list, start, end - start) != COLUMNS_OK) {
      return COLUMNS_NO_MEMORY;
    }
    *count += 1;
    start = end + 1;
  }
  return COLUMNS_OK;
}

static int split(columns *self, const char *line, size_t length) {
#ifdef ZOO_FIXED
  struct piece *list = NULL;
#else
  static struct piece *list; /* the planted bug: one list for all handles and threads */
#endif
  size_t count = 0;
  if (scan(self, line, length, &list, &count) != COLUMNS_OK) {
    drain(&list, NULL, 0);
    return COLUMNS_NO_MEMORY;
  }
  struct column *items = calloc(count, sizeof *items);
  char *copy = malloc(length + 1);
  if (items == NULL || copy == NULL) {
    drain(&list, NULL, 0);
    free(items);
    free(copy);
    return COLUMNS_NO_MEMORY;
  }
  drain(&list, items, count);
  memcpy(copy, line, length);
  free(self->items);
  free(self->line);
  self->items = items;
  self->line = copy;
  self->count = count;
  return COLUMNS_OK;
}

columns *columns_create(char separator) {
  columns *self = calloc(1, sizeof *self);
  if (self != NULL) {
    self->separator = separator;
  }
  return self;
}

void columns_destroy(columns *self) {
  if (self != NULL) {
    free(self->items);
    free(self->line);
    free(self);
  }
}

int32_t columns_split(columns *self, const char *line, size_t length) {
  if (self == NULL || line == NULL || length > COLUMNS_MAX_LINE) {
    return COLUMNS_BAD_INPUT;
  }
  return split(self, line, length);
}

size_t columns_count(const columns *self) {
  return self->count;
}

int32_t columns_get(const columns *self, size_t index, char *text, size_t capacity,
                    size_t *written) {
  if (self == NULL || text == NULL || written == NULL) {
    return COLUMNS_BAD_INPUT;
  }
  if (index >= self->count) {
    return COLUMNS_NO_COLUMN;
  }
  const struct column *column = &self->items[index];
  if (column->length > capacity) {
    return COLUMNS_BAD_INPUT;
  }
  memcpy(text, self->line + column->start, column->length);
  *written = column->length;
  return COLUMNS_OK;
}
