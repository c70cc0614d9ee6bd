#include <string.h>

#include "plan/edit.h"
#include "plan/format.h"

static uint64_t counts[FFH_MUTATION_COUNT];
static ffh_edit edit;

const uint64_t *ffh_mutation_counts(void) {
  return counts;
}

static uint32_t below(uint32_t bound) {
  return ffh_edit_below(&edit, bound);
}

static unsigned lane_count(void) {
  return edit.build->plan->schedule.lanes;
}

/* ---- places ---- */

typedef bool (*place)(const ffh_function *function, const ffh_value *values, unsigned slot);

static bool is_number(const ffh_function *f, const ffh_value *values, unsigned slot) {
  ffh_class class = ffh_slot_class(f, slot);
  return !ffh_values_absent(f, values, slot) && values[slot].form == FFH_FORM_VALUE &&
         (class == FFH_CLASS_NUMBER || class == FFH_CLASS_CAPACITY || class == FFH_CLASS_CALLBACK);
}

static bool is_contents(const ffh_function *f, const ffh_value *values, unsigned slot) {
  return !ffh_values_absent(f, values, slot) && ffh_slot_class(f, slot) == FFH_CLASS_BUFFER &&
         (values[slot].form == FFH_FORM_VALUE || values[slot].form == FFH_FORM_BAD_UTF8);
}

static bool is_handle(const ffh_function *f, const ffh_value *values, unsigned slot) {
  return !ffh_values_absent(f, values, slot) && ffh_slot_class(f, slot) == FFH_CLASS_HANDLE &&
         values[slot].form == FFH_FORM_VALUE;
}

static bool is_nullable(const ffh_function *f, const ffh_value *values, unsigned slot) {
  ffh_class class = ffh_slot_class(f, slot);
  return !ffh_values_absent(f, values, slot) && values[slot].form == FFH_FORM_VALUE &&
         (f->slots[slot].flags & FFH_SLOT_NULLABLE) != 0 &&
         (class == FFH_CLASS_HANDLE || class == FFH_CLASS_BUFFER || class == FFH_CLASS_STRUCT ||
          class == FFH_CLASS_CALLBACK);
}

static bool is_malformed(const ffh_function *f, const ffh_value *values, unsigned slot) {
  (void)f;
  return values[slot].form != FFH_FORM_VALUE;
}

/* A random slot of that sort, looking from a random call on. */
static bool find_place(place accept, unsigned *call, unsigned *slot) {
  const ffh_plan *from = edit.from;
  unsigned start = below(from->n_calls);
  for (unsigned k = 0; k < from->n_calls; k++) {
    *call = (start + k) % from->n_calls;
    const ffh_function *function = ffh_plan_function(from, &from->calls[*call]);
    const ffh_value *values = ffh_plan_values(from, &from->calls[*call]);
    unsigned n = 0;
    for (unsigned i = 0; i < function->n_slots; i++) {
      if (accept(function, values, i) && below(++n) == 0) {
        *slot = i;
      }
    }
    if (n > 0) {
      return true;
    }
  }
  return false;
}

/* ---- mutations of one value ---- */

static void change_value(ffh_mutation what, unsigned call, unsigned slot) {
  const ffh_call *old = &edit.from->calls[call];
  const ffh_function *function = ffh_plan_function(edit.from, old);
  const ffh_value *value = &ffh_plan_values(edit.from, old)[slot];
  ffh_wish *wish = &edit.wishes[slot];
  switch (what) {
    case FFH_MUTATE_NUMBER:
      if (below(3) == 0 && function->slots[slot].kind != FFH_KIND_FLOAT) {
        wish->number = value->number + (below(2) == 0 ? 1 + below(4) : UINT64_MAX - below(4));
      } else {
        ffh_generate_wish(&edit, function, slot, wish);
      }
      break;
    case FFH_MUTATE_BYTES:
      if (function->slots[slot].kind == FFH_KIND_STRINGS || below(16) == 0) {
        ffh_generate_wish(&edit, function, slot, wish);
        wish->form = value->form;
      } else {
        ffh_generate_bytes(&edit, function, slot, value, wish);
      }
      break;
    case FFH_MUTATE_HANDLE:
      *wish = (ffh_wish){.given = 1, .pick = below(64)};
      break;
    case FFH_MUTATE_NULL:
      wish->is_null = !wish->is_null;
      wish->exact = 0;
      if (!wish->is_null && wish->number == UINT64_MAX) {
        wish->number = 0;
      }
      break;
    default:
      wish->form = FFH_FORM_VALUE;
      wish->given = 0;
      wish->exact = 0;
      break;
  }
}

