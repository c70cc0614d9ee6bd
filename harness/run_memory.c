#include "run_memory.h"

#include <stdatomic.h>
#include <unwind.h>

#include "base/module.h"
#include "boundary/handles.h"
#include "hooks/leak.h"
#include "plan/thread.h"
#include "run_state.h"

enum {
  GROWTH_RUNS = 8,
  GROWTH_ALWAYS = 16, /* inputs that leave memory and are run again in any case */
  GROWTH_LATER_EVERY = 64
};

/* ---- words ---- */

static const char *const family_names[FFH_FAMILY_COUNT] = {
    [FFH_FAMILY_UNKNOWN] = "an unknown allocator",
    [FFH_FAMILY_C] = "C or C++",
    [FFH_FAMILY_MALLOC] = "malloc",
    [FFH_FAMILY_NEW] = "new",
    [FFH_FAMILY_NEW_ARRAY] = "new[]",
    [FFH_FAMILY_RUST] = "Rust"};

static const ffh_event *event_of(uint16_t call) {
  for (uint32_t i = ffh_now.n_events; i-- > 0;) {
    if (ffh_now.events[i].call == call) {
      return &ffh_now.events[i];
    }
  }
  return NULL;
}

static const ffh_frame *frame_of(uint16_t call) {
  for (uint64_t left = ffh_now.in_flight; left != 0; left &= left - 1) {
    const ffh_frame *frame = &ffh_now.frames[__builtin_ctzll(left)];
    if (frame->index == call) {
      return frame;
    }
  }
  return NULL;
}

/* "call 3, pricing_quote, of lane B" */
static void say_call(ffh_out *out, uint16_t call) {
  const ffh_event *event = event_of(call);
  const ffh_frame *frame = event == NULL ? frame_of(call) : NULL;
  if (call == FFH_NONE || (event == NULL && frame == NULL)) {
    ffh_out_str(out, "outside of any call");
    return;
  }
  ffh_out_str(out, "in call ");
  ffh_out_unsigned(out, call);
  ffh_out_str(out, ", ");
  ffh_out_str(out, event != NULL ? ffh_setup.target->functions[event->function].name
                                 : frame->function->name);
  ffh_out_str(out, ", of lane ");
  ffh_thread_print(out, event != NULL ? event->lane : frame->lane);
}

/* Whose a block is need not be who allocated it: the contract may have handed it over. */
static void say_side(ffh_out *out, const char *verb, uint8_t side) {
  ffh_out_str(out, verb);
  ffh_out_str(out, " the ");
  ffh_out_str(out, ffh_side_name(side));
  ffh_out_str(out, "'s side ");
}

static void say_layout(ffh_out *out, uint64_t size, uint32_t align) {
  ffh_out_unsigned(out, size);
  ffh_out_str(out, " bytes");
  if (align != 0) {
    ffh_out_str(out, " aligned to ");
    ffh_out_unsigned(out, align);
  }
}

/* ---- evidence ---- */

static ffh_evidence *next_evidence(ffh_verdict *verdict, ffh_out *title) {
  ffh_evidence *one = &verdict->evidence[verdict->n_evidence++];
  *title = (ffh_out){one->title, 0, sizeof one->title, false};
  return one;
}

static void add_allocation(ffh_verdict *verdict, const ffh_block *block) {
  ffh_out title;
  ffh_evidence *one = next_evidence(verdict, &title);
  say_side(&title, "allocated for", block->side);
  say_call(&title, block->call);
  for (one->n_frames = 0; one->n_frames < block->n_frames; one->n_frames++) {
    one->frames[one->n_frames] = block->frames[one->n_frames];
  }
}

typedef struct walk {
  ffh_evidence *into;
  unsigned skip;
} walk;

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *at, void *context) {
  walk *it = context;
  if (it->skip != 0) {
    it->skip--;
    return _URC_NO_REASON;
  }
  it->into->frames[it->into->n_frames++] = _Unwind_GetIP(at);
  return it->into->n_frames == FFH_EVIDENCE_FRAMES ? _URC_END_OF_STACK : _URC_NO_REASON;
}

