/* What a checker says: a rule that does not hold, and where. */
#ifndef FFH_CHECK_VERDICT_H
#define FFH_CHECK_VERDICT_H

#include <stdint.h>

#include "base/out.h"

typedef enum ffh_rule {
  FFH_RULE_NONE = 0,
#define FFH_RULE(symbol, id, severity, meaning, advice, pattern) symbol,
#include "ffh/rules.def"
#undef FFH_RULE
  FFH_RULE_COUNT
} ffh_rule;

typedef struct ffh_rule_info {
  const char *id, *meaning, *advice;
} ffh_rule_info;

/* Indexed by ffh_rule; FFH_RULE_NONE has empty texts. */
extern const ffh_rule_info ffh_rule_infos[FFH_RULE_COUNT];

/* Who did what, where: "allocated on the library's side by T1", and the stack of it. */
enum { FFH_EVIDENCE_FRAMES = 12, FFH_MAX_EVIDENCE = 8 };

typedef struct ffh_evidence {
  char title[112];
  uint8_t n_frames;
  uintptr_t frames[FFH_EVIDENCE_FRAMES]; /* return addresses, innermost first */
} ffh_evidence;

typedef struct ffh_verdict {
  ffh_rule rule; /* FFH_RULE_NONE: nothing to report */
  uint16_t slot; /* the parameter, field or result it is about, FFH_NONE for the whole call */
  char message[256];
  uint8_t n_evidence; /* in the order in which it is told */
  ffh_evidence evidence[FFH_MAX_EVIDENCE];
} ffh_verdict;

#endif