static bool mutate_value(ffh_mutation what, place accept) {
  unsigned call = 0, slot = 0;
  if (!find_place(accept, &call, &slot)) {
    return false;
  }
  ffh_edit_copy(&edit, 0, call, -1);
  ffh_wish_call(edit.from, &edit.from->calls[call], edit.map, edit.wishes);
  change_value(what, call, slot);
  (void)ffh_edit_put(&edit, call, edit.from->calls[call].lane);
  ffh_edit_copy(&edit, call + 1, edit.from->n_calls, -1);
  return true;
}

static bool malform(void) {
  const ffh_plan *from = edit.from;
  unsigned start = below(from->n_calls);
  for (unsigned k = 0; k < from->n_calls; k++) {
    unsigned at = (start + k) % from->n_calls;
    const ffh_function *function = ffh_plan_function(from, &from->calls[at]);
    if (function->rejects == 0) {
      continue;
    }
    /* The well-formed call stays, so that what follows still has its handles. */
    ffh_edit_copy(&edit, 0, at + 1, -1);
    ffh_wish_call(from, &from->calls[at], edit.map, edit.wishes);
    bool made = ffh_generate_malformed(&edit, function, edit.wishes);
    (void)ffh_build_call(edit.build, from->calls[at].function, below(lane_count()), edit.wishes);
    ffh_edit_copy(&edit, at + 1, from->n_calls, -1);
    return made;
  }
  return false;
}

static bool fail_allocation(void) {
  const ffh_plan *from = edit.from;
  unsigned start = below(from->n_calls);
  for (unsigned k = 0; k < from->n_calls; k++) {
    unsigned at = (start + k) % from->n_calls;
    const ffh_call *old = &from->calls[at];
    if (!ffh_function_may_fail_to_allocate(ffh_plan_function(from, old))) {
      continue;
    }
    ffh_edit_copy(&edit, 0, at, -1);
    ffh_wish_call(from, old, edit.map, edit.wishes);
    if (ffh_edit_put(&edit, at, old->lane)) {
      bool none = old->fail != 0 && below(3) == 0;
      ffh_build_fail(edit.build->plan, none ? 0 : ffh_generate_fail(&edit));
    }
    ffh_edit_copy(&edit, at + 1, from->n_calls, -1);
    return true;
  }
  return false;
}

static bool start_again(void) {
  ffh_schedule *schedule = &edit.build->plan->schedule;
  if (!ffh_target_starts_again(edit.from->target)) {
    return false;
  }
  schedule->again = !schedule->again;
  ffh_edit_copy(&edit, 0, edit.from->n_calls, -1);
  return true;
}

/* ---- mutations of calls ---- */

static bool insert_call(void) {
  unsigned n = edit.from->n_calls, at = below(2) == 0 ? n : below(n + 1);
  ffh_edit_copy(&edit, 0, at, -1);
  bool built = ffh_generate_call(&edit);
  ffh_edit_copy(&edit, at, n, -1);
  return built;
}

static bool delete_calls(void) {
  unsigned n = edit.from->n_calls, at = below(n), count = below(4) == 0 ? 1 + below(4) : 1;
  edit.build->frugal = true;
  ffh_edit_copy(&edit, 0, at, -1);
  ffh_edit_copy(&edit, at + count, n, -1);
  return true;
}

