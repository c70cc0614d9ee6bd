/* plan -> text. May run in a signal handler: no allocation, no stdio, no locale. */
#include <string.h>

#include "base/form.h"
#include "base/out.h"
#include "plan/format.h"

static void print_variable(ffh_out *out, uint16_t variable) {
  ffh_out_char(out, 'h');
  ffh_out_unsigned(out, variable);
}

static void print_quoted(ffh_out *out, const uint8_t *bytes, uint32_t size) {
  bool printable = true;
  for (uint32_t i = 0; i < size && printable; i++) {
    printable = (bytes[i] >= 0x20 && bytes[i] < 0x7f) || bytes[i] == '\n' || bytes[i] == '\t';
  }
  ffh_out_str(out, printable ? "\"" : "h\"");
  for (uint32_t i = 0; i < size; i++) {
    if (!printable) {
      char hex[2] = {"0123456789abcdef"[bytes[i] >> 4], "0123456789abcdef"[bytes[i] & 15]};
      ffh_out_bytes(out, hex, 2);
    } else if (bytes[i] == '\n' || bytes[i] == '\t') {
      ffh_out_str(out, bytes[i] == '\n' ? "\\n" : "\\t");
    } else {
      if (bytes[i] == '"' || bytes[i] == '\\') {
        ffh_out_char(out, '\\');
      }
      ffh_out_char(out, (char)bytes[i]);
    }
  }
  ffh_out_char(out, '"');
}

static void print_bytes(ffh_out *out, const uint8_t *bytes, uint32_t size) {
  uint32_t repeats = ffh_bytes_period(bytes, size);
  print_quoted(out, bytes, repeats != 0 ? repeats : size);
  if (repeats != 0) {
    ffh_out_char(out, '*');
    ffh_out_unsigned(out, size);
  }
}

static void print_strings(ffh_out *out, const ffh_value *value) {
  ffh_out_char(out, '[');
  for (uint32_t at = 0; at < value->size;) {
    uint32_t length = value->bytes[at] | (uint32_t)value->bytes[at + 1] << 8;
    if (at != 0) {
      ffh_out_str(out, ", ");
    }
    print_bytes(out, value->bytes + at + 2, length);
    at += 2 + length;
  }
  ffh_out_char(out, ']');
}

static void print_integer(ffh_out *out, const ffh_slot *slot, uint64_t number) {
  if ((slot->flags & FFH_SLOT_SIGNED) != 0) {
    ffh_out_signed(out, (int64_t)number);
  } else {
    ffh_out_unsigned(out, number);
  }
}

static void print_flags(ffh_out *out, const ffh_slot *slot, uint64_t number) {
  uint64_t printed = 0;
  for (unsigned i = 0; i < slot->n_enumerators; i++) {
    uint64_t flag = (uint64_t)slot->enumerators[i];
    if ((number & flag) == flag && (flag & ~printed) != 0) {
      ffh_out_str(out, printed != 0 ? "|" : "");
      ffh_out_str(out, slot->enumerator_names[i]);
      printed |= flag;
    }
  }
  if (printed == 0) {
    ffh_out_char(out, '0');
  }
}

static void print_number(ffh_out *out, const ffh_slot *slot, uint64_t number) {
  switch (slot->kind) {
    case FFH_KIND_BOOL:
      ffh_out_str(out, number != 0 ? "true" : "false");
      return;
    case FFH_KIND_FLOAT:
      ffh_out_double(out, number);
      return;
    case FFH_KIND_CALLBACK:
      ffh_out_str(out, number == UINT64_MAX ? "null" : slot->callback->impl_names[number]);
      return;
    case FFH_KIND_ENUM:
      for (unsigned i = 0; i < slot->n_enumerators; i++) {
        if ((uint64_t)slot->enumerators[i] == number) {
          ffh_out_str(out, slot->enumerator_names[i]);
          return;
        }
      }
      break;
    case FFH_KIND_FLAGS:
      print_flags(out, slot, number);
      return;
    default:
      break;
  }
  print_integer(out, slot, number);
}

