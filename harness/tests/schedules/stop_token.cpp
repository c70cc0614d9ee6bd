/* stop_token: the stop callback notifies without the mutex, between the worker's look at the token
 * and its wait. Twin: a wait that knows the token. */
#include "suite.h"

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace {

struct Worker {
  std::mutex lock{};
  std::condition_variable_any changed{};
  bool job = false;

  void work(const std::stop_token &token) {
    std::stop_callback stop(token, [this] { changed.notify_all(); });
    std::unique_lock<std::mutex> guard(lock);
    while (!job && !token.stop_requested()) {
      changed.wait(guard);
    }
  }
  void work_until(const std::stop_token &token) {
    std::unique_lock<std::mutex> guard(lock);
    changed.wait(guard, token, [this] { return job; });
  }
};

void start_and_stop(bool fixed) {
  Worker self;
  std::jthread thread([&](const std::stop_token &token) {
    if (fixed) {
      self.work_until(token);
    } else {
      self.work(token);
    }
  });
}

}  // namespace

SUITE_PAIR(stop_token, start_and_stop(fixed))
