#include "check/borrow.h"

#include "base/asan.h"
#include "boundary/handles.h"

void ffh_borrow_begin(ffh_borrow *borrow) {
  borrow->n_views = 0;
  borrow->bytes = 0;
  borrow->in_flight = 0;
  borrow->overlapped = 0;
}

/* ---- what ends a view ---- */

static uint16_t handle_of(const ffh_frame *frame, uint16_t index) {
  const ffh_slot *slot = &frame->function->slots[index];
  if (slot->kind == FFH_KIND_OWNED) {
    return frame->values[index].variable;
  }
  return slot->until_slot == FFH_NONE ? FFH_NO_VARIABLE : frame->values[slot->until_slot].variable;
}

/* What the frame returns in that slot, but for the memory. */
static ffh_view expected(const ffh_frame *frame, uint16_t index) {
  return (ffh_view){.slot = &frame->function->slots[index],
                    .function = frame->function,
                    .call = frame->index,
                    .variable = handle_of(frame, index),
                    .lane = frame->lane};
}

static bool is_given(const ffh_frame *frame, uint16_t variable) {
  for (ffh_slots left = ffh_frame_shape(frame)->uses; left != 0;) {
    if (frame->values[ffh_slots_next(&left)].variable == variable) {
      return true;
    }
  }
  return false;
}

static bool takes_type(const ffh_function *function, uint16_t type) {
  for (uint16_t i = 0; i < function->n_slots; i++) {
    const ffh_slot *slot = &function->slots[i];
    if (slot->kind == FFH_KIND_HANDLE && (slot->flags & FFH_SLOT_CREATES) == 0 &&
        slot->handle_type == type) {
      return true;
    }
  }
  return false;
}

/* A call of `function`, or its predicate, with the frame's values. One that takes handles of the
 * type ends what comes from those that it is given; another one ends all. */
static bool is_until(const ffh_view *view, const ffh_frame *frame, const ffh_function *function) {
  uint16_t index = (uint16_t)(function - frame->plan->target->functions);
  if (view->slot->until == FFH_UNTIL_NEXT_CALL) {
    return is_given(frame, view->variable);
  }
  for (uint16_t i = 0; view->slot->until == FFH_UNTIL_CALL && i < view->slot->n_until_fns; i++) {
    if (view->slot->until_fns[i] == index) {
      return view->variable == FFH_NO_VARIABLE ||
             !takes_type(function, ffh_handles_at(view->variable)->type) ||
             is_given(frame, view->variable);
    }
  }
  return false;
}

/* Whether the running call takes away what the memory depends on. */
static bool is_dying(const ffh_view *view, const ffh_frame *frame) {
  if (view->variable == FFH_NO_VARIABLE) {
    return false;
  }
  for (ffh_slots left = ffh_frame_shape(frame)->uses; left != 0;) {
    uint16_t used = frame->values[ffh_slots_next(&left)].variable;
    if (used != FFH_NO_VARIABLE && ffh_handles_at(used)->state == FFH_HANDLE_DYING &&
        ffh_handles_depends(view->variable, used)) {
      return true;
    }
  }
  return false;
}

/* An error message that is handed in is freed by the call where it sets another one. */
static bool is_message(const ffh_view *view, const ffh_frame *frame) {
  for (ffh_slots left = ffh_frame_shape(frame)->messages; left != 0;) {
    uint16_t handed_in = frame->values[ffh_slots_next(&left)].variable;
    if (handed_in != FFH_NO_VARIABLE && handed_in == view->variable) {
      return true;
    }
  }
  return false;
}

static bool ends(const ffh_view *view, const ffh_frame *frame) {
  return is_until(view, frame, frame->function) || is_dying(view, frame) || is_message(view, frame);
}

/* ---- looking again ---- */

/* The address goes to the sanitizer, which only looks at its shadow. */
static const void *poisoned_byte(const ffh_view *view) {
  return view->size == 0 || __asan_region_is_poisoned == NULL
             ? NULL
             : __asan_region_is_poisoned((void *)(uintptr_t)view->at, view->size);
}

