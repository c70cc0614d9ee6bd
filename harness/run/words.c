#include "run/words.h"

#include <unwind.h>

#include "plan/thread.h"
#include "run/state.h"

const ffh_event *ffh_run_words_event(uint16_t call) {
  for (uint32_t i = ffh_now.n_events; i-- > 0;) {
    if (ffh_now.events[i].call == call) {
      return &ffh_now.events[i];
    }
  }
  return NULL;
}

const ffh_frame *ffh_run_words_frame(uint16_t call) {
  for (uint64_t left = ffh_now.in_flight; left != 0; left &= left - 1) {
    const ffh_frame *frame = &ffh_now.frames[__builtin_ctzll(left)];
    if (frame->index == call) {
      return frame;
    }
  }
  return NULL;
}

/* "call 3, pricing_quote, of lane B" */
void ffh_run_words_call(ffh_out *out, uint16_t call) {
  const ffh_event *event = ffh_run_words_event(call);
  const ffh_frame *frame = event == NULL ? ffh_run_words_frame(call) : NULL;
  if (call == FFH_NONE || (event == NULL && frame == NULL)) {
    ffh_out_str(out, "outside of any call");
    return;
  }
  ffh_out_str(out, "in call ");
  ffh_out_unsigned(out, call);
  ffh_out_str(out, ", ");
  ffh_out_str(out, event != NULL ? ffh_setup.target->functions[event->function].name
                                 : frame->function->name);
  ffh_out_str(out, ", of lane ");
  ffh_thread_print(out, event != NULL ? event->lane : frame->lane);
}

/* "in core_text (contract:12), in call 3, pricing_quote, of lane B" */
void ffh_run_words_where(ffh_out *out, uint16_t inner, uint16_t call) {
  if (inner != FFH_NONE) {
    const ffh_function *function = &ffh_setup.target->functions[inner];
    ffh_out_str(out, "in ");
    ffh_out_str(out, function->name);
    ffh_out_str(out, " (contract:");
    ffh_out_unsigned(out, function->line);
    ffh_out_str(out, call == FFH_NONE ? ")" : "), ");
  }
  if (inner == FFH_NONE || call != FFH_NONE) {
    ffh_run_words_call(out, call);
  }
}

/* Whose a block is need not be who allocated it: the contract may have handed it over. */
void ffh_run_words_side(ffh_out *out, const char *verb, uint8_t side) {
  ffh_out_str(out, verb);
  ffh_out_str(out, " the ");
  ffh_out_str(out, ffh_side_name(side));
  ffh_out_str(out, "'s side ");
}

void ffh_run_words_layout(ffh_out *out, uint64_t size, uint32_t align) {
  ffh_out_unsigned(out, size);
  ffh_out_str(out, " bytes");
  if (align != 0) {
    ffh_out_str(out, " aligned to ");
    ffh_out_unsigned(out, align);
  }
}

static ffh_evidence *next_evidence(ffh_verdict *verdict, ffh_out *title) {
  ffh_evidence *one = &verdict->evidence[verdict->n_evidence++];
  *title = (ffh_out){one->title, 0, sizeof one->title, false};
  return one;
}

void ffh_run_words_allocation(ffh_verdict *verdict, const ffh_block *block) {
  ffh_out title;
  ffh_evidence *one = next_evidence(verdict, &title);
  ffh_run_words_side(&title, "allocated for", block->side);
  ffh_run_words_where(&title, block->inner, block->call);
  for (one->n_frames = 0; one->n_frames < block->n_frames; one->n_frames++) {
    one->frames[one->n_frames] = block->frames[one->n_frames];
  }
}

typedef struct walk {
  ffh_evidence *into;
  unsigned skip;
} walk;

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *at, void *context) {
  walk *it = context;
  if (it->skip != 0) {
    it->skip--;
    return _URC_NO_REASON;
  }
  it->into->frames[it->into->n_frames++] = _Unwind_GetIP(at);
  return it->into->n_frames == FFH_EVIDENCE_FRAMES ? _URC_END_OF_STACK : _URC_NO_REASON;
}

/* By the unwinder: the sanitizer's own functions, which lie in between, have no frame pointers. */
__attribute__((noinline)) void ffh_run_words_free(ffh_verdict *verdict,
                                                  const ffh_freeing *freeing) {
  ffh_out title;
  ffh_evidence *one = next_evidence(verdict, &title);
  ffh_run_words_side(&title, "freed on", freeing->side);
  ffh_run_words_where(&title, ffh_block_inner_here(), freeing->call);
  walk here = {one, 3}; /* without this function, the one that was told, and the hook */
  _Unwind_Backtrace(add_frame, &here);
}
