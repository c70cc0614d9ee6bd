#include "check/callbacks.h"

#include <stddef.h>

#include "base/assert.h"
#include "plan/plan.h"
#include "plan/thread.h"

static const ffh_slot *slot_of(const ffh_registration *one) {
  return &one->function->slots[one->slot];
}

static const ffh_callback *callback_of(const ffh_registration *one) {
  return slot_of(one)->callback;
}

/* ---- words ---- */

static ffh_out message_of(ffh_verdict *verdict) {
  return (ffh_out){verdict->message, 0, sizeof verdict->message, false};
}

static void print_callback(const ffh_registration *one, ffh_out *out) {
  ffh_out_str(out, "the callback ");
  ffh_out_str(out, one->function->name);
  ffh_out_char(out, '.');
  ffh_out_str(out, slot_of(one)->name);
  ffh_out_str(out, ", registered by call ");
  ffh_out_unsigned(out, one->call);
  ffh_out_str(out, " on lane ");
  ffh_thread_print(out, (ffh_thread_name)one->lane);
}

static void print_end(const ffh_registration *one, ffh_out *out) {
  if (callback_of(one)->until == FFH_UNTIL_RETURN) {
    ffh_out_str(out, "after that call had come back");
  } else if (one->owner == FFH_NO_VARIABLE) {
    ffh_out_str(out, "after that call had failed");
  } else {
    ffh_out_str(out, "after h");
    ffh_out_unsigned(out, one->owner);
    ffh_out_str(out, " had been destroyed");
  }
}

static void say(ffh_verdict *verdict, ffh_rule rule, const ffh_registration *one,
                const char *what) {
  *verdict = (ffh_verdict){.rule = rule, .slot = FFH_NONE};
  ffh_out out = message_of(verdict);
  print_callback(one, &out);
  ffh_out_str(&out, what);
}

/* ---- registrations ---- */

void ffh_callbacks_begin(ffh_callbacks *state) {
  state->n = 0;
  state->is_full = false;
}

static bool is_passed(const ffh_frame *frame, uint16_t index) {
  const ffh_slot *slot = &frame->function->slots[index];
  const ffh_value *value = &frame->values[index];
  bool in_null_struct = slot->parent != FFH_NONE && frame->storage[slot->parent] == NULL;
  return slot->kind == FFH_KIND_CALLBACK && slot->callback != NULL && !in_null_struct &&
         value->form != FFH_FORM_NULL && value->number < slot->callback->n_impls;
}

void ffh_callbacks_register(ffh_callbacks *state, const ffh_frame *frame, uint32_t thread,
                            const void *cookie) {
  for (uint16_t i = 0; i < frame->function->n_slots; i++) {
    if (!is_passed(frame, i)) {
      continue;
    }
    if (state->n == FFH_MAX_REGISTRATIONS) {
      state->is_full = true;
      return;
    }
    state->all[state->n++] = (ffh_registration){.function = frame->function,
                                                .cookie = cookie,
                                                .thread = thread,
                                                .slot = i,
                                                .call = frame->index,
                                                .owner = FFH_NO_VARIABLE,
                                                .lane = frame->lane};
  }
}

static void end(ffh_registration *one, ffh_verdict *verdict) {
  one->is_over = true;
  if (callback_of(one)->once != 0 && one->has_succeeded && one->times == 0) {
    say(verdict, FFH_CALLBACK_COUNT, one, ", runs once by contract and has never run");
  }
}

void ffh_callbacks_returned(ffh_callbacks *state, const ffh_frame *frame, ffh_verdict *verdict) {
  *verdict = (ffh_verdict){.rule = FFH_RULE_NONE, .slot = FFH_NONE};
  for (uint32_t i = state->n; i-- > 0 && verdict->rule == FFH_RULE_NONE;) {
    ffh_registration *one = &state->all[i];
    if (one->call != frame->index || one->function != frame->function) {
      continue;
    }
    const ffh_callback *callback = callback_of(one);
    one->has_succeeded = frame->outcome == FFH_OUTCOME_OK;
    if (callback->until == FFH_UNTIL_RETURN) {
      end(one, verdict);
      continue;
    }
    if (callback->until != FFH_UNTIL_DESTROY) {
      continue;
    }
    const ffh_slot *owner = &frame->function->slots[callback->until_slot];
    bool made_here = (owner->flags & FFH_SLOT_CREATES) != 0;
    if (!made_here || one->has_succeeded) {
      one->owner = frame->values[callback->until_slot].variable;
    } else {
      end(one, verdict);
    }
  }
}

void ffh_callbacks_ended(ffh_callbacks *state, uint16_t variable, ffh_verdict *verdict) {
  *verdict = (ffh_verdict){.rule = FFH_RULE_NONE, .slot = FFH_NONE};
  for (uint32_t i = 0; i < state->n && verdict->rule == FFH_RULE_NONE; i++) {
    if (!state->all[i].is_over && state->all[i].owner == variable) {
      end(&state->all[i], verdict);
    }
  }
}

