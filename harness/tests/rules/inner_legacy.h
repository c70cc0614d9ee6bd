/* What the facade calls behind the contract's back. */
#ifndef RULES_INNER_LEGACY_H
#define RULES_INNER_LEGACY_H

#ifdef __cplusplus
extern "C" {
#endif

/* Ends what core_keep has taken over. */
void rules_core_drop(void);
/* Ends a parcel. */
void rules_core_unpack(void *parcel);

#ifdef __cplusplus
}
#endif

#endif
