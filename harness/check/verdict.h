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

typedef struct ffh_verdict {
  ffh_rule rule; /* FFH_RULE_NONE: nothing to report */
  uint16_t slot; /* the parameter, field or result it is about, FFH_NONE for the whole call */
  char message[256];
} ffh_verdict;

#endif
