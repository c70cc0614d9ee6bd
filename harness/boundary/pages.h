/* Memory for copies of arguments that end at a page which is not mapped, and whose own pages are
 * unmapped when the borrow ends. Each costs two system calls, but traps in code that no sanitizer
 * has instrumented, and fails the system calls that it makes.
 *
 * A ring, as the arena is, and used by one lane at a time. */
#ifndef FFH_BOUNDARY_PAGES_H
#define FFH_BOUNDARY_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes the address space. Once, before the first input. */
void ffh_pages_start(void);

/* At least FFH_PAGES_BEFORE readable bytes before it belong to it too. Its end is the page's end as
 * far as `align` (a power of two) lets it. NULL when one input asks for more than there is, or it
 * is too large. */
enum { FFH_PAGES_BEFORE = 16 };
uint8_t *ffh_pages_take(size_t size, size_t align);

/* The bytes from `at` to the page that is not mapped. */
size_t ffh_pages_room(const uint8_t *at);

void ffh_pages_unmap(uint8_t *at, size_t size);
void ffh_pages_end_input(void);

/* Whether the address is in that memory. Async-signal-safe. */
bool ffh_pages_have(const void *address);

#endif
