/* Whose a block of memory is and what call it comes from, in words, for messages and evidence. On
 * the running thread; nothing here allocates. */
#ifndef FFH_RUN_WORDS_H
#define FFH_RUN_WORDS_H

#include "boundary/event.h"
#include "boundary/frame.h"
#include "check/verdict.h"
#include "hooks/alloc.h"

/* What became of that call of the present input; NULL while it runs. */
const ffh_event *ffh_run_words_event(uint16_t call);

/* That call while it runs; NULL before and after. */
const ffh_frame *ffh_run_words_frame(uint16_t call);

/* "in call 3, pricing_quote, of lane B" */
void ffh_run_words_call(ffh_out *out, uint16_t call);

/* The same with the inner function, FFH_NONE for none: "in core_text (contract:12), in call 3, ..."
 */
void ffh_run_words_where(ffh_out *out, uint16_t inner, uint16_t call);

/* "freed on the caller's side " */
void ffh_run_words_side(ffh_out *out, const char *verb, uint8_t side);

/* "24 bytes aligned to 8" */
void ffh_run_words_layout(ffh_out *out, uint64_t size, uint32_t align);

/* Evidence: where the block was allocated; where the calling thread is freeing it, for the function
 * that the hook told of it. */
void ffh_run_words_allocation(ffh_verdict *verdict, const ffh_block *block);
void ffh_run_words_free(ffh_verdict *verdict, const ffh_freeing *freeing);

#endif
