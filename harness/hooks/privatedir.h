/* The directory of this process alone, where path arguments lie. In memory (/dev/shm) where that
 * exists, unless TMPDIR says otherwise. Directories of processes that died without cleaning up are
 * removed by the next process of the same target. */
#ifndef FFH_HOOKS_PRIVATEDIR_H
#define FFH_HOOKS_PRIVATEDIR_H

#include <stdbool.h>

/* False when no directory can be made. */
bool ffh_privatedir_make(const char *target);
/* "" when there is none. Valid for the life of the process. */
const char *ffh_privatedir_path(void);
void ffh_privatedir_empty(void);
void ffh_privatedir_remove(void);

#endif
