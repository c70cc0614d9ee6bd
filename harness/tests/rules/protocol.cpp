/* What calls promise beyond their arguments: the planted faults and their fixed twins. */
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include "harness/tests/rules/contract.h"

struct door {
  bool open;
};

struct nest {
  std::atomic<uint32_t> eggs;
};

struct egg {
  nest *in;
};

struct meter {
  uint32_t sum;
  bool is_reference;
};

static thread_local char own_error[32];
static char shared_error[32];

static void describe(char (&text)[32], uint32_t input) {
  (void)snprintf(text, sizeof text, "bad input %u", input);
}

extern "C" {

const char *last_error_text(void) {
  return own_error;
}

const char *last_error_shared_text(void) {
  return shared_error;
}

int32_t last_error_bad(uint32_t input) {
  std::thread([input] { describe(own_error, input); }).join();
  return 1;
}

int32_t last_error_good(uint32_t input) {
  describe(own_error, input);
  return 1;
}

int32_t last_error_shared_bad(uint32_t input) {
  describe(shared_error, input);
  return 1;
}

int32_t last_error_shared_good(uint32_t input) {
  describe(own_error, input);
  return 1;
}

int32_t errno_bad(uint32_t input) {
  return input > 7 ? -1 : 0;
}

int32_t errno_good(uint32_t input) {
  if (input > 7) {
    errno = EDOM;
    return -1;
  }
  return 0;
}

int32_t quotes_reference(const uint32_t *ids, size_t count, quote *quotes) {
  for (size_t i = 0; i < count; i++) {
    if (ids[i] == 9) {
      return 1;
    }
    quotes[i] = {ids[i] * 0.5, ids[i] % 4};
  }
  return 0;
}

int32_t shadow_bad(const uint32_t *ids, size_t count, quote *quotes) {
  int32_t status = quotes_reference(ids, count, quotes);
  if (count > 1) {
    quotes[1].tier = 3 - quotes[1].tier;
  }
  return status;
}

int32_t shadow_good(const uint32_t *ids, size_t count, quote *quotes) {
  int32_t status = 0;
  for (size_t i = 0; i < count; i++) {
    status |= quotes_reference(ids + i, 1, quotes + i);
  }
  return status;
}

meter *meter_create(void) {
  return new meter{0, false};
}

meter *meter_create_reference(void) {
  return new meter{0, true};
}

void meter_destroy(meter *self) {
  delete (self->is_reference ? nullptr : self);
}

void meter_destroy_reference(meter *self) {
  delete (self->is_reference ? self : nullptr);
}

uint32_t meter_add_reference(meter *self, uint32_t amount) {
  return self->sum += amount;
}

uint32_t shadow_meter_bad(meter *self, uint32_t amount) {
  return self->sum |= amount;
}

uint32_t shadow_meter_good(meter *self, uint32_t amount) {
  return self->sum += amount;
}

char *meter_text(const meter *self) {
  char *text = nullptr;
  return asprintf(&text, "%u", self->sum) < 0 ? nullptr : text;
}

char *meter_text_reference(const meter *self) {
  return strdup(std::to_string(self->sum).c_str());
}

void meter_text_free(char *text) {
  free(text);
}

door *door_create(void) {
  return new door{false};
}

void door_destroy(door *self) {
  delete self;
}

void door_open(door *self) {
  self->open = true;
}

int32_t not_rejected_state_bad(door *self) {
  (void)self;
  return 0;
}

int32_t not_rejected_state_good(door *self) {
  return self->open ? 0 : 1;
}

nest *nest_create(void) {
  return new nest{0};
}

int32_t not_rejected_children_bad(nest *self) {
  delete self;
  return 0;
}

int32_t not_rejected_children_good(nest *self) {
  if (self->eggs != 0) {
    return 1;
  }
  delete self;
  return 0;
}

egg *egg_create(nest *self) {
  self->eggs++;
  return new egg{self};
}

void egg_destroy(egg *self) {
  self->in->eggs--;
  delete self;
}

/* The last element is left to the caller. */
void value_range_elements_bad(lamp *lamps, size_t count) {
  for (size_t i = 0; i + 1 < count; i++) {
    lamps[i].watts = 40;
    lamps[i].on = i == 2 ? 2 : 1;
  }
}

void value_range_elements_good(lamp *lamps, size_t count) {
  for (size_t i = 0; i + 1 < count; i++) {
    lamps[i].watts = 40;
    lamps[i].on = i % 2 == 0 ? 1 : 0;
  }
}

lamp value_range_struct_bad(void) {
  return {40, 2};
}

lamp value_range_struct_good(void) {
  return {40, 1};
}
}
