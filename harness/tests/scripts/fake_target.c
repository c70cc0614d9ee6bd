/* A target without a library: the binaries' contracts that scripts/ffhlib relies on, in one file,
 * so that the supervision is tested without a build. FAKE_MODE chooses how it misbehaves. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct page {
  char magic[8];
  uint32_t n, record;
  uint64_t runs, calls, switches, skipped, findings, zero[9];
  struct {
    uint64_t calls, ok, failed, skipped, refused;
    uint32_t sent, forms_refused;
    uint64_t mask, zero;
  } functions[3];
};

static struct page *page;
static const char *mode;

static int is_mode(const char *name) {
  return mode != NULL && strcmp(mode, name) == 0;
}

static void start(const char *stats) {
  mode = getenv("FAKE_MODE");
  if (is_mode("crash_at_start")) {
    abort();
  }
  if (is_mode("hang_at_start")) {
    for (;;) {
      pause();
    }
  }
  if (is_mode("refuse")) {
    fprintf(stderr, "ffihammer: cannot start: no private directory can be made\n");
    _exit(1);
  }
  if (is_mode("internal")) {
    fprintf(stderr, "FFH-INTERNAL fake.c:1: broken\n");
    _exit(3);
  }
  page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stats != NULL && !is_mode("no_stats")) {
    int fd = open(stats, O_RDWR | O_CREAT, 0644);
    if (fd < 0 || ftruncate(fd, sizeof *page) != 0) {
      _exit(1);
    }
    page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  page->n = 3;
  page->record = 64;
  memcpy(page->magic, "FFHSTAT1", 8);
}

__attribute__((noinline)) static void lib_free(char *block) {
  free(block);
  __asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void lib_bug(const uint8_t *data, size_t size) {
  if (size < 2 || data[0] != 'X') {
    return;
  }
  char *volatile block = malloc(8);
  if (is_mode("double_free") || (is_mode("two") && data[1] >= 128)) {
    lib_free(block);
    lib_free(block);
  }
  if (is_mode("two")) {
    abort();
  }
  if (is_mode("hang")) {
    for (volatile int i = 0;; i = 1 - i) {
    }
  }
  if (is_mode("silent_exit")) {
    _exit(0);
  }
#ifndef FAKE_FUZZ
  if (is_mode("replay_only")) {
    abort();
  }
#endif
  if (is_mode("turns") && unlink(getenv("FAKE_ONCE")) == 0) {
    abort();
  }
  if (is_mode("turns")) {
    close(open(getenv("FAKE_ONCE"), O_CREAT | O_WRONLY, 0644));
  }
  if (is_mode("flaky") && access(getenv("FAKE_ONCE"), F_OK) != 0) {
    close(open(getenv("FAKE_ONCE"), O_CREAT | O_WRONLY, 0644));
    abort();
  }
  lib_free(block);
}

static void run(const uint8_t *data, size_t size) {
  page->functions[0].calls++;
  page->functions[0].ok++;
  if (size > 1) {
    page->functions[1].calls++;
    page->functions[1].failed++;
    page->functions[1].mask |= 1;
    page->functions[1].forms_refused |= 2;
  }
  page->calls += 2;
  lib_bug(data, size);
  page->runs++;
}

#ifdef FAKE_FUZZ
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) {
  const char *stats = NULL;
  for (int i = 1; i < *argc; i++) {
    if (strncmp((*argv)[i], "--ffh-stats=", 12) == 0) {
      stats = (*argv)[i] + 12;
    }
  }
  start(stats);
  return 0;
}
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  run(data, size);
  return 0;
}
#else
/* Of mode restless, another in each process. */
static void print_trace(void) {
  fprintf(stderr, "trace: %08x calls: 2 skipped: 0 switches: 0 points: 2 leftover: 0%s\n",
          is_mode("restless") || is_mode("outside") ? (unsigned)getpid() : 0xbeefU,
          is_mode("outside") ? " not controlled: fake_wait" : "");
}

static size_t load(const char *path, uint8_t *data, size_t capacity) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    fprintf(stderr, "ffihammer: cannot read: %s\n", path);
    exit(1);
  }
  size_t size = fread(data, 1, capacity, file);
  fclose(file);
  return size;
}

/* One line for each file. */
static int traces(int argc, char **argv) {
  static uint8_t data[1 << 20];
  for (int i = 4; i < argc; i++) {
    run(data, load(argv[i], data, sizeof data));
    print_trace();
  }
  return 0;
}

static void write_events(int argc, char **argv) {
  for (int i = 1; i + 1 < argc; i++) {
    if (strcmp(argv[i], "--events") == 0) {
      FILE *out = fopen(argv[i + 1], "w");
      fprintf(out, "0 A call 0x0\n%d A lock 0x0\n", is_mode("restless") ? (int)getpid() : 1);
      fclose(out);
    }
  }
}

int main(int argc, char **argv) {
  static uint8_t data[1 << 20];
  size_t size =
      load(argv[1][0] == '-' ? argv[strcmp(argv[1], "--timeout") ? 2 : argc - 1] : argv[1], data,
           sizeof data);
  if (strcmp(argv[1], "--show") == 0) {
    printf("ffihammer plan 1 target=fake\n# %zu bytes\n", size);
    return 0;
  }
  if (strcmp(argv[1], "--compile") == 0) {
    if (memmem(data, size, "syntax error", 12) != NULL) {
      fprintf(stderr, "%s:2:1: unknown function\n", argv[2]);
      return 1;
    }
    FILE *out = fopen(argv[3], "wb");
    fwrite("FFH\x01\x42\x5b\x4a\xb4", 1, 8, out);
    fclose(out);
    return 0;
  }
  start(NULL);
  alarm((unsigned)atoi(argv[2]));
  if (strcmp(argv[3], "--traces") == 0) {
    return traces(argc, argv);
  }
  write_events(argc, argv);
  run(data, size);
  print_trace();
  return 0;
}
#endif
