/* timed_mutex: the result of try_lock_for is not looked at, and the update happens without the lock
 * while its holder is between reading and writing. Twin: after a time-out it waits for the lock. */
#include "suite.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {

struct Balance {
  bool fixed;
  std::timed_mutex lock{};
  volatile int value = 0;
  std::mutex visit_lock{};
  std::condition_variable visited{};
  bool visitor = false;

  void announce() {
    std::lock_guard<std::mutex> guard(visit_lock);
    visitor = true;
    visited.notify_one();
  }
  void hold() {
    std::lock_guard<std::timed_mutex> guard(lock);
    int before = value;
    std::unique_lock<std::mutex> wait(visit_lock);
    visited.wait(wait, [this] { return visitor; });
    value = before + 1;
  }
  void visit() {
    bool locked = lock.try_lock_for(std::chrono::milliseconds(1));
    if (fixed && !locked) {
      announce();
      lock.lock();
      locked = true;
    }
    value = value + 1;
    if (locked) {
      lock.unlock();
    }
    announce();
  }
};

void hold_and_visit(bool fixed) {
  Balance self{.fixed = fixed};
  std::thread holder(&Balance::hold, &self);
  std::thread visitor(&Balance::visit, &self);
  holder.join();
  visitor.join();
  SUITE_CHECK(self.value == 2);
}

}  // namespace

SUITE_PAIR(timed_mutex, hold_and_visit(fixed))
