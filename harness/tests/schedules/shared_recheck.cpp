/* shared_recheck: an entry that is missing under the shared lock is created under the exclusive one
 * without a second look. Twin: with it. */
#include "suite.h"

#include <mutex>
#include <shared_mutex>
#include <thread>

namespace {

struct Table {
  bool fixed;
  std::shared_mutex lock{};
  volatile bool present = false;
  volatile int created = 0;

  void look_up() {
    {
      std::shared_lock<std::shared_mutex> guard(lock);
      if (present) {
        return;
      }
    }
    std::unique_lock<std::shared_mutex> guard(lock);
    if (!fixed || !present) {
      created = created + 1;
      present = true;
    }
  }
};

void look_up_both(bool fixed) {
  Table self{.fixed = fixed};
  std::thread first(&Table::look_up, &self);
  std::thread second(&Table::look_up, &self);
  first.join();
  second.join();
  SUITE_CHECK(self.created == 1);
}

}  // namespace

SUITE_PAIR(shared_recheck, look_up_both(fixed))