/* By the unwinder: the sanitizer's own functions, which lie in between, have no frame pointers. */
static void add_free(ffh_verdict *verdict, const ffh_freeing *freeing) {
  ffh_out title;
  ffh_evidence *one = next_evidence(verdict, &title);
  say_side(&title, "freed on", freeing->side);
  say_call(&title, freeing->call);
  walk here = {one, 2}; /* without this function and the one that was told */
  _Unwind_Backtrace(add_frame, &here);
}

/* ---- frees ---- */

static ffh_rule rule_of(ffh_free_fault fault) {
  static const ffh_rule rules[] = {
      [FFH_FREE_OK] = FFH_RULE_NONE,         [FFH_FREE_CROSS_SIDE] = FFH_CROSS_SIDE_FREE,
      [FFH_FREE_FAMILY] = FFH_FREE_MISMATCH, [FFH_FREE_LAYOUT] = FFH_BAD_LAYOUT,
      [FFH_FREE_TWICE] = FFH_DOUBLE_FREE,    [FFH_FREE_INVALID] = FFH_INVALID_FREE};
  return rules[fault];
}

static void say_fault(ffh_out *out, ffh_free_fault fault, const ffh_block *block,
                      const ffh_freeing *freeing) {
  switch (fault) {
    case FFH_FREE_CROSS_SIDE:
      say_layout(out, block->size, block->align);
      ffh_out_str(out, " that belong to the ");
      ffh_out_str(out, ffh_side_name(block->side));
      ffh_out_str(out, "'s side are freed on the ");
      ffh_out_str(out, ffh_side_name(freeing->side));
      ffh_out_str(out, "'s side, and the contract hands them over nowhere");
      break;
    case FFH_FREE_FAMILY:
      say_layout(out, block->size, block->align);
      ffh_out_str(out, " that ");
      ffh_out_str(out, family_names[block->family]);
      ffh_out_str(out, " allocated are freed by ");
      ffh_out_str(out, family_names[freeing->family]);
      break;
    case FFH_FREE_LAYOUT:
      ffh_out_str(out, "Rust allocated ");
      say_layout(out, block->size, block->align);
      ffh_out_str(out, " and frees them as ");
      say_layout(out, freeing->size, freeing->align);
      break;
    case FFH_FREE_TWICE:
      say_layout(out, block->size, block->align);
      ffh_out_str(out, " are freed a second time");
      break;
    case FFH_FREE_INVALID:
    case FFH_FREE_OK:
      ffh_out_str(out, "what is freed is not the start of a block");
      break;
  }
}

/* What a callback gives to the library the library may free: the contract says nothing of it. It
 * says something of the memory that the library has returned. */
static bool is_callbacks(const ffh_block *block) {
  for (uint16_t i = ffh_handles_count(); i-- > 0;) {
    const ffh_handle *handle = ffh_handles_at(i);
    if (handle->state == FFH_HANDLE_LIVE && (uintptr_t)handle->pointer == block->address) {
      return false;
    }
  }
  return true;
}

static bool has_runtime(const uintptr_t *frames, unsigned n) {
  for (unsigned i = 0; i < n; i++) {
    if (ffh_module_is_runtime(frames[i])) {
      return true;
    }
  }
  return false;
}

/* An archive that is tagged calls libc and libstdc++ like everybody else, and what these allocate
 * or free for it is not tagged. */
static bool is_runtimes(const ffh_block *block, const ffh_freeing *freeing) {
  enum { NEAR = 2, NEAR_FREE = 6 }; /* the latter with the hook's and the sanitizer's own frames */
  bool allocated = block->side >= FFH_SIDE_TAGGED, freed = freeing->side >= FFH_SIDE_TAGGED;
  if (allocated == freed) {
    return false;
  }
  if (freed) {
    return has_runtime(block->frames, block->n_frames < NEAR ? block->n_frames : NEAR);
  }
  ffh_verdict scratch = {.n_evidence = 0};
  add_free(&scratch, freeing);
  const ffh_evidence *here = &scratch.evidence[0];
  return has_runtime(here->frames, here->n_frames < NEAR_FREE ? here->n_frames : NEAR_FREE);
}

