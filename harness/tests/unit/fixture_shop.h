/* A small library behind a hand-written target, for whole runs. It notes each call that it gets,
 * and takes no memory but where a function's name says so: its objects lie in a static pool. */
#ifndef FFH_FIXTURE_SHOP_H
#define FFH_FIXTURE_SHOP_H

#include "ffh/target.h"

enum { FFH_SHOP_CALLS = 4096, FFH_SHOP_OBJECTS = 4096 };

typedef struct ffh_shop_call {
  const char *function;
  unsigned object; /* which one it made or was given, from 1; 0 for none */
  int lane;        /* of the thread that it ran on */
} ffh_shop_call;

/* Everything since the last ffh_shop_reset. */
typedef struct ffh_shop_log {
  ffh_shop_call calls[FFH_SHOP_CALLS];
  unsigned n_calls;
  unsigned n_objects; /* ever made */
  unsigned alive;
  unsigned misuses; /* calls with an object that is not alive */
  unsigned inits;   /* of shop_init; not reset */
  unsigned finis;   /* of shop_fini */
} ffh_shop_log;

extern ffh_shop_log ffh_shop;

/* Static storage; the same pointer every time.
 *
 *   store   shared    store_open(fail) store_close
 *   cursor  confined  cursor_new(store), a child; cursor_next(cursor) cursor_close
 *   job     serial    job_start(store), dies with it; job_wait(job)
 *   panel   executor  panel_new panel_close
 *   ledger  shared    ledger_open ledger_seal ledger_close, which needs the state "sealed"
 *   note    memory    note_make note_free
 *   tag     shared    tag_new tag_put(store, tag) keeps it until the store is destroyed; tag_delete
 *   and     status_odd (a status that is not listed), memory_use (allocates and frees),
 *           memory_lose (leaks) */
const ffh_target *ffh_shop_target(void);

void ffh_shop_reset(void);

#endif
