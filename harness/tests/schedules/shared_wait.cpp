/* shared_wait: consumers wait with a shared lock and take their item under it, two at a time.
 * Twin: with an exclusive one. */
#include "suite.h"

#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <thread>

namespace {

struct Store {
  std::shared_mutex lock{};
  std::condition_variable_any filled{};
  volatile int items = 0;

  template <class Lock>
  void take() {
    Lock guard(lock);
    filled.wait(guard, [this] { return items > 0; });
    items = items - 1;
  }
  void put() {
    std::unique_lock<std::shared_mutex> guard(lock);
    items = items + 2;
    filled.notify_all();
  }
};

void put_and_take(bool fixed) {
  Store self;
  auto take = fixed ? &Store::take<std::unique_lock<std::shared_mutex>>
                    : &Store::take<std::shared_lock<std::shared_mutex>>;
  std::thread first(take, &self);
  std::thread second(take, &self);
  self.put();
  first.join();
  second.join();
  SUITE_CHECK(self.items == 0);
}

}  // namespace

SUITE_PAIR(shared_wait, put_and_take(fixed))
