#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(int32_t *x); /* expect: error FFH-C050 points to a number */
typedef struct {
  int32_t a;
} s;
void g(s *p); /* expect: error FFH-C050 points to a struct */
void h(box **self); /* expect: error FFH-C050 points to a handle */
