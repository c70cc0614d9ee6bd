#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "../contract.h"

namespace {

// What a stream shares with its thread, which may outlive it.
struct State {
  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  uint32_t wanted = 0;
  uint64_t position = 0;
  bool stopping = false;
};

}  // namespace

struct stream {
  std::shared_ptr<State> state = std::make_shared<State>();
  std::thread thread;
};

namespace {

void Play(const std::shared_ptr<State> &state, stream *self, stream_consumer consumer,
          void *context) {
  std::unique_lock<std::mutex> lock(state->mutex);
  while (true) {
    state->changed.wait(lock, [&] { return state->stopping || state->wanted > 0; });
    if (state->stopping) {
      return;
    }
    const uint32_t frames = state->wanted;
    state->wanted = 0;
    state->position += frames;
    lock.unlock();
    consumer(context, self, frames);
    lock.lock();
  }
}

}  // namespace

stream *stream_create(stream_consumer consumer, void *context) {
  if (consumer == nullptr) {
    return nullptr;
  }
  try {
    auto self = std::make_unique<stream>();
    self->thread = std::thread(Play, self->state, self.get(), consumer, context);
    return self.release();
  } catch (...) {
    return nullptr;
  }
}

void stream_destroy(stream *self) {
  if (self == nullptr) {
    return;
  }
  {
    const std::lock_guard<std::mutex> lock(self->state->mutex);
    self->state->stopping = true;
  }
  self->state->changed.notify_all();
#ifdef ZOO_FIXED
  self->thread.join();
#else
  self->thread.detach();  // the planted bug: it may be about to call the consumer
#endif
  delete self;
}

int32_t stream_play(stream *self, uint32_t frames) {
  if (self == nullptr || frames == 0) {
    return STREAM_BAD_INPUT;
  }
  {
    const std::lock_guard<std::mutex> lock(self->state->mutex);
    self->state->wanted += frames;
  }
  self->state->changed.notify_all();
  return STREAM_OK;
}

int32_t stream_position(const stream *self, uint64_t *position) {
  if (self == nullptr || position == nullptr) {
    return STREAM_BAD_INPUT;
  }
  const std::lock_guard<std::mutex> lock(self->state->mutex);
  *position = self->state->position;
  return STREAM_OK;
}
