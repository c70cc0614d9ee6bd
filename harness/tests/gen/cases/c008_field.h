#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

typedef struct {
  const uint8_t *p FFH_BYTES(n); /* expect: error FFH-C008 there is no parameter or field 'n' */
} s;
void f(const s *p, size_t n);