static void print_malformed(ffh_out *out, const ffh_slot *slot, const ffh_value *value) {
  ffh_out_str(out, ffh_form_name((ffh_form)value->form));
  if (value->form == FFH_FORM_NULL) {
    return;
  }
  ffh_out_char(out, ' ');
  switch ((ffh_form)value->form) {
    case FFH_FORM_STALE:
    case FFH_FORM_WRONG_TYPE:
    case FFH_FORM_WRONG_THREAD:
    case FFH_FORM_WRONG_STATE:
    case FFH_FORM_HAS_CHILDREN:
      print_variable(out, value->variable);
      break;
    case FFH_FORM_BAD_ENUM:
    case FFH_FORM_BAD_VERSION:
      print_integer(out, slot, value->number);
      break;
    case FFH_FORM_BAD_UTF8:
      print_bytes(out, value->bytes, value->size);
      break;
    default:
      ffh_out_unsigned(out, value->number);
      break;
  }
}

static bool is_printed(const ffh_function *function, const ffh_value *values, unsigned at) {
  const ffh_value *value = &values[at];
  switch (ffh_slot_class(function, at)) {
    case FFH_CLASS_DERIVED:
      return false;
    case FFH_CLASS_OUT:
    case FFH_CLASS_FIXED:
      return value->is_null || value->form != FFH_FORM_VALUE;
    case FFH_CLASS_ERROR:
      return value->variable != FFH_NO_VARIABLE || value->defines != FFH_NO_VARIABLE;
    case FFH_CLASS_DEFINE:
      return function->slots[at].param != FFH_PARAM_RESULT;
    case FFH_CLASS_STRUCT:
      if (value->is_null || value->form != FFH_FORM_VALUE) {
        return true;
      }
      for (unsigned i = at + 1; i < function->n_slots; i++) {
        if (function->slots[i].parent == at && is_printed(function, values, i)) {
          return true;
        }
      }
      return false;
    default:
      return true;
  }
}

static void print_fields(ffh_out *out, const ffh_function *function, const ffh_value *values,
                         uint16_t parent);

static void print_value(ffh_out *out, const ffh_function *function, const ffh_value *values,
                        unsigned at) {
  const ffh_slot *slot = &function->slots[at];
  const ffh_value *value = &values[at];
  if (value->is_null) {
    ffh_out_str(out, "null");
    return;
  }
  if (value->form != FFH_FORM_VALUE) {
    print_malformed(out, slot, value);
    return;
  }
  switch (ffh_slot_class(function, at)) {
    case FFH_CLASS_HANDLE:
      print_variable(out, value->variable);
      break;
    case FFH_CLASS_ERROR:
      if (value->variable != FFH_NO_VARIABLE) {
        print_variable(out, value->variable);
        ffh_out_str(out, value->defines != FFH_NO_VARIABLE ? " " : "");
      }
      if (value->defines != FFH_NO_VARIABLE) {
        ffh_out_str(out, "out ");
        print_variable(out, value->defines);
      }
      break;
    case FFH_CLASS_DEFINE:
      ffh_out_str(out, "out ");
      print_variable(out, value->defines);
      break;
    case FFH_CLASS_STRUCT:
      ffh_out_char(out, '{');
      print_fields(out, function, values, (uint16_t)at);
      ffh_out_char(out, '}');
      break;
    case FFH_CLASS_BUFFER:
      if (slot->kind == FFH_KIND_STRINGS) {
        print_strings(out, value);
      } else {
        print_bytes(out, value->bytes, value->size);
      }
      break;
    default:
      print_number(out, slot, value->number);
      break;
  }
}

