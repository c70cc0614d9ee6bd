#include <string.h>

#include "base/form.h"
#include "gen/build.h"

static const ffh_note *word_of(const ffh_gen_function *function, ffh_word_id word) {
  return ffh_words_find(&function->proto->notes, word);
}

static void refuse(ffh_build *build, const ffh_gen_function *function, ffh_diag_id id,
                   const char *what) {
  ffh_diag_add(build->diags, function->proto->place, id, "'%s' %s", function->out.name, what);
}

/* ---- threads and states ---- */

static uint16_t intern(ffh_build *build, const char ***names, unsigned *n, const char *name) {
  for (unsigned i = 0; i < *n; i++) {
    if (strcmp((*names)[i], name) == 0) {
      return (uint16_t)i;
    }
  }
  const char **items = *names;
  items = ffh_mem_more(build->mem, items, *n, sizeof *items);
  items[(*n)++] = name;
  *names = items;
  return (uint16_t)(*n - 1);
}

static bool is_name(const char *text) {
  for (const char *at = text; *at != '\0'; at++) {
    bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || *at == '_';
    if (!letter && (at == text || *at < '0' || *at > '9')) {
      return false;
    }
  }
  return text[0] != '\0';
}

uint16_t ffh_build_state(ffh_build *build, const char *name) {
  return intern(build, &build->model->states, &build->model->n_states, name);
}

uint8_t ffh_build_role(ffh_build *build, const ffh_note *note, const char *name) {
  if (!is_name(name) || build->model->n_roles >= 200) {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_BAD_ARG, "%s: '%s' is not a role's name",
                 ffh_words_macro(note->word), name);
    return 0;
  }
  return (uint8_t)intern(build, &build->model->roles, &build->model->n_roles, name);
}

bool ffh_build_policy(ffh_build *build, const ffh_note *note, uint8_t *threading, uint8_t *role) {
  static const char *const policies[] = {"FFH_SHARED", "FFH_SERIAL", "FFH_CONFINED"};
  if (note->n_args == 0) {
    return false; /* reported with the word */
  }
  for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
    if (strcmp(note->args[0], policies[i]) == 0) {
      *threading = (uint8_t)i;
      return true;
    }
  }
  const char *name, *inside;
  if (ffh_words_call(build->mem, note->args[0], &name, &inside) && inside != NULL &&
      strcmp(name, "FFH_THREAD") == 0) {
    *threading = FFH_THREADING_ROLE;
    *role = ffh_build_role(build, note, inside);
    return true;
  }
  ffh_diag_add(build->diags, note->place, FFH_DIAG_BAD_ARG,
               "%s(%s): the policies are FFH_SHARED, FFH_SERIAL, FFH_CONFINED and FFH_THREAD(role)",
               ffh_words_macro(note->word), note->args[0]);
  return false;
}

/* ---- errors ---- */

static ffh_gen_slot *result_of(const ffh_gen_function *function) {
  return function->out.result_slot == FFH_NONE ? NULL : &function->slots[function->out.result_slot];
}

static bool status_value(ffh_build *build, const ffh_gen_function *function, const char *text,
                         int64_t *value) {
  const ffh_slot *result = &result_of(function)->out;
  if (!ffh_consts_value(build->source, text, value)) {
    return false;
  }
  unsigned drop = 64 - result->size * 8;
  uint64_t bits = (uint64_t)*value << drop;
  bool is_signed = (result->flags & FFH_SLOT_SIGNED) != 0;
  int64_t stored = is_signed ? (int64_t)bits >> drop : (int64_t)(bits >> drop);
  if (stored != *value) {
    ffh_diag_add(build->diags, function->proto->place, FFH_DIAG_RANGE_TYPE,
                 "'%s': status %s does not fit the result's %u bytes", function->out.name, text,
                 result->size);
    return false;
  }
  return true;
}

static bool is_failure(const ffh_gen_function *function, int64_t value) {
  for (unsigned i = 0; i < function->out.n_failures; i++) {
    if (function->failures[i] == value) {
      return true;
    }
  }
  return false;
}

static void set_status(ffh_build *build, ffh_gen_function *function, const ffh_note *note) {
  ffh_gen_slot *result = result_of(function);
  if (result == NULL || (result->out.kind != FFH_KIND_INT && result->out.kind != FFH_KIND_ENUM)) {
    refuse(build, function, FFH_DIAG_STATUS_RESULT, "has FFH_STATUS, but no integer result");
    return;
  }
  function->out.error_kind = FFH_ERROR_BY_STATUS;
  function->out.error_slot = function->out.result_slot;
  result->out.kind = FFH_KIND_STATUS;
  unsigned n = 0;
  for (unsigned i = 0; i < note->n_args; i++) {
    int64_t value;
    if (!status_value(build, function, note->args[i], &value)) {
      continue;
    }
    if (i == 0) {
      function->out.success = value;
    } else if (value == function->out.success || is_failure(function, value)) {
      ffh_diag_add(build->diags, function->proto->place, FFH_DIAG_STATUS_VALUE,
                   "'%s' states the status %s twice", function->out.name, note->args[i]);
    } else {
      *FFH_MEM_PUSH(build->mem, function->failures, n) = value;
      function->out.n_failures = (uint16_t)n;
    }
  }
}

