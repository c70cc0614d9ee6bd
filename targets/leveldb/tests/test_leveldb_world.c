/* Every function of LevelDB's C API that has an errptr can be made to fail with the disturbances
 * of the contract, succeeds again after them, and the reset leaves an empty directory. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off */
#include <cmocka.h>
/* clang-format on */

#include "../contract.h"
#include "ffh/target.h"

static char g_directory[] = "/tmp/ffh-leveldb-world-XXXXXX";
static char g_name[64];

typedef struct session {
  leveldb_options_t *options;
  leveldb_readoptions_t *read;
  leveldb_writeoptions_t *write;
  leveldb_t *db;
  char *error;
} session;

static int set_up(void **state) {
  ffh_target_reset(g_directory);
  session *s = calloc(1, sizeof(*s));
  s->options = leveldb_options_create();
  s->read = leveldb_readoptions_create();
  s->write = leveldb_writeoptions_create();
  leveldb_options_set_create_if_missing(s->options, 1);
  *state = s;
  return 0;
}

static int tear_down(void **state) {
  session *s = *state;
  if (s->db != NULL) {
    leveldb_close(s->db);
  }
  leveldb_free(s->error);
  leveldb_options_destroy(s->options);
  leveldb_readoptions_destroy(s->read);
  leveldb_writeoptions_destroy(s->write);
  free(s);
  ffh_target_reset(g_directory);
  DIR *directory = opendir(g_directory);
  if (directory == NULL) {
    return -1;
  }
  int names = 0;
  while (readdir(directory) != NULL) {
    names++;
  }
  closedir(directory);
  return names == 2 ? 0 : -1; /* "." and ".." */
}

static void expect_error(session *s) {
  assert_non_null(s->error);
  leveldb_free(s->error);
  s->error = NULL;
}

static void open_db(session *s) {
  s->db = leveldb_open(s->options, g_name, &s->error);
  assert_null(s->error);
  assert_non_null(s->db);
}

static void close_db(session *s) {
  leveldb_close(s->db);
  s->db = NULL;
}

/* A database whose one table no open file or cache knows: two sessions wrote it, the third reads.
 */
static void open_with_cold_table(session *s) {
  open_db(s);
  leveldb_put(s->db, s->write, "a", 1, "value", 5, &s->error);
  close_db(s);
  open_db(s);
  close_db(s);
  open_db(s);
}

static void test_open_fails(void **state) {
  session *s = *state;
  leveldb_options_set_create_if_missing(s->options, 0);
  assert_null(leveldb_open(s->options, g_name, &s->error));
  expect_error(s);
  leveldb_options_set_create_if_missing(s->options, 1);
  for (int kind = LEVELDB_WORLD_OPEN_READ; kind <= LEVELDB_WORLD_LIST; kind++) {
    if (kind == LEVELDB_WORLD_MMAP || kind == LEVELDB_WORLD_REMOVE) {
      continue; /* opening an empty database maps and removes nothing it needs */
    }
    leveldb_world_fail_io(kind, 0);
    assert_null(leveldb_open(s->options, g_name, &s->error));
    expect_error(s);
    leveldb_world_heal();
  }
  open_db(s);
  assert_null(leveldb_open(s->options, g_name, &s->error)); /* locked */
  expect_error(s);
}

static void test_open_refuses_other_order(void **state) {
  session *s = *state;
  open_db(s);
  close_db(s);
  leveldb_comparator_t *order = leveldb_comparator_create(
      NULL, free, leveldb_callback_compare, leveldb_callback_order_name_1); /* free(NULL) */
  leveldb_options_set_comparator(s->options, order);
  assert_null(leveldb_open(s->options, g_name, &s->error));
  expect_error(s);
  leveldb_repair_db(s->options, g_name, &s->error);
  open_db(s);
  close_db(s);
  leveldb_options_t *plain = leveldb_options_create();
  leveldb_options_destroy(s->options);
  s->options = plain;
  leveldb_comparator_destroy(order);
}

static void test_writes_fail(void **state) {
  session *s = *state;
  open_db(s);
  leveldb_world_fail_io(LEVELDB_WORLD_WRITE, 0);
  leveldb_put(s->db, s->write, "a", 1, "b", 1, &s->error);
  expect_error(s);
  leveldb_delete(s->db, s->write, "a", 1, &s->error);
  expect_error(s);
  leveldb_writebatch_t *batch = leveldb_writebatch_create();
  leveldb_writebatch_put(batch, "k", 1, "v", 1);
  leveldb_write(s->db, s->write, batch, &s->error);
  expect_error(s);
  leveldb_world_heal();
  leveldb_write(s->db, s->write, batch, &s->error);
  assert_null(s->error);
  leveldb_writeoptions_set_sync(s->write, 1);
  leveldb_world_fail_io(LEVELDB_WORLD_SYNC, 0);
  leveldb_write(s->db, s->write, batch, &s->error);
  expect_error(s);
  leveldb_world_heal();
  leveldb_put(s->db, s->write, "a", 1, "b", 1, &s->error); /* a failed sync is final */
  expect_error(s);
  leveldb_writebatch_destroy(batch);
}

