#include "base/caches.h"

#include <stdbool.h>
#include <stddef.h>

_Thread_local struct ffh_heap_slot *ffh_caches_mine __attribute__((tls_model("initial-exec")));

/* Outside of its turns. */
static _Thread_local struct ffh_heap_slot *own __attribute__((tls_model("initial-exec")));
static _Thread_local bool has_turn __attribute__((tls_model("initial-exec")));
static struct ffh_heap_slot *of_turn, *of_all;

void ffh_caches_start(struct ffh_heap_slot *turn, struct ffh_heap_slot *common) {
  of_turn = turn;
  of_all = common;
}

void ffh_caches_begin_turn(void) {
  if (!has_turn) {
    has_turn = true;
    own = ffh_caches_mine;
    ffh_caches_mine = of_turn;
  }
}

void ffh_caches_end_turn(void) {
  if (has_turn) {
    has_turn = false;
    ffh_caches_mine = own;
  }
}

void ffh_caches_drop(void) {
  own = of_all;
  if (!has_turn) {
    ffh_caches_mine = of_all;
  }
}
