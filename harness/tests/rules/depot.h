/* What the archives that are tagged export; each is compiled with names of its own. */
#ifndef FFH_TESTS_RULES_DEPOT_H
#define FFH_TESTS_RULES_DEPOT_H

#include <cstddef>
#include <cstdio>

#ifdef DEPOT_STORE
#define depot_take store_take
#define depot_give store_give
#define depot_join store_join
#define depot_line store_line
#endif

void *depot_take(size_t size);
void depot_give(void *block);
size_t depot_join(size_t count);
size_t depot_line(void);

#endif
