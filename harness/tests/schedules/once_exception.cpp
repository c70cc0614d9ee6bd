/* once_exception: the flag is set before the initialisation and cleared when that throws; another
 * thread takes it for done in between. Twin: set after it, under a mutex. */
#include "suite.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace {

struct Service {
  bool fixed;
  std::mutex lock{};
  std::atomic<bool> initialised{false};
  std::atomic<int> attempts{0};
  std::unique_ptr<int> instance{};

  void initialise() {
    if (attempts.fetch_add(1) == 0) {
      throw std::runtime_error("not yet");
    }
    instance = std::make_unique<int>(7);
  }
  void ensure_claimed() {
    if (!initialised.exchange(true)) {
      try {
        initialise();
      } catch (const std::runtime_error &) {
        initialised.store(false);
        throw;
      }
    }
  }
  void ensure_finished() {
    std::lock_guard<std::mutex> guard(lock);
    if (!initialised.load()) {
      initialise();
      initialised.store(true);
    }
  }
  void use() {
    try {
      if (fixed) {
        ensure_finished();
      } else {
        ensure_claimed();
      }
    } catch (const std::runtime_error &) {
      return;
    }
    SUITE_CHECK(*instance == 7);
  }
};

void use_together(bool fixed) {
  Service self{.fixed = fixed};
  std::thread first(&Service::use, &self);
  std::thread second(&Service::use, &self);
  first.join();
  second.join();
}

}  // namespace

SUITE_PAIR(once_exception, use_together(fixed))
