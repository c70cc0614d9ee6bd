/* Memory that is freed by the wrong side, lost, or piled up. */
#include <cstdlib>
#include <cstring>

#include "harness/tests/rules/contract.h"
#include "harness/tests/rules/depot.h"

void store_give(void *block); /* the same archive again, by another name and on another side */

struct node {
  node *next;
};

static char *volatile handed_out;
static char *volatile only_one;
static void *volatile lost;
static node *volatile all_nodes;

extern "C" {

char *cross_side_text(void) {
  char *text = static_cast<char *>(malloc(8));
  if (text != nullptr) {
    memcpy(text, "a text.", 8);
  }
  handed_out = text;
  return text;
}

void cross_side_bad(void) {
  free(handed_out); /* which is the caller's */
  handed_out = nullptr;
}

void cross_side_good(void) {
  handed_out = nullptr;
}

void cross_side_adopt_good(char *text) {
  free(text);
}

void cross_side_tagged_bad(void) {
  store_give(depot_take(8));
}

void cross_side_tagged_good(void) {
  depot_give(depot_take(8));
}

void cross_side_untagged_bad(void) {
  lost = malloc(8);
  depot_give(lost);
  lost = nullptr;
}

void cross_side_returned_bad(void) {
  lost = depot_take(8);
  free(lost);
  lost = nullptr;
}

void cross_side_strings_good(uint32_t count) {
  lost = nullptr;
  if (depot_join(count) + depot_line() == 0) {
    abort();
  }
}

int32_t leak_failed_bad(uint32_t size) {
  lost = malloc(size);
  lost = nullptr;
  return 1;
}

int32_t leak_failed_good(uint32_t size) {
  lost = malloc(size);
  free(lost);
  lost = nullptr;
  return 1;
}

void growth_bad(void) {
  node *added = static_cast<node *>(malloc(sizeof(node)));
  if (added != nullptr) {
    added->next = all_nodes;
    all_nodes = added;
  }
}

void growth_good(void) {
  if (only_one == nullptr) {
    only_one = static_cast<char *>(malloc(16));
  }
}

/* Another one each time, and the last one goes: a cache with a bound. */
void growth_replaced_good(void) {
  char *before = only_one;
  only_one = static_cast<char *>(malloc(16));
  free(before);
}

}  // extern "C"