static void name_until(ffh_out *out, const ffh_view *view) {
  static const char *const texts[] = {[FFH_UNTIL_NEXT_CALL] = "until the next call on its handle",
                                      [FFH_UNTIL_CALL] = "until a later call",
                                      [FFH_UNTIL_DESTROY] = "until its handle is destroyed",
                                      [FFH_UNTIL_FOREVER] = "for good"};
  ffh_out_str(out, view->slot->kind == FFH_KIND_OWNED ? "until the caller frees it"
                                                      : texts[view->slot->until]);
}

static ffh_evidence *add_evidence(ffh_verdict *verdict, const char *what, const ffh_frame *frame,
                                  const ffh_view *view) {
  ffh_evidence *evidence = &verdict->evidence[verdict->n_evidence++];
  ffh_out out = {evidence->title, 0, sizeof evidence->title, false};
  evidence->n_frames = 0;
  ffh_out_str(&out, what);
  ffh_out_str(&out, " call ");
  ffh_out_unsigned(&out, view != NULL ? view->call : frame->index);
  ffh_out_str(&out, " (");
  ffh_out_str(&out, view != NULL ? view->function->name : frame->function->name);
  ffh_out_str(&out, ")");
  if (view != NULL) {
    ffh_out_str(&out, ", contract line ");
    ffh_out_unsigned(&out, view->function->line);
  }
  return evidence;
}

static void add_free_stack(ffh_evidence *evidence, const void *byte) {
  void *frames[FFH_EVIDENCE_FRAMES];
  int thread;
  if (byte == NULL || __asan_get_free_stack == NULL) {
    return;
  }
  size_t n = __asan_get_free_stack((void *)(uintptr_t)byte, frames, FFH_EVIDENCE_FRAMES, &thread);
  for (size_t i = 0; i < n && i < FFH_EVIDENCE_FRAMES; i++) {
    evidence->frames[evidence->n_frames++] = (uintptr_t)frames[i];
  }
}

static void say(const ffh_view *view, const ffh_frame *frame, bool before, const void *byte,
                ffh_verdict *verdict) {
  verdict->rule = FFH_VIEW_LOST;
  verdict->slot = FFH_NONE;
  verdict->n_evidence = 0;
  ffh_out out = {verdict->message, 0, sizeof verdict->message, false};
  ffh_out_str(&out, "what ");
  ffh_out_str(&out, view->function->name);
  ffh_out_str(&out, " had returned");
  if (view->slot->param != FFH_PARAM_RESULT) {
    ffh_out_str(&out, " in ");
    ffh_out_str(&out, view->slot->name);
  }
  ffh_out_str(&out, byte != NULL ? " was freed, and is valid " : " was changed, and is valid ");
  name_until(&out, view);
  (void)add_evidence(verdict, "returned by", frame, view);
  add_free_stack(add_evidence(verdict, before ? "lost before" : "lost in", frame, NULL), byte);
}

/* The first view that is not what it was. */
static bool is_lost(const ffh_view *view, const ffh_frame *frame, bool before,
                    ffh_verdict *verdict) {
  if (verdict->rule != FFH_RULE_NONE) {
    return true;
  }
  const void *byte = poisoned_byte(view);
  if (byte == NULL && (!view->compared || ffh_bytes_digest(view->at, view->size) == view->digest)) {
    return false;
  }
  say(view, frame, before, byte, verdict);
  return true;
}

static void forget(ffh_borrow *borrow, uint16_t index) {
  borrow->bytes -= borrow->views[index].size;
  borrow->views[index] = borrow->views[--borrow->n_views];
}

/* ---- calls ---- */

void ffh_borrow_ask(ffh_borrow *borrow, const ffh_frame *frame, ffh_verdict *verdict) {
  verdict->rule = FFH_RULE_NONE;
  if (frame->function->when_fn == FFH_NONE) {
    return;
  }
  const ffh_function *predicate = &frame->plan->target->functions[frame->function->when_fn];
  for (uint16_t i = borrow->n_views; i-- > 0;) {
    if (is_until(&borrow->views[i], frame, predicate)) {
      (void)is_lost(&borrow->views[i], frame, true, verdict);
      forget(borrow, i);
    }
  }
}

void ffh_borrow_moved(ffh_borrow *borrow, const void *from, size_t size) {
  for (uint16_t i = borrow->n_views; i-- > 0;) {
    if ((size_t)(borrow->views[i].at - (const uint8_t *)from) < size) {
      forget(borrow, i);
    }
  }
}

