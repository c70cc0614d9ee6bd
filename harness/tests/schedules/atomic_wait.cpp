/* atomic_wait: the waiter is notified before the value changes, wakes up to the old value and
 * sleeps again. Twin: the value changes first. */
#include "suite.h"

#include <atomic>
#include <thread>

namespace {

void notify_and_wait(bool fixed) {
  std::atomic<int> ready{0};
  std::thread waiter([&] { ready.wait(0); });
  std::thread notifier([&] {
    if (!fixed) {
      ready.notify_one();
    }
    ready.store(1);
    if (fixed) {
      ready.notify_one();
    }
  });
  waiter.join();
  notifier.join();
}

}  // namespace

SUITE_PAIR(atomic_wait, notify_and_wait(fixed))
