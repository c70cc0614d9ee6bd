/* The contract of LevelDB 1.23's C API, leveldb/c.h, beside the header that ships with it.
 *
 * Every exported function is declared again with its words; when a signature drifts, the compiler
 * refuses. README.md names the sentence of LevelDB's documentation behind every rule, and says
 * where a limit is the harness's own (sizes, so that inputs stay fast). */
#ifndef LEVELDB_CONTRACT_H
#define LEVELDB_CONTRACT_H

#include <ffh/contract.h>

#include "leveldb/c.h"
#include "src/callbacks.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct leveldb_t leveldb_t FFH_HANDLE(FFH_SHARED);
typedef struct leveldb_cache_t leveldb_cache_t FFH_HANDLE(FFH_SHARED);
typedef struct leveldb_comparator_t leveldb_comparator_t FFH_HANDLE(FFH_SHARED);
typedef struct leveldb_env_t leveldb_env_t FFH_HANDLE(FFH_SHARED);
typedef struct leveldb_filterpolicy_t leveldb_filterpolicy_t FFH_HANDLE(FFH_SHARED);
typedef struct leveldb_iterator_t leveldb_iterator_t FFH_HANDLE(FFH_SERIAL);
typedef struct leveldb_logger_t leveldb_logger_t FFH_HANDLE(FFH_SHARED);
typedef struct leveldb_options_t leveldb_options_t FFH_HANDLE(FFH_SERIAL);
typedef struct leveldb_readoptions_t leveldb_readoptions_t FFH_HANDLE(FFH_SERIAL);
typedef struct leveldb_snapshot_t leveldb_snapshot_t FFH_HANDLE(FFH_SHARED);
typedef struct leveldb_writebatch_t leveldb_writebatch_t FFH_HANDLE(FFH_SERIAL);
typedef struct leveldb_writeoptions_t leveldb_writeoptions_t FFH_HANDLE(FFH_SERIAL);

/* leveldb/c.h leaves its enum without a name. */
enum leveldb_compression {
  LEVELDB_COMPRESSION_NONE = leveldb_no_compression,
  LEVELDB_COMPRESSION_SNAPPY = leveldb_snappy_compression
};

/* ---- databases ---- */

FFH_CREATES FFH_INHERITS(options) leveldb_t *leveldb_open(
    const leveldb_options_t *options, const char *name FFH_PATH,
    char **errptr FFH_INOUT FFH_ERROR_OUT(leveldb_free));

void leveldb_close(leveldb_t *db FFH_CONSUMES);

void leveldb_put(leveldb_t *db, const leveldb_writeoptions_t *options,
                 const char *key FFH_BYTES(keylen) FFH_MAX(1024), size_t keylen,
                 const char *val FFH_BYTES(vallen) FFH_MAX(16384), size_t vallen,
                 char **errptr FFH_INOUT FFH_ERROR_OUT(leveldb_free));

void leveldb_delete(leveldb_t *db, const leveldb_writeoptions_t *options,
                    const char *key FFH_BYTES(keylen) FFH_MAX(1024), size_t keylen,
                    char **errptr FFH_INOUT FFH_ERROR_OUT(leveldb_free));

void leveldb_write(leveldb_t *db, const leveldb_writeoptions_t *options,
                   leveldb_writebatch_t *batch,
                   char **errptr FFH_INOUT FFH_ERROR_OUT(leveldb_free));

FFH_RETURNS_OWNED(leveldb_free)
FFH_LENGTH(vallen)
char *leveldb_get(leveldb_t *db, const leveldb_readoptions_t *options FFH_BELONGS_TO(db),
                  const char *key FFH_BYTES(keylen) FFH_MAX(1024), size_t keylen,
                  size_t *vallen FFH_OUT, char **errptr FFH_INOUT FFH_ERROR_OUT(leveldb_free));

FFH_CREATES FFH_CHILD_OF(db) FFH_INHERITS(options) leveldb_iterator_t *leveldb_create_iterator(
    leveldb_t *db, const leveldb_readoptions_t *options FFH_BELONGS_TO(db));

FFH_CREATES FFH_CHILD_OF(db) const leveldb_snapshot_t *leveldb_create_snapshot(leveldb_t *db);

void leveldb_release_snapshot(leveldb_t *db FFH_PARENT_OF(snapshot),
                              const leveldb_snapshot_t *snapshot FFH_CONSUMES);

