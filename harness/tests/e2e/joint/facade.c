#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

#include "contract.h"

typedef struct work {
  engine *on;
  int by, result;
} work;

static void *do_turn(void *data) {
  work *one = data;
  one->result = engine_turn(one->on, one->by);
  return NULL;
}

int joint_here(int by) {
  work one = {engine_start(), by, 0};
  do_turn(&one);
  engine_stop(one.on);
  return one.result;
}

int joint_elsewhere(int by) {
  work one = {engine_start(), by, 0};
  pthread_t thread;
  if (pthread_create(&thread, NULL, do_turn, &one) != 0) {
    abort();
  }
  pthread_join(thread, NULL);
  engine_stop(one.on);
  return one.result;
}
