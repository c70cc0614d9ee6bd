/* hooks: the private directory, and when leaks are looked for. */
#include "hooks/privatedir.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/asan.h"
#include "ffh/cross.h"
#include "hooks/alloc.h"
#include "hooks/leak.h"

static char base[] = "/tmp/ffh-test-hooks-XXXXXX";
static char path[1024];
static void *volatile held; /* what tests allocate: the compiler keeps it */

static int make_base(void **state) {
  (void)state;
  return mkdtemp(base) == NULL || setenv("TMPDIR", base, 1) != 0;
}

static int remove_base(void **state) {
  (void)state;
  ffh_privatedir_remove();
  return rmdir(base); /* fails when a test has left something behind */
}

static int without_directory(void **state) {
  (void)state;
  ffh_privatedir_remove();
  return 0;
}

static const char *inside(const char *directory, const char *name) {
  snprintf(path, sizeof path, "%s/%s", directory, name);
  return path;
}

static void put_file(const char *directory, const char *name) {
  int fd = open(inside(directory, name), O_CREAT | O_WRONLY, 0600);
  assert_true(fd >= 0);
  close(fd);
}

static bool exists(const char *directory, const char *name) {
  struct stat status;
  return lstat(inside(directory, name), &status) == 0;
}

static void the_directory_is_named_after_the_process(void **state) {
  (void)state;
  assert_string_equal(ffh_privatedir_path(), "");
  assert_true(ffh_privatedir_make("shop"));
  char expected[256];
  snprintf(expected, sizeof expected, "%s/ffh-shop-%d-", base, (int)getpid());
  assert_memory_equal(ffh_privatedir_path(), expected, strlen(expected));
  struct stat status;
  assert_int_equal(stat(ffh_privatedir_path(), &status), 0);
  assert_true(S_ISDIR(status.st_mode));
  assert_int_equal(status.st_mode & 0777, 0700);
}

static void emptying_leaves_the_directory(void **state) {
  (void)state;
  assert_true(ffh_privatedir_make("shop"));
  const char *own = ffh_privatedir_path();
  put_file(own, "a");
  assert_int_equal(mkdir(inside(own, "d"), 0700), 0);
  assert_int_equal(mkdir(inside(own, "d/e"), 0700), 0);
  put_file(own, "d/e/b");
  assert_int_equal(symlink("/", inside(own, "root")), 0);
  ffh_privatedir_empty();
  assert_false(exists(own, "a"));
  assert_false(exists(own, "d"));
  assert_false(exists(own, "root"));
  assert_true(exists(own, "."));
  assert_true(exists("/", "tmp")); /* nothing behind the link is gone */
}

static void emptying_takes_everything(void **state) {
  (void)state;
  assert_true(ffh_privatedir_make("shop"));
  char name[32];
  for (unsigned i = 0; i < 3000; i++) {
    snprintf(name, sizeof name, "file-%u", i);
    put_file(ffh_privatedir_path(), name);
  }
  ffh_privatedir_empty();
  /* rmdir, because it fails on what is left. */
  assert_int_equal(rmdir(ffh_privatedir_path()), 0);
}

static unsigned blocks_taken;

static void on_malloc(const volatile void *block, size_t size) {
  (void)block;
  (void)size;
  blocks_taken++;
}

static void on_free(const volatile void *block) {
  (void)block;
}

/* It happens between inputs, where only the library may allocate. */
static void emptying_takes_no_memory(void **state) {
  (void)state;
  if (__sanitizer_install_malloc_and_free_hooks == NULL) {
    skip();
    return;
  }
  assert_true(ffh_privatedir_make("shop"));
  const char *own = ffh_privatedir_path();
  put_file(own, "a");
  assert_int_equal(mkdir(inside(own, "d"), 0700), 0);
  put_file(own, "d/b");
  __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
  unsigned before = blocks_taken;
  ffh_privatedir_empty();
  unsigned after = blocks_taken;
  held = malloc(1);
  free(held);
  assert_int_equal(after, before);
  assert_true(blocks_taken > after); /* counting works */
  assert_false(exists(own, "d"));
}

static void removing_is_safe_twice(void **state) {
  (void)state;
  assert_true(ffh_privatedir_make("shop"));
  char own[512];
  snprintf(own, sizeof own, "%s", ffh_privatedir_path());
  put_file(own, "a");
  ffh_privatedir_remove();
  assert_false(exists(own, "."));
  assert_string_equal(ffh_privatedir_path(), "");
  ffh_privatedir_remove();
  ffh_privatedir_empty();
}

/* A number of a process that has ended. */
static int dead_process(void) {
  pid_t child = fork();
  if (child == 0) {
    _exit(0);
  }
  assert_int_equal(waitpid(child, NULL, 0), child);
  return (int)child;
}

