#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

int32_t g(box *self);
int64_t g(box *self); /* expect: error FFH-C001 conflicting types for 'g'; the previous declaration is at cases/c001_drift.h:9 */