/* The slot of the error message, FFH_NONE where there is none. */
static uint16_t find_message(ffh_build *build, const ffh_gen_function *function) {
  uint16_t message = FFH_NONE;
  for (uint16_t i = 0; i < function->out.n_slots; i++) {
    const ffh_gen_slot *slot = &function->slots[i];
    if (slot->out.kind != FFH_KIND_ERROR) {
      continue;
    }
    if (message != FFH_NONE) {
      refuse(build, function, FFH_DIAG_CONFLICT, "has more than one error message");
    }
    message = i;
    if (ffh_slot_note(slot, FFH_W_IN) != NULL ||
        ffh_slot_note(slot, FFH_W_OUT_ON_SUCCESS) != NULL ||
        (ffh_slot_note(slot, FFH_W_OUT) != NULL && ffh_slot_note(slot, FFH_W_INOUT) != NULL)) {
      ffh_diag_add(build->diags, slot->place, FFH_DIAG_CONFLICT,
                   "'%s' is an error message: FFH_OUT, or FFH_INOUT where an old one goes in",
                   slot->out.name);
    }
  }
  return message;
}

/* With a message beside them, the other conventions decide whether the call failed. */
static void set_error(ffh_build *build, ffh_gen_function *function) {
  const ffh_note *status = word_of(function, FFH_W_STATUS);
  const ffh_note *null = word_of(function, FFH_W_ERROR_NULL);
  const ffh_note *error_number = word_of(function, FFH_W_ERRNO);
  uint16_t message = find_message(build, function);
  if ((status != NULL) + (null != NULL) + (error_number != NULL) > 1) {
    refuse(build, function, FFH_DIAG_CONFLICT, "has more than one error convention");
  }
  const ffh_gen_slot *result = result_of(function);
  bool pointer = result != NULL && result->type->kind == FFH_C_POINTER;
  bool integer = result != NULL && result->out.kind <= FFH_KIND_FLAGS;
  if (status != NULL) {
    set_status(build, function, status);
  } else if (null != NULL) {
    function->out.error_kind = FFH_ERROR_BY_NULL;
    if (!pointer) {
      refuse(build, function, FFH_DIAG_STATUS_RESULT, "has FFH_ERROR_NULL, but returns no pointer");
    }
  } else if (error_number != NULL) {
    function->out.error_kind = FFH_ERROR_BY_ERRNO;
    if (!pointer && !integer) {
      refuse(build, function, FFH_DIAG_STATUS_RESULT,
             "has FFH_ERRNO, but its result cannot say that it failed");
    }
  } else if (message != FFH_NONE) {
    function->out.error_kind = FFH_ERROR_BY_OUT;
    function->out.error_slot = message;
  }
}

static void set_on_error(ffh_build *build, ffh_gen_function *function) {
  static const char *const names[] = {"", "untouched", "zeroed", "defined"};
  const ffh_note *note = word_of(function, FFH_W_ON_ERROR);
  if (note == NULL) {
    return;
  }
  for (size_t i = 1; i < sizeof names / sizeof names[0]; i++) {
    if (strcmp(note->args[0], names[i]) == 0) {
      function->out.on_error = (uint8_t)i;
    }
  }
  if (function->out.on_error == FFH_ON_ERROR_UNSTATED) {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_BAD_ARG,
                 "FFH_ON_ERROR(%s): outputs are untouched, zeroed or defined", note->args[0]);
  } else if (function->out.error_kind == FFH_ERROR_NONE) {
    refuse(build, function, FFH_DIAG_REJECT_STATUS, "has FFH_ON_ERROR, but no way to fail");
  }
  for (uint16_t i = 0; i < function->out.n_slots; i++) {
    bool success_only = (function->slots[i].out.flags & FFH_SLOT_ON_SUCCESS) != 0;
    if (success_only && function->out.on_error > FFH_ON_ERROR_UNTOUCHED) {
      ffh_diag_add(build->diags, function->slots[i].place, FFH_DIAG_CONFLICT,
                   "'%s' is written on success only, and %s on failure",
                   function->slots[i].out.name, names[function->out.on_error]);
    }
  }
}

static bool is_a_failure(const ffh_gen_function *function, int64_t value) {
  return function->out.n_failures == 0 ? value != function->out.success
                                       : is_failure(function, value);
}

static const char *failures_of(ffh_build *build, const ffh_gen_function *function);

