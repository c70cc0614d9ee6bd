/* One pair of functions for each rule: `..._bad` breaks it, `..._good` does the same thing
 * correctly. The plans beside this header call one of them each; test_rules.py checks what is
 * reported. */
#ifndef FFH_TESTS_RULES_CONTRACT_H
#define FFH_TESTS_RULES_CONTRACT_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "harness/tests/rules/messages.h"
#include "harness/tests/rules/own.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct box box FFH_HANDLE(FFH_SHARED);

FFH_CREATES FFH_ERROR_NULL box *box_create(void);
void box_destroy(box *self FFH_CONSUMES FFH_NULLABLE);

/* Memory of the library, and how it ends. */
void double_free_bad(box *self);
void double_free_good(box *self);
void use_after_free_bad(box *self);
void use_after_free_good(box *self);
void heap_overflow_bad(box *self, uint32_t index FFH_RANGE(0, 16));
void heap_overflow_good(box *self, uint32_t index FFH_RANGE(0, 16));
void stack_buffer_bad(uint32_t index FFH_RANGE(0, 16));
void stack_buffer_good(uint32_t index FFH_RANGE(0, 16));
void global_overflow_bad(uint32_t index FFH_RANGE(0, 16));
void global_overflow_good(uint32_t index FFH_RANGE(0, 16));
void invalid_free_bad(box *self);
void invalid_free_good(box *self);
void free_mismatch_bad(void);
void free_mismatch_good(void);
void leak_bad(box *self);
void leak_good(box *self);
void stack_overflow_bad(uint32_t depth FFH_RANGE(0, 100000000));
void stack_overflow_good(uint32_t depth FFH_RANGE(0, 100000000));
void null_deref_bad(void);
void null_deref_good(void);
void segv_bad(void);
void segv_good(void);
void ub_bad(int32_t a, int32_t b);
void ub_good(int32_t a, int32_t b);
void abort_bad(void);
void abort_good(void);
void unwind_bad(void);
void unwind_good(void);
/* The exception passes frames of Rust on its way. */
void unwind_rust_bad(void);
void unwind_rust_good(void);
void exit_bad(void);
void exit_good(void);
void timeout_bad(void);
void timeout_good(void);
void oom_bad(void);
void oom_good(void);

/* Leaving the boundary's frames, and callbacks. What is the target's own mistake is in own.cpp. */
void thread_exit_bad(void);
void thread_exit_good(void);

/* 0: floating point, 1: locale, 2: the process's locale, 3: cancellation, 4: signal mask. */
void thread_state_bad(uint32_t what FFH_RANGE(0, 4));
void thread_state_good(uint32_t what FFH_RANGE(0, 4));

typedef struct bell bell FFH_HANDLE(FFH_SERIAL);
typedef void (*ring)(void *context FFH_USERDATA);

FFH_CREATES FFH_ERROR_NULL bell *bell_create(void);
void bell_destroy(bell *self FFH_CONSUMES FFH_NULLABLE);

/* Until `self` is destroyed. The library keeps the callback and calls it, at the latest, then. */
void callback_late_bad(bell *self, ring on_ring FFH_CALLBACK(any, destroy(self)),
                       void *context FFH_USERDATA);
void callback_late_good(bell *self, ring on_ring FFH_CALLBACK(any, destroy(self)),
                        void *context FFH_USERDATA);
void callback_late_call_bad(void (*on_ring)(void) FFH_CALLBACK(any, call));
void callback_late_ring(void);
void callback_thread_bad(ring on_ring FFH_CALLBACK(caller, call), void *context FFH_USERDATA);
void callback_thread_good(ring on_ring FFH_CALLBACK(caller, call), void *context FFH_USERDATA);
void callback_thread_kept_bad(bell *self, ring on_ring FFH_CALLBACK(caller, destroy(self)),
                              void *context FFH_USERDATA);
/* Runs it that many times. */
void callback_count_any(bell *self, ring on_ring FFH_CALLBACK(any, destroy(self)) FFH_ONCE,
                        void *context FFH_USERDATA, uint32_t times FFH_RANGE(0, 2));
