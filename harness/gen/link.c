#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "gen/build.h"

static const char *slot_name(const ffh_gen_function *function, uint16_t index) {
  return index == FFH_NONE ? function->out.name : function->slots[index].out.name;
}

static uint16_t look_up(const ffh_gen_function *function, uint16_t from, const char *name) {
  uint16_t parent = from == FFH_NONE ? FFH_NONE : function->slots[from].out.parent;
  if (from != FFH_NONE && function->slots[from].out.param == FFH_PARAM_RESULT) {
    parent = FFH_NONE;
  }
  for (uint16_t i = 0; i < function->out.n_slots; i++) {
    const ffh_slot *slot = &function->slots[i].out;
    if (slot->parent == parent && strcmp(slot->name, name) == 0) {
      return i;
    }
  }
  return FFH_NONE;
}

uint16_t ffh_build_find(ffh_build *build, const ffh_gen_function *function, uint16_t from,
                        const ffh_note *note, const char *name) {
  uint16_t found = look_up(function, from, name);
  if (found == FFH_NONE && strcmp(name, "result") == 0) {
    found = function->out.result_slot;
  }
  if (found == FFH_NONE) {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_NO_PARAM,
                 "%s on '%s': there is no parameter or field '%s'", ffh_words_macro(note->word),
                 slot_name(function, from), name);
  }
  return found;
}

/* ---- lengths ---- */

/* Memory that goes back: its length is the one that came with it, and no other buffer's. */
static bool is_freed(const ffh_slot *slot) {
  return slot->kind == FFH_KIND_HANDLE && slot->direction == FFH_DIR_IN;
}

static bool is_count(const ffh_slot *slot) {
  return slot->kind == FFH_KIND_INT || slot->kind == FFH_KIND_LENGTH ||
         slot->kind == FFH_KIND_CAPACITY || slot->kind == FFH_KIND_WRITTEN;
}

/* Gives the integer slot a role. False after a diagnostic. */
static bool claim(ffh_build *build, ffh_gen_function *function, uint16_t index,
                  const ffh_note *note, ffh_kind kind, uint16_t partner) {
  ffh_gen_slot *slot = &function->slots[index];
  if (!is_count(&slot->out)) {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_LENGTH_TYPE,
                 "%s names '%s', which is not an integer", ffh_words_macro(note->word),
                 slot->out.name);
    return false;
  }
  bool others =
      slot->out.kind == FFH_KIND_LENGTH && (is_freed(&function->slots[partner].out) ||
                                            is_freed(&function->slots[slot->out.partner].out));
  if ((slot->out.kind != FFH_KIND_INT && slot->out.kind != kind) || others) {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_LENGTH_ROLE, "%s: '%s' already is %s",
                 ffh_words_macro(note->word), slot->out.name,
                 others ? "the length of something else" : "another kind of length");
    return false;
  }
  bool indirect = (slot->out.flags & FFH_SLOT_INDIRECT) != 0;
  bool field = slot->out.param == FFH_PARAM_FIELD;
  bool result = slot->out.param == FFH_PARAM_RESULT;
  bool wrong = kind == FFH_KIND_WRITTEN
                   ? (!indirect && !field && !result) || (slot->out.flags & FFH_SLOT_CONST) != 0
                   : (indirect && slot->out.direction != FFH_DIR_INOUT) || result;
  if (wrong) {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_LENGTH_TYPE, "%s: '%s' %s",
                 ffh_words_macro(note->word), slot->out.name,
                 kind == FFH_KIND_WRITTEN ? "cannot be written by the callee"
                                          : "is a pointer or the result: the callee reads it");
    return false;
  }
  if (slot->out.kind == FFH_KIND_INT) {
    slot->out.kind = (uint8_t)kind;
    slot->out.partner = partner;
    slot->out.lo = 0;
    slot->out.hi = 0;
    ffh_build_cap(build, slot);
  }
  if (kind == FFH_KIND_WRITTEN) {
    slot->out.direction = FFH_DIR_OUT;
  }
  slot->needs_direction = false;
  return true;
}

static const ffh_note *length_note(const ffh_gen_slot *slot) {
  static const ffh_word_id words[] = {FFH_W_BYTES, FFH_W_ARRAY, FFH_W_STRINGS, FFH_W_CAPACITY};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    const ffh_note *note = ffh_slot_note(slot, words[i]);
    if (note != NULL) {
      return note;
    }
  }
  return NULL;
}

