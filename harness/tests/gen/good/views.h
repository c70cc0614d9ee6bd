/* What a library hands out without giving it away. */
#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct tree tree FFH_HANDLE(FFH_CONFINED);
typedef struct leaf *leaf FFH_HANDLE(FFH_CONFINED);
typedef struct color {
  uint8_t red, green, blue;
} color;

FFH_CREATES FFH_ERROR_NULL tree *tree_new(void);
void tree_free(tree **self FFH_CONSUMES);
FFH_CREATES FFH_DIES_WITH(self) leaf tree_leaf(tree *self, uint32_t index FFH_RANGE(0, 7));
FFH_RETURNS_BORROWED(self, destroy(self)) tree *leaf_tree(leaf self);
FFH_RETURNS_BORROWED(self, next_call) const color *leaf_color(const struct leaf *self);
FFH_RETURNS_STATIC FFH_LENGTH(n) const int32_t *tree_primes(size_t *n);
color tree_mix(color a, color b);
void leaf_name(leaf self, const char **name FFH_RETURNS_BORROWED(self, destroy(self))
                              FFH_LENGTH(size) FFH_UTF8,
               size_t *size);
