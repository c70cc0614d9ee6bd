#include "check/lasterror.h"

#include <string.h>

#include "base/id.h"
#include "base/utf8.h"
#include "plan/thread.h"

/* ---- reading ---- */

static void read_text(const ffh_frame *frame, uint16_t slot, ffh_said *said) {
  size_t size = 0;
  const uint8_t *text = ffh_frame_memory(frame, slot, &size);
  said->present = text != NULL && size != 0;
  if (text == NULL) {
    return;
  }
  said->size = (uint32_t)size;
  said->is_utf8 =
      (frame->function->slots[slot].flags & FFH_SLOT_UTF8) == 0 || ffh_utf8_is_valid(text, size);
  said->digest = ffh_id_bytes(FFH_ID_BASIS, text, size);
  memcpy(said->text, text, size < FFH_SAID_TEXT ? size : FFH_SAID_TEXT);
}

void ffh_last_error_read(const ffh_function *by, ffh_word result, ffh_said *said) {
  *said = (ffh_said){.by = by, .is_utf8 = true};
  const ffh_slot *slot = &by->slots[by->result_slot];
  bool memory = slot->kind == FFH_KIND_VIEW || slot->kind == FFH_KIND_OWNED;
  if (memory && slot->lo == 1 && slot->handle_type == FFH_NONE) {
    static ffh_frame frame; /* the baton's */
    frame.function = by;
    frame.result = result;
    frame.outcome = FFH_OUTCOME_OK;
    said->is_text = true;
    read_text(&frame, by->result_slot, said);
  } else if (memory || slot->kind == FFH_KIND_HANDLE) {
    said->present = result.p != NULL;
  } else {
    said->number = ffh_frame_read(slot, &result);
    int64_t none = slot->kind == FFH_KIND_STATUS ? by->success : 0;
    said->present = said->number != none;
  }
}

static bool is_same(const ffh_said *a, const ffh_said *b) {
  return a->present == b->present && a->number == b->number && a->size == b->size &&
         a->digest == b->digest;
}

/* ---- telling ---- */

static void tell_said(ffh_out *out, const ffh_said *said) {
  if (!said->present) {
    ffh_out_str(out, "nothing");
  } else if (said->is_text) {
    size_t size = said->size < FFH_SAID_TEXT ? said->size : FFH_SAID_TEXT;
    ffh_out_json(out, said->text, size < 40 ? size : 40);
    ffh_out_str(out, size < 40 ? "" : "...");
  } else if (said->number != 0) {
    ffh_out_signed(out, said->number);
  } else {
    ffh_out_str(out, "a pointer");
  }
}

static void tell_call(ffh_out *out, unsigned lane, uint16_t call, const ffh_function *function) {
  ffh_out_str(out, "lane ");
  ffh_thread_print(out, lane);
  ffh_out_str(out, ", call ");
  ffh_out_unsigned(out, call);
  ffh_out_str(out, " (");
  ffh_out_str(out, function->name);
  ffh_out_str(out, ")");
}

static ffh_out add_evidence(ffh_verdict *verdict) {
  ffh_evidence *one = &verdict->evidence[verdict->n_evidence++];
  one->n_frames = 0;
  one->title[0] = '\0';
  return (ffh_out){one->title, 0, sizeof one->title, false};
}

static void tell_record(ffh_verdict *verdict, const ffh_last_error *record, const char *how) {
  ffh_out out = add_evidence(verdict);
  tell_call(&out, record->lane, record->call, record->function);
  ffh_out_str(&out, how);
  tell_said(&out, &record->said);
}

static ffh_out begin(ffh_verdict *verdict, ffh_rule rule) {
  verdict->rule = rule;
  verdict->slot = FFH_NONE;
  verdict->n_evidence = 0;
  return (ffh_out){verdict->message, 0, sizeof verdict->message, false};
}

/* ---- the rules ---- */

void ffh_last_error_failed(const ffh_frame *frame, const ffh_said *said, const ffh_past *past,
                           ffh_last_error *record, ffh_verdict *verdict) {
  *record = (ffh_last_error){.function = frame->function,
                             .call = frame->index,
                             .lane = frame->lane,
                             .events = past->n_events,
                             .said = *said};
  verdict->rule = FFH_RULE_NONE;
  if (said->present && said->is_utf8) {
    return;
  }
  ffh_out out = begin(verdict, FFH_LAST_ERROR_RULE);
  ffh_out_str(&out, "failed, and ");
  ffh_out_str(&out, said->by->name);
  ffh_out_str(&out, said->present ? " delivers text that is not UTF-8"
                                  : " delivers no error on the thread that made the call");
}

/* The failure of another lane whose error this thread reads now; else the last call of another lane
 * that came back meanwhile. */
static void tell_who(ffh_verdict *verdict, const ffh_last_error *record, const ffh_said *said,
                     const ffh_last_error *others, unsigned n_others, const ffh_past *past) {
  for (unsigned i = 0; i < n_others; i++) {
    const ffh_last_error *other = &others[i];
    if (other->function != NULL && other->lane != record->lane && other->events >= record->events &&
        other->said.by == said->by && is_same(&other->said, said)) {
      tell_record(verdict, other, " failed meanwhile with ");
      return;
    }
  }
  for (uint32_t i = past->n_events; i > record->events; i--) {
    const ffh_event *event = &past->events[i - 1];
    if (event->lane != record->lane && event->outcome != FFH_OUTCOME_SKIPPED) {
      ffh_out out = add_evidence(verdict);
      tell_call(&out, event->lane, event->call, &past->target->functions[event->function]);
      ffh_out_str(&out, " ran meanwhile");
      return;
    }
  }
}

void ffh_last_error_again(const ffh_last_error *record, const ffh_said *said,
                          const ffh_last_error *others, unsigned n_others, const ffh_past *past,
                          ffh_verdict *verdict) {
  verdict->rule = FFH_RULE_NONE;
  if (is_same(&record->said, said)) {
    return;
  }
  ffh_out out = begin(verdict, FFH_LAST_ERROR_RULE);
  ffh_out_str(&out, said->by->name);
  ffh_out_str(&out, " changed before the thread's next call: ");
  tell_said(&out, &record->said);
  ffh_out_str(&out, " became ");
  tell_said(&out, said);
  tell_record(verdict, record, " failed with ");
  tell_who(verdict, record, said, others, n_others, past);
}

void ffh_errno_check(const ffh_frame *frame, ffh_verdict *verdict) {
  verdict->rule = FFH_RULE_NONE;
  if (frame->function->error_kind == FFH_ERROR_BY_ERRNO && frame->outcome == FFH_OUTCOME_FAILED &&
      frame->error_number == 0) {
    ffh_out out = begin(verdict, FFH_ERRNO_UNSET);
    ffh_out_str(&out, "failed and left errno 0");
  }
}
