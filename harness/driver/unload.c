/* A library that the target unloads. An engine reads the counters of everything that was built with
 * coverage until the process ends: such a library stays where it is, and that is said once. */
#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/out.h"
#include "ffh/cross.h"

/* The sanitizer's, where there is one: it keeps a list of modules. */
__attribute__((weak)) int ___interceptor_dlclose(void *handle);
/* Of libFuzzer: other engines and the replay main keep no addresses. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* What a library imports comes before the first symbol of its hash table. */
static bool imports(const struct link_map *map, const char *name) {
  const ElfW(Sym) *symbols = NULL;
  const char *names = NULL;
  const uint32_t *hash = NULL;
  for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
    switch (entry->d_tag) {
      case DT_SYMTAB:
        symbols = (const void *)entry->d_un.d_ptr;
        break;
      case DT_STRTAB:
        names = (const void *)entry->d_un.d_ptr;
        break;
      case DT_GNU_HASH:
        hash = (const void *)entry->d_un.d_ptr;
        break;
      default:
        break;
    }
  }
  if (symbols == NULL || names == NULL || hash == NULL) {
    return false;
  }
  for (uint32_t i = 1; i < hash[1]; i++) {
    if (strcmp(names + symbols[i].st_name, name) == 0) {
      return true;
    }
  }
  return false;
}

static void keep(const struct link_map *map) {
  static bool said;
  uint8_t side = ffh_here_now.side;
  ffh_here_now.side = FFH_SIDE_HARNESS;
  (void)dlopen(map->l_name, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
  ffh_here_now.side = side;
  if (!said) {
    said = true;
    char text[1024];
    ffh_out out = {text, 0, sizeof text, false};
    ffh_out_str(&out, "ffihammer: note: the target unloads ");
    ffh_out_str(&out, map->l_name);
    ffh_out_str(&out, ", which is built with coverage, so it stays loaded\n");
    ffh_out_flush(&out, STDERR_FILENO);
  }
}

__attribute__((visibility("default"))) int dlclose(void *handle) {
  static int (*libc)(void *);
  struct link_map *map = NULL;
  if (LLVMFuzzerMutate != NULL && dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 &&
      imports(map, "__sanitizer_cov_8bit_counters_init")) {
    keep(map);
  }
  if (___interceptor_dlclose != NULL) {
    return ___interceptor_dlclose(handle);
  }
  if (libc == NULL) {
    *(void **)&libc = dlsym(RTLD_NEXT, "dlclose");
  }
  return libc == NULL ? -1 : libc(handle);
}
