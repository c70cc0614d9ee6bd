#include "check/failing.h"

#include <string.h>

/* What the call returned when memory lasted would be another run: only its status can be judged. */
void ffh_failing_check(const ffh_frame *frame, ffh_verdict *verdict) {
  const ffh_function *function = frame->function;
  verdict->rule = FFH_RULE_NONE;
  if (frame->failing.failed == 0 || frame->outcome != FFH_OUTCOME_FAILED ||
      (function->flags & FFH_FN_NO_MEMORY_STATUS) == 0 ||
      frame->status == function->no_memory_status) {
    return;
  }
  verdict->rule = FFH_ALLOC_FAILURE_STATUS;
  verdict->slot = function->result_slot;
  verdict->n_evidence = 0;
  ffh_out text = {verdict->message, 0, sizeof verdict->message, false};
  ffh_out_str(&text, "returned ");
  ffh_out_signed(&text, frame->status);
  ffh_out_str(&text, " when an allocation failed: the contract says ");
  ffh_out_signed(&text, function->no_memory_status);
}

void ffh_failing_evidence(const ffh_failing *failing, ffh_verdict *verdict) {
  if (failing->failed == 0 || failing->n_frames == 0 || verdict->n_evidence == FFH_MAX_EVIDENCE) {
    return;
  }
  ffh_evidence *one = &verdict->evidence[verdict->n_evidence++];
  ffh_out title = {one->title, 0, sizeof one->title, false};
  ffh_out_str(&title, "allocation ");
  ffh_out_unsigned(&title, failing->failed);
  ffh_out_str(&title, " was made to fail here");
  one->n_frames = failing->n_frames < FFH_EVIDENCE_FRAMES ? failing->n_frames : FFH_EVIDENCE_FRAMES;
  memcpy(one->frames, failing->frames, one->n_frames * sizeof one->frames[0]);
}
