#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

typedef struct jar jar FFH_HANDLE(FFH_ANY); /* expect: error FFH-C006 the policies are */
FFH_CREATES jar *jar_new(void);
void jar_free(jar *self FFH_CONSUMES);
