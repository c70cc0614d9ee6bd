#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void f(uint32_t x FFH_ENUM(color)); /* expect: error FFH-C031 not defined */
void g(uint32_t x FFH_FLAGS(enum shade)); /* expect: error FFH-C031 not defined */