static bool is_allowed(const ffh_block *block, const ffh_freeing *freeing) {
  return (block->side == FFH_SIDE_CALLER && is_callbacks(block)) || is_runtimes(block, freeing);
}

static ffh_alloc_fault diverted;

void ffh_run_memory_divert(ffh_alloc_fault to) {
  diverted = to;
}

/* What the report itself frees is not looked at. */
static void on_fault(ffh_free_fault fault, const ffh_block *block, const ffh_freeing *freeing) {
  if (diverted != NULL) {
    diverted(fault, block, freeing);
    return;
  }
  if (fault == FFH_FREE_CROSS_SIDE && is_allowed(block, freeing)) {
    return;
  }
  static atomic_flag told = ATOMIC_FLAG_INIT;
  if (atomic_flag_test_and_set(&told)) {
    return;
  }
  ffh_verdict verdict = {.rule = rule_of(fault), .slot = FFH_NONE};
  ffh_out message = {verdict.message, 0, sizeof verdict.message, false};
  say_fault(&message, fault, block, freeing);
  if (block != NULL) {
    add_allocation(&verdict, block);
  }
  add_free(&verdict, freeing);
  ffh_sched_abandon();
  ffh_run_report(&verdict, freeing->call == FFH_NONE ? NULL : frame_of(freeing->call));
}

/* ---- what is left ---- */

static bool may_grow; /* the last input has left blocks that can be reached */

static void say_block(ffh_out *out, const ffh_block *block) {
  say_layout(out, block->size, block->align);
  say_side(out, " allocated for", block->side);
  say_call(out, block->call);
  const ffh_event *event = event_of(block->call);
  if (block->call != FFH_NONE && event != NULL && event->outcome == FFH_OUTCOME_FAILED) {
    ffh_out_str(out, ", which failed");
  }
}

/* Of the blocks that are lost, those that this input allocated. */
typedef struct loss {
  uint64_t count, bytes;
  ffh_block oldest;
} loss;

static loss sum_up(ffh_leak_lost lost) {
  loss sum = {.count = 0};
  for (uint32_t i = 0; i < lost.n; i++) {
    ffh_block block;
    if (ffh_alloc_find((const void *)lost.addresses[i], &block)) {
      if (sum.count == 0 || block.sequence < sum.oldest.sequence) {
        sum.oldest = block;
      }
      sum.count++;
      sum.bytes += block.size;
    }
  }
  return sum;
}

static void say_left(ffh_verdict *verdict, const loss *sum, const char *are) {
  ffh_out message = {verdict->message, 0, sizeof verdict->message, false};
  ffh_out_unsigned(&message, sum->count);
  ffh_out_str(&message, sum->count == 1 ? " block, " : " blocks, ");
  ffh_out_unsigned(&message, sum->bytes);
  ffh_out_str(&message, " bytes in all, ");
  ffh_out_str(&message, are);
  ffh_out_str(&message, "; the oldest: ");
  say_block(&message, &sum->oldest);
  add_allocation(verdict, &sum->oldest);
}

static void report_leak(void) {
  ffh_verdict verdict = {.rule = FFH_LEAK, .slot = FFH_NONE};
  loss sum = sum_up(ffh_leak_blocks());
  if (sum.count != 0) {
    say_left(&verdict, &sum, "can be reached by nobody any more");
  } else { /* of an earlier input, of a thread of the harness, or not listed */
    ffh_out message = {verdict.message, 0, sizeof verdict.message, false};
    ffh_out_str(&message, "memory is left");
  }
  ffh_run_report(&verdict, NULL);
}

