/* Words for a header of somebody else: types are declared again, functions too, as often as one likes. */
#include <ffh/contract.h>

#include "third_party/library.h"

typedef struct library library FFH_HANDLE(FFH_THREAD(main));

FFH_CREATES library *library_open(const char *name FFH_CSTR FFH_MAX(LIBRARY_LIMIT),
                                  char **error FFH_ERROR_OUT(library_free));
FFH_STATUS(0)
int library_read(library *lib, void *bytes FFH_OUT FFH_CAPACITY(size), size_t size);
FFH_CALLABLE(FFH_SHARED) int library_read(library *, void *, size_t);
void library_close(library *lib FFH_CONSUMES);
void library_free(void *memory FFH_CONSUMES);
FFH_EXCLUDED("not documented, ever") const char *library_forgotten(const char *unnamed);
void library_sort(library *lib, void *state FFH_USERDATA,
                  int (*compare)(void *state, const char *a, size_t na, const char *b, size_t nb)
                      FFH_CALLBACK(caller, call) FFH_USES(library_compare));
