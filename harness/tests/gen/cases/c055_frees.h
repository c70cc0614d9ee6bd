#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void text_free(char *p FFH_CONSUMES); /* expect: warning FFH-C055 no function of the contract returns memory */

/* What an inner function returns needs no words. */
FFH_LEGACY char *old_text(void);
FFH_LEGACY void old_text_free(char *p FFH_CONSUMES);

FFH_LEGACY char *old_name(void);
void name_free(char *p FFH_CONSUMES); /* expect: warning FFH-C055 memory that 'name_free' frees */