/* Whether `ender` may end what `frame` is about to return. */
static bool ends_any_of(const ffh_frame *ender, const ffh_frame *frame) {
  for (ffh_slots left = ffh_frame_shape(frame)->on_ok; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    if (frame->function->slots[i].kind == FFH_KIND_VIEW) {
      ffh_view view = expected(frame, i);
      if (ends(&view, ender)) {
        return true;
      }
    }
  }
  return false;
}

void ffh_borrow_enter(ffh_borrow *borrow, const ffh_frame *frame, ffh_verdict *verdict) {
  verdict->rule = FFH_RULE_NONE;
  for (uint16_t i = borrow->n_views; i-- > 0;) {
    if (ends(&borrow->views[i], frame)) {
      (void)is_lost(&borrow->views[i], frame, true, verdict);
      forget(borrow, i);
    }
  }
  ffh_borrow_fly(borrow, frame);
}

void ffh_borrow_fly(ffh_borrow *borrow, const ffh_frame *frame) {
  const uint64_t lane = UINT64_C(1) << frame->lane;
  borrow->overlapped &= ~lane;
  for (uint64_t left = borrow->in_flight & ~lane; left != 0; left &= left - 1) {
    unsigned other = (unsigned)__builtin_ctzll(left);
    borrow->overlapped |= ends_any_of(frame, borrow->frames[other]) ? UINT64_C(1) << other : 0;
    borrow->overlapped |= ends_any_of(borrow->frames[other], frame) ? lane : 0;
  }
  borrow->in_flight |= lane;
  borrow->frames[frame->lane] = frame;
}

bool ffh_borrow_land(ffh_borrow *borrow, const ffh_frame *frame) {
  const uint64_t lane = UINT64_C(1) << frame->lane;
  borrow->in_flight &= ~lane;
  return (borrow->overlapped & lane) != 0;
}

/* What FFH_LAST_ERROR names is replaced by the thread's next failure, whatever word returns it. */
static bool tells_last_error(const ffh_frame *frame) {
  const ffh_target *target = frame->plan->target;
  for (uint16_t i = 0; i < target->n_functions; i++) {
    uint16_t last = target->functions[i].last_error_fn;
    if (last != FFH_NONE && &target->functions[last] == frame->function) {
      return true;
    }
  }
  return false;
}

static void remember(ffh_borrow *borrow, const ffh_frame *frame, uint16_t index) {
  ffh_view view = expected(frame, index);
  bool owned = view.slot->kind == FFH_KIND_OWNED;
  bool of_handle = owned || view.slot->until != FFH_UNTIL_FOREVER;
  if (borrow->n_views == FFH_BORROW_VIEWS || view.slot->lo < 1 ||
      (of_handle ? view.variable == FFH_NO_VARIABLE : tells_last_error(frame))) {
    return;
  }
  size_t size;
  view.at = ffh_frame_memory(frame, index, &size);
  if (view.at == NULL) {
    return;
  }
  bool bytes = view.slot->lo == 1;
  size += bytes && !ffh_frame_has_length(frame, index) ? 1 : 0; /* its NUL */
  if (size > FFH_BORROW_BYTES - borrow->bytes) {
    return;
  }
  view.size = (uint32_t)size;
  view.compared = bytes && (owned || (view.slot->flags & FFH_SLOT_CONST) != 0);
  view.digest = view.compared ? ffh_bytes_digest(view.at, view.size) : 0;
  borrow->bytes += view.size;
  borrow->views[borrow->n_views++] = view;
}

void ffh_borrow_leave(ffh_borrow *borrow, const ffh_frame *frame, ffh_verdict *verdict) {
  verdict->rule = FFH_RULE_NONE;
  bool overlapped = ffh_borrow_land(borrow, frame);
  for (uint16_t i = 0; i < borrow->n_views; i++) {
    if (is_lost(&borrow->views[i], frame, false, verdict)) {
      return;
    }
  }
  if (frame->outcome != FFH_OUTCOME_OK || overlapped) {
    return;
  }
  for (ffh_slots left = ffh_frame_shape(frame)->on_ok; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    uint8_t kind = frame->function->slots[i].kind;
    if (kind == FFH_KIND_VIEW || kind == FFH_KIND_OWNED) {
      remember(borrow, frame, i);
    }
  }
}
