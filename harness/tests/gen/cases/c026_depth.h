#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

typedef struct node {
  int32_t value;
  const struct node *next; /* expect: error FFH-C026 nested more than 8 deep */
} node;
void f(const node *list);
