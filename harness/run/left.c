/* What an input leaves behind: memory that is lost, and memory that piles up. */
#include "hooks/leak.h"
#include "run/memory.h"
#include "run/state.h"
#include "run/words.h"

enum {
  GROWTH_RUNS = 8,
  GROWTH_ALWAYS = 16, /* inputs that leave memory and are run again in any case */
  GROWTH_LATER_EVERY = 64
};

static bool may_grow; /* the last input has left blocks that can be reached */

void ffh_run_memory_begin_input(void) {
  may_grow = false;
  ffh_alloc_begin_input();
}

static void say_block(ffh_out *out, const ffh_block *block) {
  ffh_run_words_layout(out, block->size, block->align);
  ffh_run_words_side(out, " allocated for", block->side);
  ffh_run_words_where(out, block->inner, block->call);
  const ffh_event *event = ffh_run_words_event(block->call);
  if (block->call != FFH_NONE && event != NULL && event->outcome == FFH_OUTCOME_FAILED) {
    ffh_out_str(out, ", which failed");
  }
}

/* Of the blocks that are lost, those that this input allocated. */
typedef struct loss {
  uint64_t count, bytes;
  ffh_block oldest;
} loss;

static loss sum_up(ffh_leak_lost lost) {
  loss sum = {.count = 0};
  for (uint32_t i = 0; i < lost.n; i++) {
    ffh_block block;
    if (ffh_alloc_find((const void *)lost.addresses[i], &block)) {
      if (sum.count == 0 || block.sequence < sum.oldest.sequence) {
        sum.oldest = block;
      }
      sum.count++;
      sum.bytes += block.size;
    }
  }
  return sum;
}

static void say_left(ffh_verdict *verdict, const loss *sum, const char *are) {
  ffh_out message = {verdict->message, 0, sizeof verdict->message, false};
  ffh_out_unsigned(&message, sum->count);
  ffh_out_str(&message, sum->count == 1 ? " block, " : " blocks, ");
  ffh_out_unsigned(&message, sum->bytes);
  ffh_out_str(&message, " bytes in all, ");
  ffh_out_str(&message, are);
  ffh_out_str(&message, "; the oldest: ");
  say_block(&message, &sum->oldest);
  ffh_run_words_allocation(verdict, &sum->oldest);
}

static void report_leak(void) {
  ffh_verdict verdict = {.rule = FFH_LEAK, .slot = FFH_NONE};
  loss sum = sum_up(ffh_leak_blocks());
  if (sum.count != 0) {
    say_left(&verdict, &sum, "can be reached by nobody any more");
  } else { /* of an earlier input, of a thread of the harness, or not listed */
    ffh_out message = {verdict.message, 0, sizeof verdict.message, false};
    ffh_out_str(&message, "memory is left");
  }
  ffh_run_report(&verdict, NULL);
}

void ffh_run_memory_end_input(void) {
  int64_t live = ffh_alloc_live();
  switch (ffh_leak_end_input(live, ffh_setup.options.check_every_leak)) {
    case FFH_LEAK_FOUND:
      report_leak();
      break;
    case FFH_LEAK_NONE:
      may_grow = live > 0;
      break;
    case FFH_LEAK_NOT_ASKED: /* what is left may be a cache: running it again tells */
      may_grow = live > 0 && !ffh_leak_can_ask();
      break;
  }
}

/* ---- growth ---- */

static bool see_left(const ffh_block *block, void *context) {
  loss *sum = context;
  if (sum->count++ == 0) {
    sum->oldest = *block;
  }
  sum->bytes += block->size;
  return true;
}

static void report_growth(void) {
  ffh_verdict verdict = {.rule = FFH_GROWTH, .slot = FFH_NONE};
  loss sum = {.count = 0};
  ffh_alloc_each(see_left, &sum);
  say_left(&verdict, &sum, "stay each time that the input is run");
  ffh_now.phase = "growth check";
  ffh_run_report(&verdict, NULL);
}

void ffh_run_memory_check_growth(const ffh_plan *plan,
                                 ffh_run_result (*run)(const ffh_plan *plan)) {
  static uint64_t asked;
  if (!may_grow) {
    return;
  }
  asked++;
  if (!ffh_setup.options.check_every_leak && asked > GROWTH_ALWAYS &&
      asked % GROWTH_LATER_EVERY != 0) {
    return;
  }
  for (unsigned i = 0; i < GROWTH_RUNS; i++) {
    int64_t before, after;
    if (!ffh_alloc_live_ever(&before)) {
      return;
    }
    run(plan);
    if (!may_grow || !ffh_alloc_live_ever(&after) || after <= before) {
      return;
    }
  }
  report_growth();
}
