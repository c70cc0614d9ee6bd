/* text -> plan. Nothing is repaired: what the contract does not allow is an error with its place.
 */
#include "plan/parse.h"

#include <string.h>

#include "base/out.h"
#include "plan/plan.h"

static void skip_empty_lines(ffh_parser *p) {
  while (p->at < p->end && ffh_parse_at_line_end(p) && p->at < p->end) {
    (void)ffh_parse_end_line(p);
  }
}

static bool read_header(ffh_parser *p) {
  static const char begin[] = "ffihammer plan ";
  skip_empty_lines(p);
  ffh_mark start = ffh_parse_mark(p);
  if ((size_t)(p->end - p->at) < sizeof begin - 1 || memcmp(p->at, begin, sizeof begin - 1) != 0) {
    return ffh_parse_fail(p, start, "a plan begins with: ffihammer plan 1 target=", p->target->name,
                          NULL);
  }
  p->at += sizeof begin - 1;
  uint64_t version;
  ffh_mark where = ffh_parse_mark(p);
  if (!ffh_parse_number(p, &version, NULL)) {
    return false;
  }
  if (version != 1) {
    return ffh_parse_fail(p, where, "this is another version of the plan text; this build reads 1",
                          NULL);
  }
  ffh_parse_skip_blanks(p);
  where = ffh_parse_mark(p);
  if (!ffh_word_is(ffh_parse_word(p), "target") || !ffh_parse_take(p, '=')) {
    return ffh_parse_fail(p, where, "expected target=", p->target->name, NULL);
  }
  where = ffh_parse_mark(p);
  ffh_word_text name = {p->at, 0};
  while (p->at < p->end && strchr(" \t\r\n#", *p->at) == NULL) {
    p->at++;
  }
  name.size = (size_t)(p->at - name.text);
  if (!ffh_word_is(name, p->target->name)) {
    return ffh_parse_fail(p, where, "this is a plan of target ", ffh_word_text_of(name),
                          ", not of ", p->target->name, ": use the other target's program", NULL);
  }
  return ffh_parse_end_line(p);
}

static bool read_function(ffh_parser *p) {
  ffh_parse_skip_blanks(p);
  ffh_mark where = ffh_parse_mark(p);
  ffh_word_text name = ffh_parse_word(p);
  unsigned least = UINT32_MAX, best = 0;
  for (unsigned i = 0; i < p->target->n_functions; i++) {
    const ffh_function *function = &p->target->functions[i];
    if (ffh_word_is(name, function->name)) {
      if (!ffh_function_is_callable(function)) {
        return ffh_parse_fail(p, where, function->name, " is never called by a plan: it is ",
                              (function->flags & FFH_FN_LEGACY) != 0     ? "legacy"
                              : (function->flags & FFH_FN_EXCLUDED) != 0 ? "excluded"
                              : (function->flags & FFH_FN_SHADOW) != 0   ? "a shadow"
                                                                         : "for start and end",
                              NULL);
      }
      p->function = function;
      return true;
    }
    unsigned distance = ffh_word_distance(name, function->name);
    if (distance < least && ffh_function_is_callable(function)) {
      least = distance;
      best = i;
    }
  }
  if (name.size == 0 || least == UINT32_MAX) {
    return ffh_parse_fail(p, where, "expected a function's name", NULL);
  }
  return ffh_parse_fail(p, where, "no function ", ffh_word_text_of(name), " in target ",
                        p->target->name, "; did you mean ", p->target->functions[best].name, "?",
                        NULL);
}

static bool bind_names(ffh_parser *p, const ffh_call *call) {
  const ffh_value *values = ffh_plan_values(p->build->plan, call);
  for (unsigned i = 0; i < call->n_values; i++) {
    ffh_word_text name = p->defines[i];
    if (name.size == 0 || values[i].defines == FFH_NO_VARIABLE) {
      continue;
    }
    p->names[p->n_names].name = name;
    p->names[p->n_names].variable = values[i].defines;
    p->names[p->n_names].line = p->line;
    p->n_names++;
  }
  return true;
}

static bool check_names(ffh_parser *p) {
  for (unsigned i = 0; i < p->function->n_slots; i++) {
    ffh_word_text name = p->defines[i];
    for (unsigned k = 0; name.size != 0 && k < p->n_names + i; k++) {
      ffh_word_text other = k < p->n_names ? p->names[k].name : p->defines[k - p->n_names];
      if (other.size == name.size && memcmp(other.text, name.text, name.size) == 0) {
        return ffh_parse_fail(p, (ffh_mark){name.text, p->line}, ffh_word_text_of(name),
                              " is defined twice: give it another name", NULL);
      }
    }
  }
  return true;
}

static bool read_result(ffh_parser *p, ffh_mark where, ffh_word_text result) {
  if (result.size == 0) {
    return true;
  }
  uint16_t slot = p->function->result_slot;
  if (slot == FFH_NONE || ffh_slot_class(p->function, slot) != FFH_CLASS_DEFINE) {
    return ffh_parse_fail(p, where, p->function->name,
                          " returns no handle: leave out the part before '='", NULL);
  }
  p->defines[slot] = result;
  return true;
}

