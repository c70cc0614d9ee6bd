/* Whole files in and out, without the library's heap and without stdio. */
#ifndef FFH_DRIVER_FILES_H
#define FFH_DRIVER_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ffh_file {
  uint8_t *data; /* mapped; lives as long as the process */
  size_t size;
} ffh_file;

/* Reads a whole file of at most `limit` bytes. False after a message on stderr. */
bool ffh_file_read(const char *path, size_t limit, ffh_file *file);

/* Replaces the file. False, without a message, when not all of it could be written. */
bool ffh_file_write(const char *path, const void *bytes, size_t size);

void ffh_print(int fd, const char *text);

/* One line on stderr: ffihammer: <what>: <name><advice>. `name` may be NULL. */
void ffh_complain(const char *what, const char *name, const char *advice);

#endif
