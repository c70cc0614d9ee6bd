#include "base/module.h"

#include <dlfcn.h>
#include <link.h>
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

static bool is_runtime_file(const char *path) {
  static const char *const names[] = {"libc.so", "libstdc++.so", "libc++.so", "libc++abi.so",
                                      "libm.so", "libgcc_s.so",  "ld-linux",  "libpthread.so"};
  const char *slash = strrchr(path, '/');
  const char *file = slash == NULL ? path : slash + 1;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strncmp(file, names[i], strlen(names[i])) == 0) {
      return true;
    }
  }
  return false;
}

bool ffh_module_is_runtime(uintptr_t pc) {
  Dl_info info;
  return dladdr((const void *)pc, &info) != 0 && info.dli_fname != NULL &&
         is_runtime_file(info.dli_fname);
}

/* ---- where they lie ---- */

enum { MAX_NOTED = 16 };

static struct {
  uintptr_t low, high;
} noted[MAX_NOTED];
static size_t n_noted;

static int note_code(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  (void)context;
  for (size_t i = 0; is_runtime_file(info->dlpi_name) && i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &info->dlpi_phdr[i];
    if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0 && n_noted < MAX_NOTED) {
      noted[n_noted].low = info->dlpi_addr + part->p_vaddr;
      noted[n_noted].high = noted[n_noted].low + part->p_memsz;
      n_noted++;
    }
  }
  return 0;
}

void ffh_module_find_runtimes(void) {
  n_noted = 0;
  dl_iterate_phdr(note_code, NULL);
}

bool ffh_module_is_noted(uintptr_t pc) {
  for (size_t i = 0; i < n_noted; i++) {
    if (pc - noted[i].low < noted[i].high - noted[i].low) {
      return true;
    }
  }
  return false;
}