static bool repeat_calls(unsigned first, unsigned end, unsigned at, int lane) {
  static uint16_t saved[FFH_MAX_HANDLES];
  size_t size = edit.from->n_variables * sizeof saved[0];
  ffh_edit_copy(&edit, 0, at, -1);
  memcpy(saved, edit.map, size);
  ffh_edit_copy(&edit, first, end, lane);
  memcpy(edit.map, saved, size);
  ffh_edit_copy(&edit, at, edit.from->n_calls, -1);
  return true;
}

static bool duplicate_call(void) {
  unsigned at = below(edit.from->n_calls);
  return repeat_calls(at, at + 1, at + 1, below(3) == 0 ? -1 : (int)below(lane_count()));
}

static bool splice_calls(void) {
  unsigned n = edit.from->n_calls, first = below(n), count = 2 + below(7);
  return repeat_calls(first, first + count, below(n + 1),
                      below(2) == 0 ? -1 : (int)below(lane_count()));
}

static bool depends(const ffh_plan *plan, unsigned later, unsigned earlier) {
  const ffh_value *values = ffh_plan_values(plan, &plan->calls[later]);
  for (unsigned i = 0; i < plan->calls[later].n_values; i++) {
    if (values[i].variable != FFH_NO_VARIABLE && values[i].variable != values[i].defines &&
        plan->variables[values[i].variable].call == earlier) {
      return true;
    }
  }
  return false;
}

static bool swap_calls(void) {
  const ffh_plan *from = edit.from;
  unsigned n = from->n_calls, start = below(n);
  for (unsigned k = 0; k < n; k++) {
    unsigned at = (start + k) % n;
    if (at + 1 < n && !depends(from, at + 1, at)) {
      ffh_edit_copy(&edit, 0, at, -1);
      ffh_edit_copy(&edit, at + 1, at + 2, -1);
      ffh_edit_copy(&edit, at, at + 1, -1);
      ffh_edit_copy(&edit, at + 2, n, -1);
      return true;
    }
  }
  return false;
}

static bool move_lane(void) {
  unsigned n = edit.from->n_calls, at = below(n), count = below(2) == 0 ? 1 : 1 + below(4);
  ffh_edit_copy(&edit, 0, at, -1);
  ffh_edit_copy(&edit, at, at + count, (int)below(lane_count()));
  ffh_edit_copy(&edit, at + count, n, -1);
  return true;
}

static bool tear_down(void) {
  ffh_edit_copy(&edit, 0, edit.from->n_calls, -1);
  const ffh_plan *to = edit.build->plan;
  unsigned n = to->n_variables, start = below(n);
  for (unsigned k = 0; k < n; k++) {
    uint16_t variable = (uint16_t)((start + k) % n);
    if (edit.build->track.ended[variable] == 0 && !edit.build->track.unborn[variable]) {
      return ffh_edit_destroy(&edit, variable, below(lane_count()));
    }
  }
  return false;
}

/* The same use on several lanes around the end of its handle. */
static bool hammer(void) {
  unsigned call = 0, slot = 0;
  if (!find_place(is_handle, &call, &slot)) {
    return false;
  }
  uint16_t old = ffh_plan_values(edit.from, &edit.from->calls[call])[slot].variable;
  ffh_edit_copy(&edit, 0, call + 1, -1);
  unsigned lanes = lane_count(), lane = below(lanes), copies = 1 + below(lanes);
  for (unsigned i = 0; i < copies; i++) {
    ffh_edit_copy(&edit, call, call + 1, (int)((lane + i) % lanes));
  }
  uint16_t variable = old == FFH_NO_VARIABLE ? old : edit.map[old];
  bool ended = variable != FFH_NO_VARIABLE && ffh_edit_destroy(&edit, variable, below(lanes));
  for (unsigned i = 0; ended && i < 1 + below(2); i++) {
    ffh_edit_copy(&edit, call, call + 1, (int)below(lanes));
  }
  ffh_edit_copy(&edit, call + 1, edit.from->n_calls, -1);
  return ended;
}

