/* The seam between a generated proxy library and its runtime (harness/proxy).
 *
 * A proxy stands in front of a shared library: it has its name, exports its functions, and opens
 * the real one beside it. Every call, also one found with dlsym, goes through the proxy. */
#ifndef FFH_PROXY_H
#define FFH_PROXY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ffh_proxy_symbol {
  const char *name;
  void **real; /* where its address goes */
} ffh_proxy_symbol;

typedef struct ffh_proxy_library {
  const char *file; /* of the real library, beside the proxy */
  const ffh_proxy_symbol *symbols;
  size_t n_symbols;
} ffh_proxy_library;

extern const ffh_proxy_library ffh_proxy_main;

/* The constructor: the linker is told to keep it. */
void ffh_proxy_start(void);

#ifdef __cplusplus
}
#endif

#endif
