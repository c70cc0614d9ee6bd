#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

typedef struct view view FFH_HANDLE(FFH_THREAD(painter));
FFH_CREATES view *view_new(void);
void view_free(view *self FFH_CONSUMES);

void a(void (*cb)(void) FFH_CALLBACK(painter, call));
void b(void (*cb)(void) FFH_CALLBACK(decoder, call));
void c(void (*cb)(void) FFH_CALLBACK(main, call));
FFH_CALLABLE(FFH_THREAD(decoder)) void d(void);
void e(void (*cb)(void) FFH_CALLBACK(callr, call)); /* expect: error FFH-C006 did you mean caller? */
void f(void (*cb)(void) FFH_CALLBACK(pinter, call)); /* expect: error FFH-C006 did you mean painter? */
void g(void (*cb)(void) FFH_CALLBACK(anny, call)); /* expect: error FFH-C006 did you mean any? */
