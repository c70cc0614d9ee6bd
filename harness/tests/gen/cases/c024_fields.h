#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

typedef struct {
  uint32_t a : 3; /* expect: error FFH-C024 is a bit-field */
  union {
    int32_t i;
    float f;
  } u; /* expect: error FFH-C024 is a union */
  uint32_t many[17]; /* expect: error FFH-C024 more than 16 */
} s;
void f(const s *p);
typedef union {
  int32_t i;
  float f;
} either;
void g(const either *p); /* expect: error FFH-C024 points to a union */
