/* semaphore_release: a thread that failed to acquire the semaphore releases it all the same, and
 * two others are inside at once. Twin: it releases what it acquired. */
#include "suite.h"

#include <atomic>
#include <semaphore>
#include <thread>

namespace {

struct Room {
  bool fixed;
  std::counting_semaphore<3> places{1};
  std::atomic<int> inside{0};

  /* acquire() of libstdc++ 12 can sleep on a semaphore that is free (GCC bug 104928). */
  void enter() {
    while (!places.try_acquire()) {
      std::this_thread::yield();
    }
    SUITE_CHECK(inside.fetch_add(1) == 0);
    inside.store(inside.load() - 1);
    places.release();
  }
  void look() {
    bool acquired = places.try_acquire();
    if (acquired || !fixed) {
      places.release();
    }
  }
};

void visit(bool fixed) {
  Room self{.fixed = fixed};
  std::thread first(&Room::enter, &self);
  std::thread looking(&Room::look, &self);
  std::thread second(&Room::enter, &self);
  first.join();
  looking.join();
  second.join();
}

}  // namespace

SUITE_PAIR(semaphore_release, visit(fixed))
