/* The shadow of a call (FFH_SHADOW): the same arguments in memory of their own, right after the
 * call, before its handles are free for others. */
#include "check/shadow.h"
#include "boundary/args.h"
#include "boundary/collect.h"
#include "boundary/order.h"
#include "boundary/partner.h"
#include "hooks/race.h"
#include "run/memory.h"
#include "run/state.h"

static ffh_frame shadows[FFH_MAX_LANES];

static const ffh_function *function_at(uint16_t index) {
  return &ffh_setup.target->functions[index];
}

static void cross(const ffh_function *function, const ffh_word *args, ffh_word *result) {
  ffh_crossing crossing;
  ffh_cross_in(&crossing, &function->edge);
  function->call(args, result);
  ffh_cross_out(&crossing);
}

/* Gives back what the shadow delivered for the caller to free: with the free function's shadow,
 * where it has one. */
static void give_back(const ffh_frame *shadow, uint16_t slot) {
  const ffh_slot *described = &shadow->function->slots[slot];
  void *memory = described->kind == FFH_KIND_ERROR ? ffh_frame_pointer(shadow, slot)
                                                   : ffh_frame_delivered(shadow, slot);
  uint16_t destroy = ffh_setup.target->handle_types[described->handle_type].destroy_fn;
  ffh_word args[FFH_MAX_PARAMS], result = {.u = 0};
  if (memory == NULL || destroy == FFH_NONE ||
      !ffh_collect_freeing(shadow, slot, memory, function_at(destroy), args)) {
    return;
  }
  uint16_t own = function_at(destroy)->shadow_fn;
  cross(function_at(own != FFH_NONE ? own : destroy), args, &result);
}

/* A handle that only the shadow made is nobody's partner. Seen where the order of calls is not
 * known: else it is a difference. */
static bool is_alone(const ffh_frame *shadow, const ffh_slot *slot, ffh_outcome outcome) {
  return slot->kind == FFH_KIND_HANDLE && shadow->outcome == FFH_OUTCOME_OK &&
         outcome == FFH_OUTCOME_FAILED;
}

static void give_all_back(const ffh_frame *shadow, ffh_outcome outcome) {
  const ffh_shape *shape = ffh_frame_shape(shadow);
  for (ffh_slots left = shape->makes | shape->messages; left != 0;) {
    uint16_t slot = ffh_slots_next(&left);
    uint8_t kind = shadow->function->slots[slot].kind;
    bool delivered = shadow->outcome == FFH_OUTCOME_OK && kind == FFH_KIND_OWNED;
    if (delivered || kind == FFH_KIND_ERROR ||
        is_alone(shadow, &shadow->function->slots[slot], outcome)) {
      give_back(shadow, slot);
    }
  }
}

/* What dies in the shadow is told as a part of the call. */
static void call(ffh_frame *frame, ffh_frame *shadow) {
  const ffh_function *function = function_at(frame->function->shadow_fn);
  ffh_outcome outcome = frame->outcome;
  frame->outcome = FFH_OUTCOME_DIED;
  ffh_now.in_flight |= UINT64_C(1) << frame->lane;
  ffh_sched_enter(function->name);
  ffh_order_enter(frame);
  ffh_race_enter(frame->index);
  ffh_borrow_fly(&ffh_now.borrow, shadow);
  cross(function, shadow->args, &shadow->result);
  shadow->ended = ffh_borrow_land(&ffh_now.borrow, shadow);
  frame->ended = frame->ended || shadow->ended;
  ffh_collect_outcome(shadow);
  ffh_run_memory_take(shadow);
  ffh_verdict verdict = {.rule = FFH_RULE_NONE};
  if (ffh_partner_is_ordered(frame)) {
    frame->outcome = outcome;
    ffh_now.read = frame;
    ffh_shadow_check(frame, shadow, function->name, &verdict);
    ffh_now.read = NULL;
    frame->outcome = FFH_OUTCOME_DIED;
  }
  give_all_back(shadow, outcome);
  ffh_race_leave();
  ffh_order_leave(frame);
  (void)ffh_sched_leave();
  frame->outcome = outcome;
  ffh_now.in_flight &= ~(UINT64_C(1) << frame->lane);
  if (verdict.rule != FFH_RULE_NONE) {
    ffh_run_report(&verdict, frame);
  }
}

void ffh_run_shadow_call(ffh_frame *frame) {
  ffh_frame *shadow = &shadows[frame->lane];
  shadow->plan = frame->plan;
  shadow->call = frame->call;
  shadow->function = frame->function;
  shadow->shape = frame->shape;
  shadow->values = frame->values;
  shadow->index = frame->index;
  shadow->lane = frame->lane;
  shadow->result.u = 0;
  shadow->outcome = FFH_OUTCOME_SKIPPED;
  if (frame->failing.failed != 0) {
    ffh_partner_lose_order(frame); /* an allocation failed in the call alone */
    if (frame->outcome == FFH_OUTCOME_FAILED) {
      return;
    }
  }
  if (ffh_args_build(shadow) && ffh_partner_arguments(shadow)) {
    call(frame, shadow);
  }
}

void ffh_run_shadow_born(const ffh_frame *frame) {
  ffh_partner_born(frame, &shadows[frame->lane]);
}

void ffh_run_shadow_forget(unsigned lane) {
  ffh_bytes_fill(&shadows[lane], 0, sizeof shadows[lane]);
}
