/* The planted faults and their fixed twins. Whatever could be folded away at compile time goes
 * through volatile. */
#include <pthread.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>

#include "harness/tests/rules/contract.h"

struct box {
  uint8_t *block;
  const uint8_t *borrowed;
  uint8_t *copied;
  size_t size;
};

static volatile uint32_t sink;
static uint8_t table[16];
static void *volatile lost;

extern "C" {

box *box_create(void) {
  box *self = static_cast<box *>(calloc(1, sizeof *self));
  if (self != nullptr) {
    self->block = static_cast<uint8_t *>(calloc(1, 16));
  }
  return self;
}

void box_destroy(box *self) {
  if (self != nullptr) {
    free(self->block);
    free(self->copied);
    free(self);
  }
}

void double_free_bad(box *self) {
  free(self->block); /* and box_destroy frees it again */
}

void double_free_good(box *self) {
  free(self->block);
  self->block = nullptr;
}

void use_after_free_bad(box *self) {
  free(self->block);
  sink = self->block[0];
  self->block = nullptr;
}

void use_after_free_good(box *self) {
  sink = self->block[0];
}

void heap_overflow_bad(box *self, uint32_t index) {
  sink = self->block[index];
}

void heap_overflow_good(box *self, uint32_t index) {
  sink = index < 16 ? self->block[index] : 0;
}

void stack_buffer_bad(uint32_t index) {
  volatile uint8_t local[16] = {0};
  volatile uint8_t *volatile start = local;
  sink = *(start + index);
}

void stack_buffer_good(uint32_t index) {
  volatile uint8_t local[16] = {0};
  sink = local[index % 16];
}

/* Through a pointer, so that it is the access and not the index that is wrong. */
void global_overflow_bad(uint32_t index) {
  volatile uint8_t *volatile start = table;
  sink = *(start + index);
}

void global_overflow_good(uint32_t index) {
  sink = table[index % 16];
}

void invalid_free_bad(box *self) {
  free(self->block + 4);
}

void invalid_free_good(box *self) {
  free(self->block);
  self->block = nullptr;
}

void free_mismatch_bad(void) {
  lost = new char[8];
  free(lost);
}

void free_mismatch_good(void) {
  lost = new char[8];
  delete[] static_cast<char *>(lost);
}

void leak_bad(box *self) {
  self->block = static_cast<uint8_t *>(calloc(1, 16));
}

void leak_good(box *self) {
  free(self->block);
  self->block = static_cast<uint8_t *>(calloc(1, 16));
}

static uint32_t descend(uint32_t depth, volatile uint8_t *above) {
  volatile uint8_t frame[256];
  frame[0] = *above;
  return depth == 0 ? frame[0] : descend(depth - 1, frame) + frame[0];
}

void stack_overflow_bad(uint32_t depth) {
  uint8_t top = 0;
  sink = descend(depth, &top);
}

void stack_overflow_good(uint32_t depth) {
  uint8_t top = 0;
  sink = descend(depth % 16, &top);
}

void null_deref_bad(void) {
  uint8_t *volatile nothing = nullptr;
  memset(nothing, 0, 1);
}

void null_deref_good(void) {
  uint8_t *volatile nothing = nullptr;
  if (nothing != nullptr) {
    *nothing = 0;
  }
}

void segv_bad(void) {
  volatile uintptr_t wild = UINT64_C(0x00005a5a5a5a0000);
  sink = *reinterpret_cast<volatile uint8_t *>(wild);
}

void segv_good(void) {
  sink = table[0];
}

void ub_bad(int32_t a, int32_t b) {
  sink = static_cast<uint32_t>(a + b);
}

void ub_good(int32_t a, int32_t b) {
  sink = static_cast<uint32_t>(a) + static_cast<uint32_t>(b);
}

void abort_bad(void) {
  abort();
}

void abort_good(void) {}

void unwind_bad(void) {
  throw std::runtime_error("left the library");
}

void unwind_good(void) {
  try {
    throw std::runtime_error("stays inside");
  } catch (const std::exception &) {
  }
}

void exit_bad(void) {
  exit(0);
}

void exit_good(void) {}

void timeout_bad(void) {
  for (;;) {
    sink = sink + 1;
  }
}

void timeout_good(void) {
  for (uint32_t i = 0; i < 1000; i++) {
    sink = sink + 1;
  }
}

void oom_bad(void) {
  for (;;) {
    char *block = new char[64 << 20];
    memset(block, 1, 64 << 20);
    lost = block;
  }
}

void oom_good(void) {
  char *block = new char[1 << 20];
  memset(block, 1, 1 << 20);
  lost = block;
  delete[] block;
}

uint32_t arg_bounds_bad(const uint8_t *bytes, size_t size) {
  uint32_t sum = 0;
  for (size_t i = 0; i <= size; i++) {
    sum += bytes[i];
  }
  return sum;
}

uint32_t arg_bounds_good(const uint8_t *bytes, size_t size) {
  uint32_t sum = 0;
  for (size_t i = 0; i < size; i++) {
    sum += bytes[i];
  }
  return sum;
}

void borrow_kept_bad(box *self, const uint8_t *bytes, size_t size) {
  self->borrowed = bytes;
  self->size = size;
}

void borrow_kept_good(box *self, const uint8_t *bytes, size_t size) {
  free(self->copied);
  self->copied = static_cast<uint8_t *>(malloc(size + 1));
  if (self->copied != nullptr && size != 0) {
    memcpy(self->copied, bytes, size);
  }
  self->borrowed = self->copied;
  self->size = size;
}

void borrow_declared(box *self, const uint8_t *bytes, size_t size) {
  self->borrowed = bytes;
  self->size = size;
}

uint32_t borrow_use(box *self) {
  uint32_t sum = 0;
  for (size_t i = 0; i < self->size; i++) {
    sum += self->borrowed[i];
  }
  return sum;
}

void const_write_bad(const uint8_t *bytes, size_t size) {
  if (size != 0) {
    const_cast<uint8_t *>(bytes)[0] ^= 1;
  }
}

void const_write_good(const uint8_t *bytes, size_t size) {
  if (size != 0) {
    sink = bytes[0] ^ 1;
  }
}

int32_t status_bad(uint32_t input) {
  return input > 2 ? 3 : static_cast<int32_t>(input);
}

int32_t status_good(uint32_t input) {
  return input > 2 ? 2 : static_cast<int32_t>(input);
}

int32_t output_on_error_bad(uint32_t input, uint64_t *output) {
  *output = input;
  return input > 2 ? 1 : 0;
}

int32_t output_on_error_good(uint32_t input, uint64_t *output) {
  if (input > 2) {
    return 1;
  }
  *output = input;
  return 0;
}

int32_t not_rejected_bad(const uint8_t *bytes, size_t size) {
  (void)size;
  return bytes == nullptr ? 0 : 0;
}

int32_t not_rejected_good(const uint8_t *bytes, size_t size) {
  (void)size;
  return bytes == nullptr ? 1 : 0;
}

uint8_t value_range_bad(uint32_t input) {
  return input > 2 ? 2 : 1;
}

uint8_t value_range_good(uint32_t input) {
  return input > 2 ? 1 : 0;
}
}
