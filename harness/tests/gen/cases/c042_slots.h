#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

typedef struct {
  int32_t a0[8], a1[8], a2[8], a3[8], a4[8], a5[8], a6[8], a7[8], a8[8];
} s;
void f(const s *p); /* expect: error FFH-C042 more than 64 values */
