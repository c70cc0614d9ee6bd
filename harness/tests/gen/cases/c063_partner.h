#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
typedef struct cup cup FFH_HANDLE(FFH_SHARED);

box *box_new_slow(void);
FFH_CREATES FFH_ERROR_NULL FFH_SHADOW(box_new_slow) box *box_new(void);
FFH_CREATES FFH_ERROR_NULL box *box_load(void); /* expect: error FFH-C063 creates a 'box' without */
void box_free(box *self FFH_CONSUMES); /* expect: error FFH-C063 may change a 'box' */
void box_set(box *self, int32_t level); /* expect: error FFH-C063 may change a 'box' */
int32_t box_get(const box *self);

FFH_CREATES FFH_ERROR_NULL cup *cup_new(void);
void cup_free_slow(cup *self);
FFH_SHADOW(cup_free_slow) void cup_free(cup *self FFH_CONSUMES); /* expect: error FFH-C063 which has no partner */