void ffh_run_memory_end_input(void) {
  int64_t live = ffh_alloc_live();
  switch (ffh_leak_end_input(live, ffh_setup.options.check_every_leak)) {
    case FFH_LEAK_FOUND:
      report_leak();
      break;
    case FFH_LEAK_NONE:
      may_grow = live > 0;
      break;
    case FFH_LEAK_NOT_ASKED: /* what is left may be a cache: running it again tells */
      may_grow = live > 0 && !ffh_leak_can_ask();
      break;
  }
}

/* ---- growth ---- */

static bool see_left(const ffh_block *block, void *context) {
  loss *sum = context;
  if (sum->count++ == 0) {
    sum->oldest = *block;
  }
  sum->bytes += block->size;
  return true;
}

static void report_growth(void) {
  ffh_verdict verdict = {.rule = FFH_GROWTH, .slot = FFH_NONE};
  loss sum = {.count = 0};
  ffh_alloc_each(see_left, &sum);
  say_left(&verdict, &sum, "stay each time that the input is run");
  ffh_now.phase = "growth check";
  ffh_run_report(&verdict, NULL);
}

void ffh_run_memory_check_growth(const ffh_plan *plan,
                                 ffh_run_result (*run)(const ffh_plan *plan)) {
  static uint64_t asked;
  if (!may_grow) {
    return;
  }
  asked++;
  if (!ffh_setup.options.check_every_leak && asked > GROWTH_ALWAYS &&
      asked % GROWTH_LATER_EVERY != 0) {
    return;
  }
  for (unsigned i = 0; i < GROWTH_RUNS; i++) {
    int64_t before, after;
    if (!ffh_alloc_live_ever(&before)) {
      return;
    }
    run(plan);
    if (!may_grow || !ffh_alloc_live_ever(&after) || after <= before) {
      return;
    }
  }
  report_growth();
}

/* ---- calls ---- */

static bool has_libc_memory; /* some memory of the contract ends by libc's free */

/* Whether the caller frees that memory without calling the library. */
static bool is_callers(uint16_t handle_type) {
  const ffh_handle_type *type = &ffh_setup.target->handle_types[handle_type];
  return type->is_memory != 0 && type->destroy_fn != FFH_NONE &&
         ffh_setup.target->functions[type->destroy_fn].edge.to == FFH_SIDE_CALLER;
}

static bool sees_allocations;

bool ffh_run_memory_sees(void) {
  return sees_allocations;
}

const char *ffh_run_memory_start(void) {
  for (uint16_t i = 0; i < ffh_setup.target->n_handle_types; i++) {
    has_libc_memory = has_libc_memory || is_callers(i);
  }
  sees_allocations = ffh_alloc_start(on_fault);
  if (ffh_setup.options.check_every_leak) {
    ffh_alloc_keep_stacks();
  }
  return sees_allocations ? ffh_alloc_unseen() : NULL;
}

void ffh_run_memory_begin_input(void) {
  may_grow = false;
  ffh_alloc_begin_input();
}

void ffh_run_memory_give(const ffh_frame *frame) {
  if (__builtin_expect(!has_libc_memory, 1)) {
    return;
  }
  for (ffh_slots left = ffh_frame_shape(frame)->handles; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    const ffh_slot *slot = &frame->function->slots[i];
    if ((slot->flags & FFH_SLOT_TRANSFERRED) != 0 && is_callers(slot->handle_type) &&
        slot->param >= 0) {
      ffh_alloc_give(frame->args[slot->param].p, FFH_SIDE_LIBRARY);
    }
  }
}

void ffh_run_memory_take(const ffh_frame *frame) {
  if (__builtin_expect(!has_libc_memory, 1)) {
    return;
  }
  const ffh_shape *shape = ffh_frame_shape(frame);
  for (ffh_slots left = shape->makes | shape->messages; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    const ffh_slot *slot = &frame->function->slots[i];
    if (is_callers(slot->handle_type)) {
      const void *memory = slot->kind == FFH_KIND_ERROR ? ffh_frame_pointer(frame, i)
                                                        : ffh_frame_delivered(frame, i);
      ffh_alloc_give(memory, FFH_SIDE_CALLER);
    }
  }
}
