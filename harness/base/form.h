/* The words for malformed forms, as contracts, plans and messages write them. */
#ifndef FFH_BASE_FORM_H
#define FFH_BASE_FORM_H

#ifdef __cplusplus
extern "C" {
#endif

/* By ffh_form (ffh/target.h); "unknown" for what is none. Static storage. */
const char *ffh_form_name(unsigned form);

#ifdef __cplusplus
}
#endif

#endif
