/* One call: its forms, then its handles (which decide the lane), then its data. */
#include "plan/build.h"

#include "base/assert.h"
#include "base/bytes.h"

#define MAX_DEPTH 6 /* creators that need creators */

typedef struct draft {
  ffh_build *build;
  const ffh_function *function;
  const ffh_layout *layout;
  const ffh_wish *wishes;
  unsigned lane;
  bool fixed; /* the lane may not change any more */
  unsigned depth;
  int malformed; /* the slot of the one malformed value, or -1 */
  ffh_value values[FFH_MAX_SLOTS];
} draft;

static const ffh_wish default_wish;
static bool build_call(ffh_build *build, uint16_t function, unsigned lane, const ffh_wish *wishes,
                       unsigned depth);

ffh_build *ffh_build_shared(void) {
  static ffh_build shared;
  return &shared;
}

void ffh_build_begin(ffh_build *build, const ffh_target *target, ffh_plan *plan) {
  build->plan = plan;
  build->frugal = false;
  build->index = ffh_index_of(target);
  ffh_bytes_fill(build->newest, 0xff, target->n_handle_types * sizeof build->newest[0]);
  plan->target = target;
  plan->n_calls = plan->n_values = plan->n_variables = plan->n_dropped = 0;
  plan->n_bytes = 0;
  ffh_build_schedule(build, &(ffh_schedule_wish){.stickiness = FFH_DEFAULT_STICKINESS});
}

static const ffh_wish *wish_for(const draft *d, unsigned slot) {
  return d->wishes == NULL ? &default_wish : &d->wishes[slot];
}

static const ffh_slot *slot_at(const draft *d, unsigned slot) {
  return &d->function->slots[slot];
}

static bool is_sent(const draft *d, unsigned slot, ffh_form form) {
  FFH_ASSERT(slot < d->function->n_slots);
  return d->malformed == (int)slot && d->values[slot].form == form;
}

/* ---- forms and presence ---- */

static void start_values(draft *d) {
  d->malformed = -1;
  for (unsigned i = 0; i < d->function->n_slots; i++) {
    const ffh_slot *slot = slot_at(d, i);
    const ffh_wish *wish = wish_for(d, i);
    ffh_value *value = &d->values[i];
    *value = (ffh_value){.variable = FFH_NO_VARIABLE, .defines = FFH_NO_VARIABLE};
    if (wish->form == FFH_FORM_VALUE && !wish->is_null) {
      continue;
    }
    if (slot->parent != FFH_NONE && ffh_values_absent(d->function, d->values, i)) {
      continue;
    }
    if (d->malformed < 0 && wish->form != FFH_FORM_VALUE &&
        ffh_slot_accepts(d->function, slot, (ffh_form)wish->form)) {
      d->malformed = (int)i;
      value->form = wish->form;
    }
    if (value->form == FFH_FORM_VALUE && wish->is_null && (slot->flags & FFH_SLOT_NULLABLE) != 0) {
      unsigned class = d->layout->classes[i];
      value->is_null = class == FFH_CLASS_HANDLE || class == FFH_CLASS_BUFFER ||
                       (class == FFH_CLASS_STRUCT && (slot->flags & FFH_SLOT_BY_VALUE) == 0);
    }
  }
}

static void drop_form(draft *d, unsigned slot) {
  d->values[slot].form = FFH_FORM_VALUE;
  d->malformed = -1;
}

/* ---- handles ---- */

static int lane_for(const draft *d, unsigned slot, uint16_t variable) {
  const ffh_build *b = d->build;
  return ffh_slot_lane(b->plan->target, d->function, slot_at(d, slot), b->plan->schedule.lanes,
                       b->track.owner[variable]);
}

static bool fits_lane(const draft *d, unsigned slot, uint16_t variable) {
  int lane = lane_for(d, slot, variable);
  return lane < 0 || !d->fixed || (unsigned)lane == d->lane;
}

