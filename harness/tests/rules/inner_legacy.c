/* The old library behind the facade of inner.cpp. Its objects lie in pools, so that none of the
 * planted faults is seen by anything else than the inner edge. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "harness/tests/rules/contract.h"
#include "harness/tests/rules/inner_legacy.h"

enum { POOL = 64 };

struct core {
  int uses;
};

struct gear {
  int uses;
};

struct lathe {
  int uses;
};

static struct core cores[POOL];
static struct gear gears[POOL];
static struct lathe lathes[POOL];
static unsigned n_cores, n_gears, n_lathes;

void legacy_start(void) {}

void legacy_stop(void) {}

core *core_new(void) {
  return &cores[n_cores++ % POOL];
}

void core_use(core *self) {
  self->uses++;
}

void core_adopt(core *self) {
  self->uses++;
}

void core_free(core *self) {
  self->uses = 0;
}

gear *gear_new(core *parent) {
  parent->uses++;
  return &gears[n_gears++ % POOL];
}

void gear_use(gear *self) {
  self->uses++;
}

/* A reference that the linker does not see: both functions are in this file. */
gear_function gear_user(void) {
  return gear_use;
}

void gear_free(gear *self) {
  self->uses = 0;
}

void lathe_make(lathe **out) {
  *out = &lathes[n_lathes++ % POOL];
}

void lathe_use(lathe *self, void (*meanwhile)(void *), void *data) {
  self->uses++;
  if (meanwhile != NULL) {
    meanwhile(data);
  }
}

int lathe_free(lathe *self, int refuse) {
  self->uses = 0;
  return refuse;
}

void press_use(void) {}

void smith_begin(void) {}

void smith_use(void) {}

void anvil_use(void) {}

char *core_text(void) {
  return strdup("text");
}

void core_text_free(char *text) {
  free(text);
}

char *core_report(void) {
  return strdup("report");
}

int core_describe(char **out, char **more) {
  *out = strdup("one");
  *more = strdup("two");
  return 0;
}

void core_complain(char **error) {
  *error = strdup("no");
}

static char *kept;

void core_keep(char *text) {
  free(kept);
  kept = text;
}

void rules_core_drop(void) {
  core_keep(NULL);
}

void *core_parcel(void) {
  return malloc(8);
}

void rules_core_unpack(void *parcel) {
  free(parcel);
}

struct calling {
  visit each;
  void *data;
};

static void *call(void *argument) {
  const struct calling *one = argument;
  core_strike(NULL); /* what it calls itself nobody judges */
  one->each(one->data);
  return NULL;
}

/* On this thread or on one of the library's own. */
static void call_back(int elsewhere, visit each, void *data) {
  struct calling one = {each, data};
  pthread_t thread;
  if (elsewhere == 0) {
    each(data);
  } else if (pthread_create(&thread, NULL, call, &one) == 0) {
    pthread_join(thread, NULL);
  }
}

void core_visit(int elsewhere, visit each, void *data) {
  call_back(elsewhere, each, data);
}

void core_visit_any(int elsewhere, visit each, void *data) {
  call_back(elsewhere, each, data);
}

static struct calling watch;

void core_watch(core *self, visit each, void *data) {
  self->uses++;
  watch = (struct calling){each, data};
}

/* As libraries do that tell registrations apart by the function. */
void core_unwatch(core *self, visit each) {
  self->uses++;
  if (watch.each == each) {
    watch.each = NULL;
  }
}

void core_ring(int elsewhere) {
  if (watch.each != NULL) {
    call_back(elsewhere, watch.each, watch.data);
  }
}

void core_strike(visit each) {
  if (each != NULL) {
    each(NULL);
  }
}
