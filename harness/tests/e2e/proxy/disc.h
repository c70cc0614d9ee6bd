/* A shared library whose objects belong to the thread that made them. */
#ifndef DISC_H
#define DISC_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct disc disc;

disc *disc_new(void);
int disc_play(disc *self, double speed);
void disc_free(disc *self);
/* In no contract, and with a number of arguments that nobody knows. */
int disc_version(void);
int disc_sum(int n, ...);

#ifdef __cplusplus
}
#endif

#endif
