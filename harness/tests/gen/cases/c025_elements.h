#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

typedef struct {
  int32_t a;
  const char *name FFH_CSTR; /* expect: error FFH-C025 inside an array */
  box *owner; /* expect: error FFH-C025 a handle inside */
} row;
void f(const row *rows FFH_ARRAY(n), size_t n);
void g(box *const *boxes FFH_ARRAY(n), size_t n); /* expect: error FFH-C025 array of pointers */