static void what_dead_processes_left_is_removed(void **state) {
  (void)state;
  char dead[64], living[64], other[64];
  int gone = dead_process();
  snprintf(dead, sizeof dead, "ffh-shop-%d-abcdef", gone);
  snprintf(other, sizeof other, "ffh-shop2-%d-abcdef", gone);
  snprintf(living, sizeof living, "ffh-shop-%d-abcdef", (int)getppid());
  const char *const names[] = {dead, other, living, "ffh-shop-0-abcdef", "ffh-shop-x"};
  for (unsigned i = 0; i < 5; i++) {
    assert_int_equal(mkdir(inside(base, names[i]), 0700), 0);
  }
  put_file(inside(base, dead), "file");
  assert_true(ffh_privatedir_make("shop"));
  assert_false(exists(base, dead));
  for (unsigned i = 1; i < 5; i++) {
    assert_true(exists(base, names[i]));
    assert_int_equal(rmdir(inside(base, names[i])), 0);
  }
}

static void a_base_that_cannot_be_used_is_said(void **state) {
  (void)state;
  setenv("TMPDIR", "/nonexistent/directory", 1);
  assert_false(ffh_privatedir_make("shop"));
  assert_string_equal(ffh_privatedir_path(), "");
  setenv("TMPDIR", base, 1);
}

/* ---- leaks ---- */

static void *take_memory(void *unused) {
  (void)unused;
  ffh_here_now.side = FFH_SIDE_LIBRARY;
  held = malloc(32);
  ffh_here_now.side = FFH_SIDE_HARNESS;
  return NULL;
}

static void on_fault(ffh_free_fault fault, const ffh_block *block, const ffh_freeing *freeing) {
  (void)block;
  (void)freeing;
  fail_msg("fault %d", (int)fault);
}

static int with_hooks(void **state) {
  (void)state;
  (void)ffh_alloc_start(on_fault);
  return 0;
}

static ffh_leak_answer end_input(bool always) {
  return ffh_leak_end_input(ffh_alloc_live(), always);
}

/* The check itself says whether memory is unreachable; `held` keeps it reachable where it counts.
 */
static void nothing_is_looked_for_in_balance(void **state) {
  (void)state;
  ffh_alloc_begin_input();
  take_memory(NULL);
  free(held);
  assert_int_equal(end_input(false), FFH_LEAK_NOT_ASKED);
}

static void reachable_memory_is_no_leak(void **state) {
  (void)state;
  ffh_alloc_begin_input();
  take_memory(NULL);
  ffh_leak_answer none = __lsan_do_recoverable_leak_check ? FFH_LEAK_NONE : FFH_LEAK_NOT_ASKED;
  assert_int_equal(end_input(false), none);
  assert_int_equal(end_input(true), none);
  free(held);
}

static void lose_memory(bool on_main) {
  pthread_t thread;
  if (on_main) {
    take_memory(NULL);
  } else {
    assert_int_equal(pthread_create(&thread, NULL, take_memory, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
  }
  held = NULL;
}

/* In a child, for a leak is found again and again. */
static int lose(bool on_main, bool always, bool counted) {
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    int devnull = open("/dev/null", O_WRONLY);
    if (devnull < 0 || dup2(devnull, STDERR_FILENO) < 0) {
      _exit(1);
    }
    if (counted) {
      ffh_alloc_begin_input();
    }
    lose_memory(on_main);
    if (!counted) {
      ffh_alloc_begin_input();
    }
    _exit(end_input(always) == FFH_LEAK_FOUND ? 7 : 0);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static void lost_memory_is_a_leak(void **state) {
  (void)state;
  if (__lsan_do_recoverable_leak_check == NULL) {
    skip();
  }
  assert_int_equal(lose(true, false, true), 7);
  assert_int_equal(lose(false, false, true), 7);
}

static void what_was_lost_before_is_seen_only_when_asked(void **state) {
  (void)state;
  if (__lsan_do_recoverable_leak_check == NULL) {
    skip();
  }
  assert_int_equal(lose(true, false, false), 0);
  assert_int_equal(lose(true, true, false), 7);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(the_directory_is_named_after_the_process, without_directory),
      cmocka_unit_test_setup(emptying_leaves_the_directory, without_directory),
      cmocka_unit_test_setup(emptying_takes_everything, without_directory),
      cmocka_unit_test_setup(emptying_takes_no_memory, without_directory),
      cmocka_unit_test_setup(removing_is_safe_twice, without_directory),
      cmocka_unit_test_setup(what_dead_processes_left_is_removed, without_directory),
      cmocka_unit_test_setup(a_base_that_cannot_be_used_is_said, without_directory),
      cmocka_unit_test_setup(nothing_is_looked_for_in_balance, with_hooks),
      cmocka_unit_test_setup(reachable_memory_is_no_leak, with_hooks),
      cmocka_unit_test_setup(lost_memory_is_a_leak, with_hooks),
      cmocka_unit_test_setup(what_was_lost_before_is_seen_only_when_asked, with_hooks),
  };
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
