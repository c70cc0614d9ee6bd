/* Which calls a race is between. ThreadSanitizer keeps a stack for every access that it remembers;
 * a frame at its bottom says which call of the plan it was. Without ThreadSanitizer nothing here
 * does anything. */
#ifndef FFH_HOOKS_RACE_H
#define FFH_HOOKS_RACE_H

#include <stdbool.h>
#include <stdint.h>

#define FFH_RACE_NO_CALL UINT32_MAX

typedef struct ffh_race_access {
  uint32_t call; /* FFH_RACE_NO_CALL: of a thread that the library started */
  uint32_t size; /* bytes */
  bool write, atomic;
} ffh_race_access;

/* Around the library's function, on the thread that calls it; they do not nest. */
void ffh_race_enter(uint32_t call);
void ffh_race_leave(void);

/* The accesses of the report that ThreadSanitizer has printed last, the one that was made last
 * first. Static; 0: none. Any thread. */
unsigned ffh_race_accesses(const ffh_race_access **accesses);

#endif
