#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

FFH_EXCLUDED(dangerous) FFH_INIT void f(void); /* expect: error FFH-C058 never called */
FFH_EXCLUDED(dangerous) FFH_LEGACY void g(void); /* expect: error FFH-C058 both excluded and legacy */
