/* A part of the library that no sanitizer has instrumented. */
#include <fcntl.h>
#include <unistd.h>

#include "harness/tests/rules/contract.h"

static uint8_t *kept;
static size_t n_kept;

static uint32_t sum(const uint8_t *bytes, size_t size) {
  uint32_t all = 0;
  for (size_t i = 0; i < size; i++) {
    all += ((const volatile uint8_t *)bytes)[i];
  }
  return all;
}

uint32_t plain_read_bad(const uint8_t *bytes, size_t size) {
  return sum(bytes, size + 1);
}

uint32_t plain_read_good(const uint8_t *bytes, size_t size) {
  return sum(bytes, size);
}

static void send(const uint8_t *bytes, size_t size) {
  int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0) {
    ssize_t sent = write(null, bytes, size);
    (void)sent;
    close(null);
  }
}

void plain_send_bad(const uint8_t *bytes, size_t size) {
  send(bytes, size + 1);
}

void plain_send_good(const uint8_t *bytes, size_t size) {
  send(bytes, size);
}

void plain_write_bad(uint8_t *bytes, size_t room) {
  ((volatile uint8_t *)bytes)[room] = 0;
}

void plain_write_before_bad(uint8_t *bytes, size_t room) {
  (void)room;
  ((volatile uint8_t *)bytes)[-1] = 0;
}

void plain_write_good(uint8_t *bytes, size_t room) {
  for (size_t i = 0; i < room; i++) {
    ((volatile uint8_t *)bytes)[i] = 0;
  }
}

void plain_keep_bad(const uint8_t *bytes, size_t size) {
  kept = (uint8_t *)(uintptr_t)bytes;
  n_kept = size;
}

void plain_keep_good(box *self, const uint8_t *bytes, size_t size) {
  (void)self;
  plain_keep_bad(bytes, size);
}

uint32_t plain_use(void) {
  return sum(kept, n_kept);
}

void plain_change_bad(void) {
  if (n_kept != 0) {
    ((volatile uint8_t *)kept)[0] ^= 1;
  }
}