FFH_RETURNS_OWNED(leveldb_free)
char *leveldb_property_value(leveldb_t *db, const char *propname FFH_CSTR FFH_MAX(64)
                                                FFH_DICT("leveldb.stats", "leveldb.sstables",
                                                         "leveldb.approximate-memory-usage",
                                                         "leveldb.num-files-at-level0",
                                                         "leveldb.num-files-at-level6",
                                                         "leveldb.num-files-at-level7"));

void leveldb_approximate_sizes(
    leveldb_t *db, int num_ranges,
    const char *const *range_start_key FFH_STRINGS(num_ranges, range_start_key_len),
    const size_t *range_start_key_len,
    const char *const *range_limit_key FFH_STRINGS(num_ranges, range_limit_key_len),
    const size_t *range_limit_key_len, uint64_t *sizes FFH_OUT FFH_ARRAY(num_ranges));

void leveldb_compact_range(
    leveldb_t *db, const char *start_key FFH_BYTES(start_key_len) FFH_NULLABLE FFH_MAX(1024),
    size_t start_key_len, const char *limit_key FFH_BYTES(limit_key_len) FFH_NULLABLE FFH_MAX(1024),
    size_t limit_key_len);

void leveldb_destroy_db(const leveldb_options_t *options, const char *name FFH_PATH,
                        char **errptr FFH_INOUT FFH_ERROR_OUT(leveldb_free));

FFH_WHEN(leveldb_world_closed)
void leveldb_repair_db(const leveldb_options_t *options, const char *name FFH_PATH,
                       char **errptr FFH_INOUT FFH_ERROR_OUT(leveldb_free));

/* ---- iterators ---- */

void leveldb_iter_destroy(leveldb_iterator_t *iter FFH_CONSUMES);

uint8_t leveldb_iter_valid(const leveldb_iterator_t *iter);

void leveldb_iter_seek_to_first(leveldb_iterator_t *iter);

void leveldb_iter_seek_to_last(leveldb_iterator_t *iter);

void leveldb_iter_seek(leveldb_iterator_t *iter, const char *k FFH_BYTES(klen) FFH_MAX(1024),
                       size_t klen);

FFH_WHEN(leveldb_iter_valid)
void leveldb_iter_next(leveldb_iterator_t *iter);

FFH_WHEN(leveldb_iter_valid)
void leveldb_iter_prev(leveldb_iterator_t *iter);

FFH_WHEN(leveldb_iter_valid)
FFH_RETURNS_BORROWED(iter, call(leveldb_iter_seek_to_first, leveldb_iter_seek_to_last,
                                leveldb_iter_seek, leveldb_iter_next, leveldb_iter_prev))
FFH_LENGTH(klen)
const char *leveldb_iter_key(const leveldb_iterator_t *iter, size_t *klen FFH_OUT);

FFH_WHEN(leveldb_iter_valid)
FFH_RETURNS_BORROWED(iter, call(leveldb_iter_seek_to_first, leveldb_iter_seek_to_last,
                                leveldb_iter_seek, leveldb_iter_next, leveldb_iter_prev))
FFH_LENGTH(vlen)
const char *leveldb_iter_value(const leveldb_iterator_t *iter, size_t *vlen FFH_OUT);

void leveldb_iter_get_error(const leveldb_iterator_t *iter,
                            char **errptr FFH_INOUT FFH_ERROR_OUT(leveldb_free));

/* ---- write batches ---- */

FFH_CREATES
leveldb_writebatch_t *leveldb_writebatch_create(void);

void leveldb_writebatch_destroy(leveldb_writebatch_t *batch FFH_CONSUMES);

void leveldb_writebatch_clear(leveldb_writebatch_t *batch);

void leveldb_writebatch_put(leveldb_writebatch_t *batch,
                            const char *key FFH_BYTES(klen) FFH_MAX(1024), size_t klen,
                            const char *val FFH_BYTES(vlen) FFH_MAX(16384), size_t vlen);

void leveldb_writebatch_delete(leveldb_writebatch_t *batch,
                               const char *key FFH_BYTES(klen) FFH_MAX(1024), size_t klen);

void leveldb_writebatch_iterate(const leveldb_writebatch_t *batch, void *state FFH_USERDATA,
                                void (*put)(void *state FFH_USERDATA, const char *k FFH_BYTES(klen),
                                            size_t klen, const char *v FFH_BYTES(vlen), size_t vlen)
                                    FFH_CALLBACK(caller, call),
                                void (*deleted)(void *state FFH_USERDATA,
                                                const char *k FFH_BYTES(klen), size_t klen)
                                    FFH_CALLBACK(caller, call));