static void take_lane(draft *d, unsigned slot, uint16_t variable) {
  int lane = lane_for(d, slot, variable);
  if (lane >= 0) {
    d->lane = (unsigned)lane;
    d->fixed = true;
  }
}

static bool is_live(const draft *d, uint16_t variable) {
  const ffh_track *track = &d->build->track;
  return !track->unborn[variable] && (track->ended[variable] >> d->lane & 1) == 0;
}

/* Whether this call already uses up the variable in a slot before `slot`. */
static bool is_taken(const draft *d, unsigned slot, uint16_t variable) {
  for (unsigned i = 0; i < slot; i++) {
    if (d->values[i].variable == variable &&
        ((slot_at(d, i)->flags | slot_at(d, slot)->flags) &
         (FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS | FFH_SLOT_RELEASES)) != 0) {
      return true;
    }
  }
  return false;
}

typedef bool (*candidate)(const draft *d, unsigned slot, uint16_t variable);

static bool good(const draft *d, unsigned slot, uint16_t variable) {
  return is_live(d, variable) && fits_lane(d, slot, variable) && !is_taken(d, slot, variable);
}

/* Also in the state that the function needs, and with nothing that must end before it. */
static bool best(const draft *d, unsigned slot, uint16_t variable) {
  const ffh_track *track = &d->build->track;
  uint16_t needs = slot_at(d, slot)->needs;
  const unsigned ends = FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS | FFH_SLOT_RELEASES;
  return good(d, slot, variable) && (needs == FFH_NONE || track->state[variable] == needs) &&
         ((slot_at(d, slot)->flags & ends) == 0 || track->children[variable] == 0);
}

static bool usable(const draft *d, unsigned slot, uint16_t variable) {
  return fits_lane(d, slot, variable) && !is_taken(d, slot, variable);
}

static bool stale(const draft *d, unsigned slot, uint16_t variable) {
  return d->build->track.ended[variable] != 0 && fits_lane(d, slot, variable);
}

static bool foreign(const draft *d, unsigned slot, uint16_t variable) {
  int lane = lane_for(d, slot, variable);
  return lane >= 0 && is_live(d, variable) && d->build->plan->schedule.lanes > 1 &&
         !(d->fixed && (unsigned)lane == d->lane);
}

/* In a state that the function is promised to refuse. */
static bool elsewhere(const draft *d, unsigned slot, uint16_t variable) {
  return good(d, slot, variable) && d->build->track.state[variable] != slot_at(d, slot)->needs;
}

/* What the function is to end, and is promised to refuse because of its children. */
static bool parent(const draft *d, unsigned slot, uint16_t variable) {
  return good(d, slot, variable) && d->build->track.children[variable] != 0;
}

static uint16_t choose(const draft *d, unsigned slot, uint16_t type, uint32_t pick,
                       candidate accept) {
  const ffh_build *b = d->build;
  uint32_t count = 0;
  for (uint16_t v = b->newest[type]; v != FFH_NO_VARIABLE; v = b->older[v]) {
    count += accept(d, slot, v);
  }
  if (count == 0) {
    return FFH_NO_VARIABLE;
  }
  pick %= count;
  for (uint16_t v = b->newest[type];; v = b->older[v]) {
    if (accept(d, slot, v) && pick-- == 0) {
      return v;
    }
  }
}

static bool is_of_type(const draft *d, uint16_t variable, uint16_t type) {
  const ffh_plan *plan = d->build->plan;
  return variable < plan->n_variables && plan->variables[variable].handle_type == type;
}