/* Of memory that goes back: FFH_LENGTH is as good as FFH_ARRAY. */
static void link_freed(ffh_build *build, ffh_gen_function *function, uint16_t index) {
  ffh_gen_slot *slot = &function->slots[index];
  const ffh_note *note = length_note(slot);
  note = note != NULL ? note : ffh_slot_note(slot, FFH_W_LENGTH);
  if (note == NULL || (function->out.flags & FFH_FN_LEGACY) != 0) {
    return; /* an inner function's numbers have no slots */
  }
  if (build->model->types[slot->out.handle_type].free_function == NULL ||
      note->word == FFH_W_CAPACITY) {
    ffh_diag_add(build->diags, slot->place, FFH_DIAG_NOT_POINTER, "'%s' has %s, and is %s",
                 slot->out.name, ffh_words_macro(note->word),
                 note->word == FFH_W_CAPACITY ? "memory that goes back" : "a handle");
    return;
  }
  uint16_t length = ffh_build_find(build, function, index, note, note->args[0]);
  if (length != FFH_NONE && claim(build, function, length, note, FFH_KIND_LENGTH, index)) {
    slot->out.partner = length;
    slot->out.lo = note->word == FFH_W_BYTES;
  }
}

static void link_lengths_array(ffh_build *build, ffh_gen_function *function, uint16_t index,
                               const ffh_note *note) {
  const char *name = note->args[1];
  if (name[0] == '\0' || strcmp(name, "none") == 0) {
    return; /* each string ends at its NUL */
  }
  uint16_t lengths = ffh_build_find(build, function, index, note, name);
  if (lengths == FFH_NONE) {
    return;
  }
  ffh_gen_slot *slot = &function->slots[lengths];
  if (slot->out.kind != FFH_KIND_INT || (slot->out.flags & FFH_SLOT_INDIRECT) == 0 ||
      slot->out.direction != FFH_DIR_IN) {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_LENGTH_TYPE,
                 "FFH_STRINGS: '%s' is not an array of lengths to be read", name);
    return;
  }
  slot->out.kind = FFH_KIND_LENGTHS;
  slot->out.flags &= (uint16_t)~(FFH_SLOT_INDIRECT | FFH_SLOT_CONST);
  slot->out.partner = index;
  slot->out.lo = slot->out.hi = 0;
  slot->needs_direction = false;
  function->slots[index].out.partner2 = lengths;
}

static void link_length(ffh_build *build, ffh_gen_function *function, uint16_t index) {
  ffh_slot *slot = &function->slots[index].out;
  const ffh_note *note = length_note(&function->slots[index]);
  bool text = slot->kind == FFH_KIND_TEXT || slot->kind == FFH_KIND_PATH;
  if (is_freed(slot)) {
    link_freed(build, function, index);
    return;
  }
  if (note == NULL || text || slot->param == FFH_PARAM_RESULT) {
    return;
  }
  bool output = slot->direction == FFH_DIR_OUT;
  int64_t fixed;
  if (output && look_up(function, index, note->args[0]) == FFH_NONE &&
      ffh_consts_value(build->source, note->args[0], &fixed) && fixed > 0) {
    slot->hi = fixed;
    return;
  }
  uint16_t length = ffh_build_find(build, function, index, note, note->args[0]);
  if (length == FFH_NONE) {
    return;
  }
  bool shared = output && function->slots[length].out.kind == FFH_KIND_LENGTH;
  ffh_kind kind = output && !shared ? FFH_KIND_CAPACITY : FFH_KIND_LENGTH;
  if (claim(build, function, length, note, kind, index)) {
    slot->partner = length;
  }
  if (slot->kind == FFH_KIND_STRINGS) {
    link_lengths_array(build, function, index, note);
  }
}

static void link_written(ffh_build *build, ffh_gen_function *function, uint16_t index) {
  const ffh_gen_slot *slot = &function->slots[index];
  const ffh_note *written = ffh_slot_note(slot, FFH_W_WRITTEN);
  const ffh_note *length = ffh_slot_note(slot, FFH_W_LENGTH);
  bool memory = slot->out.kind == FFH_KIND_OWNED || slot->out.kind == FFH_KIND_VIEW;
  if ((function->out.flags & FFH_FN_LEGACY) != 0) {
    return; /* nobody reads what an inner function delivers, and its numbers have no slots */
  }
  if (length != NULL && !memory && !is_freed(&slot->out)) {
    ffh_diag_add(build->diags, slot->place, FFH_DIAG_VIEW_LENGTH,
                 "'%s' has FFH_LENGTH and delivers no memory", slot->out.name);
    return;
  }
  const ffh_note *note = written != NULL ? written : memory ? length : NULL;
  if (note == NULL || (slot->out.param == FFH_PARAM_RESULT && length == NULL)) {
    return;
  }
  if (!memory && slot->out.direction == FFH_DIR_IN) {
    ffh_diag_add(build->diags, slot->place, FFH_DIAG_CONFLICT,
                 "'%s' has FFH_WRITTEN and is not written", slot->out.name);
    return;
  }
  uint16_t found = ffh_build_find(build, function, index, note, note->args[0]);
  if (found == FFH_NONE || (function->slots[found].out.kind == FFH_KIND_CAPACITY &&
                            function->slots[found].out.direction == FFH_DIR_INOUT)) {
    return; /* one in-out number says both how much fits and how much was written */
  }
  (void)claim(build, function, found, note, FFH_KIND_WRITTEN, index);
}