static bool generate(void) {
  unsigned n = 1 + below(below(4) == 0 ? 32 : 10);
  ffh_generate_schedule(&edit);
  bool built = false;
  for (unsigned i = 0; i < n; i++) {
    built |= ffh_generate_call(&edit);
  }
  return built;
}

/* ---- choosing ---- */

static bool apply(ffh_mutation what) {
  switch (what) {
    case FFH_MUTATE_INSERT:
      return insert_call();
    case FFH_MUTATE_DELETE:
      return delete_calls();
    case FFH_MUTATE_DUPLICATE:
      return duplicate_call();
    case FFH_MUTATE_SWAP:
      return swap_calls();
    case FFH_MUTATE_LANE:
      return move_lane();
    case FFH_MUTATE_NUMBER:
      return mutate_value(what, is_number);
    case FFH_MUTATE_BYTES:
      return mutate_value(what, is_contents);
    case FFH_MUTATE_HANDLE:
      return mutate_value(what, is_handle);
    case FFH_MUTATE_NULL:
      return mutate_value(what, is_nullable);
    case FFH_MUTATE_MALFORM:
      return malform();
    case FFH_MUTATE_FAIL:
      return fail_allocation();
    case FFH_MUTATE_AGAIN:
      return start_again();
    case FFH_MUTATE_REFORM:
      return mutate_value(what, is_malformed);
    case FFH_MUTATE_SEED:
    case FFH_MUTATE_POLICY:
    case FFH_MUTATE_STICKINESS:
    case FFH_MUTATE_DEPTH:
    case FFH_MUTATE_SWITCH:
    case FFH_MUTATE_LANES:
      return ffh_mutate_schedule(&edit, what);
    case FFH_MUTATE_SPLICE:
      return splice_calls();
    case FFH_MUTATE_TEARDOWN:
      return tear_down();
    case FFH_MUTATE_HAMMER:
      return hammer();
    case FFH_MUTATE_GENERATE:
      return generate();
    case FFH_MUTATION_COUNT:
      break;
  }
  return false;
}

static ffh_mutation choose(void) {
  static const uint8_t weights[FFH_MUTATION_COUNT] = {
      [FFH_MUTATE_INSERT] = 20, [FFH_MUTATE_DELETE] = 10, [FFH_MUTATE_DUPLICATE] = 6,
      [FFH_MUTATE_SWAP] = 4,    [FFH_MUTATE_LANE] = 6,    [FFH_MUTATE_NUMBER] = 14,
      [FFH_MUTATE_BYTES] = 18,  [FFH_MUTATE_HANDLE] = 5,  [FFH_MUTATE_NULL] = 2,
      [FFH_MUTATE_MALFORM] = 5, [FFH_MUTATE_REFORM] = 2,  [FFH_MUTATE_SEED] = 6,
      [FFH_MUTATE_POLICY] = 3,  [FFH_MUTATE_DEPTH] = 2,   [FFH_MUTATE_STICKINESS] = 2,
      [FFH_MUTATE_SWITCH] = 4,  [FFH_MUTATE_LANES] = 1,   [FFH_MUTATE_SPLICE] = 3,
      [FFH_MUTATE_FAIL] = 5,    [FFH_MUTATE_AGAIN] = 1,   [FFH_MUTATE_TEARDOWN] = 4,
      [FFH_MUTATE_HAMMER] = 4,  [FFH_MUTATE_GENERATE] = 1};
  unsigned sum = 0;
  for (unsigned i = 0; i < FFH_MUTATION_COUNT; i++) {
    sum += weights[i];
  }
  unsigned at = below(sum), what = 0;
  while (at >= weights[what]) {
    at -= weights[what++];
  }
  return (ffh_mutation)what;
}

/* ---- entry points ---- */

/* Two plans that take turns, and one for the other parent of a crossover. */
static ffh_plan *plans[3];

