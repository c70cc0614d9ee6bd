/* What calls promise beyond their arguments: the planted faults and their fixed twins. */
#include <cerrno>
#include <cstdio>
#include <string>
#include <thread>

#include "harness/tests/rules/contract.h"

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
}