/* ---- relations between handles ---- */

static uint16_t find_handle(ffh_build *build, const ffh_gen_function *function, uint16_t from,
                            const ffh_note *note) {
  uint16_t found = ffh_build_find(build, function, from, note, note->args[0]);
  if (found != FFH_NONE && function->slots[found].out.kind != FFH_KIND_HANDLE) {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_NEEDS_HANDLE, "%s: '%s' is not a handle",
                 ffh_words_macro(note->word), note->args[0]);
    return FFH_NONE;
  }
  return found;
}

static void check_handle_words(ffh_build *build, const ffh_gen_slot *slot) {
  static const ffh_word_id words[] = {
      FFH_W_PARENT_OF, FFH_W_BELONGS_TO, FFH_W_RETAINS,  FFH_W_RELEASES,
      FFH_W_NEEDS,     FFH_W_BECOMES,    FFH_W_HANDOVER, FFH_W_CONSUMES_ON_SUCCESS};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (slot->out.kind != FFH_KIND_HANDLE && slot->out.param >= 0 &&
        ffh_slot_note(slot, words[i]) != NULL) {
      ffh_diag_add(build->diags, slot->place, FFH_DIAG_NEEDS_HANDLE, "'%s' has %s, but no handle",
                   slot->out.name, ffh_words_macro(words[i]));
    }
  }
  unsigned ends = ffh_slot_note(slot, FFH_W_CONSUMES) != NULL;
  ends += ffh_slot_note(slot, FFH_W_CONSUMES_ON_SUCCESS) != NULL;
  ends += ffh_slot_note(slot, FFH_W_RELEASES) != NULL;
  ends += ffh_slot_note(slot, FFH_W_RETAINS) != NULL;
  ends += ffh_slot_note(slot, FFH_W_KEPT_UNTIL) != NULL;
  if (ends > 1) {
    ffh_diag_add(build->diags, slot->place, FFH_DIAG_CONFLICT,
                 "'%s' is consumed, retained, released or kept in more than one way",
                 slot->out.name);
  }
}

static void link_handle(ffh_build *build, ffh_gen_function *function, uint16_t index) {
  ffh_gen_slot *slot = &function->slots[index];
  if (slot->out.param == FFH_PARAM_RESULT) {
    return;
  }
  check_handle_words(build, slot);
  const ffh_note *parent = ffh_slot_note(slot, FFH_W_PARENT_OF);
  const ffh_note *belongs = ffh_slot_note(slot, FFH_W_BELONGS_TO);
  if (parent != NULL && slot->out.kind == FFH_KIND_HANDLE) {
    slot->out.parent_of = find_handle(build, function, index, parent);
  }
  if (belongs != NULL && slot->out.kind == FFH_KIND_HANDLE) {
    slot->out.belongs_to = find_handle(build, function, index, belongs);
  }
  const ffh_note *needs = ffh_slot_note(slot, FFH_W_NEEDS);
  const ffh_note *becomes = ffh_slot_note(slot, FFH_W_BECOMES);
  if (needs != NULL) {
    slot->out.needs = ffh_build_state(build, needs->args[0]);
  }
  if (becomes != NULL) {
    slot->out.becomes = ffh_build_state(build, becomes->args[0]);
  }
}

static uint16_t created_slot(const ffh_gen_function *function) {
  for (uint16_t i = 0; i < function->out.n_slots; i++) {
    if (function->slots[i].out.kind == FFH_KIND_HANDLE && ffh_model_creates(&function->slots[i])) {
      return i;
    }
  }
  return FFH_NONE;
}

static void link_function(ffh_build *build, ffh_gen_function *function) {
  uint16_t created = created_slot(function);
  const struct {
    ffh_word_id word;
    uint16_t *slot;
  } relations[] = {{FFH_W_CHILD_OF, &function->out.child_of},
                   {FFH_W_DIES_WITH, &function->out.dies_with},
                   {FFH_W_INHERITS, &function->out.inherits}};
  for (size_t i = 0; i < sizeof relations / sizeof relations[0]; i++) {
    const ffh_note *note = ffh_words_find(&function->proto->notes, relations[i].word);
    if (note == NULL) {
      continue;
    }
    if (created == FFH_NONE) {
      ffh_diag_add(build->diags, note->place, FFH_DIAG_NEEDS_HANDLE,
                   "'%s' has %s, but creates no handle", function->out.name,
                   ffh_words_macro(note->word));
      continue;
    }
    *relations[i].slot = find_handle(build, function, FFH_NONE, note);
  }
  const ffh_note *becomes = ffh_words_find(&function->proto->notes, FFH_W_BECOMES);
  if (becomes != NULL && created != FFH_NONE) {
    function->slots[created].out.becomes = ffh_build_state(build, becomes->args[0]);
  } else if (becomes != NULL) {
    ffh_diag_add(build->diags, becomes->place, FFH_DIAG_NEEDS_HANDLE,
                 "'%s' has FFH_BECOMES, but creates no handle", function->out.name);
  }
}

