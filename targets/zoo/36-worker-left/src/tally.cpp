#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "../contract.h"

namespace {

// What a tally shares with its thread.
struct State {
  std::mutex mutex;  // guards what follows
  std::condition_variable posted;
  std::condition_variable taken;
  std::vector<int32_t> numbers;
  int64_t sum = 0;
  bool stopping = false;
};

void Work(const std::shared_ptr<State> &state) {
  std::unique_lock<std::mutex> lock(state->mutex);
  while (true) {
    state->posted.wait(lock, [&] { return state->stopping || !state->numbers.empty(); });
    if (state->stopping) {
      return;
    }
    for (const int32_t number : state->numbers) {
      state->sum += number;
    }
    state->numbers.clear();
    state->taken.notify_all();
  }
}

}  // namespace

struct tally {
  std::shared_ptr<State> state = std::make_shared<State>();
  std::thread worker;
};

tally *tally_create(void) {
  try {
    auto self = std::make_unique<tally>();
    self->worker = std::thread(Work, self->state);
    return self.release();
  } catch (...) {
    return nullptr;
  }
}

void tally_destroy(tally *self) {
  if (self == nullptr) {
    return;
  }
  {
    const std::lock_guard<std::mutex> lock(self->state->mutex);
    self->state->stopping = true;
  }
#ifdef ZOO_FIXED
  self->state->posted.notify_all();
  self->worker.join();
#else
  self->worker.detach();  // the planted bug: a worker that waits is never told
#endif
  delete self;
}

int32_t tally_post(tally *self, int32_t number) {
  if (self == nullptr) {
    return TALLY_BAD_INPUT;
  }
  try {
    const std::lock_guard<std::mutex> lock(self->state->mutex);
    self->state->numbers.push_back(number);
  } catch (...) {
    return TALLY_NO_MEMORY;
  }
  self->state->posted.notify_one();
  return TALLY_OK;
}

int32_t tally_sum(tally *self, int64_t *sum) {
  if (self == nullptr || sum == nullptr) {
    return TALLY_BAD_INPUT;
  }
  std::unique_lock<std::mutex> lock(self->state->mutex);
  self->state->taken.wait(lock, [&] { return self->state->numbers.empty(); });
  *sum = self->state->sum;
  return TALLY_OK;
}