void reentry_any(bell *self, void (*on_ring)(bell *self) FFH_CALLBACK(caller, call)
                                 FFH_USES(ring_asks, ring_asks_and_counts, ring_ends)
                                     FFH_REENTERS(bell_ask, bell_destroy));
uint32_t bell_ask(bell *self);
uint32_t bell_count(void);

void longjmp_bad(ring on_ring FFH_CALLBACK(caller, call) FFH_USES(ring_calls_leave)
                     FFH_REENTERS(longjmp_leave),
                 void *context FFH_USERDATA);
void longjmp_good(ring on_ring FFH_CALLBACK(caller, call) FFH_USES(ring_calls_leave)
                      FFH_REENTERS(longjmp_leave),
                  void *context FFH_USERDATA);
void longjmp_leave(void);
void callback_escape_rust(ring on_ring FFH_CALLBACK(caller, call)
                              FFH_USES(ring_returns, ring_throws),
                          void *context FFH_USERDATA);
void callback_escape_any(ring on_ring FFH_CALLBACK(caller, call)
                             FFH_USES(ring_returns, ring_throws, ring_exits, ring_jumps),
                         void *context FFH_USERDATA);

/* Memory that goes back with its length; the bad one is half as long as it says. */
FFH_RETURNS_OWNED(bytes_free)
FFH_LENGTH(length)
uint8_t *free_layout_length_bad(uint32_t size FFH_RANGE(0, 64), size_t *length FFH_OUT);
FFH_RETURNS_OWNED(bytes_free)
FFH_LENGTH(length)
uint8_t *free_layout_length_good(uint32_t size FFH_RANGE(0, 64), size_t *length FFH_OUT);
void bytes_free(uint8_t *bytes FFH_CONSUMES FFH_NULLABLE FFH_BYTES(length), size_t length);
FFH_STATUS(0)
int32_t free_layout_numbers_good(uint32_t count FFH_RANGE(0, 64),
                                 uint32_t **numbers FFH_OWNED(numbers_free) FFH_LENGTH(length),
                                 uint32_t *length FFH_OUT);
void numbers_free(uint64_t size, uint32_t *numbers FFH_CONSUMES FFH_BYTES(size));
void numbers_adopt(uint32_t *numbers FFH_TRANSFERRED(numbers_free) FFH_LENGTH(count),
                   uint32_t count);

/* Arguments. */
uint32_t arg_bounds_bad(const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size);
uint32_t arg_bounds_good(const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size);
void borrow_kept_bad(box *self, const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size);
void borrow_kept_good(box *self, const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size);
void borrow_declared(box *self,
                     const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64) FFH_KEPT_UNTIL(destroy(self)),
                     size_t size);
uint32_t borrow_use(box *self);
void const_write_bad(const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size);
void const_write_good(const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size);

/* The same by code that is not instrumented. */
uint32_t plain_read_bad(const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size);
uint32_t plain_read_good(const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size);
void plain_send_bad(const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size);
void plain_send_good(const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size);
void plain_write_bad(uint8_t *bytes FFH_OUT FFH_CAPACITY(room), size_t room);
void plain_write_before_bad(uint8_t *bytes FFH_OUT FFH_CAPACITY(room), size_t room);
void plain_write_good(uint8_t *bytes FFH_OUT FFH_CAPACITY(room), size_t room);
void plain_keep_bad(const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size);
void plain_keep_good(box *self,
                     const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64) FFH_KEPT_UNTIL(destroy(self)),
                     size_t size);
uint32_t plain_use(void);
void plain_change_bad(void);

/* An object in the caller's storage. */
typedef struct place {
  uint8_t *bytes;
  uint8_t local[8];
} place FFH_HANDLE(FFH_SERIAL) FFH_RELOCATABLE;

void relocation_bad(place *self FFH_CREATES FFH_PLACED);
void relocation_good(place *self FFH_CREATES FFH_PLACED);
uint32_t relocation_read(const place *self);
void relocation_end(place *self FFH_CONSUMES);