FFH_WHEN(leveldb_world_batch_is_small)
void leveldb_writebatch_append(leveldb_writebatch_t *destination,
                               const leveldb_writebatch_t *source);

/* ---- options ---- */

FFH_CREATES
leveldb_options_t *leveldb_options_create(void);

void leveldb_options_destroy(leveldb_options_t *options FFH_CONSUMES);

void leveldb_options_set_comparator(leveldb_options_t *options,
                                    leveldb_comparator_t *cmp FFH_KEPT_UNTIL(destroy(options)));

void leveldb_options_set_filter_policy(
    leveldb_options_t *options, leveldb_filterpolicy_t *policy FFH_KEPT_UNTIL(destroy(options)));

void leveldb_options_set_create_if_missing(leveldb_options_t *options, uint8_t v FFH_BOOL);

void leveldb_options_set_error_if_exists(leveldb_options_t *options, uint8_t v FFH_BOOL);

void leveldb_options_set_paranoid_checks(leveldb_options_t *options, uint8_t v FFH_BOOL);

void leveldb_options_set_env(leveldb_options_t *options,
                             leveldb_env_t *env FFH_KEPT_UNTIL(destroy(options)));

void leveldb_options_set_info_log(leveldb_options_t *options, leveldb_logger_t *logger FFH_NULLABLE
                                                                  FFH_KEPT_UNTIL(destroy(options)));

void leveldb_options_set_write_buffer_size(leveldb_options_t *options,
                                           size_t s FFH_RANGE(1, 1048576) FFH_DICT(65536, 131072));

void leveldb_options_set_max_open_files(leveldb_options_t *options, int n FFH_RANGE(1, 2000));

void leveldb_options_set_cache(leveldb_options_t *options,
                               leveldb_cache_t *cache FFH_KEPT_UNTIL(destroy(options)));

void leveldb_options_set_block_size(leveldb_options_t *options,
                                    size_t s FFH_RANGE(1, 65536) FFH_DICT(1024, 4096));

void leveldb_options_set_block_restart_interval(leveldb_options_t *options, int n FFH_RANGE(1, 64));

void leveldb_options_set_max_file_size(leveldb_options_t *options,
                                       size_t s FFH_RANGE(1, 4194304) FFH_DICT(1048576));

void leveldb_options_set_compression(leveldb_options_t *options,
                                     int compression FFH_ENUM(enum leveldb_compression));

/* ---- comparators ---- */

FFH_CREATES
leveldb_comparator_t *leveldb_comparator_create(
    void *state FFH_USERDATA,
    void (*destructor)(void *state FFH_USERDATA) FFH_CALLBACK(any, destroy(result)) FFH_ONCE,
    int (*compare)(void *state FFH_USERDATA, const char *a FFH_BYTES(alen), size_t alen,
                   const char *b FFH_BYTES(blen), size_t blen) FFH_CALLBACK(any, destroy(result))
        FFH_USES(leveldb_callback_compare),
    const char *(*name)(void *state FFH_USERDATA)FFH_CALLBACK(any, destroy(result))
        FFH_USES(leveldb_callback_order_name_1, leveldb_callback_order_name_2));

void leveldb_comparator_destroy(leveldb_comparator_t *cmp FFH_CONSUMES);

/* ---- filter policies ---- */

FFH_CREATES
leveldb_filterpolicy_t *leveldb_filterpolicy_create(
    void *state FFH_USERDATA,
    void (*destructor)(void *state FFH_USERDATA) FFH_CALLBACK(any, destroy(result)) FFH_ONCE,
    char *(*create_filter)(void *state FFH_USERDATA, const char *const *key_array,
                           const size_t *key_length_array, int num_keys,
                           size_t *filter_length)FFH_CALLBACK(any, destroy(result))
        FFH_USES(leveldb_callback_create_filter),
    uint8_t (*key_may_match)(void *state FFH_USERDATA, const char *key FFH_BYTES(length),
                             size_t length, const char *filter FFH_BYTES(filter_length),
                             size_t filter_length) FFH_CALLBACK(any, destroy(result))
        FFH_USES(leveldb_callback_key_may_match),
    const char *(*name)(void *state FFH_USERDATA)FFH_CALLBACK(any, destroy(result))
        FFH_USES(leveldb_callback_filter_name_1, leveldb_callback_filter_name_2));

void leveldb_filterpolicy_destroy(leveldb_filterpolicy_t *filter FFH_CONSUMES);

