/* Memory of one ffh-gen run: everything is freed together, so no structure owns another. */
#ifndef FFH_GEN_MEM_H
#define FFH_GEN_MEM_H

#include <stddef.h>

typedef struct ffh_mem {
  struct ffh_mem_block *blocks;
} ffh_mem;

/* Zeroed memory that lives until ffh_mem_free. Never NULL: ends the process with exit code 1 and a
 * message when there is none. */
void *ffh_mem_new(ffh_mem *mem, size_t size);
char *ffh_mem_text(ffh_mem *mem, const char *text, size_t size);
__attribute__((format(printf, 2, 3))) char *ffh_mem_format(ffh_mem *mem, const char *format, ...);
/* Room for one more item behind `count` items of `size` bytes. The capacity is the next power of
 * two, so it needs no field of its own. */
void *ffh_mem_more(ffh_mem *mem, void *items, size_t count, size_t size);
void ffh_mem_free(ffh_mem *mem);

#define FFH_MEM_PUSH(mem, items, count) \
  ((items) = ffh_mem_more((mem), (items), (count), sizeof *(items)), &(items)[(count)++])

#endif
