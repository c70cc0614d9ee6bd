/* The ownership table: one row for every value that crosses the boundary. */
#include <string.h>

#include "gen/emit.h"

typedef struct row {
  const char *function, *value, *type, *allocated, *freed, *ownership, *valid, *thread, *error;
  uint32_t line;
} row;

static bool takes(const ffh_gen_slot *slot) {
  const unsigned ends = FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS | FFH_SLOT_RELEASES;
  return slot->out.kind == FFH_KIND_HANDLE && (slot->out.flags & ends) != 0;
}

static bool destroys(const ffh_gen_slot *slot) {
  return takes(slot) && (slot->out.flags & FFH_SLOT_TRANSFERRED) == 0;
}

/* The function that plans use for it; of what only inner functions create or end, all that do. */
static const char *who(const ffh_model *model, uint16_t chosen, uint16_t type,
                       bool (*does)(const ffh_gen_slot *slot)) {
  if (chosen != FFH_NONE) {
    return model->functions[chosen].out.name;
  }
  const char *text = NULL;
  for (unsigned f = 0; f < model->n_functions; f++) {
    const ffh_gen_function *function = &model->functions[f];
    bool found = false;
    for (unsigned s = 0; ffh_model_is_inner(function) && s < function->out.n_slots; s++) {
      found |= function->slots[s].out.handle_type == type && does(&function->slots[s]);
    }
    if (found) {
      text = text == NULL ? function->out.name
                          : ffh_mem_format(model->source->mem, "%s, %s", text, function->out.name);
    }
  }
  return text;
}

static const char *destroyer(const ffh_model *model, uint16_t type) {
  const char *text = who(model, model->types[type].out.destroy_fn, type, destroys);
  const char *free_function = model->types[type].free_function;
  return text != NULL ? text : free_function != NULL ? free_function : "-";
}

static const char *creator(const ffh_model *model, uint16_t type) {
  const char *text = who(model, model->types[type].out.creator_fn, type, ffh_model_creates);
  return text == NULL ? "library" : text;
}

/* Until when it is valid, whoever ends it. */
static const char *until_freed(const ffh_model *model, const row *row) {
  return strcmp(row->freed, "-") == 0 ? "-"
                                      : ffh_mem_format(model->source->mem, "`%s`", row->freed);
}

static const char *policy(const ffh_model *model, unsigned threading, unsigned role) {
  switch (threading) {
    case FFH_THREADING_SHARED:
      return "any, at the same time";
    case FFH_THREADING_SERIAL:
      return "any, one at a time";
    case FFH_THREADING_CONFINED:
      return "the creating thread";
    case FFH_THREADING_ROLE:
      return ffh_mem_format(model->source->mem, "thread `%s`", model->roles[role]);
    default:
      return "any";
  }
}

static const char *thread_of(const ffh_model *model, const ffh_gen_function *function) {
  if (function->out.threading != FFH_THREADING_INHERIT) {
    return policy(model, function->out.threading, function->out.role);
  }
  /* The strictest of its handles. */
  const ffh_handle_type *strictest = NULL;
  for (unsigned i = 0; i < function->out.n_slots; i++) {
    const ffh_slot *slot = &function->slots[i].out;
    if (slot->kind == FFH_KIND_HANDLE && slot->handle_type != FFH_NONE) {
      const ffh_handle_type *type = &model->types[slot->handle_type].out;
      strictest = strictest == NULL || type->threading > strictest->threading ? type : strictest;
    }
  }
  return strictest == NULL ? "any" : policy(model, strictest->threading, strictest->role);
}

