#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_THREAD(main));
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

FFH_PLAYS(main) void a(void); /* expect: error FFH-C071 is not FFH_LEGACY */
FFH_SYMBOL(_Z1bv) void b(void); /* expect: error FFH-C071 FFH_SYMBOL */
FFH_LEGACY FFH_SYMBOL(_Z1cv, _Z1dv) void c(char *untold);
