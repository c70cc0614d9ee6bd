#include "run/memory.h"

#include <stdatomic.h>
#include <string.h>

#include "base/limits.h"
#include "base/module.h"
#include "boundary/handles.h"
#include "plan/thread.h"
#include "run/state.h"
#include "run/words.h"

static const char *const family_names[FFH_FAMILY_COUNT] = {
    [FFH_FAMILY_UNKNOWN] = "an unknown allocator",
    [FFH_FAMILY_C] = "C or C++",
    [FFH_FAMILY_MALLOC] = "malloc",
    [FFH_FAMILY_NEW] = "new",
    [FFH_FAMILY_NEW_ARRAY] = "new[]",
    [FFH_FAMILY_RUST] = "Rust"};

/* ---- frees ---- */

static ffh_rule rule_of(ffh_free_fault fault) {
  static const ffh_rule rules[] = {
      [FFH_FREE_OK] = FFH_RULE_NONE,         [FFH_FREE_CROSS_SIDE] = FFH_CROSS_SIDE_FREE,
      [FFH_FREE_FAMILY] = FFH_FREE_MISMATCH, [FFH_FREE_LAYOUT] = FFH_BAD_LAYOUT,
      [FFH_FREE_TWICE] = FFH_DOUBLE_FREE,    [FFH_FREE_INVALID] = FFH_INVALID_FREE};
  return rules[fault];
}

/* Memory whose free function lies behind the inner edge, by its handle type. */
static bool is_inner[FFH_MAX_HANDLE_TYPES];

/* Of memory that lies behind the inner edge: what the contract frees it by. */
static void say_contract(ffh_out *out, const ffh_block *block) {
  if (block->side != FFH_SIDE_LEGACY || !block->spoken_of || block->inner == FFH_NONE) {
    ffh_out_str(out, "hands them over nowhere");
    return;
  }
  const ffh_function *function = &ffh_setup.target->functions[block->inner];
  uint16_t type = FFH_NONE;
  for (uint16_t i = 0; i < function->n_slots; i++) {
    const ffh_slot *slot = &function->slots[i];
    if ((slot->kind == FFH_KIND_OWNED || slot->kind == FFH_KIND_ERROR) &&
        is_inner[slot->handle_type]) {
      type = slot->handle_type;
    }
  }
  ffh_out_str(out, "has them freed by ");
  ffh_out_str(out, type == FFH_NONE ? "a function behind the inner edge"
                                    : strchr(ffh_setup.target->handle_types[type].name, ':') + 1);
}

