#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void message(void);
FFH_STATUS(0) FFH_LAST_ERROR(message) int32_t f(box *self); /* expect: error FFH-C039 last error */
void give_up(char *text FFH_CONSUMES);
FFH_RETURNS_OWNED(give_up) char *taken(void);
FFH_STATUS(0) FFH_LAST_ERROR(taken) int32_t g(box *self); /* expect: error FFH-C039 last error */
