/* A facade over an old library: the planted faults at its inner edge and their fixed twins. */
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include <thread>

#include "harness/tests/rules/contract.h"
#include "harness/tests/rules/inner_legacy.h"

static void start() {
  static bool started;
  if (!started) {
    started = true;
    legacy_start();
  }
}

template <typename Do>
static void elsewhere(Do work) {
  std::thread(work).join();
}

struct visitor {
  sem_t inside;
  std::thread thread;
};

/* The other thread is the facade's own, and comes while this one is inside. */
static void concurrently(lathe *inside, lathe *meanwhile) {
  visitor other;
  sem_init(&other.inside, 0, 0);
  other.thread = std::thread([&] {
    sem_wait(&other.inside);
    lathe_use(meanwhile, nullptr, nullptr);
  });
  lathe_use(
      inside,
      [](void *data) {
        sem_post(&((visitor *)data)->inside);
        ((visitor *)data)->thread.join();
      },
      &other);
  sem_destroy(&other.inside);
}

static core *handed_over() {
  core *made = nullptr;
  elsewhere([&] { made = core_new(); });
  core_adopt(made);
  return made;
}

static lathe *new_lathe() {
  lathe *made = nullptr;
  lathe_make(&made);
  return made;
}

extern "C" {

void cross_side_inner_bad(void) {
  start();
  char *text = core_text();
  free(text); /* core_text_free ends it */
}

void cross_side_inner_out_bad(void) {
  start();
  char *one = nullptr, *more = nullptr;
  if (core_describe(&one, &more) == 0) {
    free(one);
    free(more); /* core_text_free ends it */
  }
}

void cross_side_inner_thread_bad(void) {
  start();
  elsewhere([] { free(core_text()); });
}

void cross_side_inner_good(void) {
  start();
  core_text_free(core_text());
  elsewhere([] { free(core_report()); });
  char *one = nullptr, *more = nullptr, *error = nullptr;
  if (core_describe(&one, &more) == 0) {
    free(one);
    core_text_free(more);
  }
  core_complain(&error);
  free(error);
  core_keep(strdup("kept"));
  core_keep(core_report());
  core_keep(nullptr);
  core_keep(core_text()); /* there its own function may end it */
  core_keep(nullptr);
}

/* Functions that nobody watches belong to the library's side. */
void cross_side_inner_open(void) {
  start();
  core_keep(core_report());
  rules_core_drop();
  rules_core_unpack(core_parcel());
  free(core_parcel());
}

void wrong_thread_bad(void) {
  start();
  core *self = core_new();
  elsewhere([=] { core_use(self); });
  core_free(self);
}

void wrong_thread_good(void) {
  start();
  core *self = core_new();
  core_use(self);
  core_use(self);
  core_free(self);
  self = handed_over();
  core_use(self);
  core_free(self);
}

void wrong_thread_destroy_bad(void) {
  start();
  core *self = core_new();
  elsewhere([=] { core_free(self); });
}

void wrong_thread_destroy_good(void) {
  start();
  elsewhere([] { core_free(core_new()); });
}

void wrong_thread_role_bad(void) {
  start();
  press_use();
  elsewhere([] { press_use(); });
}

void wrong_thread_role_good(void) {
  start();
  press_use();
  press_use();
}

void wrong_thread_plays_bad(void) {
  start();
  smith_begin();
  elsewhere([] { smith_use(); });
}

void wrong_thread_plays_good(void) {
  start();
  smith_begin();
  smith_use();
  elsewhere([] {
    smith_begin();
    smith_use();
  });
}

void wrong_thread_main_any(void) {
  start();
  anvil_use();
}

void concurrent_use_bad(void) {
  start();
  lathe *self = new_lathe();
  concurrently(self, self);
}

void concurrent_use_good(void) {
  start();
  lathe *self = new_lathe(), *other = new_lathe();
  concurrently(self, other);
  elsewhere([=] { lathe_use(self, nullptr, nullptr); });
  lathe_use(self, nullptr, nullptr);
  lathe_free(other, 0);
  lathe_free(self, 0);
}

void owner_gone_bad(void) {
  start();
  core *self = nullptr;
  elsewhere([&] { self = core_new(); });
  core_use(self);
}

void owner_gone_good(void) {
  start();
  core_free(handed_over());
}

void stale_handle_bad(void) {
  start();
  core *owner = core_new();
  gear *self = gear_new(owner);
  gear_free(self);
  gear_use(self);
  core_free(owner);
}

void stale_handle_good(void) {
  start();
  core *owner = core_new();
  gear *self = gear_new(owner);
  gear_use(self);
  gear_free(self);
  core_free(owner);
  for (unsigned i = 0; i < 200; i++) { /* every address comes again */
    owner = core_new();
    self = gear_new(owner);
    gear_use(self);
    gear_free(self);
    core_free(owner);
  }
}

void stale_handle_pointer_bad(void) {
  start();
  core *owner = core_new();
  gear *self = gear_new(owner);
  gear_free(self);
  gear_user()(self);
  core_free(owner);
}

void stale_handle_pointer_good(void) {
  start();
  core *owner = core_new();
  gear *self = gear_new(owner);
  gear_user()(self);
  gear_free(self);
  core_free(owner);
}

void double_destroy_bad(void) {
  start();
  lathe *self = new_lathe();
  lathe_free(self, 0);
  lathe_free(self, 0);
}

void double_destroy_good(void) {
  start();
  lathe *self = new_lathe();
  lathe_free(self, 1); /* refused: it lives on */
  lathe_use(self, nullptr, nullptr);
  lathe_free(self, 0);
}

void wrong_handle_bad(void) {
  start();
  lathe *self = new_lathe();
  gear_use((gear *)self);
  lathe_free(self, 0);
}

void wrong_handle_good(void) {
  start();
  lathe *self = new_lathe();
  lathe_use(self, nullptr, nullptr);
  lathe_free(self, 0);
}

void parent_gone_bad(void) {
  start();
  core *owner = core_new();
  gear *self = gear_new(owner);
  core_free(owner);
  gear_free(self);
}

void parent_gone_good(void) {
  start();
  core *owner = core_new();
  gear *self = gear_new(owner);
  gear_free(self);
  core_free(owner);
}

void init_order_bad(void) {
  core_free(core_new());
}

void init_order_good(void) {
  legacy_start();
  core_free(core_new());
  legacy_stop();
}
}
