#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);
FFH_OBSERVES int32_t box_close(box *self FFH_CONSUMES); /* expect: error FFH-C073 does more */

FFH_OBSERVES size_t box_count(const box *self);
FFH_STATUS(0, 1) FFH_OBSERVES int32_t box_size(const box *self, uint64_t *size FFH_OUT);
FFH_OBSERVES int32_t at(const box *self, size_t i); /* expect: error FFH-C073 takes more */
FFH_OBSERVES void check(const box *self); /* expect: error FFH-C073 says nothing */
FFH_OBSERVES int32_t version(void); /* expect: error FFH-C073 does not take one */
FFH_RETURNS_OWNED(text_free)
FFH_OBSERVES char *text(const box *self); /* expect: error FFH-C073 cannot be compared */
void text_free(char *text FFH_CONSUMES);
FFH_WHEN(box_count) FFH_OBSERVES int32_t top(const box *self); /* expect: error FFH-C073 at times */
