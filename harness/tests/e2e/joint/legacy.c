#include "contract.h"

enum { POOL = 64 };

struct engine {
  int turned;
};

static struct engine engines[POOL];
static unsigned started;

engine *engine_start(void) {
  return &engines[started++ % POOL];
}

int engine_turn(engine *self, int by) {
  self->turned = (self->turned + by % 360) % 360;
  return self->turned;
}

void engine_stop(engine *self) {
  self->turned = 0;
}