static void test_reads_fail(void **state) {
  static const int kinds[] = {LEVELDB_WORLD_OPEN_READ, LEVELDB_WORLD_MMAP};
  session *s = *state;
  open_with_cold_table(s);
  size_t size = 0;
  for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
    leveldb_world_fail_io(kinds[i], 0);
    assert_null(leveldb_get(s->db, s->read, "a", 1, &size, &s->error));
    expect_error(s);
    leveldb_iterator_t *iter = leveldb_create_iterator(s->db, s->read);
    leveldb_iter_seek_to_first(iter);
    assert_int_equal(leveldb_iter_valid(iter), 0);
    leveldb_iter_get_error(iter, &s->error);
    expect_error(s);
    leveldb_iter_destroy(iter);
    leveldb_world_heal();
  }
  char *value = leveldb_get(s->db, s->read, "a", 1, &size, &s->error);
  assert_int_equal(size, 5);
  leveldb_free(value);
}

static void test_destroy_fails(void **state) {
  session *s = *state;
  open_db(s);
  leveldb_destroy_db(s->options, g_name, &s->error); /* locked */
  expect_error(s);
  close_db(s);
  leveldb_world_fail_io(LEVELDB_WORLD_REMOVE, 0);
  leveldb_destroy_db(s->options, g_name, &s->error);
  expect_error(s);
  leveldb_world_heal();
  leveldb_destroy_db(s->options, g_name, &s->error);
  assert_null(s->error);
}

static void test_repair_fails(void **state) {
  session *s = *state;
  open_db(s);
  assert_int_equal(leveldb_world_closed(s->options), 0);
  close_db(s);
  assert_int_equal(leveldb_world_closed(s->options), 1);
  leveldb_world_fail_io(LEVELDB_WORLD_LIST, 0);
  leveldb_repair_db(s->options, g_name, &s->error);
  expect_error(s);
  leveldb_world_heal();
  leveldb_world_fail_io(LEVELDB_WORLD_OPEN_WRITE, 0);
  leveldb_repair_db(s->options, g_name, &s->error);
  expect_error(s);
  leveldb_world_heal();
  leveldb_repair_db(s->options, g_name, &s->error);
  assert_null(s->error);
}

static void test_faults_start_late(void **state) {
  session *s = *state;
  open_db(s);
  leveldb_world_fail_io(LEVELDB_WORLD_WRITE, 2);
  for (int i = 0; i < 2; i++) {
    leveldb_put(s->db, s->write, "a", 1, "b", 1, &s->error);
    assert_null(s->error);
  }
  leveldb_put(s->db, s->write, "a", 1, "b", 1, &s->error);
  expect_error(s);
}

static void test_damage_is_seen(void **state) {
  session *s = *state;
  leveldb_options_set_paranoid_checks(s->options, 1);
  open_db(s);
  leveldb_put(s->db, s->write, "a", 1, "value", 5, &s->error);
  leveldb_world_damage(g_name, 1, LEVELDB_WORLD_REMOVE_FILE, 0, 0); /* nothing while open */
  close_db(s);
  leveldb_world_damage(g_name, 0, LEVELDB_WORLD_FLIP, -1, 1); /* 000003.log: a byte of the value */
  assert_null(leveldb_open(s->options, g_name, &s->error));
  expect_error(s);
  leveldb_world_damage(g_name, 0, LEVELDB_WORLD_FLIP, -1, 1);
  open_db(s);
  close_db(s);
  leveldb_world_damage(g_name, 2, LEVELDB_WORLD_REMOVE_FILE, 0, 0); /* CURRENT, after two files */
  leveldb_options_set_create_if_missing(s->options, 0);
  assert_null(leveldb_open(s->options, g_name, &s->error));
  expect_error(s);
}

static void test_batch_limit(void **state) {
  (void)state;
  leveldb_writebatch_t *batch = leveldb_writebatch_create();
  leveldb_writebatch_put(batch, "key", 3, "value", 5);
  leveldb_writebatch_delete(batch, "key", 3);
  int appends = 0;
  while (leveldb_world_batch_is_small(batch) != 0) {
    leveldb_writebatch_append(batch, batch);
    appends++;
  }
  assert_in_range(appends, 8, 16);
  leveldb_writebatch_destroy(batch);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_open_fails, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_open_refuses_other_order, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_writes_fail, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_reads_fail, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_destroy_fails, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_repair_fails, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_faults_start_late, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_damage_is_seen, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_batch_limit, set_up, tear_down),
  };
  if (mkdtemp(g_directory) == NULL) {
    perror("mkdtemp");
    return 1;
  }
  snprintf(g_name, sizeof(g_name), "%s/db", g_directory);
  const int failed = cmocka_run_group_tests_name("leveldb world", tests, NULL, NULL);
  rmdir(g_directory);
  return failed;
}
