#include "../contract.h"

#include <stdlib.h>
#include <string.h>

struct pair {
  struct pair *next;
  char *key;
  char *value;
};

struct settings {
  struct pair *pairs;
};

static void free_pair(struct pair *pair) {
  free(pair->key);
  free(pair->value);
  free(pair);
}

static void free_pairs(struct pair *pairs) {
  while (pairs != NULL) {
    struct pair *pair = pairs;
    pairs = pair->next;
    free_pair(pair);
  }
}

static char *copy_text(const char *text, size_t length) {
  char *copy = malloc(length + 1);
  if (copy != NULL) {
    memcpy(copy, text, length);
    copy[length] = '\0';
  }
  return copy;
}

static int32_t parse_pair(struct pair *pair, const char *text, size_t length) {
  const char *equals = length == 0 ? NULL : memchr(text, '=', length);
  size_t key = equals == NULL ? length : (size_t)(equals - text);
  pair->key = copy_text(text, key);
  if (pair->key == NULL) {
    return SETTINGS_NO_MEMORY;
  }
  if (equals == NULL || key == 0) {
    return SETTINGS_SYNTAX;
  }
  pair->value = copy_text(equals + 1, length - key - 1);
  return pair->value == NULL ? SETTINGS_NO_MEMORY : SETTINGS_OK;
}

static int32_t add_pair(struct pair **pairs, const char *text, size_t length) {
  struct pair *pair = calloc(1, sizeof *pair);
  if (pair == NULL) {
    return SETTINGS_NO_MEMORY;
  }
  int32_t status = parse_pair(pair, text, length);
  if (status != SETTINGS_OK) {
#ifdef ZOO_FIXED
    free_pair(pair);
#else
    free(pair); /* the planted bug: what it holds by now is lost */
#endif
    return status;
  }
  pair->next = *pairs;
  *pairs = pair;
  return SETTINGS_OK;
}

settings *settings_create(void) {
  return calloc(1, sizeof(settings));
}

void settings_destroy(settings *self) {
  if (self != NULL) {
    free_pairs(self->pairs);
    free(self);
  }
}

int32_t settings_parse(settings *self, const char *text, size_t length) {
  if (self == NULL || text == NULL || length > SETTINGS_MAX_TEXT) {
    return SETTINGS_BAD_INPUT;
  }
  struct pair *pairs = NULL;
  for (size_t start = 0; start < length;) {
    const char *end = memchr(text + start, ';', length - start);
    size_t size = end == NULL ? length - start : (size_t)(end - (text + start));
    int32_t status = add_pair(&pairs, text + start, size);
    if (status != SETTINGS_OK) {
      free_pairs(pairs);
      return status;
    }
    start += size + 1;
  }
  free_pairs(self->pairs);
  self->pairs = pairs;
  return SETTINGS_OK;
}

size_t settings_count(const settings *self) {
  size_t count = 0;
  for (const struct pair *pair = self->pairs; pair != NULL; pair = pair->next) {
    count++;
  }
  return count;
}