/* Memory that the library keeps and returns. */
typedef struct label label FFH_HANDLE(FFH_SHARED);

FFH_CREATES FFH_ERROR_NULL label *label_create(void);
void label_destroy(label *self FFH_CONSUMES FFH_NULLABLE);

FFH_RETURNS_BORROWED(self, destroy(self)) const char *view_lost_bad(label *self, uint32_t number);
FFH_RETURNS_BORROWED(self, destroy(self))
const char *view_lost_changed_bad(label *self, uint32_t number);
FFH_RETURNS_OWNED(view_lost_free) char *view_lost_owned_bad(label *self, uint32_t number);
FFH_RETURNS_BORROWED(self, next_call) const char *view_lost_good(label *self, uint32_t number);
FFH_RETURNS_BORROWED(self, call(view_lost_renamed_good))
const char *view_lost_renamed_good(label *self, uint32_t number);
FFH_RETURNS_BORROWED(self, call(view_lost_shared_good))
const char *view_lost_shared_good(label *self, uint32_t number);
FFH_RETURNS_OWNED(view_lost_free) char *view_lost_owned_good(label *self, uint32_t number);
void view_lost_replaced_good(label *self, uint32_t number,
                             char **error FFH_INOUT FFH_ERROR_OUT(view_lost_free));
void view_lost_free(char *text FFH_CONSUMES FFH_NULLABLE);

/* New handles. */
typedef struct desk desk FFH_HANDLE(FFH_SHARED);

FFH_CREATES FFH_ERROR_NULL desk *desk_create(void);
FFH_CREATES FFH_ERROR_NULL desk *handle_alias_bad(uint32_t number FFH_RANGE(0, 9));
FFH_CREATES FFH_ERROR_NULL desk *handle_alias_good(uint32_t number FFH_RANGE(0, 9));
FFH_STATUS(0, 1)
FFH_ON_ERROR(zeroed)
int32_t handle_on_error_bad(uint32_t number FFH_RANGE(0, 9), desk **created FFH_CREATES);
FFH_STATUS(0, 1)
FFH_ON_ERROR(zeroed)
int32_t handle_on_error_good(uint32_t number FFH_RANGE(0, 9), desk **created FFH_CREATES);
void desk_destroy(desk *self FFH_CONSUMES FFH_NULLABLE);

/* What calls return. */
FFH_STATUS(0, 1, 2) int32_t status_bad(uint32_t input FFH_RANGE(0, 9));
FFH_STATUS(0, 1, 2) int32_t status_good(uint32_t input FFH_RANGE(0, 9));
FFH_STATUS(0, 1)
int32_t output_on_error_bad(uint32_t input FFH_RANGE(0, 9), uint64_t *output FFH_OUT_ON_SUCCESS);
FFH_STATUS(0, 1)
int32_t output_on_error_good(uint32_t input FFH_RANGE(0, 9), uint64_t *output FFH_OUT_ON_SUCCESS);
/* clang-format finds no stable layout for these two. */
/* clang-format off */
FFH_STATUS(0, 1) FFH_REJECTS(null: 1)
int32_t not_rejected_bad(const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size);
FFH_STATUS(0, 1) FFH_REJECTS(null: 1)
int32_t not_rejected_good(const uint8_t *bytes FFH_BYTES(size) FFH_MAX(64), size_t size);
/* clang-format on */
FFH_BOOL uint8_t value_range_bad(uint32_t input FFH_RANGE(0, 9));
FFH_BOOL uint8_t value_range_good(uint32_t input FFH_RANGE(0, 9));

