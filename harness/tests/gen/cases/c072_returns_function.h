#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

typedef void (*function)(box *self);
FFH_LEGACY void a(box *self);
FFH_LEGACY void b(box *self, int level);
FFH_LEGACY FFH_RETURNS_FUNCTION(a) function get_a(void);
FFH_LEGACY FFH_RETURNS_FUNCTION(b) function get_b(void); /* expect: error FFH-C072 another type */
FFH_LEGACY FFH_RETURNS_FUNCTION(c) function get_c(void); /* expect: error FFH-C072 not in the contract */
FFH_LEGACY FFH_RETURNS_FUNCTION(box_free) function get_d(void); /* expect: error FFH-C072 not FFH_LEGACY */
