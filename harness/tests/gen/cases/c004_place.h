#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

FFH_CONSUMES void f(box *self); /* expect: error FFH-C004 FFH_CONSUMES does not go on a function; write it behind a parameter's name */
void g(int32_t x FFH_STATUS(0)); /* expect: error FFH-C004 FFH_STATUS does not go on a parameter; write it before a function's declaration */
typedef struct {
  int32_t a FFH_HANDOVER; /* expect: error FFH-C004 does not go on a struct field */
} s;
void h(const s *p);
