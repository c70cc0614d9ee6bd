#include "base/module.h"

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

/* Where the executable was loaded (given by the linker). */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

void ffh_module_print(uintptr_t pc, ffh_out *out) {
  Dl_info info;
  if (dladdr((const void *)pc, &info) == 0 || info.dli_fname == NULL) {
    ffh_out_hex(out, pc);
    return;
  }
  char path[512];
  ssize_t size = -1;
  if (info.dli_fbase == (const void *)__ehdr_start) { /* its name is what it was called by */
    size = readlink("/proc/self/exe", path, sizeof path - 1);
  }
  path[size > 0 ? size : 0] = '\0';
  ffh_out_str(out, size > 0 ? path : info.dli_fname);
  ffh_out_str(out, "+");
  ffh_out_hex(out, pc - (uintptr_t)info.dli_fbase);
}

bool ffh_module_is_runtime(uintptr_t pc) {
  static const char *const names[] = {"libc.so", "libstdc++.so", "libc++.so", "libc++abi.so",
                                      "libm.so", "libgcc_s.so",  "ld-linux",  "libpthread.so"};
  Dl_info info;
  if (dladdr((const void *)pc, &info) == 0 || info.dli_fname == NULL) {
    return false;
  }
  const char *slash = strrchr(info.dli_fname, '/');
  const char *file = slash == NULL ? info.dli_fname : slash + 1;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strncmp(file, names[i], strlen(names[i])) == 0) {
      return true;
    }
  }
  return false;
}
