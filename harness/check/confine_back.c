#include "check/confine_back.h"

#include <stddef.h>
#include <string.h>

#include "check/confine_life.h"
#include "check/confine_say.h"

/* Whether the slot holds a callback that must run on the thread of its call. */
static bool ends_with_call(const ffh_slot *slot) {
  return slot->kind == FFH_KIND_CALLBACK && slot->callback != NULL && slot->param >= 0 &&
         slot->callback->threading == FFH_THREADING_INHERIT &&
         slot->callback->until == FFH_UNTIL_RETURN;
}

static const void *cookie_of(const ffh_inner_event *event) {
  for (uint16_t i = 0; i < event->function->n_slots; i++) {
    if (event->function->slots[i].kind == FFH_KIND_USERDATA) {
      return event->args[i].cp;
    }
  }
  return NULL;
}

void ffh_back_passed(ffh_confine *state, const ffh_inner_event *event) {
  const ffh_function *function = event->function;
  for (uint16_t i = 0; !event->internal && i < function->n_slots; i++) {
    if (!ends_with_call(&function->slots[i]) || event->args[i].cp == NULL) {
      continue;
    }
    if (state->n_passed == FFH_CONFINE_PASSED) {
      state->is_full = true;
      return;
    }
    state->passed[state->n_passed++] = (ffh_passed){.callback = event->args[i].cp,
                                                    .cookie = cookie_of(event),
                                                    .slot = i,
                                                    .by = ffh_life_deed(event)};
  }
}

static bool is_by(const ffh_passed *one, const ffh_inner_event *event) {
  return one->by.function == event->function && one->by.thread.id == event->thread.id;
}

/* The last ones of the thread: its calls of one function are inside each other. */
void ffh_back_returned(ffh_confine *state, const ffh_inner_event *event) {
  const ffh_function *function = event->function;
  for (uint16_t s = 0; !event->internal && s < function->n_slots; s++) {
    uint32_t i = ends_with_call(&function->slots[s]) ? state->n_passed : 0;
    while (i > 0 && !(is_by(&state->passed[i - 1], event) && state->passed[i - 1].slot == s &&
                      state->passed[i - 1].callback == event->args[s].cp)) {
      i--;
    }
    if (i > 0) {
      state->n_passed--;
      memmove(&state->passed[i - 1], &state->passed[i],
              (state->n_passed - (i - 1)) * sizeof state->passed[0]);
    }
  }
  state->is_full = state->is_full && state->n_passed != 0;
}

/* ---- calling back ---- */

/* The call that passed it for the parameter: one on this thread, if there is any. */
static const ffh_passed *find(const ffh_confine *state, const ffh_inner_event *event,
                              const ffh_back_param *param, bool by_cookie) {
  const ffh_passed *found = NULL;
  for (uint32_t i = 0; i < state->n_passed; i++) {
    const ffh_passed *one = &state->passed[i];
    bool same = one->by.function == param->function && one->slot == param->edge.slot &&
                one->callback == event->back->function &&
                (!by_cookie || one->cookie == event->back->cookie);
    if (same && (found == NULL || one->by.thread.id == event->thread.id)) {
      found = one;
    }
  }
  return found;
}

static const ffh_passed *find_call(const ffh_confine *state, const ffh_inner_event *event,
                                   const ffh_back_param *param) {
  const ffh_passed *by_cookie =
      event->back->cookie == NULL ? NULL : find(state, event, param, true);
  return by_cookie == NULL ? find(state, event, param, false) : by_cookie;
}

static const ffh_callback *callback_of(const ffh_back_param *param) {
  return param->function->slots[param->edge.slot].callback;
}

typedef enum fit { NOT_IT, WRONG, ALLOWED } fit;

static fit fit_of(const ffh_confine *state, const ffh_inner_event *event,
                  const ffh_back_param *param) {
  const ffh_callback *callback = callback_of(param);
  if (callback->threading == FFH_THREADING_ROLE) {
    uint32_t player = state->roles[callback->role].player.id;
    return player == 0 || player == event->thread.id ? ALLOWED : WRONG;
  }
  if (!ends_with_call(&param->function->slots[param->edge.slot])) {
    return event->back->outside ? WRONG : ALLOWED;
  }
  const ffh_passed *one = find_call(state, event, param);
  if (one == NULL) {
    return NOT_IT;
  }
  return one->by.thread.id == event->thread.id || state->is_full ? ALLOWED : WRONG;
}

static void say(const ffh_confine *state, const ffh_inner_event *event, const ffh_back_param *param,
                ffh_verdict *verdict) {
  const ffh_callback *callback = callback_of(param);
  ffh_inner_event of = *event;
  of.function = param->function;
  ffh_say_begin(state, &of, FFH_CALLBACK_THREAD, "called back", verdict);
  ffh_say_add(verdict, "its callback '");
  ffh_say_add(verdict, param->function->slots[param->edge.slot].name);
  ffh_say_add(verdict, "' was called, which must run on ");
  if (callback->threading == FFH_THREADING_ROLE) {
    const ffh_role *role = &state->roles[callback->role];
    ffh_say_thread(state, verdict, role->player);
    ffh_say_deed(state, verdict, "role taken", &role->since);
  } else if (!ends_with_call(&param->function->slots[param->edge.slot])) {
    ffh_say_add(verdict, "a thread of the facade that is inside a call");
  } else {
    const ffh_passed *one = find_call(state, event, param);
    ffh_say_add(verdict, "the thread of the call that it was passed to, ");
    ffh_say_thread(state, verdict, one->by.thread);
    ffh_say_deed(state, verdict, "passed", &one->by);
  }
}

/* A callback that was passed for several parameters is taken for one that allows it. */
void ffh_back_check(const ffh_confine *state, const ffh_inner_event *event, ffh_verdict *verdict) {
  const ffh_back_param *wrong = NULL;
  for (const ffh_back_param *const *at = event->back->params; *at != NULL; at++) {
    fit how = fit_of(state, event, *at);
    if (how == ALLOWED) {
      return;
    }
    wrong = how == WRONG ? *at : wrong;
  }
  if (wrong != NULL) {
    say(state, event, wrong, verdict);
  }
}
