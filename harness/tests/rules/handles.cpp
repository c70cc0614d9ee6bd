/* New handles: delivered twice, and delivered by a call that failed. */
#include "harness/tests/rules/contract.h"

struct desk {
  uint32_t number;
  uint32_t users; /* of one that is handed out again */
};

static desk *kept; /* as long as it has users */

extern "C" {

desk *desk_create(void) {
  return new desk{0, 1};
}

void desk_destroy(desk *self) {
  if (self != nullptr && --self->users == 0) {
    if (kept == self) {
      kept = nullptr;
    }
    delete self;
  }
}

desk *handle_alias_bad(uint32_t number) {
  if (kept == nullptr) {
    kept = new desk{number, 0};
  }
  kept->users++;
  return kept;
}

desk *handle_alias_good(uint32_t number) {
  return new desk{number, 1};
}

int32_t handle_on_error_bad(uint32_t number, desk **created) {
  *created = new desk{number, 1};
  return number < 5 ? 0 : 1;
}

int32_t handle_on_error_good(uint32_t number, desk **created) {
  *created = number < 5 ? new desk{number, 1} : nullptr;
  return number < 5 ? 0 : 1;
}

void relocation_bad(place *self) {
  relocation_good(self);
  self->bytes = self->local;
}

void relocation_good(place *self) {
  *self = place{nullptr, {1, 2, 3, 4, 5, 6, 7, 8}};
}

uint32_t relocation_read(const place *self) {
  return self->bytes != nullptr ? self->bytes[3] : self->local[3];
}

void relocation_end(place *self) {
  self->bytes = nullptr;
}

} /* extern "C" */
