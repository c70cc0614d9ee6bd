/* The planted faults. Frames are made up as the boundary makes them, of functions that do not
 * exist; what judges them is the real thing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/asan.h"
#include "base/blank.h"
#include "boundary/arena.h"
#include "check/borrow.h"
#include "check/failing.h"
#include "check/handle.h"
#include "check/lasterror.h"
#include "check/observe.h"
#include "check/protocol.h"
#include "check/shadow.h"
#include "hooks/failing.h"
#include "run/memory.h"
#include "run/selftest.h"

/* ---- a function that does not exist ---- */

/* FFH_STATUS(0, 1) FFH_ALLOC_FAILURE(1)
 * int32_t f(const uint8_t bytes[4] FFH_BYTES, uint32_t *out FFH_OUT_ON_SUCCESS FFH_RANGE(0, 3)); */
enum { BYTES, OUT, STATUS, N_SLOTS };

#define NOTHING_ELSE .parent = FFH_NONE, .handle_type = FFH_NONE, FFH_SLOT_BLANK

static const ffh_slot slots[N_SLOTS] = {[BYTES] = {.name = "bytes",
                                                   .kind = FFH_KIND_BYTES,
                                                   .flags = FFH_SLOT_CONST,
                                                   .size = 1,
                                                   NOTHING_ELSE},
                                        [OUT] = {.name = "out",
                                                 .kind = FFH_KIND_INT,
                                                 .direction = FFH_DIR_OUT,
                                                 .flags = FFH_SLOT_INDIRECT | FFH_SLOT_ON_SUCCESS,
                                                 .param = 1,
                                                 .size = 4,
                                                 .hi = 3,
                                                 NOTHING_ELSE},
                                        [STATUS] = {.name = "result",
                                                    .kind = FFH_KIND_STATUS,
                                                    .direction = FFH_DIR_OUT,
                                                    .flags = FFH_SLOT_SIGNED,
                                                    .param = FFH_PARAM_RESULT,
                                                    .size = 4,
                                                    NOTHING_ELSE}};
static const int64_t failures[] = {1, 2};
static const ffh_rejection rejections[] = {{.form = FFH_FORM_NULL, .has_status = 1, .status = 1}};
static const ffh_function function = {.name = "self-test",
                                      .flags = FFH_FN_NO_MEMORY | FFH_FN_NO_MEMORY_STATUS,
                                      .error_kind = FFH_ERROR_BY_STATUS,
                                      .error_slot = STATUS,
                                      .result_slot = STATUS,
                                      FFH_FUNCTION_BLANK,
                                      .n_params = 2,
                                      .n_slots = N_SLOTS,
                                      .slots = slots,
                                      .failures = failures,
                                      .n_failures = 2,
                                      .rejections = rejections,
                                      .n_rejections = 1,
                                      .rejects = 1u << FFH_FORM_NULL,
                                      .no_memory_status = 1};

static ffh_frame frame;
static ffh_value values[N_SLOTS];
static ffh_call call;
static uint8_t bytes[4];
static uint32_t out_value;

/* As after a call that returned `status` and wrote `out`. */
static ffh_frame *returned(int32_t status, uint32_t out) {
  call = (ffh_call){.n_values = N_SLOTS};
  memset(values, 0, sizeof values);
  memset(bytes, 1, sizeof bytes);
  frame = (ffh_frame){.call = &call, .function = &function, .values = values, .status = status};
  frame.outcome = status == 0 ? FFH_OUTCOME_OK : FFH_OUTCOME_FAILED;
  frame.result.i = status;
  frame.storage[BYTES] = bytes;
  frame.count[BYTES] = sizeof bytes;
  frame.digest[BYTES] = ffh_frame_digest(&frame, BYTES);
  frame.storage[OUT] = (uint8_t *)&out_value;
  frame.count[OUT] = 1;
  out_value = out;
  return &frame;
}

static const uint32_t untouched = UINT32_C(0x01010101) * FFH_UNTOUCHED_BYTE;

static bool says(ffh_rule rule) {
  ffh_verdict verdict;
  ffh_protocol_check(&frame, &verdict);
  return verdict.rule == rule;
}

/* ---- protocol ---- */

static bool statuses(bool is_planted) {
  (void)returned(is_planted ? 7 : 2, untouched);
  return says(FFH_STATUS_UNKNOWN);
}

static bool outputs_on_error(bool is_planted) {
  (void)returned(1, is_planted ? 0 : untouched);
  return says(FFH_OUTPUT_ON_ERROR);
}

static bool messages_on_success(bool is_planted) {
  returned(0, 1)->message = is_planted ? bytes : NULL;
  return says(FFH_MESSAGE_ON_SUCCESS);
}

static bool ranges(bool is_planted) {
  (void)returned(0, is_planted ? 4 : 3);
  return says(FFH_VALUE_RANGE);
}

static bool const_writes(bool is_planted) {
  (void)returned(0, 0);
  bytes[2] = is_planted ? 9 : 1;
  return says(FFH_CONST_WRITE);
}

