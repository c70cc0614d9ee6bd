/* A place in code as another program can look it up: the file that was loaded, and the offset in
 * it. */
#ifndef FFH_BASE_MODULE_H
#define FFH_BASE_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/out.h"

/* Appends "path+0xoffset"; only the address where no loaded file has it. Allocates nothing. */
void ffh_module_print(uintptr_t pc, ffh_out *out);

/* Whether the code is that of the C or C++ runtime libraries. Allocates nothing. */
bool ffh_module_is_runtime(uintptr_t pc);

/* Notes where those libraries lie now. Main thread, nobody else running. */
void ffh_module_find_runtimes(void);

/* Whether the code is that of one that was noted. Takes no lock, in a few nanoseconds. */
bool ffh_module_is_noted(uintptr_t pc);

#endif
