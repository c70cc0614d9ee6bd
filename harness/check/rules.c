#include "check/verdict.h"

const ffh_rule_info ffh_rule_infos[FFH_RULE_COUNT] = {
    [FFH_RULE_NONE] = {"", "", ""},
#define FFH_RULE(symbol, id, severity, meaning, advice, pattern) [symbol] = {id, meaning, advice},
#include "ffh/rules.def"
#undef FFH_RULE
};
