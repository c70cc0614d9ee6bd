/* A contract that uses every word at least once. */
#include <ffh/contract.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_MAX_KEY 64
#define STORE_VERSION 3

enum store_mode { STORE_READ, STORE_WRITE = 5 };
typedef enum store_flag { STORE_SYNC = 1, STORE_FAST = 2 } store_flag;
enum store_status { STORE_OK, STORE_BAD = 7, STORE_FULL };

typedef struct store store FFH_HANDLE(FFH_SHARED);
typedef struct cursor cursor FFH_HANDLE(FFH_CONFINED);
typedef struct job job FFH_HANDLE(FFH_SERIAL);
typedef struct window window FFH_HANDLE(FFH_THREAD(main));
typedef struct span {
  void *memory;
  uint32_t length;
} span FFH_HANDLE(FFH_SERIAL) FFH_RELOCATABLE;

typedef struct point {
  float x FFH_RANGE(-10, 10);
  double y;
} point;

typedef struct request {
  uint32_t size FFH_STRUCT_SIZE;
  uint16_t version FFH_VERSION(STORE_VERSION);
  int8_t level FFH_RANGE(-3, 3) FFH_DICT(0, -1);
  bool quiet;
  uint32_t mode FFH_ENUM(enum store_mode);
  uint64_t flags FFH_FLAGS(store_flag);
  const char *title FFH_CSTR FFH_UTF8 FFH_NULLABLE;
  const uint8_t *blob FFH_BYTES(blob_size) FFH_MAX(128);
  uint32_t blob_size;
  point at;
  int16_t weights[3];
} request;

typedef struct response {
  int64_t cost;
  char *text FFH_OWNED(text_free) FFH_LENGTH(text_size);
  size_t text_size;
} response;

/* ---- once ---- */
FFH_INIT void store_init(void);
FFH_FINI void store_fini(void);
void span_init(span *self FFH_CREATES FFH_PLACED, uint32_t length);
void span_clear(span *self FFH_CONSUMES);
FFH_RETURNS_STATIC FFH_UTF8 const char *store_last_error(void);

/* ---- lifetimes ---- */
FFH_STATUS(STORE_OK, STORE_BAD, STORE_FULL)
FFH_REJECTS(null, bad_utf8 : STORE_BAD) FFH_LAST_ERROR(store_last_error) FFH_ON_ERROR(zeroed)
int32_t store_open(const char *path FFH_PATH FFH_UTF8 FFH_MAX(32), store **out FFH_CREATES);
void store_close(store *self FFH_CONSUMES FFH_NULLABLE);
FFH_CREATES FFH_CHILD_OF(self) FFH_INHERITS(self) FFH_BECOMES(open) FFH_ERROR_NULL
    FFH_REJECTS(null, stale, wrong_type) cursor *cursor_new(store *self);
void cursor_seek(cursor *self FFH_NEEDS(open), const uint8_t *key FFH_BYTES(size) FFH_BORROWED
                                                   FFH_MAX(STORE_MAX_KEY) FFH_DICT("a", "\x00"),
                 size_t size);
FFH_WHEN(cursor_valid) FFH_RETURNS_BORROWED(self, call(cursor_seek)) FFH_LENGTH(size)
const uint8_t *cursor_value(const cursor *self, size_t *size FFH_OUT);
FFH_BOOL FFH_OBSERVES uint8_t cursor_valid(const cursor *self);
void cursor_end(cursor *self FFH_NEEDS(open) FFH_BECOMES(closed));
void cursor_free(store *owner FFH_PARENT_OF(self), cursor *self FFH_CONSUMES);
void cursor_give(cursor *self FFH_HANDOVER);
void cursor_merge(cursor *self, store *owner, cursor *other FFH_BELONGS_TO(owner));
FFH_CREATES FFH_DIES_WITH(owner) window *window_new(store *owner);
void window_watch(window *self, cursor *watched FFH_KEPT_UNTIL(destroy(self)));
void job_retain(job *self FFH_RETAINS);
void job_release(job *self FFH_RELEASES);
FFH_ALLOC_FAILURE(any) FFH_ERRNO int job_try_cancel(job *self FFH_CONSUMES_ON_SUCCESS);
FFH_CALLABLE(FFH_SHARED) void job_interrupt(job *self);

/* ---- memory and data ---- */
FFH_RETURNS_OWNED(text_free) FFH_CSTR char *store_describe(const store *self);
void text_free(char *text FFH_CONSUMES FFH_NULLABLE);
void store_adopt(store *self, char *text FFH_TRANSFERRED(text_free));
void store_stats(store *self, char **message FFH_OWNED(text_free), int64_t *count FFH_OUT);
void store_compact(store *self, char **error FFH_INOUT FFH_ERROR_OUT(text_free));
FFH_STATUS(0, 1) int32_t store_repair(store *self, char **error FFH_ERROR_OUT(text_free));
FFH_STATUS(0, 1) FFH_REJECTS(null, bad_enum, length_mismatch, oversized : 1)
FFH_ON_ERROR(untouched) int32_t store_ask(store *self, const request *ask FFH_IN,
                                          response *answer FFH_OUT_ON_SUCCESS);
void store_tune(store *self, point *where FFH_INOUT, double *factor FFH_INOUT);
void store_load(store *self, const point *points FFH_ARRAY(count), size_t count);
void store_put_many(store *self, const char *const *keys FFH_STRINGS(count, sizes),
                    const size_t *sizes, int count);
FFH_STATUS(0, 1) FFH_ALLOC_FAILURE(1)
int32_t store_read(store *self, uint8_t *bytes FFH_OUT FFH_CAPACITY(room) FFH_WRITTEN(written),
                   size_t room FFH_MAX(256), size_t *written);

/* ---- callbacks ---- */
FFH_CREATES
job *job_start(store *self, void *data FFH_USERDATA,
               void (*done)(void *data FFH_USERDATA, const char *k FFH_BYTES(n), size_t n)
                   FFH_CALLBACK(any, destroy(result)) FFH_ONCE FFH_REENTERS(job_interrupt),
               int (*order)(const char *a FFH_CSTR, int b) FFH_CALLBACK(executor, call)
                   FFH_USES(store_order) FFH_NULLABLE);
int store_order(const char *a FFH_CSTR, int b);

/* ---- more ---- */
FFH_SHADOW(store_count_slow)
FFH_CALLABLE(FFH_THREAD(executor)) size_t store_count(const store *self);
size_t store_count_slow(const store *self);
FFH_LEGACY void store_inner(store *self);
FFH_LEGACY FFH_SYMBOL(_ZN5StoreD1Ev, _ZN5StoreD2Ev) void store_end(store *self FFH_CONSUMES);
typedef void (*store_function)(store *self);
FFH_LEGACY FFH_RETURNS_FUNCTION(store_inner) store_function store_inner_get(void);
FFH_LEGACY FFH_PLAYS(executor) const char *store_serve(store *self, char *untold);
FFH_LEGACY void store_each(store *self,
                           int (*each)(const char *key, void *data) FFH_CALLBACK(caller, call),
                           void *data FFH_USERDATA);
FFH_LEGACY void store_forget(int (*each)(const char *key, void *data), void (*untold)(void));
FFH_RETURNS_OWNED(bytes_free)
FFH_LENGTH(size) uint8_t *store_image(const store *self, size_t *size FFH_OUT);
void bytes_free(uint8_t *bytes FFH_CONSUMES FFH_NULLABLE FFH_BYTES(size), size_t size);
FFH_DISTURBS void world_fill_disk(void);
FFH_EXCLUDED("writes to the terminal") void store_dump(const store *self, ...);
