#include "plan/edit.h"

#include <string.h>

static void wish_value(const ffh_slot *slot, const ffh_value *value, const uint16_t *map,
                       ffh_wish *wish) {
  *wish = (ffh_wish){.given = 1,
                     .form = value->form,
                     .is_null = value->is_null,
                     .number = value->number,
                     .bytes = value->bytes,
                     .size = value->size};
  if (value->variable != FFH_NO_VARIABLE && value->variable != value->defines) {
    wish->exact = 1;
    wish->variable = map == NULL ? value->variable : map[value->variable];
  } else if (slot->kind == FFH_KIND_ERROR) {
    wish->given = 0;
  }
}

void ffh_wish_call(const ffh_plan *plan, const ffh_call *call, const uint16_t *map,
                   ffh_wish *wishes) {
  const ffh_function *function = ffh_plan_function(plan, call);
  const ffh_value *values = ffh_plan_values(plan, call);
  for (unsigned i = 0; i < call->n_values; i++) {
    wish_value(&function->slots[i], &values[i], map, &wishes[i]);
    if (ffh_values_absent(function, values, i)) {
      wishes[i].given = 0; /* its default, should the struct be passed again */
    }
  }
}

uint32_t ffh_edit_below(ffh_edit *edit, uint32_t bound) {
  return bound == 0 ? 0 : ffh_prng_below(edit->prng, bound);
}

void ffh_edit_begin(ffh_edit *edit, const ffh_plan *from, ffh_plan *to) {
  const ffh_schedule *schedule = &from->schedule;
  unsigned lanes = schedule->lanes < edit->lanes ? schedule->lanes : edit->lanes;
  edit->from = from;
  edit->n_scratch = 0;
  memset(edit->map, 0xff, from->n_variables * sizeof edit->map[0]);
  ffh_build_begin(edit->build, from->target, to);
  ffh_build_schedule(edit->build, &(ffh_schedule_wish){.policy = schedule->policy,
                                                       .granularity = schedule->granularity,
                                                       .lanes = lanes,
                                                       .stickiness = schedule->stickiness,
                                                       .depth = schedule->depth,
                                                       .seed = schedule->seed,
                                                       .length = schedule->length,
                                                       .warm = schedule->warm,
                                                       .exits = schedule->exits,
                                                       .again = schedule->again});
  for (unsigned i = 0; i < schedule->n_weights; i++) {
    (void)ffh_build_weight(edit->build, schedule->weights[i].thread, schedule->weights[i].points);
  }
  for (unsigned i = 0; i < schedule->n_switches; i++) {
    (void)ffh_build_switch(edit->build, schedule->switches[i].step, schedule->switches[i].thread);
  }
}

bool ffh_edit_put(ffh_edit *edit, unsigned call, unsigned lane) {
  const ffh_call *old = &edit->from->calls[call];
  const ffh_value *values = ffh_plan_values(edit->from, old);
  bool built = ffh_build_call(edit->build, old->function, lane, edit->wishes);
  ffh_plan *to = edit->build->plan;
  if (built && old->fail != 0) {
    ffh_build_fail(to, old->fail);
  }
  for (unsigned i = 0; i < old->n_values; i++) {
    if (values[i].defines != FFH_NO_VARIABLE) {
      edit->map[values[i].defines] =
          built ? ffh_plan_values(to, &to->calls[to->n_calls - 1])[i].defines : FFH_NO_VARIABLE;
    }
  }
  return built;
}

void ffh_edit_copy(ffh_edit *edit, unsigned first, unsigned end, int lane) {
  for (unsigned i = first; i < end && i < edit->from->n_calls; i++) {
    const ffh_call *call = &edit->from->calls[i];
    ffh_wish_call(edit->from, call, edit->map, edit->wishes);
    (void)ffh_edit_put(edit, i, lane < 0 ? call->lane : (unsigned)lane);
  }
}

bool ffh_edit_destroy(ffh_edit *edit, uint16_t variable, unsigned lane) {
  const ffh_plan *plan = edit->build->plan;
  uint16_t type = plan->variables[variable].handle_type;
  uint16_t destroy = plan->target->handle_types[type].destroy_fn;
  if (destroy == FFH_NONE) {
    return false;
  }
  const ffh_function *function = &plan->target->functions[destroy];
  memset(edit->wishes, 0, function->n_slots * sizeof edit->wishes[0]);
  for (unsigned i = 0; i < function->n_slots; i++) {
    const unsigned ends = FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS | FFH_SLOT_RELEASES;
    if (function->slots[i].handle_type == type && (function->slots[i].flags & ends) != 0 &&
        ffh_slot_class(function, i) == FFH_CLASS_HANDLE) {
      edit->wishes[i] = (ffh_wish){.given = 1, .exact = 1, .variable = variable};
      return ffh_build_call(edit->build, destroy, lane, edit->wishes);
    }
  }
  return false;
}
