/* Error messages: the planted faults and their fixed twins. */
#include "harness/tests/rules/messages.h"

#include <cstdlib>
#include <cstring>

struct page {
  uint32_t number;
};

static char *copy_of(const char *text) {
  char *copy = static_cast<char *>(malloc(strlen(text) + 1));
  return copy == nullptr ? nullptr : strcpy(copy, text);
}

/* Reads bytes that begin with a digit. */
static int32_t read_bytes(const uint8_t *bytes, size_t size) {
  return bytes == nullptr ? 2 : size == 0 || bytes[0] < '0' || bytes[0] > '9' ? 1 : 0;
}

static page *open_page(uint32_t number) {
  return number > 5 ? nullptr : new page{number};
}

extern "C" {

void message_free(char *message) {
  free(message);
}

int32_t message_on_success_bad(const uint8_t *bytes, size_t size, char **error) {
  *error = copy_of("not a number"); /* planted */
  return read_bytes(bytes, size);
}

int32_t message_on_success_good(const uint8_t *bytes, size_t size, char **error) {
  int32_t status = read_bytes(bytes, size);
  if (status == 1) {
    *error = copy_of("not a number"); /* and none for a NULL: a message is never a duty */
  }
  return status;
}

int32_t message_leak_bad(const uint8_t *bytes, size_t size, char **error) {
  int32_t status = read_bytes(bytes, size);
  if (status != 0) {
    char *inner = copy_of("not a number"); /* planted */
    *error = copy_of(inner);
  }
  return status;
}

int32_t message_owned_bad(const uint8_t *bytes, size_t size, char **text) {
  *text = copy_of("not a number"); /* planted */
  return read_bytes(bytes, size);
}

page *page_open_bad(uint32_t number, char **error) {
  *error = copy_of("no such page"); /* planted */
  return open_page(number);
}

page *page_open_good(uint32_t number, char **error) {
  page *opened = open_page(number);
  if (opened == nullptr) {
    *error = copy_of("no such page");
  }
  return opened;
}

void page_close(page *self) {
  delete self;
}

void message_given_bad(uint32_t number, char **error) {
  message_given_good(number, error);
}

void message_given_good(uint32_t number, char **error) {
  if (number > 5) {
    *error = copy_of("too high"); /* planted, where an old message may go in */
  }
}

int32_t message_again_bad(uint32_t number, char **error) {
  message_given_good(number, error);
  return number > 5 ? 1 : 0;
}

int32_t message_again_good(uint32_t number, char **error) {
  if (number > 5) {
    free(*error);
    *error = copy_of("too high");
  }
  return number > 5 ? 1 : 0;
}

} /* extern "C" */