/* The malformed handle forms; false when there is no such handle. */
static bool put_malformed(draft *d, unsigned slot) {
  const ffh_build *b = d->build;
  const ffh_wish *wish = wish_for(d, slot);
  uint16_t type = slot_at(d, slot)->handle_type, found = FFH_NO_VARIABLE;
  bool exact = wish->exact && wish->variable < b->plan->n_variables;
  if (d->values[slot].form == FFH_FORM_WRONG_TYPE) {
    uint16_t n = b->plan->n_variables;
    if (exact && !is_of_type(d, wish->variable, type)) {
      found = wish->variable;
    }
    for (uint16_t k = 0; found == FFH_NO_VARIABLE && k < n; k++) {
      uint16_t v = (uint16_t)((wish->pick + k) % n);
      if (!is_of_type(d, v, type) && is_live(d, v)) {
        found = v;
      }
    }
  } else {
    candidate accept = is_sent(d, slot, FFH_FORM_STALE)          ? stale
                       : is_sent(d, slot, FFH_FORM_WRONG_STATE)  ? elsewhere
                       : is_sent(d, slot, FFH_FORM_HAS_CHILDREN) ? parent
                                                                 : foreign;
    if (exact && is_of_type(d, wish->variable, type) &&
        (accept(d, slot, wish->variable) ||
         (accept == foreign && lane_for(d, slot, wish->variable) >= 0 &&
          b->plan->schedule.lanes > 1 &&
          !(d->fixed && (unsigned)lane_for(d, slot, wish->variable) == d->lane)))) {
      found = wish->variable;
    } else {
      found = choose(d, slot, type, wish->pick, accept);
    }
  }
  if (found == FFH_NO_VARIABLE) {
    return false;
  }
  d->values[slot].variable = found;
  if (!is_sent(d, slot, FFH_FORM_WRONG_TYPE) && !is_sent(d, slot, FFH_FORM_WRONG_THREAD)) {
    take_lane(d, slot, found);
  }
  return true;
}

/* Fixes the lane by the handles that are already decided. False: they belong to several lanes. */
static bool put_exact(draft *d) {
  for (ffh_slots left = d->layout->handles & ~d->layout->parented; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    const ffh_wish *wish = wish_for(d, i);
    ffh_value *value = &d->values[i];
    bool taken = value->form == FFH_FORM_VALUE || value->form == FFH_FORM_WRONG_STATE ||
                 value->form == FFH_FORM_HAS_CHILDREN;
    if (!wish->exact || value->is_null || !taken ||
        !is_of_type(d, wish->variable, slot_at(d, i)->handle_type) ||
        ffh_values_absent(d->function, d->values, i)) {
      continue;
    }
    if (!fits_lane(d, i, wish->variable)) {
      return false;
    }
    value->variable = wish->variable;
    take_lane(d, i, wish->variable);
  }
  return true;
}

static bool put_handle(draft *d, unsigned slot) {
  ffh_build *b = d->build;
  uint16_t type = slot_at(d, slot)->handle_type;
  ffh_value *value = &d->values[slot];
  uint32_t pick = wish_for(d, slot)->pick;
  uint16_t found = choose(d, slot, type, pick, best);
  if (found == FFH_NO_VARIABLE) {
    found = choose(d, slot, type, pick, good);
  }
  if (found == FFH_NO_VARIABLE && (slot_at(d, slot)->flags & FFH_SLOT_NULLABLE) != 0) {
    value->is_null = 1;
    return true;
  }
  uint16_t creator = b->plan->target->handle_types[type].creator_fn;
  if (found == FFH_NO_VARIABLE && creator != FFH_NONE && !b->frugal && d->depth < MAX_DEPTH &&
      build_call(b, creator, d->lane, NULL, d->depth + 1)) {
    found = choose(d, slot, type, 0, good);
  }
  if (found == FFH_NO_VARIABLE) {
    found = choose(d, slot, type, pick, usable);
  }
  if (found == FFH_NO_VARIABLE) {
    return false;
  }
  value->variable = found;
  take_lane(d, slot, found);
  return true;
}

