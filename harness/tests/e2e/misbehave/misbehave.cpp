#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "contract.h"

struct misbehave {
  int value;
};

namespace {

void *volatile sink;
volatile int zero = 0;

#ifdef MISBEHAVE_OWN_MALLOC
alignas(16) unsigned char pool[64 << 20];
size_t used;
#endif

#ifdef MISBEHAVE_AT_START
struct dies_at_start {
  dies_at_start() {
    abort();
  }
} the_one;
#endif

void *sleep_for_ever(void *) {
  for (;;) {
    pause();
  }
}

int descend(int depth) {
  volatile char frame[512];
  frame[0] = static_cast<char>(depth);
  return zero == 0 ? descend(depth + 1) + frame[0] : 0;
}

/* The child does what it does; the parent waits for its end, and goes on. */
void in_child(misbehave *self, void (*work)(misbehave *)) {
  pid_t child = fork();
  if (child == 0) {
    work(self);
    _exit(0);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) {
    abort();
  }
}

/* What a plugin has allocated, after it was unloaded. */
void *by_plugin(const char *path) {
  void *plugin = dlopen(path, RTLD_NOW);
  if (plugin == nullptr) {
    abort();
  }
  auto make = reinterpret_cast<void *(*)()>(dlsym(plugin, "plugin_make"));
  void *made = make == nullptr ? nullptr : make();
  dlclose(plugin);
  if (made == nullptr) {
    abort();
  }
  return made;
}

}  // namespace

#ifdef MISBEHAVE_OWN_MALLOC
/* An allocator under libc's names, which never frees. Not instrumented, as one that comes compiled:
 * it is used before a sanitizer is ready. */
#define RAW __attribute__((used, no_sanitize("address", "undefined", "coverage")))
extern "C" {
RAW void *malloc(size_t size) {
  size_t start = (used + 31) & ~static_cast<size_t>(15);
  if (size > sizeof pool - start) {
    return nullptr;
  }
  used = start + size;
  *reinterpret_cast<size_t *>(pool + start - sizeof size) = size;
  return pool + start;
}

RAW void free(void *) {}

RAW void *calloc(size_t count, size_t size) {
  return malloc(count * size); /* the pool is zero */
}

RAW void *realloc(void *at, size_t size) {
  unsigned char *moved = static_cast<unsigned char *>(malloc(size));
  size_t known = at == nullptr ? 0 : *(static_cast<size_t *>(at) - 1);
  for (size_t i = 0; moved != nullptr && i < known && i < size; i++) {
    moved[i] = static_cast<unsigned char *>(at)[i];
  }
  return moved;
}
}
#endif

static bool ended; /* an input, in this process */

misbehave *misbehave_create(void) {
  return new misbehave{1};
}

void misbehave_destroy(misbehave *self) {
  ended = true;
  delete self;
}

void misbehave_well(misbehave *self) {
  self->value++;
}

void misbehave_hang(misbehave *) {
  while (zero == 0) {
    usleep(1000);
  }
}

void misbehave_abort(misbehave *) {
  abort();
}

void misbehave_exit(misbehave *) {
  exit(0);
}

void misbehave_quick_exit(misbehave *) {
  _exit(0);
}

void misbehave_throw(misbehave *) {
  throw std::runtime_error("misbehave");
}

void misbehave_exhaust_memory(misbehave *) {
  const size_t block = static_cast<size_t>(64) << 20;
  while (zero == 0) {
    void **memory = static_cast<void **>(malloc(block));
    if (memory == nullptr) {
      return;
    }
    memset(memory, 1, block);
    *memory = sink; /* a chain, so that nothing is lost */
    sink = memory;
    usleep(20000);
  }
}

void misbehave_start_thread(misbehave *) {
  pthread_t thread;
  if (pthread_create(&thread, nullptr, sleep_for_ever, nullptr) == 0) {
    pthread_detach(thread);
  }
}

void misbehave_overflow_stack(misbehave *self) {
  self->value = descend(0);
}

void misbehave_null(misbehave *) {
  misbehave *volatile nothing = nullptr;
  nothing->value = 1; /* NOLINT(clang-analyzer-core.NullDereference): planted */
}

void misbehave_leak(misbehave *) {
  sink = malloc(24);
  sink = nullptr;
}

void misbehave_use_after_free(misbehave *) {
  char *block = static_cast<char *>(malloc(24));
  sink = block;
  free(block);
  *static_cast<volatile char *>(block) = 1; /* NOLINT(clang-analyzer-unix.Malloc): planted */
}

void misbehave_again(misbehave *) {
  if (ended) {
    abort();
  }
}

/* Where it is loaded is drawn by the kernel, for each process. */
void misbehave_sometimes(misbehave *) {
  if ((reinterpret_cast<uintptr_t>(&sink) >> 12 & 1) == 0) {
    usleep(1);
    abort();
  }
}

int32_t misbehave_status(misbehave *) {
  return 77;
}

void misbehave_fork(misbehave *self) {
  in_child(self, misbehave_well);
}

void misbehave_fork_exit(misbehave *self) {
  in_child(self, misbehave_exit);
}

void misbehave_fork_abort(misbehave *self) {
  in_child(self, misbehave_abort);
}

void misbehave_fork_null(misbehave *self) {
  in_child(self, misbehave_null);
}

void misbehave_fork_free(misbehave *self) {
  in_child(self, misbehave_use_after_free);
}

void misbehave_fork_return(misbehave *) {
  pid_t child = fork();
  int status = 0;
  if (child < 0 || (child > 0 && waitpid(child, &status, 0) != child)) {
    abort();
  }
}

void misbehave_unload(misbehave *) {
  free(by_plugin(MISBEHAVE_PLUGIN));
  if (dlopen(MISBEHAVE_PLUGIN, RTLD_NOW | RTLD_NOLOAD) != nullptr) {
    abort(); /* it is still there */
  }
}

void misbehave_unload_leak(misbehave *) {
  sink = by_plugin(MISBEHAVE_PLUGIN);
  sink = nullptr;
}

void misbehave_unload_covered(misbehave *) {
  free(by_plugin(MISBEHAVE_COVERED));
}