static void start(ffh_prng *prng, const ffh_mutate_options *options,
                  ffh_mutate_bytes mutate_bytes) {
  unsigned lanes = options->lanes;
  for (unsigned i = 0; i < 3 && plans[i] == NULL; i++) {
    plans[i] = ffh_plan_new();
  }
  edit.build = ffh_build_shared();
  edit.prng = prng;
  edit.lanes = lanes == 0 ? FFH_DEFAULT_LANES : lanes < FFH_MAX_LANES ? lanes : FFH_MAX_LANES;
  edit.granularity = options->granularity;
  edit.points_of = options->points_of;
  edit.mutate_bytes = mutate_bytes;
}

/* As many of the first calls as fit. Where not even one does, raw bytes. */
static size_t write_plan(ffh_plan *plan, uint8_t *data, size_t max_size) {
  ffh_edit_estimate(&edit, plan);
  size_t size = ffh_plan_encode(plan, data, max_size);
  if (size != 0) {
    return size;
  }
  unsigned fits = 0, too_many = plan->n_calls;
  while (fits + 1 < too_many) {
    unsigned half = (fits + too_many) / 2;
    if (ffh_plan_encode_calls(plan, half, data, max_size) != 0) {
      fits = half;
    } else {
      too_many = half;
    }
  }
  if (fits == 0 && plan->schedule.n_switches > 0) {
    plan->schedule.n_switches = 0;
    return write_plan(plan, data, max_size);
  }
  if (fits > 0) {
    plan->n_calls = (uint16_t)fits;
    ffh_edit_estimate(&edit, plan); /* never longer than before */
    return ffh_plan_encode_calls(plan, fits, data, max_size);
  }
  size = max_size < 64 ? max_size : 64;
  for (size_t i = 0; i < size; i++) {
    data[i] = (uint8_t)ffh_prng_next(edit.prng);
  }
  return size;
}

size_t ffh_plan_mutate(const ffh_target *target, uint8_t *data, size_t size, size_t max_size,
                       unsigned seed, const ffh_mutate_options *options,
                       ffh_mutate_bytes mutate_bytes) {
  ffh_prng prng = {seed};
  start(&prng, options, mutate_bytes);
  ffh_plan *from = plans[0], *to = plans[1];
  (void)ffh_plan_decode(target, data, size, from);
  unsigned rounds = 1 + (below(3) == 0) + (below(8) == 0 ? below(4) : 0);
  for (unsigned tries = 0; rounds > 0 && tries < 16; tries++) {
    ffh_mutation what = from->n_calls == 0 ? FFH_MUTATE_GENERATE : choose();
    ffh_edit_begin(&edit, from, to);
    if (apply(what)) {
      counts[what]++;
      rounds--;
      ffh_plan *other = from;
      from = to;
      to = other;
    }
  }
  return write_plan(from, data, max_size);
}

size_t ffh_plan_crossover(const ffh_target *target, const uint8_t *a, size_t a_size,
                          const uint8_t *b, size_t b_size, uint8_t *out, size_t max_size,
                          unsigned seed) {
  ffh_prng prng = {seed};
  start(&prng, &(ffh_mutate_options){.lanes = FFH_MAX_LANES}, NULL);
  (void)ffh_plan_decode(target, a, a_size, plans[0]);
  (void)ffh_plan_decode(target, b, b_size, plans[2]);
  ffh_edit_begin(&edit, plans[0], plans[1]);
  unsigned at = below(plans[0]->n_calls + 1u), first = below(plans[2]->n_calls + 1u);
  unsigned end = first + below(plans[2]->n_calls - first + 1u);
  ffh_edit_copy(&edit, 0, at, -1);
  static uint16_t saved[FFH_MAX_HANDLES];
  memcpy(saved, edit.map, sizeof saved);
  memset(edit.map, 0xff, sizeof edit.map);
  edit.from = plans[2];
  ffh_edit_copy(&edit, first, end, -1);
  memcpy(edit.map, saved, sizeof saved);
  edit.from = plans[0];
  if (below(2) == 0) {
    ffh_edit_copy(&edit, at, plans[0]->n_calls, -1);
  }
  return write_plan(plans[1], out, max_size);
}
