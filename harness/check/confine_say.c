#include "check/confine_say.h"

#include <string.h>

_Static_assert((int)FFH_EVIDENCE_FRAMES == (int)FFH_INNER_FRAMES, "copied as they are");

static void put_thread(const ffh_confine *state, ffh_out *out, ffh_actor thread, bool none) {
  state->print(out, thread);
  const char *between = " (plays ";
  bool any = false;
  for (uint16_t i = 0; i < state->target->n_roles; i++) {
    if (state->roles[i].player.id == thread.id && thread.id != 0) {
      ffh_out_str(out, between);
      ffh_out_str(out, state->target->roles[i]);
      between = ", ";
      any = true;
    }
  }
  ffh_out_str(out, any ? ")" : none && state->target->n_roles != 0 ? " (plays no role)" : "");
}

static void put_function(ffh_out *out, const ffh_function *function) {
  ffh_out_str(out, function->name);
  ffh_out_str(out, " (contract line ");
  ffh_out_unsigned(out, function->line);
  ffh_out_str(out, ")");
}

void ffh_say_deed(const ffh_confine *state, ffh_verdict *verdict, const char *what,
                  const ffh_deed *deed) {
  if (deed->function == NULL || verdict->n_evidence == FFH_MAX_EVIDENCE) {
    return;
  }
  ffh_evidence *evidence = &verdict->evidence[verdict->n_evidence++];
  ffh_out out = {evidence->title, 0, sizeof evidence->title, false};
  ffh_out_str(&out, what);
  ffh_out_str(&out, " by ");
  put_function(&out, deed->function);
  ffh_out_str(&out, " on ");
  put_thread(state, &out, deed->thread, true);
  evidence->n_frames = deed->n_frames;
  memcpy(evidence->frames, deed->frames, sizeof deed->frames);
}

void ffh_say_begin(const ffh_confine *state, const ffh_inner_event *event, ffh_rule rule,
                   const char *what, ffh_verdict *verdict) {
  verdict->rule = rule;
  verdict->slot = FFH_NONE;
  verdict->n_evidence = 0;
  ffh_out out = {verdict->message, 0, sizeof verdict->message, false};
  put_function(&out, event->function);
  ffh_out_str(&out, " on ");
  put_thread(state, &out, event->thread, false);
  ffh_out_str(&out, ": ");
  ffh_deed deed = {event->thread, event->function, event->n_frames, {0}};
  memcpy(deed.frames, event->frames, sizeof deed.frames);
  ffh_say_deed(state, verdict, what, &deed);
}

static ffh_out message_of(ffh_verdict *verdict) {
  return (ffh_out){verdict->message, strlen(verdict->message), sizeof verdict->message, false};
}

void ffh_say_add(ffh_verdict *verdict, const char *text) {
  ffh_out out = message_of(verdict);
  ffh_out_str(&out, text);
}

void ffh_say_thread(const ffh_confine *state, ffh_verdict *verdict, ffh_actor thread) {
  ffh_out out = message_of(verdict);
  put_thread(state, &out, thread, false);
}
