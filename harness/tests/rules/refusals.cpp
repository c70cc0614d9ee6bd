/* Refusals with and without an effect. */
#include <mutex>
#include <string>

#include "harness/tests/rules/contract.h"

struct shelf {
  uint32_t count;
  std::string last;
};

struct tally {
  std::mutex mutex;
  uint32_t count;
};

namespace {

int32_t put(shelf *self, const char *title) {
  if (self == nullptr || title == nullptr) {
    return 1;
  }
  self->count++;
  self->last = title;
  return 0;
}

}  // namespace

extern "C" {

shelf *shelf_create(void) {
  return new shelf{0, "none"};
}

void shelf_destroy(shelf *self) {
  delete self;
}

uint32_t shelf_count(const shelf *self) {
  return self->count;
}

const char *shelf_last(const shelf *self) {
  return self->last.c_str();
}

/* Counts first and looks then. */
int32_t side_effect_bad(shelf *self, const char *title) {
  self->count++;
  int32_t status = put(self, title);
  self->count -= status == 0 ? 1 : 0;
  return status;
}

int32_t side_effect_good(shelf *self, const char *title) {
  return put(self, title);
}

int32_t side_effect_text_bad(shelf *self, const char *title) {
  self->last.clear();
  return put(self, title);
}

int32_t side_effect_callback_bad(const char *title, ring on_ring, void *context) {
  on_ring(context);
  return title == nullptr ? 1 : 0;
}

int32_t side_effect_callback_good(const char *title, ring on_ring, void *context) {
  if (title == nullptr) {
    return 1;
  }
  on_ring(context);
  return 0;
}

tally *tally_create(void) {
  return new tally{{}, 0};
}

void tally_destroy(tally *self) {
  delete self;
}

void tally_add(tally *self) {
  const std::lock_guard<std::mutex> guard(self->mutex);
  self->count++;
}

uint32_t tally_count(tally *self) {
  const std::lock_guard<std::mutex> guard(self->mutex);
  return self->count;
}

int32_t side_effect_lanes_good(tally *self, const char *title) {
  return self == nullptr || title == nullptr ? 1 : 0;
}

/* Newer callers are taken for its own. */
int32_t not_rejected_version_bad(const wish *asked) {
  return asked->size < sizeof *asked || asked->version != 3 ? 1 : 0;
}

int32_t not_rejected_version_good(const wish *asked) {
  return asked->size != sizeof *asked || asked->version != 3 ? 1 : 0;
}

int32_t heap_overflow_version_bad(const wish *asked) {
  uint64_t flags = asked->flags;
  return asked->size != sizeof *asked || asked->version != 3 || flags > 7 ? 1 : 0;
}

} /* extern "C" */
