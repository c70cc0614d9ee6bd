#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

int32_t other(box *self);
FFH_SHADOW(other) int64_t f(box *self); /* expect: error FFH-C038 cannot be compared */
FFH_SHADOW(g) int64_t g(box *self); /* expect: error FFH-C038 cannot be compared */

void each(void (*visit)(int));
FFH_SHADOW(each) void all(void (*visit)(int) FFH_CALLBACK(caller, call)); /* expect: error FFH-C038 takes a callback */

typedef struct spot {
  int64_t x;
} spot FFH_HANDLE(FFH_SHARED);
void spot_init_slow(spot *self);
FFH_SHADOW(spot_init_slow) void spot_init(spot *self FFH_CREATES FFH_PLACED); /* expect: error FFH-C038 storage */
void spot_clear_slow(spot *self);
FFH_SHADOW(spot_clear_slow) void spot_clear(spot *self FFH_CONSUMES);
