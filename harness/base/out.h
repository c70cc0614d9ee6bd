/* A text buffer of fixed size that can be filled in a signal handler: no allocation, no locale, no
 * stdio. When it is full, `truncated` is set and the rest is dropped. */
#ifndef FFH_BASE_OUT_H
#define FFH_BASE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ffh_out {
  char *text; /* NUL-terminated after each call, when capacity is not 0 */
  size_t size, capacity;
  bool truncated;
} ffh_out;

void ffh_out_bytes(ffh_out *out, const void *bytes, size_t size);
void ffh_out_str(ffh_out *out, const char *text);
void ffh_out_char(ffh_out *out, char c);
void ffh_out_unsigned(ffh_out *out, uint64_t number);
void ffh_out_signed(ffh_out *out, int64_t number);
void ffh_out_hex(ffh_out *out, uint64_t number);
/* A double by its bits: decimal where that is exact and short, else the bits. */
void ffh_out_double(ffh_out *out, uint64_t bits);
/* A JSON string with its quotes; bytes that are not ASCII text are escaped as \u00XX. */
void ffh_out_json(ffh_out *out, const char *text, size_t size);
/* Writes all of it to a file descriptor, through interruptions. False when the descriptor refuses.
 */
bool ffh_out_flush(const ffh_out *out, int fd);

#ifdef __cplusplus
}
#endif

#endif
