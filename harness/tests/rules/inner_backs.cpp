/* What a facade's callbacks do when the legacy library calls them: the planted faults and their
 * fixed twins. */
#include <stdlib.h>
#include <string.h>

#include <exception>
#include <stdexcept>
#include <thread>

#include "harness/tests/rules/contract.h"

namespace {

void start() {
  static bool started;
  if (!started) {
    started = true;
    legacy_start();
  }
}

void count(void *data) {
  ++*(unsigned *)data;
}

void rung(void *) {}

void free_text(void *text) {
  free(text);
}

struct parcels {
  char *own, *made, *report;
};

/* All of it on the facade's side: its own memory, and what it may free. */
void unpack(void *data) {
  parcels *all = (parcels *)data;
  free(all->own);
  free(core_report());
  core_text_free(core_text());
  all->made = strdup("made");
  all->report = core_report();
}

void use_gear(void *self) {
  gear_use((gear *)self);
}

void fail(void *) {
  throw std::runtime_error("failed");
}

}  // namespace

extern "C" {

void cross_side_inner_back_bad(void) {
  start();
  core_visit(0, free_text, core_text()); /* core_text_free ends it */
}

void cross_side_inner_back_good(void) {
  start();
  for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
    parcels all = {strdup("own"), nullptr, nullptr};
    core_visit_any(elsewhere, unpack, &all);
    free(all.made);
    free(all.report);
  }
}

void stale_handle_back_bad(void) {
  start();
  core *owner = core_new();
  gear *self = gear_new(owner);
  gear_free(self);
  core_visit(0, use_gear, self);
  core_free(owner);
}

void stale_handle_back_good(void) {
  start();
  core *owner = core_new();
  gear *self = gear_new(owner);
  core_visit(0, use_gear, self);
  gear_free(self);
  core_free(owner);
}

void callback_thread_inner_bad(void) {
  start();
  unsigned calls = 0;
  core_visit(1, count, &calls);
}

void callback_thread_inner_kept_bad(void) {
  start();
  core *self = core_new();
  core_watch(self, rung, nullptr);
  core_ring(1);
  core_free(self);
}

void callback_thread_inner_role_bad(void) {
  start();
  smith_begin();
  std::thread([] { core_strike(rung); }).join();
}

void callback_thread_inner_good(void) {
  start();
  unsigned calls = 0;
  core_visit(0, count, &calls);
  core_visit(0, nullptr == &calls ? nullptr : count, &calls);
  core_visit_any(1, count, &calls);
  std::thread([&] { core_visit(0, count, &calls); }).join();
  core *self = core_new();
  core_watch(self, rung, nullptr);
  core_ring(0);
  core_unwatch(self, rung);
  core_ring(1); /* nobody is there any more */
  core_free(self);
  smith_begin();
  core_strike(rung);
}

void callback_escape_inner_bad(void) {
  start();
  try {
    core_visit(0, fail, nullptr);
  } catch (const std::exception &) {
  }
}

/* The contract does not speak of the callback of lathe_use. */
void callback_escape_inner_good(void) {
  start();
  lathe *self = nullptr;
  lathe_make(&self);
  try {
    lathe_use(self, fail, nullptr);
  } catch (const std::exception &) {
  }
  lathe_free(self, 0);
}
}
