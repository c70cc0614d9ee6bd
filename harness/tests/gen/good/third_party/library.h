/* A header that ships without words; sidecar.h adds them. */
#ifndef LIBRARY_H
#define LIBRARY_H

#include <stddef.h>

#define LIBRARY_LIMIT 64

typedef struct library library;
typedef struct library_entry {
  const char *name;
  int value;
} library_entry;

extern library *library_open(const char *, char **error);
extern int library_read(library *lib, void *, size_t);
extern void library_close(library *lib);
extern void library_free(void *);
extern const char *library_forgotten(const char *unnamed);
extern int library_compare(void *state, const char *a, size_t na, const char *b, size_t nb);

#endif