static const char *convention_of(const ffh_model *model, const ffh_gen_function *function) {
  ffh_mem *mem = model->source->mem;
  switch (function->out.error_kind) {
    case FFH_ERROR_BY_STATUS: {
      const char *text = ffh_mem_format(mem, "status %lld; else", (long long)function->out.success);
      for (unsigned i = 0; i < function->out.n_failures; i++) {
        text = ffh_mem_format(mem, "%s %lld", text, (long long)function->failures[i]);
      }
      return function->out.n_failures == 0 ? ffh_mem_format(mem, "%s any other", text) : text;
    }
    case FFH_ERROR_BY_NULL:
      return "NULL";
    case FFH_ERROR_BY_OUT:
      return ffh_mem_format(mem, "message in `%s`",
                            function->slots[function->out.error_slot].out.name);
    case FFH_ERROR_BY_ERRNO:
      return "errno";
    default:
      return "none";
  }
}

static const char *error_of(const ffh_model *model, const ffh_gen_function *function) {
  const char *text = convention_of(model, function);
  for (unsigned i = 0; i < function->out.n_slots; i++) {
    const ffh_slot *slot = &function->slots[i].out;
    if (slot->kind == FFH_KIND_ERROR && function->out.error_kind != FFH_ERROR_BY_OUT) {
      text = ffh_mem_format(model->source->mem, "%s; message in `%s`", text, slot->name);
    }
  }
  if ((function->out.flags & FFH_FN_NO_MEMORY) == 0) {
    return text;
  }
  if ((function->out.flags & FFH_FN_NO_MEMORY_STATUS) == 0) {
    return ffh_mem_format(model->source->mem, "%s; survives without memory", text);
  }
  return ffh_mem_format(model->source->mem, "%s; %lld without memory", text,
                        (long long)function->out.no_memory_status);
}

static const char *until_of(const ffh_model *model, const ffh_gen_function *function,
                            const ffh_gen_slot *slot) {
  ffh_mem *mem = model->source->mem;
  const char *handle =
      slot->out.until_slot == FFH_NONE ? "it" : function->slots[slot->out.until_slot].out.name;
  switch (slot->out.until) {
    case FFH_UNTIL_NEXT_CALL:
      return ffh_mem_format(mem, "the next call on `%s`", handle);
    case FFH_UNTIL_DESTROY:
      return ffh_mem_format(mem, "`%s` is destroyed", handle);
    case FFH_UNTIL_CALL: {
      const char *text = "a call of";
      for (unsigned i = 0; i < slot->out.n_until_fns; i++) {
        text = ffh_mem_format(mem, "%s%s `%s`", text, i == 0 ? "" : ",",
                              model->functions[slot->until_fns[i]].out.name);
      }
      bool lent = slot->out.kind == FFH_KIND_VIEW && slot->out.until_slot != FFH_NONE;
      return lent ? ffh_mem_format(mem, "%s, or `%s` is destroyed", text, handle) : text;
    }
    case FFH_UNTIL_FOREVER:
      return "the process ends";
    default:
      return "the call returns";
  }
}

static void describe_handle(const ffh_model *model, const ffh_gen_function *function,
                            const ffh_gen_slot *slot, row *row) {
  const ffh_slot *out = &slot->out;
  row->allocated = creator(model, out->handle_type);
  row->freed = destroyer(model, out->handle_type);
  if (ffh_model_creates(slot)) {
    row->allocated = "this call";
    row->ownership = "owned by the caller";
    row->valid = until_freed(model, row);
    if (function->out.child_of != FFH_NONE) {
      row->ownership = ffh_mem_format(model->source->mem, "owned by the caller, child of `%s`",
                                      function->slots[function->out.child_of].out.name);
    }
    if (function->out.dies_with != FFH_NONE) {
      row->valid = ffh_mem_format(model->source->mem, "`%s` is destroyed",
                                  function->slots[function->out.dies_with].out.name);
    }
  } else if (takes(slot)) {
    row->freed = "this call";
    row->ownership = (out->flags & FFH_SLOT_CONSUMES_ON_SUCCESS) != 0 ? "consumed on success"
                     : (out->flags & FFH_SLOT_RELEASES) != 0          ? "released"
                                                                      : "consumed";
    if (out->partner != FFH_NONE) {
      row->ownership = ffh_mem_format(model->source->mem, "%s, with its length in `%s`",
                                      row->ownership, function->slots[out->partner].out.name);
    }
    row->valid = "this call";
  } else {
    row->ownership = out->until == FFH_UNTIL_RETURN ? "borrowed" : "kept by the library";
    row->valid = until_of(model, function, slot);
  }
}

