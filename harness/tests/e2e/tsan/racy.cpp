#include <pthread.h>
#include <semaphore.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <thread>

#include "contract.h"

struct counter {
#ifdef RACY_FIXED
  std::atomic<uint32_t> n{0};
#else
  uint32_t n = 0;
#endif
  std::mutex lock;
  pthread_rwlock_t shared = PTHREAD_RWLOCK_INITIALIZER;
  uint32_t reads = 0;
};

struct tape {
  uint8_t bytes[64] = {};
  size_t length = 0;
};

extern "C" counter *counter_create(void) {
  return new (std::nothrow) counter;
}

extern "C" void counter_destroy(counter *self) {
  delete self;
}

extern "C" void counter_add(counter *self, uint32_t n) {
  self->n += n;
}

extern "C" uint32_t counter_total(counter *self) {
  std::lock_guard<std::mutex> guard(self->lock);
  return ++self->reads;
}

extern "C" uint32_t counter_read_lock(counter *self) {
  static uint32_t writes;
  static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  pthread_rwlock_wrlock(&lock);
  writes++;
  pthread_rwlock_unlock(&lock);
  pthread_rwlock_rdlock(&lock);
  uint32_t seen = writes;
  pthread_rwlock_unlock(&lock);
  return self == nullptr ? 0 : seen;
}

namespace {

struct table {
  uint32_t entries[8];
  table() {
    for (uint32_t &entry : entries) {
      entry = static_cast<uint32_t>(&entry - entries);
    }
  }
};

uint32_t made_once;
pthread_once_t once = PTHREAD_ONCE_INIT;

void make_once() {
  made_once = 7;
}

}  // namespace

extern "C" uint32_t counter_first_use(void) {
  static table made;
  return made.entries[3];
}

extern "C" uint32_t counter_once(void) {
  pthread_once(&once, make_once);
  return made_once;
}

extern "C" uint32_t counter_join(uint32_t n) {
  uint32_t result = n;
  std::thread([&] { result++; }).join();
  return result;
}

extern "C" uint32_t counter_condition(uint32_t n) {
  std::mutex lock;
  std::condition_variable changed;
  bool done = false;
  uint32_t result = n;
  std::thread worker([&] {
    result++;
    std::lock_guard<std::mutex> guard(lock);
    done = true;
    changed.notify_one();
  });
  std::unique_lock<std::mutex> guard(lock);
  changed.wait(guard, [&] { return done; });
  result++;
  guard.unlock();
  worker.join();
  return result;
}

extern "C" uint32_t counter_semaphore(uint32_t n) {
  sem_t posted;
  sem_init(&posted, 0, 0);
  uint32_t result = n;
  std::thread worker([&] {
    result++;
    sem_post(&posted);
  });
  sem_wait(&posted);
  result++;
  worker.join();
  sem_destroy(&posted);
  return result;
}

extern "C" uint32_t counter_barrier(uint32_t n) {
  pthread_barrier_t both;
  pthread_barrier_init(&both, nullptr, 2);
  uint32_t result = n;
  std::thread worker([&] {
    result++;
    pthread_barrier_wait(&both);
    pthread_barrier_wait(&both);
    result++;
  });
  pthread_barrier_wait(&both);
  result++;
  pthread_barrier_wait(&both);
  worker.join();
  pthread_barrier_destroy(&both);
  return result;
}

extern "C" tape *tape_create(const uint8_t *bytes, size_t length) {
  tape *self = new (std::nothrow) tape;
  if (self != nullptr) {
    tape_write(self, bytes, length);
  }
  return self;
}

extern "C" void tape_destroy(tape *self) {
  delete self;
}

extern "C" void tape_write(tape *self, const uint8_t *bytes, size_t length) {
  self->length = std::min(length, sizeof self->bytes);
  std::copy(bytes, bytes + self->length, self->bytes);
}

extern "C" uint32_t tape_sum(const tape *self) {
  uint32_t sum = 0;
  for (size_t i = 0; i < self->length; i++) {
    sum += self->bytes[i];
  }
  return sum;
}
