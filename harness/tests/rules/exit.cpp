/* A worker that is alive when the process leaves by exit(): the static it uses is destroyed by
 * then, is never destroyed, or is destroyed by who waits for the worker. */
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "harness/tests/rules/contract.h"

namespace {

struct journal {
  std::mutex mutex;
  std::vector<uint32_t> numbers;
};

journal &shared_journal() {
  static journal one;  // destroyed by exit()
  return one;
}

journal &lasting_journal() {
  static auto *one = new journal;  // never destroyed
  return *one;
}

/* Waits for its thread, which waits for the lock. */
struct waiter {
  std::mutex mutex;
  std::thread thread;
  ~waiter() {
    mutex.lock();
    if (thread.joinable()) {
      thread.join();
    }
  }
};

waiter &shared_waiter() {
  static waiter one;
  return one;
}

}  // namespace

struct office {
  journal *notes = nullptr;
  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  bool stopping = false;
  std::vector<uint32_t> posted;
  std::thread worker;
};

static void work(office *self) {
  std::unique_lock<std::mutex> lock(self->mutex);
  for (;;) {
    if (!self->posted.empty()) {
      const uint32_t number = self->posted.back();
      self->posted.pop_back();
      lock.unlock();
      {
        const std::lock_guard<std::mutex> guard(self->notes->mutex);
        if (!self->notes->numbers.empty() && self->notes->numbers.back() == number) {
          self->notes->numbers.clear();
        }
        self->notes->numbers.push_back(number);
      }
      lock.lock();
    } else if (self->stopping) {
      return;
    } else {
      self->changed.wait(lock);
    }
  }
}

static office *create(journal &notes) {
  auto *self = new office;
  self->notes = &notes;
  {
    const std::lock_guard<std::mutex> guard(notes.mutex);
    notes.numbers.assign(1, 0);
  }
  self->worker = std::thread(work, self);
  return self;
}

extern "C" {

office *office_create_bad(void) {
  return create(shared_journal());
}

office *office_create_good(void) {
  return create(lasting_journal());
}

office *office_create_stuck(void) {
  waiter &stuck = shared_waiter();
  if (!stuck.thread.joinable()) {
    stuck.thread = std::thread([&stuck] {
      for (;;) {
        const std::lock_guard<std::mutex> guard(stuck.mutex);
        std::this_thread::yield();
      }
    });
  }
  return create(lasting_journal());
}

void office_post(office *self, uint32_t number) {
  {
    const std::lock_guard<std::mutex> guard(self->mutex);
    self->posted.push_back(number);
  }
  self->changed.notify_one();
}

void office_destroy(office *self) {
  if (self == nullptr) {
    return;
  }
  {
    const std::lock_guard<std::mutex> guard(self->mutex);
    self->stopping = true;
  }
  self->changed.notify_one();
  self->worker.join();
  delete self;
}

}  // extern "C"