static void describe_view(const ffh_model *model, const ffh_gen_slot *slot, row *row) {
  const ffh_note *function = ffh_words_find(slot->notes, FFH_W_RETURNS_FUNCTION);
  row->allocated = row->freed = "library";
  if (slot->out.until != FFH_UNTIL_FOREVER) {
    row->ownership = "borrowed";
  } else if (ffh_words_find(slot->notes, FFH_W_RETURNS_STATIC) != NULL) {
    row->ownership = "static";
  } else if (function != NULL) {
    row->allocated = row->freed = "-";
    row->ownership = ffh_mem_format(model->source->mem, "the function `%s`", function->args[0]);
  } else { /* of an inner function, whose pointers need no words */
    row->allocated = row->freed = row->ownership = row->valid = "not said";
  }
}

static void describe(const ffh_model *model, const ffh_gen_function *function,
                     const ffh_gen_slot *slot, row *row) {
  bool output = slot->out.direction == FFH_DIR_OUT;
  row->value = slot->out.name;
  row->type = slot->type->spelling;
  row->line = slot->out.line;
  row->allocated = row->freed = "caller";
  row->ownership = slot->out.until == FFH_UNTIL_RETURN ? "borrowed" : "kept by the library";
  row->valid = until_of(model, function, slot);
  switch (slot->out.kind) {
    case FFH_KIND_HANDLE:
      describe_handle(model, function, slot, row);
      break;
    case FFH_KIND_OWNED:
    case FFH_KIND_ERROR:
      row->allocated = "this call";
      row->freed = destroyer(model, slot->out.handle_type);
      row->ownership = "owned by the caller";
      row->valid = until_freed(model, row);
      break;
    case FFH_KIND_VIEW:
      describe_view(model, slot, row);
      break;
    case FFH_KIND_CALLBACK:
      row->valid = slot->callback != NULL && slot->callback->out.until == FFH_UNTIL_DESTROY
                       ? "its handle is destroyed"
                       : "the call returns";
      row->ownership =
          slot->callback != NULL && slot->callback->out.once ? "runs exactly once" : "may run";
      break;
    case FFH_KIND_BYTES:
    case FFH_KIND_ARRAY:
    case FFH_KIND_STRINGS:
    case FFH_KIND_TEXT:
    case FFH_KIND_PATH:
    case FFH_KIND_STRUCT:
      row->ownership = output ? "filled by the library" : row->ownership;
      break;
    default:
      row->allocated = row->freed = "-";
      row->ownership = "by value";
      row->valid = "-";
  }
}

static void print_row(const row *row, bool json, bool first, FILE *out) {
  const char *const names[] = {"function",  "value",       "type",   "allocated_by", "freed_by",
                               "ownership", "valid_until", "thread", "error"};
  const char *const cells[] = {row->function,  row->value, row->type,   row->allocated, row->freed,
                               row->ownership, row->valid, row->thread, row->error};
  if (!json) {
    fprintf(out, "| `%s` | `%s` | `%s` |", row->function, row->value, row->type);
    for (size_t i = 3; i < sizeof cells / sizeof cells[0]; i++) {
      fprintf(out, " %s |", cells[i]);
    }
    fprintf(out, " %u |\n", row->line);
    return;
  }
  fputs(first ? "\n    {" : ",\n    {", out);
  for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
    fprintf(out, "\"%s\": ", names[i]);
    ffh_emit_json_text(out, cells[i]);
    fputs(", ", out);
  }
  fprintf(out, "\"line\": %u}", row->line);
}