static bool build_call(ffh_parser *p, ffh_mark start, unsigned lane) {
  ffh_plan *plan = p->build->plan;
  if (!ffh_build_call(p->build, (uint16_t)(p->function - p->target->functions), lane, p->wishes)) {
    return ffh_parse_fail(p, start, "the call is impossible: its handles belong to several lanes, ",
                          "a handle cannot be created, or the plan is full", NULL);
  }
  const ffh_call *call = &plan->calls[plan->n_calls - 1];
  if (!ffh_parse_verify(p, call)) {
    return false;
  }
  if (call->lane != lane) {
    char must[8];
    ffh_out out = {must, 0, sizeof must, false};
    ffh_thread_print(&out, call->lane);
    return ffh_parse_fail(p, start, "this call must run on lane ", must,
                          ": a handle or the function is confined to it", NULL);
  }
  return bind_names(p, call);
}

/* What may follow the arguments. */
static bool read_fail(ffh_parser *p, uint64_t *fail) {
  ffh_parse_skip_blanks(p);
  ffh_mark where = ffh_parse_mark(p);
  if (ffh_parse_at_line_end(p)) {
    return true;
  }
  if (!ffh_word_is(ffh_parse_word(p), "fail") || !ffh_parse_take(p, '=')) {
    return ffh_parse_fail(p, where, "expected the end of the line, or fail=N", NULL);
  }
  ffh_parse_skip_blanks(p);
  ffh_mark number = ffh_parse_mark(p);
  if (!ffh_parse_number(p, fail, NULL)) {
    return false;
  }
  if (*fail < 1 || *fail > FFH_MAX_FAIL) {
    return ffh_parse_fail(p, number, "an allocation that fails is out of range: 1 to ",
                          FFH_TEXT(FFH_MAX_FAIL), NULL);
  }
  if (!ffh_function_may_fail_to_allocate(p->function)) {
    return ffh_parse_fail(p, where, "the contract does not say what ", p->function->name,
                          " does when memory runs out: leave out fail=, or add FFH_ALLOC_FAILURE",
                          NULL);
  }
  return true;
}

static bool set_fail(ffh_parser *p, ffh_mark start, uint64_t fail) {
  ffh_plan *plan = p->build->plan;
  if (fail != 0) {
    ffh_build_fail(plan, fail);
  }
  return plan->calls[plan->n_calls - 1].fail == fail ||
         ffh_parse_fail(p, start, "a call with a malformed argument is refused before it ",
                        "allocates: leave out fail=", NULL);
}

static bool read_call(ffh_parser *p) {
  unsigned lane = 0;
  ffh_parse_skip_blanks(p);
  ffh_mark start = ffh_parse_mark(p);
  if (!ffh_parse_lane(p, &lane) || !ffh_parse_expect(p, ':', "the lane")) {
    return false;
  }
  ffh_parse_skip_blanks(p);
  ffh_mark where = ffh_parse_mark(p);
  ffh_word_text result = ffh_parse_word(p);
  if (!ffh_parse_take(p, '=')) {
    result.size = 0;
    p->at = where.at;
  }
  if (!read_function(p)) {
    return false;
  }
  memset(p->wishes, 0, sizeof p->wishes);
  memset(p->marks, 0, sizeof p->marks);
  memset(p->defines, 0, sizeof p->defines);
  p->n_pool = 0;
  uint64_t fail = 0;
  return read_result(p, where, result) && ffh_parse_expect(p, '(', "the function") &&
         ffh_parse_fields(p, FFH_NONE, ')') && check_names(p) && read_fail(p, &fail) &&
         build_call(p, start, lane) && set_fail(p, start, fail) && ffh_parse_end_line(p);
}

bool ffh_plan_parse(const ffh_target *target, const char *text, size_t size, ffh_plan *plan,
                    ffh_text_error *error) {
  static ffh_parser parser;
  ffh_parser *p = &parser;
  p->target = target;
  p->build = ffh_build_shared();
  p->at = p->line_start = text;
  p->end = text + size;
  p->line = 1;
  p->failed = false;
  p->error = error;
  p->n_names = 0;
  ffh_build_begin(p->build, target, plan);
  bool good = read_header(p), has_schedule = false;
  for (skip_empty_lines(p); good && p->at < p->end; skip_empty_lines(p)) {
    if (ffh_parse_peek(p, "schedule")) {
      good = !has_schedule && plan->n_calls == 0 && plan->schedule.n_switches == 0
                 ? ffh_parse_schedule(p)
                 : ffh_parse_fail(p, ffh_parse_mark(p),
                                  "one schedule line, before calls and switches", NULL);
      has_schedule = true;
    } else if (ffh_parse_peek(p, "switch")) {
      good = ffh_parse_switch(p);
    } else {
      good = read_call(p);
    }
  }
  return good;
}
