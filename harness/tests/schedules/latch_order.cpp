/* latch_order: workers count the latch down before they store their result.
 * Twin: after it. */
#include "suite.h"

#include <latch>
#include <thread>

namespace {

struct Results {
  bool fixed;
  std::latch done{2};
  volatile int values[2] = {};

  void work(int index) {
    if (!fixed) {
      done.count_down();
    }
    values[index] = index + 1;
    if (fixed) {
      done.count_down();
    }
  }
};

void gather(bool fixed) {
  Results self{.fixed = fixed};
  std::thread first(&Results::work, &self, 0);
  std::thread second(&Results::work, &self, 1);
  self.done.wait();
  SUITE_CHECK(self.values[0] + self.values[1] == 3);
  first.join();
  second.join();
}

}  // namespace

SUITE_PAIR(latch_order, gather(fixed))