FFH_CREATES
leveldb_filterpolicy_t *leveldb_filterpolicy_create_bloom(int bits_per_key FFH_RANGE(1, 64));

/* ---- read options ---- */

FFH_CREATES
leveldb_readoptions_t *leveldb_readoptions_create(void);

void leveldb_readoptions_destroy(leveldb_readoptions_t *options FFH_CONSUMES);

void leveldb_readoptions_set_verify_checksums(leveldb_readoptions_t *options, uint8_t v FFH_BOOL);

void leveldb_readoptions_set_fill_cache(leveldb_readoptions_t *options, uint8_t v FFH_BOOL);

void leveldb_readoptions_set_snapshot(leveldb_readoptions_t *options,
                                      const leveldb_snapshot_t *snapshot FFH_NULLABLE
                                          FFH_KEPT_UNTIL(destroy(options)));

/* ---- write options ---- */

FFH_CREATES
leveldb_writeoptions_t *leveldb_writeoptions_create(void);

void leveldb_writeoptions_destroy(leveldb_writeoptions_t *options FFH_CONSUMES);

void leveldb_writeoptions_set_sync(leveldb_writeoptions_t *options, uint8_t v FFH_BOOL);

/* ---- caches ---- */

FFH_CREATES
leveldb_cache_t *leveldb_cache_create_lru(size_t capacity FFH_RANGE(0, 1048576));

void leveldb_cache_destroy(leveldb_cache_t *cache FFH_CONSUMES);

/* ---- environments ---- */

FFH_CREATES
leveldb_env_t *leveldb_create_default_env(void);

void leveldb_env_destroy(leveldb_env_t *env FFH_CONSUMES);

FFH_RETURNS_OWNED(leveldb_free)
char *leveldb_env_get_test_directory(leveldb_env_t *env);

/* ---- utility ---- */

void leveldb_free(void *ptr FFH_CONSUMES);

int leveldb_major_version(void);

int leveldb_minor_version(void);

/* ---- the world around LevelDB: functions of this target (src/world.h) ---- */

/* The kinds of system call that can be made to fail. */
enum leveldb_world_io {
  LEVELDB_WORLD_OPEN_READ = 0, /* EIO */
  LEVELDB_WORLD_OPEN_WRITE,    /* ENOSPC */
  LEVELDB_WORLD_READ,          /* EIO */
  LEVELDB_WORLD_WRITE,         /* ENOSPC */
  LEVELDB_WORLD_SYNC,          /* EIO */
  LEVELDB_WORLD_RENAME,        /* ENOSPC */
  LEVELDB_WORLD_REMOVE,        /* EIO */
  LEVELDB_WORLD_MMAP,          /* ENOMEM */
  LEVELDB_WORLD_LIST           /* EIO */
};

/* From now on the calls of this kind fail, after `after` more that succeed. */
FFH_DISTURBS
void leveldb_world_fail_io(int kind FFH_ENUM(enum leveldb_world_io),
                           uint32_t after FFH_RANGE(0, 16));

/* No call fails any more. */
FFH_DISTURBS
void leveldb_world_heal(void);

/* What leveldb_world_damage does to the file it picks. */
enum leveldb_world_harm {
  LEVELDB_WORLD_TRUNCATE = 0, /* cuts the file at `offset` */
  LEVELDB_WORLD_FLIP,         /* exclusive-ors the byte at `offset` with `value` */
  LEVELDB_WORLD_REMOVE_FILE   /* removes it */
};

/* Damages the `file`-th file (modulo their number) of the directory of database `name` while no
 * database is open; else it does nothing. `offset` counts from the end when it is negative. Bytes
 * of tables are not flipped: LevelDB verifies them only on request. */
FFH_DISTURBS
void leveldb_world_damage(const char *name FFH_PATH, uint32_t file FFH_RANGE(0, 15),
                          int harm FFH_ENUM(enum leveldb_world_harm),
                          int32_t offset FFH_RANGE(-4096, 4095), uint8_t value);

/* Whether no database is open: LevelDB repairs only databases that nobody has open. */
FFH_DISTURBS
uint8_t leveldb_world_closed(const leveldb_options_t *options);

/* Whether the batch is below 64 KiB. Appending doubles a batch; the limit is the harness's own. */
FFH_DISTURBS
uint8_t leveldb_world_batch_is_small(const leveldb_writebatch_t *batch);

#ifdef __cplusplus
}
#endif

#endif
