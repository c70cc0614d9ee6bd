/* Every function of the suite: it takes nothing and returns 0, or does not come back. */
#ifndef FFH_TESTS_SCHEDULES_CONTRACT_H
#define FFH_TESTS_SCHEDULES_CONTRACT_H

#include <ffh/contract.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SUITE(name, language, findings, summary) \
  FFH_STATUS(0) int32_t name##_bad(void);        \
  FFH_STATUS(0) int32_t name##_good(void);
#include "programs.def"
#undef SUITE

#ifdef __cplusplus
}
#endif

#endif
