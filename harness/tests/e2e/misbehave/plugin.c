/* A shared library that is loaded, used and unloaded within one call. */
#include <stdlib.h>

void *plugin_make(void);

void *plugin_make(void) {
  return calloc(1, 40);
}
