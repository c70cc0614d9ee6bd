/* What happens at the boundary beside calls that return: unwinding, callbacks, calls that come back
 * in. On whichever thread it happens. */
#include <stdatomic.h>

#include "base/stack.h"
#include "boundary/arena.h"
#include "boundary/callbacks.h"
#include "boundary/handles.h"
#include "boundary/unwind.h"
#include "check/callbacks.h"
#include "check/crossings.h"
#include "run/state.h"
#include "run/words.h"

/* Controlled threads come one at a time; a thread that is not waits here, never long. */
static atomic_flag busy = ATOMIC_FLAG_INIT;
static ffh_callbacks callbacks; /* guarded by `busy` */

/* Handles that an implementation of a callback has destroyed. They are gone for good when the
 * outermost crossing of that thread is left: until then the library may put it off. */
enum { MAX_ENDINGS = 32 };
typedef struct ending {
  uint32_t thread;
  uint16_t variable;
  uint16_t function; /* while the call runs, FFH_NONE when it has come back */
  bool on_success;
} ending;
static ending endings[MAX_ENDINGS]; /* guarded by `busy` */
static unsigned n_endings;

static void lock(void) {
  while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) {
  }
}

static void unlock(void) {
  atomic_flag_clear_explicit(&busy, memory_order_release);
}

/* ---- reports ---- */

/* The call that the present code is part of: the thread's own, or for a thread of the library the
 * first that is in flight; NULL for none. */
static const ffh_frame *present_frame(void) {
  int lane = ffh_sched_current_lane();
  if (lane >= 0) {
    return ffh_now.frames[lane].outcome == FFH_OUTCOME_DIED ? &ffh_now.frames[lane] : NULL;
  }
  return ffh_now.in_flight == 0 ? NULL : &ffh_now.frames[__builtin_ctzll(ffh_now.in_flight)];
}

static void report(ffh_verdict *verdict, const ffh_frame *frame, const ffh_function *function) {
  if (frame == NULL || frame->function != function) {
    verdict->slot = FFH_NONE; /* of another function than the report names */
  }
  ffh_run_report(verdict, frame);
}

static void see_unwound(const ffh_unwound *unwound) {
  ffh_verdict verdict;
  ffh_crossings_check(unwound, &verdict);
  report(&verdict, present_frame(), NULL);
}

static void add_stack(ffh_verdict *verdict, const char *title) {
  ffh_evidence *evidence = &verdict->evidence[verdict->n_evidence++];
  ffh_out out = {evidence->title, 0, sizeof evidence->title, false};
  ffh_out_str(&out, title);
  evidence->n_frames = (uint8_t)ffh_stack_mine(evidence->frames, FFH_EVIDENCE_FRAMES);
}

static ffh_out add_title(ffh_verdict *verdict, const char *text) {
  ffh_evidence *evidence = &verdict->evidence[verdict->n_evidence++];
  ffh_out out = {evidence->title, 0, sizeof evidence->title, false};
  evidence->n_frames = 0;
  ffh_out_str(&out, text);
  return out;
}

/* ---- callbacks ---- */

/* Since when it may be called, and until when it might. */
static void add_life(ffh_verdict *verdict, const ffh_registration *one) {
  ffh_out out = add_title(verdict, "registered ");
  ffh_run_words_call(&out, one->call);
  if (one->is_over && one->owner != FFH_NO_VARIABLE) {
    out = add_title(verdict, "h");
    ffh_out_unsigned(&out, one->owner);
    ffh_out_str(&out, " destroyed ");
    ffh_run_words_call(&out, ffh_handles_at(one->owner)->destroyed_by);
  }
}

static void entered(const ffh_edge *edge, const void *cookie) {
  int lane = ffh_sched_current_lane();
  ffh_called_back event = {.edge = edge,
                           .cookie = cookie,
                           .thread = ffh_cross_thread(),
                           .lane = lane < 0 ? FFH_NO_LANE : (uint8_t)lane,
                           .lanes = ffh_now.plan == NULL ? 1 : ffh_now.plan->schedule.lanes};
  ffh_verdict verdict;
  lock();
  const ffh_registration *one =
      ffh_callbacks_entered(&callbacks, ffh_setup.target, &event, &verdict);
  unlock();
  if (verdict.rule != FFH_RULE_NONE) {
    add_stack(&verdict, "called back");
    add_life(&verdict, one);
    report(&verdict, present_frame(), &ffh_setup.target->functions[edge->function]);
  }
  if (lane >= 0 && present_frame() != NULL) {
    ffh_run_observe_callback(present_frame(), edge, cookie);
  }
}

static void report_if_any(ffh_verdict *verdict, const ffh_frame *frame) {
  if (verdict->rule != FFH_RULE_NONE) {
    report(verdict, frame, NULL);
  }
}

void ffh_run_cross_ended(uint16_t variable) {
  ffh_verdict verdict;
  lock();
  ffh_callbacks_ended(&callbacks, variable, &verdict);
  unlock();
  report_if_any(&verdict, NULL);
}

/* ---- calls out of a callback ---- */

static bool ends_handle(const ffh_slot *slot, const ffh_handle *handle) {
  return (slot->flags & (FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS)) != 0 ||
         ((slot->flags & FFH_SLOT_RELEASES) != 0 && handle->references <= 1);
}

