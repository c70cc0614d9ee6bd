#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

typedef struct view view FFH_HANDLE(FFH_THREAD(painter));
FFH_LEGACY FFH_CREATES view *view_new(void);
FFH_LEGACY void view_free(view *self FFH_CONSUMES);

FFH_LEGACY FFH_PLAYS(painter) void a(void);
FFH_LEGACY FFH_PLAYS(pinter) void b(void); /* expect: error FFH-C070 no FFH_THREAD(pinter) */