/* The parameters (parent FFH_NONE) or the fields of one struct. */
static void print_fields(ffh_out *out, const ffh_function *function, const ffh_value *values,
                         uint16_t parent) {
  bool first = true;
  for (unsigned i = 0; i < function->n_slots; i++) {
    const ffh_slot *slot = &function->slots[i];
    if (slot->parent != parent || !is_printed(function, values, i)) {
      continue;
    }
    ffh_out_str(out, first ? "" : ", ");
    first = false;
    if (slot->name[0] != '\0') {
      ffh_out_str(out, slot->name);
    } else {
      ffh_out_char(out, '_');
      ffh_out_unsigned(out, i);
    }
    ffh_out_char(out, '=');
    print_value(out, function, values, i);
  }
}

void ffh_plan_print_call(const ffh_plan *plan, unsigned at, ffh_out *out) {
  const ffh_call *call = &plan->calls[at];
  const ffh_function *function = ffh_plan_function(plan, call);
  const ffh_value *values = ffh_plan_values(plan, call);
  ffh_thread_print(out, call->lane);
  ffh_out_str(out, ": ");
  if (function->result_slot != FFH_NONE &&
      values[function->result_slot].defines != FFH_NO_VARIABLE) {
    print_variable(out, values[function->result_slot].defines);
    ffh_out_str(out, " = ");
  }
  ffh_out_str(out, function->name);
  ffh_out_char(out, '(');
  print_fields(out, function, values, FFH_NONE);
  ffh_out_char(out, ')');
  if (call->fail != 0) {
    ffh_out_str(out, " fail=");
    ffh_out_unsigned(out, call->fail);
  }
}

static void print_weights(ffh_out *out, const ffh_schedule *schedule) {
  for (unsigned i = 0; i < schedule->n_weights; i++) {
    ffh_out_str(out, i == 0 ? " weights=" : ",");
    ffh_thread_print(out, schedule->weights[i].thread);
    ffh_out_char(out, ':');
    ffh_out_unsigned(out, schedule->weights[i].points);
  }
}

static void print_schedule(ffh_out *out, const ffh_schedule *schedule) {
  ffh_out_str(out, "schedule ");
  ffh_out_str(out, ffh_policy_name(schedule->policy));
  ffh_out_str(out, " seed=");
  ffh_out_hex(out, schedule->seed);
  ffh_out_str(out, " lanes=");
  ffh_out_unsigned(out, schedule->lanes);
  if (schedule->policy == FFH_POLICY_RANDOM) {
    ffh_out_str(out, " stickiness=");
    ffh_out_unsigned(out, schedule->stickiness);
  }
  ffh_out_str(out, " granularity=");
  ffh_out_str(out, ffh_granularity_name(schedule->granularity));
  if (schedule->policy == FFH_POLICY_PCT) {
    ffh_out_str(out, " depth=");
    ffh_out_unsigned(out, schedule->depth);
  }
  if (schedule->length != 0) {
    ffh_out_str(out, " length=");
    ffh_out_unsigned(out, schedule->length);
  }
  print_weights(out, schedule);
  if (schedule->warm != 0) {
    ffh_out_str(out, " warm=1");
  }
  if (schedule->again != 0) {
    ffh_out_str(out, " again=1");
  }
  if (schedule->exits != 0) {
    ffh_out_str(out, " exit=1");
  }
  ffh_out_char(out, '\n');
}

size_t ffh_plan_print(const ffh_plan *plan, char *text, size_t capacity) {
  ffh_out out = {text, 0, capacity, false};
  ffh_out_str(&out, "ffihammer plan 1 target=");
  ffh_out_str(&out, plan->target->name);
  ffh_out_char(&out, '\n');
  print_schedule(&out, &plan->schedule);
  for (unsigned i = 0; i < plan->n_calls; i++) {
    ffh_plan_print_call(plan, i, &out);
    ffh_out_char(&out, '\n');
  }
  for (unsigned i = 0; i < plan->schedule.n_switches; i++) {
    ffh_out_str(&out, "switch ");
    ffh_out_unsigned(&out, plan->schedule.switches[i].step);
    ffh_out_char(&out, ' ');
    ffh_thread_print(&out, plan->schedule.switches[i].thread);
    ffh_out_char(&out, '\n');
  }
  return out.truncated ? 0 : out.size;
}