static bool put_handles(draft *d) {
  if (!put_exact(d)) {
    return false;
  }
  for (ffh_slots left = d->layout->handles & ~d->layout->parented; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    if (d->values[i].is_null || d->values[i].variable != FFH_NO_VARIABLE ||
        is_sent(d, i, FFH_FORM_NULL) || is_sent(d, i, FFH_FORM_WRONG_THREAD) ||
        ffh_values_absent(d->function, d->values, i)) {
      continue;
    }
    if (d->values[i].form != FFH_FORM_VALUE) {
      if (put_malformed(d, i)) {
        continue;
      }
      drop_form(d, i);
    }
    if (!put_handle(d, i)) {
      return false;
    }
  }
  return true;
}

/* A handle that must be the parent of another one is what that one was made from. */
static bool put_parent(draft *d, unsigned slot) {
  uint16_t child = d->values[slot_at(d, slot)->parent_of].variable;
  uint16_t type = slot_at(d, slot)->handle_type;
  uint16_t parent = FFH_NO_VARIABLE;
  if (d->values[slot_at(d, slot)->parent_of].form == FFH_FORM_VALUE && child != FFH_NO_VARIABLE) {
    parent = ffh_plan_parent(d->build->plan, child);
  }
  if (parent == FFH_NO_VARIABLE || !is_of_type(d, parent, type)) {
    const ffh_wish *wish = wish_for(d, slot);
    if (wish->exact && is_of_type(d, wish->variable, type)) {
      parent = wish->variable;
    } else {
      return put_handle(d, slot);
    }
  }
  if (!fits_lane(d, slot, parent)) {
    return false;
  }
  d->values[slot].variable = parent;
  take_lane(d, slot, parent);
  return true;
}

static bool put_parents(draft *d) {
  for (ffh_slots left = d->layout->parented; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    if (d->values[i].is_null || is_sent(d, i, FFH_FORM_NULL) ||
        is_sent(d, i, FFH_FORM_WRONG_THREAD) || ffh_values_absent(d->function, d->values, i)) {
      continue;
    }
    if (d->values[i].form != FFH_FORM_VALUE) {
      if (put_malformed(d, i)) {
        continue;
      }
      drop_form(d, i);
    }
    if (!put_parent(d, i)) {
      return false;
    }
  }
  return true;
}

/* Last, because it goes where the handle is not, unless another handle has fixed the lane. */
static bool put_wrong_thread(draft *d) {
  if (d->malformed < 0 || d->values[d->malformed].form != FFH_FORM_WRONG_THREAD) {
    return true;
  }
  unsigned slot = (unsigned)d->malformed;
  if (!put_malformed(d, slot)) {
    drop_form(d, slot);
    return slot_at(d, slot)->parent_of != FFH_NONE ? put_parent(d, slot) : put_handle(d, slot);
  }
  unsigned owner = (unsigned)lane_for(d, slot, d->values[slot].variable);
  if (d->lane == owner) {
    d->lane = (owner + 1) % d->build->plan->schedule.lanes;
  }
  d->fixed = true;
  return true;
}

static void put_error(draft *d, unsigned slot) {
  const ffh_wish *wish = wish_for(d, slot);
  uint16_t type = slot_at(d, slot)->handle_type;
  if (type == FFH_NONE || wish->given == 0 || wish->is_null ||
      slot_at(d, slot)->direction == FFH_DIR_OUT) {
    return;
  }
  d->values[slot].variable = wish->exact && is_of_type(d, wish->variable, type)
                                 ? wish->variable
                                 : choose(d, slot, type, wish->pick, good);
}

/* ---- the rest ---- */

static bool put_data(draft *d) {
  ffh_plan *plan = d->build->plan;
  for (ffh_slots left = d->layout->data; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    if (d->values[i].is_null || is_sent(d, i, FFH_FORM_NULL) ||
        (slot_at(d, i)->parent != FFH_NONE && ffh_values_absent(d->function, d->values, i))) {
      continue;
    }
    if (slot_at(d, i)->kind == FFH_KIND_ERROR) {
      put_error(d, i);
    } else if (!ffh_build_data(plan, d->layout, d->wishes, i, d->values)) {
      return false;
    }
  }
  return true;
}

