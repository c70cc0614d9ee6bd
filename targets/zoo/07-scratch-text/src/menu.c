#include "../contract.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT = 16 };

struct menu {
  uint32_t cents[MENU_MAX_PRICES];
  char texts[MENU_MAX_PRICES][TEXT];
  size_t n;
};

menu *menu_create(void) {
  return calloc(1, sizeof(menu));
}

void menu_destroy(menu *self) {
  free(self);
}

int32_t menu_add(menu *self, uint32_t cents) {
  if (self == NULL || self->n == MENU_MAX_PRICES) {
    return MENU_BAD_INPUT;
  }
  self->cents[self->n++] = cents;
  return MENU_OK;
}

const char *menu_price(menu *self, uint32_t index) {
  if (index >= self->n) {
    return NULL;
  }
#ifdef ZOO_FIXED
  char *text = self->texts[index];
#else
  char *text = self->texts[0]; /* the planted bug: one text for all prices */
#endif
  const uint32_t cents = self->cents[index];
  snprintf(text, TEXT, "%" PRIu32 ".%02" PRIu32, cents / 100, cents % 100);
  return text;
}
