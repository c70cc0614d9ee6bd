#include "gen/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"

struct ffh_mem_block {
  struct ffh_mem_block *next;
  max_align_t bytes[];
};

void *ffh_mem_new(ffh_mem *mem, size_t size) {
  struct ffh_mem_block *block = calloc(1, sizeof *block + size);
  if (block == NULL) {
    fputs("ffh-gen: out of memory\n", stderr);
    exit(FFH_EXIT_USAGE);
  }
  block->next = mem->blocks;
  mem->blocks = block;
  return block->bytes;
}

char *ffh_mem_text(ffh_mem *mem, const char *text, size_t size) {
  char *copy = ffh_mem_new(mem, size + 1);
  if (size != 0) {
    memcpy(copy, text, size);
  }
  return copy;
}

char *ffh_mem_format(ffh_mem *mem, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int size = vsnprintf(NULL, 0, format, args);
  va_end(args);
  char *text = ffh_mem_new(mem, size < 0 ? 1 : (size_t)size + 1);
  if (size > 0) {
    vsnprintf(text, (size_t)size + 1, format, again);
  }
  va_end(again);
  return text;
}

void *ffh_mem_more(ffh_mem *mem, void *items, size_t count, size_t size) {
  if ((count & (count - 1)) != 0) {
    return items;
  }
  void *grown = ffh_mem_new(mem, (count == 0 ? 1 : 2 * count) * size);
  if (count != 0) {
    memcpy(grown, items, count * size);
  }
  return grown;
}

void ffh_mem_free(ffh_mem *mem) {
  while (mem->blocks != NULL) {
    struct ffh_mem_block *block = mem->blocks;
    mem->blocks = block->next;
    free(block);
  }
}
