/* The whole pipeline takes no memory after start-up: what is allocated during an input is the
 * library's, so that balances, leaks and memory limits are the library's too. */
#include "run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/asan.h"
#include "fixture_shop.h"

/* Of the whole process, from any thread. */
static atomic_uint allocations, frees;
static atomic_bool counting;

static void on_malloc(const volatile void *block, size_t size) {
  (void)block;
  (void)size;
  if (atomic_load(&counting)) {
    atomic_fetch_add(&allocations, 1);
  }
}

static void on_free(const volatile void *block) {
  if (atomic_load(&counting) && block != NULL) {
    atomic_fetch_add(&frees, 1);
  }
}

static void on_finding(const char *json, size_t size) {
  ssize_t written = write(STDERR_FILENO, json, size);
  _exit(written < 0 ? 3 : 2);
}

static int start(void **state) {
  (void)state;
  const ffh_run_options options = {.core = -1, .on_finding = on_finding};
  const char *message = NULL;
  if (!ffh_run_start(ffh_shop_target(), &options, &message)) {
    return -1;
  }
  if (__sanitizer_install_malloc_and_free_hooks != NULL) {
    __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
  }
  return 0;
}

static const char busy[] =
    "ffihammer plan 1 target=shop\n"
    "schedule random seed=0x2 lanes=16 stickiness=0\n"
    "A: h0 = store_open(fail=false)\n"
    "A: h1 = cursor_new(store=h0)\n"
    "P: h2 = cursor_new(store=h0)\n"
    "C: h3 = job_start(store=h0)\n"
    "B: h4 = panel_new()\n"
    "A: cursor_next(cursor=h1)\n"
    "P: cursor_next(cursor=h2)\n"
    "C: job_wait(job=h3)\n"
    "D: h5 = note_make()\n"
    "E: h6 = store_open(fail=true)\n"
    "F: h7 = cursor_new(store=h6)\n";

static ffh_plan *parse(const char *text) {
  ffh_plan *plan = ffh_plan_new();
  ffh_text_error error;
  if (!ffh_plan_parse(ffh_shop_target(), text, strlen(text), plan, &error)) {
    fail_msg("%u:%u: %s", error.line, error.column, error.message);
  }
  return plan;
}

static void begin(void) {
  if (__sanitizer_install_malloc_and_free_hooks == NULL) {
    skip(); /* no way to count in this build */
  }
  atomic_store(&allocations, 0);
  atomic_store(&frees, 0);
  atomic_store(&counting, true);
}

static void end_with(unsigned expected) {
  atomic_store(&counting, false);
  assert_int_equal(atomic_load(&allocations), expected);
  assert_int_equal(atomic_load(&frees), expected);
}

static void a_plan_takes_no_memory(void **state) {
  (void)state;
  const ffh_plan *plan = parse(busy);
  ffh_run_plan(plan); /* starts the lanes */
  begin();
  for (unsigned i = 0; i < 50; i++) {
    ffh_shop_reset();
    ffh_run_plan(plan);
    assert_int_equal(ffh_shop.misuses, 0);
  }
  end_with(0);
}

static void decoding_and_mutating_take_no_memory(void **state) {
  (void)state;
  static uint8_t bytes[4096], other[4096], child[8192];
  const ffh_mutate_options options = {.lanes = 16, .granularity = FFH_GRANULARITY_MEMORY};
  size_t size = ffh_plan_encode(parse(busy), bytes, sizeof bytes);
  assert_true(size != 0);
  size_t other_size = ffh_plan_mutate(ffh_shop_target(), memcpy(other, bytes, size), size,
                                      sizeof other, 1, &options, NULL);
  ffh_plan_crossover(ffh_shop_target(), bytes, size, other, other_size, child, sizeof child, 1);
  ffh_run_input(bytes, size);
  begin();
  for (unsigned seed = 0; seed < 50; seed++) {
    ffh_shop_reset();
    ffh_run_input(bytes, size);
    other_size = ffh_plan_mutate(ffh_shop_target(), memcpy(other, bytes, size), size, sizeof other,
                                 seed, &options, NULL);
    ffh_plan_crossover(ffh_shop_target(), bytes, size, other, other_size, child, sizeof child,
                       seed);
  }
  end_with(0);
}

static void describing_a_finding_takes_no_memory(void **state) {
  (void)state;
  static char text[1 << 16];
  begin();
  ffh_out out = {text, 0, sizeof text, false};
  ffh_run_describe("FFH-TIMEOUT", "too long", &out);
  end_with(0);
  assert_false(out.truncated);
}

/* Counting works, and what the library takes is seen once for each call. */
static void the_librarys_own_memory_is_counted(void **state) {
  (void)state;
  const ffh_plan *plan = parse(
      "ffihammer plan 1 target=shop\n"
      "schedule random seed=0x2 lanes=4 stickiness=0\n"
      "A: memory_use()\n"
      "B: memory_use()\n"
      "C: memory_use()\n");
  ffh_run_plan(plan);
  begin();
  ffh_run_plan(plan);
  end_with(3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_plan_takes_no_memory),
      cmocka_unit_test(decoding_and_mutating_take_no_memory),
      cmocka_unit_test(describing_a_finding_takes_no_memory),
      cmocka_unit_test(the_librarys_own_memory_is_counted),
  };
  return cmocka_run_group_tests(tests, start, NULL);
}