void ffh_callbacks_finish(const ffh_callbacks *state, ffh_verdict *verdict) {
  *verdict = (ffh_verdict){.rule = FFH_RULE_NONE, .slot = FFH_NONE};
  for (uint32_t i = 0; i < state->n && verdict->rule == FFH_RULE_NONE; i++) {
    const ffh_registration *one = &state->all[i];
    if (!one->is_over && one->has_succeeded && one->times == 0 && callback_of(one)->once != 0) {
      say(verdict, FFH_CALLBACK_COUNT, one, ", runs once by contract and has never run");
    }
  }
}

/* ---- calling back ---- */

static bool is_on_its_thread(const ffh_registration *one, const ffh_target *target,
                             const ffh_called_back *event) {
  const ffh_callback *callback = callback_of(one);
  switch (callback->threading) {
    case FFH_THREADING_INHERIT:
      /* Until the call returns it is that call's thread; later, any thread that calls. */
      return callback->until == FFH_UNTIL_RETURN ? event->thread == one->thread
                                                 : event->lane != FFH_NO_LANE;
    case FFH_THREADING_ROLE:
      return event->lane != FFH_NO_LANE &&
             (int)event->lane == ffh_role_lane(target, callback->role, event->lanes);
    default:
      return true;
  }
}

/* How far the contract allows it: the best registration is the one that is meant. */
typedef enum fit { NOT_IT, IT, ALIVE, ON_ITS_THREAD, NOT_TOO_OFTEN } fit;

static fit fit_of(const ffh_registration *one, const ffh_target *target,
                  const ffh_called_back *event, bool by_cookie) {
  if (one->function != &target->functions[event->edge->function] ||
      one->slot != event->edge->slot || (by_cookie && one->cookie != event->cookie)) {
    return NOT_IT;
  }
  if (one->is_over) {
    return IT;
  }
  if (!is_on_its_thread(one, target, event)) {
    return ALIVE;
  }
  return callback_of(one)->once != 0 && one->times != 0 ? ON_ITS_THREAD : NOT_TOO_OFTEN;
}

static ffh_registration *find(ffh_callbacks *state, const ffh_target *target,
                              const ffh_called_back *event, bool by_cookie, fit *best) {
  ffh_registration *found = NULL;
  *best = NOT_IT;
  for (uint32_t i = state->n; i-- > 0;) {
    fit how = fit_of(&state->all[i], target, event, by_cookie);
    if (how > *best) {
      *best = how;
      found = &state->all[i];
    }
  }
  return found;
}

const ffh_registration *ffh_callbacks_entered(ffh_callbacks *state, const ffh_target *target,
                                              const ffh_called_back *event, ffh_verdict *verdict) {
  *verdict = (ffh_verdict){.rule = FFH_RULE_NONE, .slot = FFH_NONE};
  fit best = NOT_IT;
  ffh_registration *one = NULL;
  if (event->cookie != NULL) {
    one = find(state, target, event, true, &best);
  }
  if (one == NULL) {
    one = find(state, target, event, false, &best);
  }
  if (one == NULL || (state->is_full && best == IT)) {
    return NULL; /* of an input before, of which nothing is known any more */
  }
  one->times++;
  if (best == IT) {
    say(verdict, FFH_CALLBACK_LATE, one, ", was called ");
    ffh_out out = message_of(verdict);
    while (verdict->message[out.size] != '\0') {
      out.size++;
    }
    print_end(one, &out);
  } else if (best == ALIVE) {
    bool role = callback_of(one)->threading == FFH_THREADING_ROLE;
    say(verdict, FFH_CALLBACK_THREAD, one,
        role ? ", was called on a thread that does not play its role"
             : ", was called on another thread than the caller's");
  } else if (best == ON_ITS_THREAD) {
    say(verdict, FFH_CALLBACK_COUNT, one, ", runs once by contract and was called again");
  }
  if (verdict->rule != FFH_RULE_NONE) {
    verdict->slot = event->edge->slot;
  }
  return one;
}

void ffh_callbacks_reentered(const ffh_target *target, const ffh_edge *callback,
                             const ffh_function *function, ffh_verdict *verdict) {
  *verdict = (ffh_verdict){.rule = FFH_RULE_NONE, .slot = FFH_NONE};
  if (callback->function == FFH_NONE || callback->slot == FFH_NONE) {
    return; /* the target's reset */
  }
  const ffh_callback *may = target->functions[callback->function].slots[callback->slot].callback;
  FFH_ASSERT(may != NULL);
  for (uint16_t i = 0; i < may->n_reenters; i++) {
    if (&target->functions[may->reenters[i]] == function) {
      return;
    }
  }
  verdict->rule = FFH_REENTRY;
  ffh_out out = message_of(verdict);
  ffh_out_str(&out, "the implementation of the callback ");
  ffh_out_str(&out, callback->name);
  ffh_out_str(&out, " calls ");
  ffh_out_str(&out, function->name);
  ffh_out_str(&out, ", which its FFH_REENTERS does not list");
}