static bool refusals(bool is_planted) {
  (void)returned(is_planted ? 0 : 1, is_planted ? 0 : untouched);
  call.malformed = values[BYTES].form = FFH_FORM_NULL;
  frame.storage[BYTES] = NULL;
  return says(FFH_NOT_REJECTED);
}

/* ---- last error, errno ---- */

static bool last_errors(bool is_planted) {
  static ffh_last_error record;
  const ffh_past past = {.n_events = 0};
  const ffh_said said = {.by = &function, .present = !is_planted, .is_utf8 = true};
  ffh_verdict verdict;
  ffh_last_error_failed(returned(1, untouched), &said, &past, &record, &verdict);
  return verdict.rule == FFH_LAST_ERROR_RULE;
}

static bool error_numbers(bool is_planted) {
  static ffh_function by_errno;
  ffh_verdict verdict;
  by_errno = function;
  by_errno.error_kind = FFH_ERROR_BY_ERRNO;
  (void)returned(-1, untouched);
  frame.function = &by_errno;
  frame.error_number = is_planted ? 0 : ENOMEM;
  ffh_errno_check(&frame, &verdict);
  return verdict.rule == FFH_ERRNO_UNSET;
}

/* ---- handles ---- */

/* A call that failed and delivered a handle all the same. */
static bool handles_on_error(bool is_planted) {
  static const ffh_slot created = {
      .name = "out",
      .kind = FFH_KIND_HANDLE,
      .direction = FFH_DIR_OUT,
      .flags = FFH_SLOT_CREATES | FFH_SLOT_INDIRECT | FFH_SLOT_ON_SUCCESS,
      .size = sizeof(void *),
      NOTHING_ELSE};
  static ffh_function creating;
  static void *delivered;
  ffh_verdict verdict;
  creating = function;
  creating.slots = &created;
  creating.n_slots = 1;
  delivered = is_planted ? &delivered : NULL;
  (void)returned(1, untouched);
  frame.function = &creating;
  frame.storage[0] = (uint8_t *)&delivered;
  ffh_handle_check(&frame, &verdict);
  return verdict.rule == FFH_HANDLE_ON_ERROR;
}

static bool shadows(bool is_planted) {
  static ffh_frame shadow;
  static uint32_t other;
  ffh_verdict verdict = {.rule = FFH_RULE_NONE, .slot = FFH_NONE};
  other = is_planted ? 2 : 1;
  shadow = *returned(0, 1);
  shadow.storage[OUT] = (uint8_t *)&other;
  ffh_shadow_check(&frame, &shadow, "its shadow", &verdict);
  return verdict.rule == FFH_SHADOW_DIFFERS;
}

/* What an observer says of a handle, before and after a call that was refused. */
static bool side_effects(bool is_planted) {
  static ffh_seen before, after;
  ffh_verdict verdict;
  before = (ffh_seen){.by = &function, .outcome = FFH_OUTCOME_OK, .n = 1};
  before.values[0] = (ffh_seen_value){.slot = OUT, .bits = 1};
  after = before;
  after.values[0].bits = is_planted ? 2 : 1;
  ffh_observe_check(&before, &after, &verdict);
  return verdict.rule == FFH_SIDE_EFFECT;
}

/* ---- returned memory ---- */

static const ffh_slot text_slot = {.name = "result",
                                   .kind = FFH_KIND_VIEW,
                                   .direction = FFH_DIR_OUT,
                                   .flags = FFH_SLOT_CONST,
                                   .param = FFH_PARAM_RESULT,
                                   .size = sizeof(void *),
                                   .lo = 1,
                                   .until = FFH_UNTIL_FOREVER,
                                   NOTHING_ELSE};
static const ffh_function text_function = {.name = "self-test",
                                           .result_slot = 0,
                                           .error_slot = FFH_NONE,
                                           FFH_FUNCTION_BLANK,
                                           .n_slots = 1,
                                           .slots = &text_slot};
static const ffh_target text_target = {.functions = &text_function, .n_functions = 1};

/* A text that is valid for good is changed by the next call. */
static bool views(bool is_planted) {
  static ffh_borrow borrow;
  static char text[8];
  static ffh_frame first;
  static ffh_plan plan;
  ffh_verdict verdict;
  plan.target = &text_target;
  memcpy(text, "text", 5);
  ffh_borrow_begin(&borrow);
  first = (ffh_frame){
      .plan = &plan, .function = &text_function, .values = values, .outcome = FFH_OUTCOME_OK};
  first.result.p = text;
  ffh_borrow_leave(&borrow, &first, &verdict);
  text[0] = is_planted ? 'n' : 't';
  ffh_borrow_leave(&borrow, returned(0, 0), &verdict);
  return verdict.rule == FFH_VIEW_LOST;
}

/* ---- arguments ---- */

static bool has_asan(void) {
  return __asan_region_is_poisoned != NULL;
}

static bool is_poisoned(uint8_t *at) {
  return __asan_region_is_poisoned(at, 1) != NULL;
}