/* What a failure leaves to be read. */
FFH_RETURNS_STATIC FFH_UTF8 const char *last_error_text(void);
FFH_RETURNS_STATIC FFH_UTF8 const char *last_error_shared_text(void);
FFH_STATUS(0, 1)
FFH_LAST_ERROR(last_error_text) int32_t last_error_bad(uint32_t input FFH_RANGE(0, 9));
FFH_STATUS(0, 1)
FFH_LAST_ERROR(last_error_text) int32_t last_error_good(uint32_t input FFH_RANGE(0, 9));
FFH_STATUS(0, 1)
FFH_LAST_ERROR(last_error_shared_text)
int32_t last_error_shared_bad(uint32_t input FFH_RANGE(0, 9));
FFH_STATUS(0, 1)
FFH_LAST_ERROR(last_error_text) int32_t last_error_shared_good(uint32_t input FFH_RANGE(0, 9));
FFH_ERRNO int32_t errno_bad(uint32_t input FFH_RANGE(0, 9));
FFH_ERRNO int32_t errno_good(uint32_t input FFH_RANGE(0, 9));

/* A door is created closed; entering a closed one is refused. */
typedef struct door door FFH_HANDLE(FFH_SHARED);

FFH_CREATES FFH_ERROR_NULL FFH_BECOMES(closed) door *door_create(void);
void door_destroy(door *self FFH_CONSUMES);
void door_open(door *self FFH_NEEDS(closed) FFH_BECOMES(open));
FFH_STATUS(0, 1)
FFH_REJECTS(wrong_state : 1) int32_t not_rejected_state_bad(door *self FFH_NEEDS(open));
FFH_STATUS(0, 1)
FFH_REJECTS(wrong_state : 1) int32_t not_rejected_state_good(door *self FFH_NEEDS(open));

/* A shelf that refuses a title that is NULL, and says what it holds. */
typedef struct shelf shelf FFH_HANDLE(FFH_SERIAL);

FFH_CREATES FFH_ERROR_NULL shelf *shelf_create(void);
void shelf_destroy(shelf *self FFH_CONSUMES);
FFH_OBSERVES uint32_t shelf_count(const shelf *self);
FFH_RETURNS_BORROWED(self, next_call) FFH_OBSERVES const char *shelf_last(const shelf *self);
FFH_STATUS(0, 1)
FFH_REJECTS(null) int32_t side_effect_bad(shelf *self, const char *title FFH_CSTR FFH_MAX(16));
FFH_STATUS(0, 1)
FFH_REJECTS(null) int32_t side_effect_good(shelf *self, const char *title FFH_CSTR FFH_MAX(16));
FFH_STATUS(0, 1)
FFH_REJECTS(null) int32_t side_effect_text_bad(shelf *self, const char *title FFH_CSTR FFH_MAX(16));
FFH_STATUS(0, 1)
FFH_REJECTS(null)
int32_t side_effect_callback_bad(const char *title FFH_CSTR FFH_MAX(16),
                                 ring on_ring FFH_CALLBACK(caller, call),
                                 void *context FFH_USERDATA);
FFH_STATUS(0, 1)
FFH_REJECTS(null)
int32_t side_effect_callback_good(const char *title FFH_CSTR FFH_MAX(16),
                                  ring on_ring FFH_CALLBACK(caller, call),
                                  void *context FFH_USERDATA);

/* What one lane changes while a call of another is refused is not that call's. */
typedef struct tally tally FFH_HANDLE(FFH_SHARED);

FFH_CREATES FFH_ERROR_NULL tally *tally_create(void);
void tally_destroy(tally *self FFH_CONSUMES);
void tally_add(tally *self);
FFH_OBSERVES uint32_t tally_count(tally *self);
FFH_STATUS(0, 1)
FFH_REJECTS(null)
int32_t side_effect_lanes_good(tally *self, const char *title FFH_CSTR FFH_MAX(16));

/* Structs that say which version of them the caller has. */
typedef struct wish {
  uint32_t size FFH_STRUCT_SIZE;
  uint16_t version FFH_VERSION(3);
  uint16_t count;
  uint64_t flags;
} wish;

