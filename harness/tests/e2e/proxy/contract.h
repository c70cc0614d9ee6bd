#ifndef DISC_CONTRACT_H
#define DISC_CONTRACT_H

#include <ffh/contract.h>

#include "harness/tests/e2e/proxy/disc.h"

typedef struct disc disc FFH_HANDLE(FFH_CONFINED);

FFH_CREATES FFH_ERROR_NULL disc *disc_new(void);
int disc_play(disc *self, double speed);
int disc_each(disc *self, int n, int (*track)(int number, void *data) FFH_CALLBACK(caller, call),
              void *data FFH_USERDATA);
void disc_watch(disc *self, void (*stopped)(void));
int disc_watches(disc *self, void (*stopped)(void));
void disc_free(disc *self FFH_CONSUMES);

#endif