/* ---- what is left over ---- */

/* An input that must hold every buffer of its calls cannot reach any cap. */
static void check_cap(ffh_build *build, const ffh_gen_function *function,
                      const ffh_gen_slot *slot) {
  ffh_kind kind = (ffh_kind)slot->out.kind;
  bool length = kind == FFH_KIND_LENGTH || kind == FFH_KIND_CAPACITY;
  bool buffer = kind == FFH_KIND_BYTES || kind == FFH_KIND_ARRAY || kind == FFH_KIND_STRINGS ||
                kind == FFH_KIND_TEXT || kind == FFH_KIND_PATH;
  if (ffh_slot_note(slot, FFH_W_MAX) == NULL || (!length && !buffer)) {
    return;
  }
  const ffh_slot *of = length ? &function->slots[slot->out.partner].out : &slot->out;
  int64_t room = kind == FFH_KIND_CAPACITY ? FFH_MAX_PLAN_BYTES : FFH_MAX_PLAN_BYTES / 2;
  int64_t most = of->kind == FFH_KIND_ARRAY && of->size != 0 ? room / of->size : room;
  most = of->kind == FFH_KIND_STRINGS ? FFH_MAX_STRINGS : most;
  if (slot->out.hi > most) {
    ffh_diag_add(build->diags, slot->place, FFH_DIAG_CAP,
                 "'%s': FFH_MAX(%.100s) is more than an input holds; the harness stops at %lld",
                 slot->out.name, ffh_slot_note(slot, FFH_W_MAX)->args[0], (long long)most);
  }
}

static void finish(ffh_build *build, ffh_gen_function *function, uint16_t index) {
  ffh_gen_slot *slot = &function->slots[index];
  if (slot->needs_direction) {
    ffh_diag_add(build->diags, slot->place, FFH_DIAG_DIRECTION,
                 "'%s' points to a number, to be read or written", slot->out.name);
  }
  if (slot->out.kind == FFH_KIND_CONST && slot->out.parent != FFH_NONE &&
      ffh_slot_note(slot, FFH_W_STRUCT_SIZE) != NULL) {
    slot->out.lo = (int64_t)function->slots[slot->out.parent].out.size;
    slot->out.flags |= FFH_SLOT_STRUCT_SIZE;
  }
  if (slot->out.kind == FFH_KIND_CONST) {
    slot->out.hi = slot->out.lo;
  }
  check_cap(build, function, slot);
  bool counts = slot->out.kind == FFH_KIND_INT && ffh_slot_note(slot, FFH_W_MAX) != NULL;
  if (counts) {
    ffh_diag_add(build->diags, slot->place, FFH_DIAG_MAX,
                 "'%s' is a number, not a length: use FFH_RANGE", slot->out.name);
  }
  if (slot->out.kind == FFH_KIND_USERDATA) {
    bool any = false;
    for (uint16_t i = 0; i < function->out.n_slots; i++) {
      any |= function->slots[i].out.kind == FFH_KIND_CALLBACK;
    }
    if (!any) {
      ffh_diag_add(build->diags, slot->place, FFH_DIAG_USERDATA,
                   "'%s' is user data, and the function takes no callback", slot->out.name);
    }
  }
}

void ffh_build_link(ffh_build *build, ffh_gen_function *function) {
  uint16_t n = function->out.n_slots;
  for (uint16_t i = 0; i < n; i++) {
    if (function->slots[i].out.direction != FFH_DIR_OUT) {
      link_length(build, function, i);
    }
  }
  for (uint16_t i = 0; i < n; i++) {
    if (function->slots[i].out.direction == FFH_DIR_OUT) {
      link_length(build, function, i);
    }
  }
  for (uint16_t i = 0; i < n; i++) {
    link_written(build, function, i);
    link_handle(build, function, i);
    ffh_build_until(build, function, i);
    if (function->slots[i].out.kind == FFH_KIND_CALLBACK) {
      ffh_build_link_callback(build, function, i);
    }
  }
  link_function(build, function);
  for (uint16_t i = 0; i < n; i++) {
    finish(build, function, i);
  }
}