FFH_STATUS(0, 1)
FFH_REJECTS(bad_version) int32_t not_rejected_version_bad(const wish *asked FFH_IN);
FFH_STATUS(0, 1)
FFH_REJECTS(bad_version) int32_t not_rejected_version_good(const wish *asked FFH_IN);
/* Looks at what the stated size leaves out before it refuses. */
FFH_STATUS(0, 1)
FFH_REJECTS(bad_version) int32_t heap_overflow_version_bad(const wish *asked FFH_IN);

/* A nest that is not empty is not taken down. */
typedef struct nest nest FFH_HANDLE(FFH_SERIAL);
typedef struct egg egg FFH_HANDLE(FFH_SERIAL);

FFH_CREATES FFH_ERROR_NULL nest *nest_create(void);
FFH_STATUS(0, 1)
FFH_REJECTS(has_children : 1) int32_t not_rejected_children_bad(nest *self FFH_CONSUMES_ON_SUCCESS);
FFH_STATUS(0, 1)
FFH_REJECTS(has_children : 1)
int32_t not_rejected_children_good(nest *self FFH_CONSUMES_ON_SUCCESS);
FFH_CREATES FFH_ERROR_NULL FFH_CHILD_OF(self) egg *egg_create(nest *self);
void egg_destroy(egg *self FFH_CONSUMES);

/* Elements and fields that come out. */
typedef struct lamp {
  uint32_t watts;
  uint8_t on FFH_BOOL;
} lamp;

void value_range_elements_bad(lamp *lamps FFH_OUT FFH_ARRAY(count) FFH_MAX(8), size_t count);
void value_range_elements_good(lamp *lamps FFH_OUT FFH_ARRAY(count) FFH_MAX(8), size_t count);
lamp value_range_struct_bad(void);
lamp value_range_struct_good(void);

/* A second implementation that is to do the same. */
typedef struct quote {
  double price;
  uint32_t tier FFH_RANGE(0, 3);
} quote;

int32_t quotes_reference(const uint32_t *ids, size_t count, quote *quotes);
FFH_STATUS(0, 1)
FFH_SHADOW(quotes_reference)
int32_t shadow_bad(const uint32_t *ids FFH_ARRAY(count) FFH_MAX(8), size_t count,
                   quote *quotes FFH_OUT FFH_ARRAY(count));
FFH_STATUS(0, 1)
FFH_SHADOW(quotes_reference)
int32_t shadow_good(const uint32_t *ids FFH_ARRAY(count) FFH_MAX(8), size_t count,
                    quote *quotes FFH_OUT FFH_ARRAY(count));

typedef struct meter meter FFH_HANDLE(FFH_SHARED);

meter *meter_create_reference(void);
void meter_destroy_reference(meter *self);
uint32_t meter_add_reference(meter *self, uint32_t amount);
char *meter_text_reference(const meter *self);
FFH_CREATES FFH_ERROR_NULL FFH_SHADOW(meter_create_reference) meter *meter_create(void);
FFH_SHADOW(meter_destroy_reference) void meter_destroy(meter *self FFH_CONSUMES);
FFH_SHADOW(meter_add_reference) uint32_t shadow_meter_bad(meter *self, uint32_t amount);
FFH_SHADOW(meter_add_reference) uint32_t shadow_meter_good(meter *self, uint32_t amount);
FFH_RETURNS_OWNED(meter_text_free)
FFH_SHADOW(meter_text_reference) char *meter_text(const meter *self);
void meter_text_free(char *text FFH_CONSUMES);

/* Threads that wait for each other: lanes inside the library at once, or, where the name says so,
 * threads that the library starts. */
typedef struct hall hall FFH_HANDLE(FFH_SHARED);

FFH_CREATES FFH_ERROR_NULL hall *hall_create(void);
void hall_destroy(hall *self FFH_CONSUMES FFH_NULLABLE);