/* An inner function that frees memory: its parameter has no slot. */
static bool describe_free(const ffh_model *model, const ffh_gen_function *function, row *row) {
  uint16_t memory = ffh_model_memory(model, function->out.name);
  const ffh_proto *proto = function->proto;
  for (unsigned i = 0; memory != FFH_NONE && i < proto->n_params; i++) {
    if (ffh_words_find(&proto->params[i].notes, FFH_W_CONSUMES) != NULL) {
      row->value = proto->params[i].name;
      row->type = proto->params[i].type->spelling;
      row->allocated = creator(model, memory);
      row->freed = row->valid = "this call";
      row->ownership = "consumed";
      return true;
    }
  }
  return false;
}

/* A function without a value that belongs to anybody. */
static void describe_whole(const ffh_model *model, const ffh_gen_function *function, row *row) {
  row->line = function->out.line;
  if (ffh_model_is_inner(function) && describe_free(model, function, row)) {
    return;
  }
  row->value = "-";
  row->type = function->proto->type->target->spelling;
  row->allocated = row->freed = row->valid = "-";
  row->ownership = "nothing but numbers";
  if ((function->out.flags & FFH_FN_EXCLUDED) != 0) {
    row->ownership = ffh_mem_format(model->source->mem, "never called: %s", function->out.excluded);
  } else if ((function->out.flags & FFH_FN_LEGACY) != 0) {
    row->ownership = "never called: a legacy function that is observed";
  } else if (ffh_model_is_shadow(function)) {
    row->ownership = "called only as a shadow";
  }
}

static unsigned print_function(const ffh_model *model, const ffh_gen_function *function, bool json,
                               unsigned n_rows, FILE *out) {
  row row = {.function = function->out.name,
             .thread = thread_of(model, function),
             .error = error_of(model, function),
             .line = function->out.line};
  unsigned printed = 0;
  for (unsigned i = 0; i < function->out.n_slots; i++) {
    const ffh_gen_slot *slot = &function->slots[i];
    describe(model, function, slot, &row);
    bool plain = strcmp(row.ownership, "by value") == 0;
    if (!plain) {
      print_row(&row, json, n_rows + printed == 0, out);
      printed++;
    }
  }
  if (printed == 0) {
    describe_whole(model, function, &row);
    print_row(&row, json, n_rows == 0, out);
    printed = 1;
  }
  return n_rows + printed;
}

/* How many functions the caller has, and how many inner ones stand behind them. */
static void print_totals(const ffh_model *model, bool json, FILE *out) {
  unsigned inner = 0;
  for (unsigned i = 0; i < model->n_functions; i++) {
    inner += ffh_model_is_inner(&model->functions[i]);
  }
  unsigned exported = model->n_functions - inner;
  if (json) {
    fprintf(out, ",\n  \"functions\": %u,\n  \"inner_functions\": %u", exported, inner);
  } else {
    fprintf(out, "From %s: %u function%s", model->contract, exported, exported == 1 ? "" : "s");
    if (inner != 0) {
      fprintf(out, ", and %u inner (`FFH_LEGACY`)", inner);
    }
    fputs(".\n\n", out);
  }
}

void ffh_emit_table(const ffh_model *model, bool json, FILE *out) {
  if (json) {
    fputs("{\n  \"target\": ", out);
    ffh_emit_json_text(out, model->name);
    fputs(",\n  \"contract\": ", out);
    ffh_emit_json_text(out, model->contract);
    print_totals(model, json, out);
    fputs(",\n  \"rows\": [", out);
  } else {
    fprintf(out, "# Ownership at the boundary of %s\n\n", model->name);
    print_totals(model, json, out);
    fputs(
        "| function | value | type | allocated by | freed by | owned or borrowed | valid until | "
        "thread | error | line |\n|---|---|---|---|---|---|---|---|---|---|\n",
        out);
  }
  unsigned n = 0;
  for (unsigned i = 0; i < model->n_functions; i++) {
    n = print_function(model, &model->functions[i], json, n, out);
  }
  if (json) {
    fputs("\n  ]\n}\n", out);
  }
}
