/* Ways out of the library and out of its callbacks. */
#include <pthread.h>

#include <cfenv>
#include <clocale>
#include <csetjmp>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "harness/tests/rules/contract.h"

static jmp_buf inside;
static bool may_jump;

struct bell {
  ring kept = nullptr;
  void *context = nullptr;
  bool ringing = false; /* while it is, its end is put off */
  bool over = false;
};

static ring last_kept;
static void *last_context;
static void (*last_plain)(void);

static void ring_and_be_left(ring on_ring, void *context, bool jumping) {
  may_jump = jumping;
  if (setjmp(inside) == 0) {
    on_ring(context);
  }
  may_jump = false;
}

static void throws(void *) {
  throw std::runtime_error("past frames of Rust");
}

static void throws_and_catches(void *context) {
  try {
    throws(context);
  } catch (const std::runtime_error &) {
  }
}

extern "C" {

void unwind_rust_bad(void) {
  callback_escape_rust(throws, nullptr);
}

void unwind_rust_good(void) {
  callback_escape_rust(throws_and_catches, nullptr);
}

void thread_exit_bad(void) {
  pthread_exit(nullptr);
}

static void *end(void *) {
  pthread_exit(nullptr);
}

void thread_exit_good(void) {
  pthread_t own;
  if (pthread_create(&own, nullptr, end, nullptr) == 0) {
    pthread_join(own, nullptr);
  }
}

static void change(uint32_t what, bool back) {
  static locale_t other = newlocale(LC_ALL_MASK, "C", static_cast<locale_t>(nullptr));
  sigset_t set;
  switch (what) {
    case 0:
      fesetround(back ? FE_TONEAREST : FE_UPWARD);
      break;
    case 1:
      uselocale(back ? LC_GLOBAL_LOCALE : other);
      break;
    case 2:
      setlocale(LC_ALL, back ? "C" : "C.UTF-8");
      break;
    case 3:
      pthread_setcancelstate(back ? PTHREAD_CANCEL_ENABLE : PTHREAD_CANCEL_DISABLE, nullptr);
      break;
    default:
      sigemptyset(&set);
      sigaddset(&set, SIGUSR2);
      pthread_sigmask(back ? SIG_UNBLOCK : SIG_BLOCK, &set, nullptr);
  }
}

void thread_state_bad(uint32_t what) {
  change(what, false);
}

void thread_state_good(uint32_t what) {
  change(what, false);
  change(what, true);
}

bell *bell_create(void) {
  return new bell();
}

void bell_destroy(bell *self) {
  if (self == nullptr) {
    return;
  }
  if (self->ringing) {
    self->over = true;
    return;
  }
  if (self->kept != nullptr) {
    self->kept(self->context);
  }
  delete self;
}

void callback_late_bad(bell *, ring on_ring, void *context) {
  last_kept = on_ring;
  last_context = context;
}

void callback_late_good(bell *self, ring on_ring, void *context) {
  self->kept = on_ring;
  self->context = context;
}

void callback_late_call_bad(void (*on_ring)(void)) {
  last_plain = on_ring;
}

void callback_late_ring(void) {
  if (last_kept != nullptr) {
    last_kept(last_context);
  }
  if (last_plain != nullptr) {
    last_plain();
  }
}

static void call_elsewhere(ring on_ring, void *context) {
  std::thread([=] { on_ring(context); }).join();
}

void callback_thread_bad(ring on_ring, void *context) {
  call_elsewhere(on_ring, context);
}

void callback_thread_good(ring on_ring, void *context) {
  on_ring(context);
}

void callback_thread_main_any(ring on_ring, void *context) {
  on_ring(context);
}

void callback_thread_kept_bad(bell *, ring on_ring, void *context) {
  call_elsewhere(on_ring, context);
}

void callback_count_any(bell *, ring on_ring, void *context, uint32_t times) {
  for (uint32_t i = 0; i < times; i++) {
    on_ring(context);
  }
}

void reentry_any(bell *self, void (*on_ring)(bell *self)) {
  self->ringing = true;
  on_ring(self);
  self->ringing = false;
  if (self->over) {
    bell_destroy(self);
  }
}

uint32_t bell_ask(bell *self) {
  return self->over ? 1 : 0;
}

uint32_t bell_count(void) {
  return 1;
}

void longjmp_bad(ring on_ring, void *context) {
  ring_and_be_left(on_ring, context, true);
}

void longjmp_good(ring on_ring, void *context) {
  ring_and_be_left(on_ring, context, false);
}

void longjmp_leave(void) {
  jmp_buf near;
  volatile bool jumped = false;
  if (may_jump) {
    longjmp(inside, 1);
  }
  if (setjmp(near) == 0) {
    jumped = true;
    longjmp(near, 1);
  }
}

void callback_escape_any(ring on_ring, void *context) {
  on_ring(context);
}

}  // extern "C"
