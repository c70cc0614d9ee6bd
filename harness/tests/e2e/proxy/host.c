/* A program that is linked with the library: with `bad` as argument it plays on another thread. */
#include <pthread.h>
#include <stddef.h>

#include "harness/tests/e2e/proxy/disc.h"

static void *play(void *self) {
  disc_play(self, 1.0);
  return NULL;
}

int main(int argc, char **argv) {
  (void)argv;
  disc *self = disc_new();
  pthread_t thread;
  if (argc > 1 && pthread_create(&thread, NULL, play, self) == 0) {
    pthread_join(thread, NULL);
  }
  int (*through)(disc *, double) = disc_play; /* also through its address */
  int played = through(self, 2.0);
  disc_free(self);
  return played >= 2 && disc_version() == 7 && disc_sum(3, 1, 2, 3) == 6 ? 0 : 9;
}
