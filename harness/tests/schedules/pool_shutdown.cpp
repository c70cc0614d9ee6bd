/* pool_shutdown: a worker that finds the pool stopped leaves without looking at the queue, and a
 * task is lost. Twin: it leaves when the queue is empty too. */
#include "suite.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace {

struct Pool {
  bool fixed;
  std::mutex lock{};
  std::condition_variable changed{};
  std::deque<int> tasks{};
  bool stopped = false;
  int executed = 0;

  void work() {
    std::unique_lock<std::mutex> guard(lock);
    for (;;) {
      changed.wait(guard, [this] { return stopped || !tasks.empty(); });
      if (stopped && (!fixed || tasks.empty())) {
        return;
      }
      executed += tasks.front();
      tasks.pop_front();
    }
  }
  void submit(int task) {
    std::lock_guard<std::mutex> guard(lock);
    tasks.push_back(task);
    changed.notify_one();
  }
  void stop() {
    std::lock_guard<std::mutex> guard(lock);
    stopped = true;
    changed.notify_all();
  }
};

void submit_and_stop(bool fixed) {
  Pool self{.fixed = fixed};
  std::thread worker(&Pool::work, &self);
  self.submit(1);
  self.submit(2);
  self.stop();
  worker.join();
  SUITE_CHECK(self.executed == 3);
}

}  // namespace

SUITE_PAIR(pool_shutdown, submit_and_stop(fixed))