static bool defines(const draft *d, unsigned slot) {
  return !is_sent(d, slot, FFH_FORM_NULL) && !ffh_values_absent(d->function, d->values, slot);
}

static bool append(draft *d) {
  ffh_build *b = d->build;
  ffh_plan *plan = b->plan;
  unsigned n = d->function->n_slots, new_variables = 0;
  for (ffh_slots left = d->layout->defines; left != 0;) {
    new_variables += defines(d, ffh_slots_next(&left));
  }
  if (plan->n_calls == FFH_MAX_CALLS || plan->n_values + n > FFH_MAX_VALUES ||
      plan->n_variables + new_variables > FFH_MAX_HANDLES) {
    return false;
  }
  ffh_call *call = &plan->calls[plan->n_calls];
  call->function = (uint16_t)(d->function - plan->target->functions);
  call->lane = (uint8_t)d->lane;
  call->malformed = d->malformed < 0 ? FFH_FORM_VALUE : d->values[d->malformed].form;
  call->first_value = plan->n_values;
  call->n_values = (uint16_t)n;
  call->fail = 0;
  for (ffh_slots left = d->layout->defines; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    if (defines(d, i)) {
      uint16_t v = plan->n_variables++, type = slot_at(d, i)->handle_type;
      plan->variables[v] = (ffh_variable){plan->n_calls, i, type};
      d->values[i].defines = v;
      if (slot_at(d, i)->kind != FFH_KIND_ERROR) {
        d->values[i].variable = v;
      }
      b->older[v] = b->newest[type];
      b->newest[type] = v;
    }
  }
  ffh_bytes_copy(&plan->values[plan->n_values], d->values, n * sizeof d->values[0]);
  plan->n_values = (uint16_t)(plan->n_values + n);
  plan->n_calls++;
  ffh_track_call(&b->track, plan, call);
  return true;
}

static bool build_call(ffh_build *build, uint16_t function, unsigned lane, const ffh_wish *wishes,
                       unsigned depth) {
  draft d;
  d.build = build;
  d.function = &build->plan->target->functions[function];
  d.layout = &build->index->layouts[function];
  d.wishes = wishes;
  d.lane = lane % build->plan->schedule.lanes;
  d.fixed = false;
  d.depth = depth;
  if (!ffh_function_is_callable(d.function) || build->plan->n_calls == FFH_MAX_CALLS) {
    return false;
  }
  int own_lane = d.layout->has_lane ? ffh_function_lane(build->plan->target, d.function,
                                                        build->plan->schedule.lanes)
                                    : -1;
  if (own_lane == -2) {
    return false;
  }
  if (own_lane >= 0) {
    d.lane = (unsigned)own_lane;
    d.fixed = true;
  }
  start_values(&d);
  if (!put_handles(&d) || !put_parents(&d) || !put_wrong_thread(&d)) {
    return false;
  }
  uint32_t mark = build->plan->n_bytes;
  if (!put_data(&d) || !append(&d)) {
    build->plan->n_bytes = mark;
    return false;
  }
  return true;
}

void ffh_build_fail(ffh_plan *plan, uint64_t allocation) {
  ffh_call *call = &plan->calls[plan->n_calls - 1];
  bool possible = call->malformed == FFH_FORM_VALUE &&
                  ffh_function_may_fail_to_allocate(ffh_plan_function(plan, call));
  call->fail = possible ? (uint16_t)(allocation < FFH_MAX_FAIL ? allocation : FFH_MAX_FAIL) : 0;
}

bool ffh_build_call(ffh_build *build, uint16_t function, unsigned lane, const ffh_wish *wishes) {
  if (build_call(build, function, lane, wishes, 0)) {
    return true;
  }
  if (build->plan->n_dropped < UINT16_MAX) {
    build->plan->n_dropped++;
  }
  return false;
}