static void say_fault(ffh_out *out, ffh_free_fault fault, const ffh_block *block,
                      const ffh_freeing *freeing) {
  switch (fault) {
    case FFH_FREE_CROSS_SIDE:
      ffh_run_words_layout(out, block->size, block->align);
      ffh_out_str(out, " that belong to the ");
      ffh_out_str(out, ffh_side_name(block->side));
      ffh_out_str(out, "'s side are freed on the ");
      ffh_out_str(out, ffh_side_name(freeing->side));
      ffh_out_str(out, "'s side, and the contract ");
      say_contract(out, block);
      break;
    case FFH_FREE_FAMILY:
      ffh_run_words_layout(out, block->size, block->align);
      ffh_out_str(out, " that ");
      ffh_out_str(out, family_names[block->family]);
      ffh_out_str(out, " allocated are freed by ");
      ffh_out_str(out, family_names[freeing->family]);
      break;
    case FFH_FREE_LAYOUT:
      ffh_out_str(out, "Rust allocated ");
      ffh_run_words_layout(out, block->size, block->align);
      ffh_out_str(out, " and frees them as ");
      ffh_run_words_layout(out, freeing->size, freeing->align);
      break;
    case FFH_FREE_TWICE:
      ffh_run_words_layout(out, block->size, block->align);
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
__attribute__((always_inline)) static inline bool is_runtimes(const ffh_block *block,
                                                              const ffh_freeing *freeing) {
  enum { NEAR = 2, NEAR_FREE = 6 }; /* the latter with the hook's and the sanitizer's own frames */
  bool allocated = block->side >= FFH_SIDE_TAGGED, freed = freeing->side >= FFH_SIDE_TAGGED;
  if (allocated == freed) {
    return false;
  }
  if (freed) {
    return block->by_runtime ||
           has_runtime(block->frames, block->n_frames < NEAR ? block->n_frames : NEAR);
  }
  ffh_verdict scratch = {.n_evidence = 0};
  ffh_run_words_free(&scratch, freeing);
  const ffh_evidence *here = &scratch.evidence[0];
  return has_runtime(here->frames, here->n_frames < NEAR_FREE ? here->n_frames : NEAR_FREE);
}

__attribute__((always_inline)) static inline bool is_allowed(const ffh_block *block,
                                                             const ffh_freeing *freeing) {
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
    ffh_run_words_allocation(&verdict, block);
  }
  ffh_run_words_free(&verdict, freeing);
  ffh_run_report(&verdict, freeing->call == FFH_NONE ? NULL : ffh_run_words_frame(freeing->call));
}

/* ---- calls ---- */

static bool has_libc_memory; /* some memory of the contract ends by libc's free */

/* Whether the caller frees that memory without calling the library. */
static bool is_callers(uint16_t handle_type) {
  const ffh_handle_type *type = &ffh_setup.target->handle_types[handle_type];
  return type->is_memory != 0 && type->destroy_fn != FFH_NONE &&
         ffh_setup.target->functions[type->destroy_fn].edge.to == FFH_SIDE_CALLER;
}

/* Such a type is named after its free function. */
static bool frees_behind(const ffh_handle_type *type) {
  for (uint16_t i = 0; type->is_memory != 0 && i < ffh_setup.target->n_functions; i++) {
    const ffh_function *function = &ffh_setup.target->functions[i];
    if ((function->flags & FFH_FN_LEGACY) != 0 && function->edge.to == FFH_SIDE_LEGACY &&
        strcmp(strchr(type->name, ':') + 1, function->name) == 0) {
      return true;
    }
  }
  return false;
}

static bool sees_allocations;

bool ffh_run_memory_sees(void) {
  return sees_allocations;
}

const char *ffh_run_memory_start(void) {
  for (uint16_t i = 0; i < ffh_setup.target->n_handle_types; i++) {
    has_libc_memory = has_libc_memory || is_callers(i);
    is_inner[i] = frees_behind(&ffh_setup.target->handle_types[i]);
  }
  sees_allocations = ffh_alloc_start(on_fault);
  if (ffh_setup.options.check_every_leak) {
    ffh_alloc_keep_stacks();
  }
  return sees_allocations ? ffh_alloc_unseen() : NULL;
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

/* Only what the contract frees by a function behind the edge is bound to be freed there. What is
 * handed over either side may free: not every way back over the edge is watched. */
static void hand(uint16_t handle_type, const void *memory) {
  ffh_alloc_hand(memory, is_inner[handle_type] ? FFH_SIDE_LEGACY : FFH_SIDE_LIBRARY);
}

static void hand_in(const ffh_inner_event *event, uint16_t index) {
  const ffh_slot *slot = &event->function->slots[index];
  bool memory = slot->kind == FFH_KIND_HANDLE && slot->param >= 0 &&
                ffh_setup.target->handle_types[slot->handle_type].is_memory != 0;
  if (memory && (slot->flags & FFH_SLOT_TRANSFERRED) != 0) {
    ffh_alloc_hand(event->args[index].cp, FFH_SIDE_LIBRARY);
  }
}

static void hand_out(const ffh_inner_event *event, uint16_t index, bool success) {
  const ffh_slot *slot = &event->function->slots[index];
  if (slot->kind == FFH_KIND_OWNED && slot->param == FFH_PARAM_RESULT) {
    hand(slot->handle_type, event->result->cp);
  } else if ((slot->kind == FFH_KIND_OWNED && success) ||
             (slot->kind == FFH_KIND_ERROR &&
              (!success || event->function->error_kind == FFH_ERROR_BY_OUT))) {
    const void *const *at = slot->param < 0 ? NULL : event->args[index].cp;
    hand(slot->handle_type, at == NULL ? NULL : *at);
  }
}

void ffh_run_memory_inner(const ffh_inner_event *event) {
  if (event->internal || (event->kind != FFH_INNER_ENTER && event->kind != FFH_INNER_LEAVE)) {
    return;
  }
  bool back = event->kind == FFH_INNER_LEAVE, success = back && !ffh_inner_failed(event);
  for (uint16_t i = 0; i < event->function->n_slots; i++) {
    if (back) {
      hand_out(event, i, success);
    } else {
      hand_in(event, i);
    }
  }
}