void deadlock_bad(hall *self, uint8_t reversed FFH_BOOL);
void deadlock_good(hall *self, uint8_t reversed FFH_BOOL);
void deadlock_threads_bad(hall *self);
void deadlock_threads_good(hall *self);
void lost_wakeup_bad(hall *self);
void lost_wakeup_good(hall *self);
void lost_wakeup_wake(hall *self);
void lost_wakeup_threads_bad(hall *self);
void lost_wakeup_threads_good(hall *self);
void self_deadlock_bad(hall *self);
void self_deadlock_good(hall *self);
void livelock_bad(hall *self);
void livelock_good(hall *self);
void livelock_finish(hall *self);
void lock_freed_bad(hall *self);
void lock_freed_good(hall *self);
void unlock_not_owner_bad(hall *self, uint8_t enter FFH_BOOL);
void unlock_not_owner_good(hall *self, uint8_t enter FFH_BOOL);
void lock_held_bad(hall *self);
void lock_held_good(hall *self);
void thread_left_bad(hall *self);
void thread_left_good(hall *self);
void thread_left_joined_good(hall *self);

/* What lives when the process leaves. */
typedef struct office office FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL office *office_create_bad(void);
FFH_CREATES FFH_ERROR_NULL office *office_create_good(void);
/* Its destructor waits for a thread that waits for what the destructor holds. */
FFH_CREATES FFH_ERROR_NULL office *office_create_stuck(void);
void office_post(office *self, uint32_t number FFH_RANGE(0, 99));
void office_destroy(office *self FFH_CONSUMES FFH_NULLABLE);

/* When memory runs out. */
FFH_STATUS(0, 1, 3) FFH_ALLOC_FAILURE(3) int32_t alloc_failure_bad(uint32_t size FFH_RANGE(1, 64));
FFH_STATUS(0, 1, 3) FFH_ALLOC_FAILURE(3) int32_t alloc_failure_good(uint32_t size FFH_RANGE(1, 64));

/* Memory that is freed by the wrong side or in the wrong way, lost, or piled up. */
FFH_RETURNS_OWNED(free) FFH_ERROR_NULL char *cross_side_text(void);
void free(void *memory FFH_CONSUMES FFH_NULLABLE);
void cross_side_bad(void);
void cross_side_good(void);
void cross_side_adopt_good(char *text FFH_TRANSFERRED(free));
void cross_side_tagged_bad(void);
void cross_side_tagged_good(void);
void cross_side_untagged_bad(void);
void cross_side_returned_bad(void);
void cross_side_strings_good(uint32_t count FFH_RANGE(0, 64));
void free_mismatch_rust_bad(void);
void free_mismatch_rust_good(void);
void free_layout_bad(void);
void free_layout_good(void);
void free_layout_align_bad(void);
void free_layout_grown_good(void);
FFH_STATUS(0, 1) int32_t leak_failed_bad(uint32_t size FFH_RANGE(1, 64));
FFH_STATUS(0, 1) int32_t leak_failed_good(uint32_t size FFH_RANGE(1, 64));
void growth_bad(void);
void growth_good(void);
void growth_replaced_good(void);

/* What lies behind a facade (inner.cpp): the old library of inner_legacy.c. */
typedef struct core core FFH_HANDLE(FFH_CONFINED);
typedef struct gear gear FFH_HANDLE(FFH_SHARED);
typedef struct lathe lathe FFH_HANDLE(FFH_SERIAL);

FFH_LEGACY FFH_INIT void legacy_start(void);
FFH_LEGACY FFH_FINI void legacy_stop(void);
FFH_LEGACY FFH_CREATES core *core_new(void);
FFH_LEGACY void core_use(core *self);
FFH_LEGACY void core_adopt(core *self FFH_HANDOVER);
FFH_LEGACY void core_free(core *self FFH_CONSUMES);
FFH_LEGACY FFH_CREATES FFH_CHILD_OF(parent) gear *gear_new(core *parent);
FFH_LEGACY void gear_use(gear *self);
typedef void (*gear_function)(gear *);
FFH_LEGACY FFH_RETURNS_FUNCTION(gear_use) gear_function gear_user(void);
FFH_LEGACY void gear_free(gear *self FFH_CONSUMES);
FFH_LEGACY void lathe_make(lathe **out FFH_CREATES);
FFH_LEGACY void lathe_use(lathe *self, void (*meanwhile)(void *), void *data);
FFH_LEGACY FFH_STATUS(0, 1) int lathe_free(lathe *self FFH_CONSUMES_ON_SUCCESS, int refuse);
FFH_LEGACY FFH_CALLABLE(FFH_THREAD(presser)) void press_use(void);
FFH_LEGACY FFH_PLAYS(smith) void smith_begin(void);
FFH_LEGACY FFH_CALLABLE(FFH_THREAD(smith)) void smith_use(void);

