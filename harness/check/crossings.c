#include "check/crossings.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "ffh/target.h"

/* A type's name as the Itanium C++ ABI mangles it: "i", "St13runtime_error", "N5store5errorE".
 * False, with nothing written, for what is longer than that (templates). */
static bool print_type(const char *mangled, ffh_out *out) {
  const char *at = mangled;
  bool nested = *at == 'N';
  at += nested;
  bool of_std = at[0] == 'S' && at[1] == 't';
  at += of_std ? 2 : 0;
  ffh_out name = *out;
  ffh_out_str(&name, of_std ? "std::" : "");
  for (bool first = true; *at >= '1' && *at <= '9'; first = false) {
    size_t size = 0;
    while (*at >= '0' && *at <= '9' && size < sizeof(((ffh_verdict *)NULL)->message)) {
      size = size * 10 + (size_t)(*at++ - '0');
    }
    ffh_out_str(&name, first ? "" : "::");
    if (strnlen(at, size) < size) {
      return false;
    }
    ffh_out_bytes(&name, at, size);
    at += size;
  }
  bool whole = at != mangled && at[0] == (nested ? 'E' : '\0') && (!nested || at[1] == '\0');
  if (whole) {
    *out = name;
  }
  return whole;
}

static void print_thrown(const ffh_unwound *unwound, ffh_out *out) {
  if (unwound->how == FFH_UNWINDING_RUST) {
    ffh_out_str(out, "a Rust panic");
  } else if (unwound->how == FFH_UNWINDING_FOREIGN) {
    ffh_out_str(out, "an exception of another language than C++ and Rust");
  } else {
    ffh_out_str(out, "a C++ exception");
    if (unwound->type != NULL) {
      ffh_out_str(out, " of type ");
      if (!print_type(unwound->type, out)) {
        ffh_out_str(out, unwound->type);
      }
    }
  }
}

static void judge_callback(const ffh_unwound *unwound, ffh_out *out) {
  bool facade = unwound->edge->to == FFH_SIDE_LIBRARY;
  ffh_out_str(out, facade ? "the facade's callback " : "the implementation of the callback ");
  ffh_out_str(out, unwound->edge->name);
  if (unwound->how == FFH_UNWINDING_JUMP) {
    ffh_out_str(out, " was left by longjmp");
  } else if (unwound->how == FFH_UNWINDING_THREAD) {
    ffh_out_str(out, " was left by the end of its thread (pthread_exit or a cancellation)");
  } else {
    ffh_out_str(out, " threw ");
    print_thrown(unwound, out);
  }
  ffh_out_str(out, ": callbacks must return");
}

static ffh_rule judge_call(const ffh_unwound *unwound, ffh_out *out) {
  const char *name = unwound->edge->name;
  switch (unwound->how) {
    case FFH_UNWINDING_THREAD:
      ffh_out_str(out, name);
      ffh_out_str(out, " ended the thread that called it (pthread_exit or a cancellation)");
      return FFH_THREAD_EXIT;
    case FFH_UNWINDING_JUMP:
      ffh_out_str(out, "longjmp left ");
      ffh_out_str(out, name);
      ffh_out_str(out, ", which a callback had called, and with it the callback");
      return FFH_LONGJMP;
    default:
      print_thrown(unwound, out);
      ffh_out_str(out, " left ");
      ffh_out_str(out, name);
      return FFH_UNWIND;
  }
}

/* How many frames lead from the language's own machinery to who threw. */
static unsigned machinery(const ffh_unwound *unwound) {
  enum { CXX_FRAMES = 2, RUST_FRAMES = 8, KEPT = 6 };
  if (unwound->how != FFH_UNWINDING_RUST) {
    return unwound->n_frames > CXX_FRAMES ? CXX_FRAMES : 0;
  }
  unsigned most = unwound->n_frames > KEPT ? unwound->n_frames - KEPT : 0;
  return most < RUST_FRAMES ? most : RUST_FRAMES;
}

static void add_stack(const ffh_unwound *unwound, ffh_verdict *verdict) {
  if (unwound->n_frames == 0) {
    return;
  }
  static const char *const titles[] = {[FFH_UNWINDING_CXX] = "thrown",
                                       [FFH_UNWINDING_RUST] = "panicked",
                                       [FFH_UNWINDING_FOREIGN] = "thrown",
                                       [FFH_UNWINDING_THREAD] = "ended",
                                       [FFH_UNWINDING_JUMP] = "jumped"};
  ffh_evidence *evidence = &verdict->evidence[verdict->n_evidence++];
  ffh_out title = {evidence->title, 0, sizeof evidence->title, false};
  ffh_out_str(&title, titles[unwound->how]);
  for (unsigned i = machinery(unwound); i < unwound->n_frames; i++) {
    if (evidence->n_frames < FFH_EVIDENCE_FRAMES) {
      evidence->frames[evidence->n_frames++] = unwound->frames[i];
    }
  }
}

void ffh_crossings_check(const ffh_unwound *unwound, ffh_verdict *verdict) {
  *verdict = (ffh_verdict){.rule = FFH_CALLBACK_ESCAPE, .slot = FFH_NONE};
  ffh_out out = {verdict->message, 0, sizeof verdict->message, false};
  if (unwound->edge->kind == FFH_EDGE_CALLBACK) {
    judge_callback(unwound, &out);
  } else {
    verdict->rule = judge_call(unwound, &out);
  }
  add_stack(unwound, verdict);
}
