/* iterator_invalidation: one thread sums a vector while another appends, and the vector moves under
 * the iterator. Twin: both under a mutex. */
#include "suite.h"

#include <mutex>
#include <thread>
#include <vector>

namespace {

struct Samples {
  bool fixed;
  std::mutex lock{};
  std::vector<int> values = {1, 1, 1};

  void append() {
    std::unique_lock<std::mutex> guard(lock, std::defer_lock);
    if (fixed) {
      guard.lock();
    }
    values.push_back(1);
  }
  void sum() {
    std::unique_lock<std::mutex> guard(lock, std::defer_lock);
    if (fixed) {
      guard.lock();
    }
    int total = 0;
    for (int value : values) {
      total += value;
    }
    SUITE_CHECK(total == 3 || total == 4);
  }
};

void append_and_sum(bool fixed) {
  Samples self{.fixed = fixed};
  std::thread writer(&Samples::append, &self);
  std::thread reader(&Samples::sum, &self);
  writer.join();
  reader.join();
}

}  // namespace

SUITE_PAIR(iterator_invalidation, append_and_sum(fixed))
