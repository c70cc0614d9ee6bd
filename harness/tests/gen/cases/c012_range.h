#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(uint8_t x FFH_RANGE(0, 256)); /* expect: error FFH-C012 256 does not fit */
void g(uint32_t x FFH_RANGE(-1, 3)); /* expect: error FFH-C012 -1 does not fit */
void h(int8_t x FFH_DICT(1, 128)); /* expect: error FFH-C012 128 does not fit */