static void set_alloc_failure(ffh_build *build, ffh_gen_function *function) {
  const ffh_note *note = word_of(function, FFH_W_ALLOC_FAILURE);
  if (note == NULL) {
    return;
  }
  function->out.flags |= FFH_FN_NO_MEMORY;
  if (strcmp(note->args[0], "any") == 0) {
    return;
  }
  if (function->out.error_kind != FFH_ERROR_BY_STATUS) {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_BAD_ARG,
                 "FFH_ALLOC_FAILURE(%s): '%s' has no FFH_STATUS; use any", note->args[0],
                 function->out.name);
  } else if (status_value(build, function, note->args[0], &function->out.no_memory_status)) {
    function->out.flags |= FFH_FN_NO_MEMORY_STATUS;
    if (!is_a_failure(function, function->out.no_memory_status)) {
      ffh_diag_add(build->diags, function->proto->place, FFH_DIAG_REJECT_STATUS,
                   "'%s' runs out of memory with %s, which is not one of its failures%s",
                   function->out.name, note->args[0], failures_of(build, function));
    }
  }
}

/* ---- rejections ---- */

static bool find_form(const char *name, uint8_t *form) {
  for (unsigned i = 1; i < FFH_FORM_COUNT; i++) {
    if (strcmp(ffh_form_name(i), name) == 0) {
      *form = (uint8_t)i;
      return true;
    }
  }
  return false;
}

static const char *failures_of(ffh_build *build, const ffh_gen_function *function) {
  const char *text = "";
  for (unsigned i = 0; i < function->out.n_failures && i < 16; i++) {
    text = ffh_mem_format(build->mem, "%s%s%lld", text, i == 0 ? ": " : ", ",
                          (long long)function->failures[i]);
  }
  return text;
}

static void add_rejection(ffh_build *build, ffh_gen_function *function, const ffh_note *note,
                          const char *text) {
  const char *colon = strchr(text, ':');
  size_t size = colon == NULL ? strlen(text) : (size_t)(colon - text);
  while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t')) {
    size--;
  }
  const char *name = ffh_mem_text(build->mem, text, size);
  ffh_rejection rejection = {0};
  if (!find_form(name, &rejection.form) || (function->out.rejects & (1u << rejection.form)) != 0) {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_BAD_ARG,
                 "FFH_REJECTS(%s): the forms are null, stale, wrong_type, wrong_thread, bad_enum, "
                 "bad_utf8, length_mismatch, oversized, wrong_state, bad_version and has_children, "
                 "each once",
                 text);
    return;
  }
  if (colon != NULL) {
    const char *value = colon + 1 + strspn(colon + 1, " \t\n");
    if (function->out.error_kind != FFH_ERROR_BY_STATUS) {
      refuse(build, function, FFH_DIAG_REJECT_STATUS,
             "names the status of a refusal, but has no FFH_STATUS");
    } else if (status_value(build, function, value, &rejection.status)) {
      rejection.has_status = 1;
      if (!is_a_failure(function, rejection.status)) {
        ffh_diag_add(build->diags, function->proto->place, FFH_DIAG_REJECT_STATUS,
                     "'%s' refuses %s with %s, which is not one of its failures%s",
                     function->out.name, name, value, failures_of(build, function));
      }
    }
  }
  unsigned n = function->out.n_rejections;
  *FFH_MEM_PUSH(build->mem, function->rejections, n) = rejection;
  function->out.n_rejections = (uint16_t)n;
  function->out.rejects |= 1u << rejection.form;
}

static void set_rejections(ffh_build *build, ffh_gen_function *function) {
  const ffh_note *note = word_of(function, FFH_W_REJECTS);
  for (unsigned i = 0; note != NULL && i < note->n_args; i++) {
    add_rejection(build, function, note, note->args[i]);
  }
  if (note != NULL && function->out.error_kind == FFH_ERROR_NONE) {
    refuse(build, function, FFH_DIAG_REJECT_STATUS, "has FFH_REJECTS, but no way to refuse");
  }
}

/* ---- functions that speak of other functions ---- */

static uint16_t other(ffh_build *build, const ffh_gen_function *function, ffh_word_id word) {
  const ffh_note *note = word_of(function, word);
  if (note == NULL) {
    return FFH_NONE;
  }
  uint16_t found = ffh_model_function(build->model, note->args[0]);
  if (found == FFH_NONE) {
    ffh_diag_add(build->diags, note->place, FFH_DIAG_NO_FUNCTION,
                 "%s names '%s', which is not in the contract", ffh_words_macro(word),
                 note->args[0]);
  }
  return found;
}

void ffh_build_conduct(ffh_build *build, ffh_gen_function *function) {
  const ffh_note *callable = word_of(function, FFH_W_CALLABLE);
  if (callable != NULL) {
    (void)ffh_build_policy(build, callable, &function->out.threading, &function->out.role);
  }
  function->out.when_fn = other(build, function, FFH_W_WHEN);
  function->out.shadow_fn = other(build, function, FFH_W_SHADOW);
  function->out.last_error_fn = other(build, function, FFH_W_LAST_ERROR);
  set_error(build, function);
  set_on_error(build, function);
  set_alloc_failure(build, function);
  set_rejections(build, function);
}