/* The live handle that the argument is. */
static uint16_t handle_of(const ffh_slot *slot, const void *pointer) {
  for (uint16_t i = 0; pointer != NULL && i < ffh_handles_count(); i++) {
    const ffh_handle *handle = ffh_handles_at(i);
    if (handle->state == FFH_HANDLE_LIVE && handle->pointer == pointer &&
        handle->type == slot->handle_type) {
      return i;
    }
  }
  return FFH_NO_VARIABLE;
}

static void reenters(const ffh_edge *callback, const ffh_function *function, const ffh_word *args) {
  if (callback != NULL) {
    ffh_verdict verdict;
    ffh_callbacks_reentered(ffh_setup.target, callback, function, &verdict);
    if (verdict.rule != FFH_RULE_NONE) {
      add_stack(&verdict, "called out of the callback");
      report(&verdict, present_frame(), NULL);
    }
  }
  lock();
  for (uint16_t i = 0; i < function->n_slots; i++) {
    const ffh_slot *slot = &function->slots[i];
    if (slot->kind != FFH_KIND_HANDLE || slot->param < 0 ||
        (slot->flags & (FFH_SLOT_CREATES | FFH_SLOT_INDIRECT)) != 0) {
      continue;
    }
    uint16_t variable = handle_of(slot, args[slot->param].cp);
    if (variable != FFH_NO_VARIABLE && n_endings < MAX_ENDINGS &&
        ends_handle(slot, ffh_handles_at(variable))) {
      ffh_handles_at(variable)->state = FFH_HANDLE_DYING;
      endings[n_endings++] =
          (ending){.thread = ffh_cross_thread(),
                   .variable = variable,
                   .function = (uint16_t)(function - ffh_setup.target->functions),
                   .on_success = (slot->flags & FFH_SLOT_CONSUMES_ON_SUCCESS) != 0};
    }
  }
  unlock();
}

static bool has_failed(const ffh_function *function, const ffh_word *result) {
  return (function->error_kind == FFH_ERROR_BY_STATUS && result->i != function->success) ||
         (function->error_kind == FFH_ERROR_BY_NULL && result->p == NULL);
}

static void reentered(const ffh_edge *edge, const ffh_word *result) {
  const ffh_function *function = &ffh_setup.target->functions[edge->function];
  lock();
  for (unsigned i = n_endings; i-- > 0;) {
    if (endings[i].thread != ffh_cross_thread() || endings[i].function != edge->function) {
      continue;
    }
    endings[i].function = FFH_NONE;
    if (endings[i].on_success && has_failed(function, result)) {
      ffh_handles_at(endings[i].variable)->state = FFH_HANDLE_LIVE;
      endings[i] = endings[--n_endings];
    }
  }
  unlock();
}

static void variable_ended(uint16_t variable) {
  ffh_arena_end_variable(variable);
  ffh_run_cross_ended(variable);
}

/* The thread is outside of the library again: what it has destroyed is gone. */
static void end_handles(uint16_t call) {
  for (;;) {
    uint16_t variable = FFH_NO_VARIABLE;
    lock();
    for (unsigned i = n_endings; i-- > 0 && variable == FFH_NO_VARIABLE;) {
      if (endings[i].thread == ffh_cross_thread()) {
        variable = endings[i].variable;
        endings[i] = endings[--n_endings];
      }
    }
    unlock();
    if (variable == FFH_NO_VARIABLE) {
      return;
    }
    uint8_t state = ffh_handles_at(variable)->state;
    if (state == FFH_HANDLE_DYING || state == FFH_HANDLE_LIVE) {
      ffh_handles_died(variable, call, variable_ended);
    }
  }
}

static void left(const ffh_edge *edge) {
  (void)edge;
  const ffh_crossing *top = ffh_here_now.top;
  if (n_endings != 0 && (top == NULL || top->edge->kind == FFH_EDGE_THREAD)) {
    end_handles(FFH_NONE);
  }
}

/* ---- the run ---- */

void ffh_run_cross_enter(const ffh_frame *frame) {
  /* A shadow is given the same callbacks once more. */
  if (frame->shape->callbacks != 0 && frame->function->shadow_fn == FFH_NONE) {
    bool has_cookie = false;
    for (uint16_t i = 0; i < frame->function->n_slots; i++) {
      has_cookie = has_cookie || frame->function->slots[i].kind == FFH_KIND_USERDATA;
    }
    lock();
    ffh_callbacks_register(&callbacks, frame, ffh_cross_thread(),
                           has_cookie ? ffh_callbacks_cookie(frame) : NULL);
    unlock();
  }
}

void ffh_run_cross_back(const ffh_frame *frame) {
  if (n_endings != 0) {
    end_handles(frame->index);
  }
}

void ffh_run_cross_leave(const ffh_frame *frame) {
  if (frame->shape->callbacks != 0) {
    ffh_verdict verdict;
    lock();
    ffh_callbacks_returned(&callbacks, frame, &verdict);
    unlock();
    report_if_any(&verdict, frame);
  }
}

void ffh_run_cross_begin_input(void) {
  ffh_callbacks_begin(&callbacks);
  ffh_callbacks_begin_input();
  n_endings = 0;
}

void ffh_run_cross_end_input(void) {
  ffh_verdict verdict;
  ffh_callbacks_finish(&callbacks, &verdict);
  report_if_any(&verdict, NULL);
}

void ffh_run_cross_start(void) {
  static const ffh_callback_observer observer = {entered, left, reenters, reentered};
  ffh_unwind_start(see_unwound);
  ffh_callbacks_observe(&observer);
}