/* The byte behind an argument, against its last one. */
static bool bounds(bool is_planted) {
  uint8_t *at = ffh_arena_take(5, 1, 0, 0);
  bool seen = at == NULL || is_poisoned(is_planted ? at + 5 : at + 4);
  ffh_arena_end_call(0);
  ffh_arena_end_input();
  return seen;
}

/* An argument after its call, against one that is kept for the input. */
static bool late_uses(bool is_planted) {
  uint8_t *at = ffh_arena_take(5, 1, 0, 0);
  if (!is_planted) {
    ffh_arena_keep(FFH_KEPT_FOR_INPUT);
  }
  ffh_arena_end_call(0);
  bool seen = at == NULL || is_poisoned(at);
  ffh_arena_end_input();
  return seen;
}

/* ---- the ledger, by the allocator's real hooks ---- */

static ffh_free_fault seen_fault;

static void see_fault(ffh_free_fault fault, const ffh_block *block, const ffh_freeing *freeing) {
  (void)block;
  (void)freeing;
  seen_fault = fault;
}

/* Where nobody asks what it is good for. */
static void *volatile block_of_library;

/* The compiler believes to know what malloc and free look at. */
static void be_on(ffh_side side) {
  ffh_here_now.side = (uint8_t)side;
  __asm__ volatile("" ::: "memory");
}

static void allocate_for_library(void) {
  be_on(FFH_SIDE_LIBRARY);
  block_of_library = malloc(24);
  be_on(FFH_SIDE_HARNESS);
}

static void free_on(ffh_side side) {
  be_on(side);
  free(block_of_library);
  be_on(FFH_SIDE_HARNESS);
}

static bool cross_side_frees(bool is_planted) {
  seen_fault = FFH_FREE_OK;
  ffh_run_memory_divert(see_fault);
  allocate_for_library();
  free_on(is_planted ? FFH_SIDE_CALLER : FFH_SIDE_LIBRARY);
  ffh_run_memory_divert(NULL);
  return seen_fault == FFH_FREE_CROSS_SIDE;
}

static bool leaks(bool is_planted) {
  ffh_run_memory_begin_input();
  allocate_for_library();
  if (!is_planted) {
    free_on(FFH_SIDE_LIBRARY);
  }
  bool left = ffh_alloc_live() == 1;
  if (is_planted) {
    free_on(FFH_SIDE_LIBRARY);
  }
  return left;
}

/* ---- allocations that fail ---- */

/* Absent where the linker redirects nothing: the external flavor. */
__attribute__((weak)) void *__wrap_malloc(size_t size);

static bool has_wrapped(void) {
  return __wrap_malloc != NULL;
}

/* The library's allocation, against one of the harness's own. */
static bool failing_allocations(bool is_planted) {
  static ffh_failing failing;
  uint8_t side = ffh_here_now.side;
  int error = errno;
  failing = (ffh_failing){.wanted = 1};
  ffh_failing_begin(&failing);
  ffh_here_now.side = is_planted ? FFH_SIDE_LIBRARY : FFH_SIDE_HARNESS;
  void *block = __wrap_malloc(8);
  ffh_here_now.side = side;
  ffh_failing_end();
  free(block);
  errno = error;
  return block == NULL && failing.failed == 1;
}

static bool statuses_without_memory(bool is_planted) {
  ffh_verdict verdict;
  (void)returned(is_planted ? 2 : 1, untouched);
  frame.failing = (ffh_failing){.wanted = 1, .failed = 1};
  ffh_failing_check(&frame, &verdict);
  return verdict.rule == FFH_ALLOC_FAILURE_STATUS;
}

/* ---- all of them ---- */

const ffh_selftest ffh_selftests[] = {
    {"statuses", NULL, statuses},
    {"outputs on failure", NULL, outputs_on_error},
    {"messages on success", NULL, messages_on_success},
    {"ranges", NULL, ranges},
    {"const inputs", NULL, const_writes},
    {"refusals", NULL, refusals},
    {"last errors", NULL, last_errors},
    {"errno", NULL, error_numbers},
    {"handles on failure", NULL, handles_on_error},
    {"shadows", NULL, shadows},
    {"refused calls", NULL, side_effects},
    {"returned memory", NULL, views},
    {"argument bounds", has_asan, bounds},
    {"argument borrows", has_asan, late_uses},
    {"frees across the boundary", ffh_run_memory_sees, cross_side_frees},
    {"memory that is left", ffh_run_memory_sees, leaks},
    {"allocations that fail", has_wrapped, failing_allocations},
    {"statuses without memory", NULL, statuses_without_memory},
    {"confinement", NULL, ffh_selftest_confinement},
    {"callbacks", NULL, ffh_selftest_callbacks},
    {"thread state", NULL, ffh_selftest_threadstate},
    {"deadlocks", NULL, ffh_selftest_sched},
    {"crossings", NULL, ffh_selftest_jumps}, /* the stack is known once the scheduler was asked */
};
const unsigned ffh_selftest_count = sizeof ffh_selftests / sizeof ffh_selftests[0];
