/* A shared library whose objects belong to the thread that made them. */
#ifndef DISC_H
#define DISC_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct disc disc;

disc *disc_new(void);
int disc_play(disc *self, double speed);
/* The sum of what `track` returns for each of the tracks. */
int disc_each(disc *self, int n, int (*track)(int number, void *data), void *data);
/* Who is told, and whether it is that one. */
void disc_watch(disc *self, void (*stopped)(void));
int disc_watches(disc *self, void (*stopped)(void));
void disc_free(disc *self);
/* In no contract, and with a number of arguments that nobody knows. */
int disc_version(void);
int disc_sum(int n, ...);

#ifdef __cplusplus
}
#endif

#endif