/* Memory at the inner edge; what core_parcel and core_drop do with it the contract leaves open. */
FFH_LEGACY FFH_RETURNS_OWNED(core_text_free) char *core_text(void);
FFH_LEGACY void core_text_free(char *text FFH_CONSUMES);
FFH_LEGACY FFH_RETURNS_OWNED(free) char *core_report(void);
FFH_LEGACY FFH_STATUS(0) int core_describe(char **out FFH_OWNED(free),
                                           char **more FFH_OWNED(core_text_free));
FFH_LEGACY void core_complain(char **error FFH_ERROR_OUT(free));
FFH_LEGACY void core_keep(char *text FFH_TRANSFERRED(free));
FFH_LEGACY void *core_parcel(void);

/* Callbacks at the inner edge. core_visit calls on its caller's thread or on one of its own; what
 * core_watch has kept core_ring calls on the same ones, or on the thread that core_strike is
 * called on. */
typedef void (*visit)(void *data);
FFH_LEGACY void core_visit(int elsewhere, visit each FFH_CALLBACK(caller, call),
                           void *data FFH_USERDATA);
FFH_LEGACY void core_visit_any(int elsewhere, visit each FFH_CALLBACK(any, call),
                               void *data FFH_USERDATA);
FFH_LEGACY void core_watch(core *self, visit each FFH_CALLBACK(caller, destroy(self)),
                           void *data FFH_USERDATA);
FFH_LEGACY void core_unwatch(core *self, visit each);
FFH_LEGACY void core_ring(int elsewhere);
FFH_LEGACY void core_strike(visit each FFH_CALLBACK(smith, call));

void cross_side_inner_bad(void);
void cross_side_inner_out_bad(void);
void cross_side_inner_thread_bad(void);
void cross_side_inner_good(void);
void cross_side_inner_open(void);
void cross_side_inner_back_bad(void);
void cross_side_inner_back_good(void);
void stale_handle_back_bad(void);
void stale_handle_back_good(void);
void callback_thread_inner_bad(void);
void callback_thread_inner_kept_bad(void);
void callback_thread_inner_role_bad(void);
void callback_thread_inner_good(void);
void callback_escape_inner_bad(void);
void callback_escape_inner_good(void);
void wrong_thread_bad(void);
void wrong_thread_good(void);
void wrong_thread_destroy_bad(void);
void wrong_thread_destroy_good(void);
void wrong_thread_role_bad(void);
void wrong_thread_role_good(void);
void wrong_thread_plays_bad(void);
void wrong_thread_plays_good(void);
void concurrent_use_bad(void);
void concurrent_use_good(void);
void owner_gone_bad(void);
void owner_gone_good(void);
void stale_handle_bad(void);
void stale_handle_good(void);
void stale_handle_pointer_bad(void);
void stale_handle_pointer_good(void);
void double_destroy_bad(void);
void double_destroy_good(void);
void wrong_handle_bad(void);
void wrong_handle_good(void);
void parent_gone_bad(void);
void parent_gone_good(void);
void init_order_bad(void);
void init_order_good(void);

/* `main` is the thread that the process starts with: lane A. */
FFH_LEGACY FFH_CALLABLE(FFH_THREAD(main)) void anvil_use(void);
void wrong_thread_main_any(void);
void callback_thread_main_any(ring on_ring FFH_CALLBACK(main, call) FFH_USES(ring_returns),
                              void *context FFH_USERDATA);

void use_after_free_threads_bad(void);
void use_after_free_threads_good(void);

#ifdef __cplusplus
}
#endif

#endif
