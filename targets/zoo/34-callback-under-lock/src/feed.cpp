#include <array>
#include <mutex>
#include <new>

#include "../contract.h"

namespace {

struct Observer {
  feed_observer notify = nullptr;  // null when the place is free
  void *context = nullptr;
};

}  // namespace

struct feed {
  std::mutex mutex;  // guards what follows
  std::array<Observer, FEED_OBSERVERS> observers;
  bool has_value = false;
  int64_t value = 0;
};

feed *feed_create(void) {
  return new (std::nothrow) feed;
}

void feed_destroy(feed *self) {
  delete self;
}

int32_t feed_subscribe(feed *self, feed_observer notify, void *context, uint32_t *observer) {
  if (self == nullptr || notify == nullptr || observer == nullptr) {
    return FEED_BAD_INPUT;
  }
  const std::lock_guard<std::mutex> lock(self->mutex);
  for (uint32_t i = 0; i < FEED_OBSERVERS; i++) {
    if (self->observers[i].notify == nullptr) {
      self->observers[i] = Observer{notify, context};
      *observer = i;
      return FEED_OK;
    }
  }
  return FEED_FULL;
}

int32_t feed_unsubscribe(feed *self, uint32_t observer) {
  if (self == nullptr) {
    return FEED_BAD_INPUT;
  }
  const std::lock_guard<std::mutex> lock(self->mutex);
  if (observer >= FEED_OBSERVERS || self->observers[observer].notify == nullptr) {
    return FEED_NO_SUCH;
  }
  self->observers[observer] = Observer{};
  return FEED_OK;
}

int32_t feed_publish(feed *self, int64_t value) {
  if (self == nullptr) {
    return FEED_BAD_INPUT;
  }
  std::unique_lock<std::mutex> lock(self->mutex);
  self->value = value;
  self->has_value = true;
  const std::array<Observer, FEED_OBSERVERS> told = self->observers;
#ifdef ZOO_FIXED
  lock.unlock();  // the planted bug is that this is missing
#endif
  for (uint32_t i = 0; i < FEED_OBSERVERS; i++) {
    if (told[i].notify != nullptr) {
      told[i].notify(told[i].context, self, i, value);
    }
  }
  return FEED_OK;
}

int32_t feed_latest(feed *self, int64_t *value) {
  if (self == nullptr || value == nullptr) {
    return FEED_BAD_INPUT;
  }
  const std::lock_guard<std::mutex> lock(self->mutex);
  if (!self->has_value) {
    return FEED_NO_SUCH;
  }
  *value = self->value;
  return FEED_OK;
}

int32_t feed_observers(feed *self, size_t *count) {
  if (self == nullptr || count == nullptr) {
    return FEED_BAD_INPUT;
  }
  const std::lock_guard<std::mutex> lock(self->mutex);
  size_t present = 0;
  for (const Observer &observer : self->observers) {
    present += observer.notify != nullptr ? 1 : 0;
  }
  *count = present;
  return FEED_OK;
}
