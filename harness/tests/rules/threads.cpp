/* What threads do to each other: the planted faults and their fixed twins. */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <new>
#include <thread>

#include "harness/tests/rules/contract.h"

/* Shared by its users; the last one to let go of it deletes it. */
struct guest {
  std::mutex lock;
  uint32_t users = 1;
};

struct hall {
  std::mutex first, second;
  std::condition_variable changed;
  std::atomic<bool> done{false};
  sem_t inside;
  std::thread worker;
  bool stop = false;
};

static volatile int last_seen;

/* On a thread that gives itself a name, which it has to find again. */
static int *make_named() {
  char name[16] = "";
  pthread_setname_np(pthread_self(), "maker");
  pthread_getname_np(pthread_self(), name, sizeof name);
  return strcmp(name, "maker") == 0 ? new int(1) : nullptr;
}

static void lock_both(std::mutex &one, std::mutex &other) {
  std::lock_guard<std::mutex> outer(one);
  std::lock_guard<std::mutex> inner(other);
}

/* Waits for changes that nobody makes. */
static void serve_for_ever() {
  static std::mutex lock;
  static std::condition_variable changed;
  std::unique_lock<std::mutex> held(lock);
  changed.wait(held, [] { return false; });
}

extern "C" {

hall *hall_create(void) {
  hall *self = new (std::nothrow) hall;
  if (self != nullptr) {
    sem_init(&self->inside, 0, 1);
  }
  return self;
}

void hall_destroy(hall *self) {
  if (self != nullptr) {
    if (self->worker.joinable()) {
      {
        std::lock_guard<std::mutex> guard(self->first);
        self->stop = true;
      }
      self->changed.notify_all();
      self->worker.join();
    }
    sem_destroy(&self->inside);
    delete self;
  }
}

void deadlock_bad(hall *self, uint8_t reversed) {
  bool forward = reversed == 0;
  lock_both(forward ? self->first : self->second, forward ? self->second : self->first);
}

void deadlock_good(hall *self, uint8_t reversed) {
  (void)reversed;
  lock_both(self->first, self->second);
}

void deadlock_threads_bad(hall *self) {
  std::thread one([self] { lock_both(self->first, self->second); });
  std::thread other([self] { lock_both(self->second, self->first); });
  one.join();
  other.join();
}

void deadlock_threads_good(hall *self) {
  std::thread one([self] { lock_both(self->first, self->second); });
  std::thread other([self] { lock_both(self->first, self->second); });
  one.join();
  other.join();
}

/* Between the look and the wait the wake-up may come. */
void lost_wakeup_bad(hall *self) {
  if (!self->done) {
    std::unique_lock<std::mutex> held(self->first);
    self->changed.wait(held);
  }
}

void lost_wakeup_good(hall *self) {
  std::unique_lock<std::mutex> held(self->first);
  while (!self->done) {
    self->changed.wait(held);
  }
}

void lost_wakeup_wake(hall *self) {
  std::lock_guard<std::mutex> guard(self->first);
  self->done = true;
  self->changed.notify_all();
}

void lost_wakeup_threads_bad(hall *self) {
  std::thread waker([self] { lost_wakeup_wake(self); });
  lost_wakeup_bad(self);
  waker.join();
}

void lost_wakeup_threads_good(hall *self) {
  std::thread waker([self] { lost_wakeup_wake(self); });
  lost_wakeup_good(self);
  waker.join();
}

void self_deadlock_bad(hall *self) {
  std::lock_guard<std::mutex> guard(self->first);
  lost_wakeup_wake(self); /* which takes the lock itself */
}

void self_deadlock_good(hall *self) {
  {
    std::lock_guard<std::mutex> guard(self->first);
  }
  lost_wakeup_wake(self);
}

/* Whoever could finish needs the lock. */
void livelock_bad(hall *self) {
  std::lock_guard<std::mutex> guard(self->first);
  while (!self->done) {
    sched_yield();
  }
}

void livelock_good(hall *self) {
  while (!self->done) {
    sched_yield();
  }
}

void livelock_finish(hall *self) {
  std::lock_guard<std::mutex> guard(self->first);
  self->done = true;
}

void lock_freed_bad(hall *self) {
  guest *shared = new guest;
  {
    std::lock_guard<std::mutex> guard(shared->lock);
    if (--shared->users == 0) {
      delete shared; /* and the guard lets go of the lock in it */
    }
  }
  self->done = true;
}

void lock_freed_good(hall *self) {
  guest *shared = new guest;
  bool last = false;
  {
    std::lock_guard<std::mutex> guard(shared->lock);
    last = --shared->users == 0;
  }
  if (last) {
    delete shared;
  }
  self->done = true;
}

void unlock_not_owner_bad(hall *self, uint8_t enter) {
  if (enter != 0) {
    self->first.lock();
  } else {
    self->first.unlock();
  }
}

void unlock_not_owner_good(hall *self, uint8_t enter) {
  if (enter != 0) {
    sem_wait(&self->inside);
  } else {
    sem_post(&self->inside);
  }
}

void lock_held_bad(hall *self) {
  (void)self;
  pthread_mutex_t lock;
  pthread_mutex_init(&lock, nullptr);
  pthread_mutex_lock(&lock);
  pthread_mutex_destroy(&lock);
}

void lock_held_good(hall *self) {
  (void)self;
  pthread_mutex_t lock;
  pthread_mutex_init(&lock, nullptr);
  pthread_mutex_lock(&lock);
  pthread_mutex_unlock(&lock);
  pthread_mutex_destroy(&lock);
}

void thread_left_bad(hall *self) {
  (void)self;
  std::thread(serve_for_ever).detach();
}

/* One for the whole process, whoever asks first. */
void thread_left_good(hall *self) {
  (void)self;
  static std::once_flag started;
  std::call_once(started, [] { std::thread(serve_for_ever).detach(); });
}

void thread_left_joined_good(hall *self) {
  std::lock_guard<std::mutex> guard(self->first);
  if (!self->worker.joinable()) {
    self->worker = std::thread([self] {
      std::unique_lock<std::mutex> held(self->first);
      self->changed.wait(held, [self] { return self->stop; });
    });
  }
}

void use_after_free_threads_bad(void) {
  int *cell = nullptr;
  std::thread([&] { cell = make_named(); }).join();
  std::thread([&] { delete cell; }).join();
  std::thread([&] { last_seen = *cell; }).join();
}

void use_after_free_threads_good(void) {
  int *cell = nullptr;
  std::thread([&] { cell = make_named(); }).join();
  std::thread([&] { last_seen = *cell; }).join();
  std::thread([&] { delete cell; }).join();
}
}
