/* The schedule line and the switches of the text, and the names of threads in it. */
#include <string.h>

#include "base/out.h"
#include "plan/parse.h"

/* As the text states them; added to the plan when the line ends, for lanes= may come last. */
typedef struct weight_list {
  unsigned n;
  ffh_mark marks[FFH_MAX_WEIGHTS];
  ffh_weight weights[FFH_MAX_WEIGHTS];
} weight_list;

typedef struct setting {
  const char *name;
  size_t offset; /* in ffh_schedule_wish */
  uint32_t low, high;
  const char *range;
} setting;

static const setting settings[] = {
    {"seed", offsetof(ffh_schedule_wish, seed), 0, UINT32_MAX, "0 to 0xffffffff"},
    {"lanes", offsetof(ffh_schedule_wish, lanes), 1, FFH_MAX_LANES,
     "1 to " FFH_TEXT(FFH_MAX_LANES)},
    {"stickiness", offsetof(ffh_schedule_wish, stickiness), 0, FFH_MAX_STICKINESS,
     "0 to " FFH_TEXT(FFH_MAX_STICKINESS)},
    {"depth", offsetof(ffh_schedule_wish, depth), 1, FFH_MAX_DEPTH,
     "1 to " FFH_TEXT(FFH_MAX_DEPTH)},
    {"length", offsetof(ffh_schedule_wish, length), 0, UINT32_MAX, "0 to 0xffffffff"},
    {"warm", offsetof(ffh_schedule_wish, warm), 0, 1, "0 or 1"},
    {"again", offsetof(ffh_schedule_wish, again), 0, 1, "0 or 1"},
    {"exit", offsetof(ffh_schedule_wish, exits), 0, 1, "0 or 1"},
};
#define SETTINGS                                                       \
  "seed, lanes, stickiness, granularity, depth, length, warm, again, " \
  "exit or weights"

/* ---- threads ---- */

static const char *name_of(unsigned thread, char *room, size_t size) {
  ffh_out out = {room, 0, size, false};
  ffh_thread_print(&out, thread);
  return room;
}

static bool is_all(ffh_word_text word, char low, char high, size_t from) {
  for (size_t i = from; i < word.size; i++) {
    if (word.text[i] < low || word.text[i] > high) {
      return false;
    }
  }
  return word.size > from;
}

static bool fail_thread(ffh_parser *p, ffh_mark where, ffh_word_text word) {
  char last[8];
  if (is_all(word, 'A', 'Z', 0)) {
    return ffh_parse_fail(p, where, "no lane ", ffh_word_text_of(word), ": lanes are A to ",
                          name_of(FFH_MAX_LANES - 1, last, sizeof last), NULL);
  }
  if (word.size > 0 && word.text[0] == 'T' && is_all(word, '0', '9', 1)) {
    return ffh_parse_fail(p, where, "no thread ", ffh_word_text_of(word),
                          ": the library's threads are T1 to ",
                          name_of(FFH_MAX_THREADS - 1, last, sizeof last), NULL);
  }
  return ffh_parse_fail(p, where, "expected a lane (A, B, ...), schedule or switch", NULL);
}

static bool check_lane(ffh_parser *p, ffh_mark where, unsigned thread) {
  unsigned lanes = p->build->plan->schedule.lanes;
  if (ffh_thread_is_lane(thread) && thread >= lanes) {
    char last[8];
    return ffh_parse_fail(p, where, "no such lane: the plan's lanes are A to ",
                          name_of(lanes - 1, last, sizeof last),
                          "; raise lanes= in the schedule line", NULL);
  }
  return true;
}

static bool read_thread(ffh_parser *p, unsigned *thread) {
  ffh_parse_skip_blanks(p);
  ffh_mark where = ffh_parse_mark(p);
  ffh_word_text word = ffh_parse_word(p);
  return ffh_thread_parse(word.text, word.size, thread) || fail_thread(p, where, word);
}

bool ffh_parse_lane(ffh_parser *p, unsigned *lane) {
  ffh_parse_skip_blanks(p);
  ffh_mark where = ffh_parse_mark(p);
  if (!read_thread(p, lane)) {
    return false;
  }
  if (!ffh_thread_is_lane(*lane)) {
    return ffh_parse_fail(p, where, "a call is made on a lane (A, B, ...), not on a thread that ",
                          "the library starts", NULL);
  }
  return check_lane(p, where, *lane);
}

/* ---- the schedule line ---- */

static bool read_setting(ffh_parser *p, const setting *what, ffh_schedule_wish *wish) {
  uint64_t number;
  ffh_parse_skip_blanks(p);
  ffh_mark where = ffh_parse_mark(p);
  if (!ffh_parse_number(p, &number, NULL)) {
    return false;
  }
  if (number < what->low || number > what->high) {
    return ffh_parse_fail(p, where, what->name, " is out of range: ", what->range, NULL);
  }
  uint32_t narrow = (uint32_t)number;
  memcpy((char *)wish + what->offset, &narrow, sizeof narrow);
  return true;
}

static bool read_granularity(ffh_parser *p, ffh_schedule_wish *wish) {
  ffh_parse_skip_blanks(p);
  ffh_mark where = ffh_parse_mark(p);
  ffh_word_text word = ffh_parse_word(p);
  for (uint32_t i = 0; i < FFH_GRANULARITY_COUNT; i++) {
    if (ffh_word_is(word, ffh_granularity_name(i))) {
      wish->granularity = i;
      return true;
    }
  }
  return ffh_parse_fail(p, where, "unknown granularity ", ffh_word_text_of(word),
                        "; use calls, sync or memory", NULL);
}

/* THREAD:POINTS, ... */
static bool read_weights(ffh_parser *p, weight_list *list) {
  do {
    ffh_parse_skip_blanks(p);
    ffh_mark where = ffh_parse_mark(p);
    unsigned thread;
    uint64_t points;
    if (list->n == FFH_MAX_WEIGHTS) {
      return ffh_parse_fail(p, where, "at most " FFH_TEXT(FFH_MAX_WEIGHTS) " weights", NULL);
    }
    if (!read_thread(p, &thread) || !ffh_parse_expect(p, ':', "the thread")) {
      return false;
    }
    ffh_parse_skip_blanks(p);
    ffh_mark number = ffh_parse_mark(p);
    if (!ffh_parse_number(p, &points, NULL)) {
      return false;
    }
    if (points > UINT32_MAX) {
      return ffh_parse_fail(p, number, "a weight is out of range: 0 to 0xffffffff", NULL);
    }
    list->marks[list->n] = where;
    list->weights[list->n++] = (ffh_weight){(ffh_thread_name)thread, (uint32_t)points};
  } while (ffh_parse_take(p, ','));
  return true;
}

static bool add_weights(ffh_parser *p, const weight_list *list) {
  for (unsigned i = 0; i < list->n; i++) {
    const ffh_weight *weight = &list->weights[i];
    if (!check_lane(p, list->marks[i], weight->thread)) {
      return false;
    }
    if (!ffh_build_weight(p->build, weight->thread, weight->points)) {
      return ffh_parse_fail(p, list->marks[i],
                            "weights must ascend, one for each thread: lanes first, then T1, ...",
                            NULL);
    }
  }
  return true;
}

static bool read_one(ffh_parser *p, ffh_schedule_wish *wish, weight_list *list) {
  ffh_parse_skip_blanks(p);
  ffh_mark where = ffh_parse_mark(p);
  ffh_word_text key = ffh_parse_word(p);
  if (!ffh_parse_take(p, '=')) {
    return ffh_parse_fail(p, where, "expected a setting NAME=VALUE: " SETTINGS, NULL);
  }
  if (ffh_word_is(key, "granularity")) {
    return read_granularity(p, wish);
  }
  if (ffh_word_is(key, "weights")) {
    list->n = 0;
    return read_weights(p, list);
  }
  for (unsigned i = 0; i < sizeof settings / sizeof settings[0]; i++) {
    if (ffh_word_is(key, settings[i].name)) {
      return read_setting(p, &settings[i], wish);
    }
  }
  return ffh_parse_fail(p, where, "unknown setting ", ffh_word_text_of(key), "; use " SETTINGS,
                        NULL);
}

bool ffh_parse_schedule(ffh_parser *p) {
  ffh_schedule_wish wish = {.policy = FFH_POLICY_COUNT, .stickiness = FFH_DEFAULT_STICKINESS};
  weight_list list;
  list.n = 0;
  (void)ffh_parse_word(p); /* "schedule" */
  ffh_parse_skip_blanks(p);
  ffh_mark where = ffh_parse_mark(p);
  ffh_word_text policy = ffh_parse_word(p);
  for (uint32_t i = 0; i < FFH_POLICY_COUNT; i++) {
    wish.policy = ffh_word_is(policy, ffh_policy_name(i)) ? i : wish.policy;
  }
  if (wish.policy == FFH_POLICY_COUNT) {
    return ffh_parse_fail(p, where, "unknown policy ", ffh_word_text_of(policy),
                          "; use random, pct, pos, surw or fixed", NULL);
  }
  while (!ffh_parse_at_line_end(p)) {
    if (!read_one(p, &wish, &list)) {
      return false;
    }
  }
  if (wish.again != 0 && !ffh_target_starts_again(p->target)) {
    return ffh_parse_fail(
        p, where, "again=1 needs a contract with FFH_INIT and FFH_FINI: ", "leave it out", NULL);
  }
  ffh_build_schedule(p->build, &wish);
  return add_weights(p, &list) && ffh_parse_end_line(p);
}

bool ffh_parse_switch(ffh_parser *p) {
  (void)ffh_parse_word(p); /* "switch" */
  ffh_parse_skip_blanks(p);
  ffh_mark where = ffh_parse_mark(p);
  uint64_t step = 0;
  unsigned thread = 0;
  if (!ffh_parse_number(p, &step, NULL)) {
    return false;
  }
  ffh_parse_skip_blanks(p);
  ffh_mark name = ffh_parse_mark(p);
  if (!read_thread(p, &thread) || !check_lane(p, name, thread)) {
    return false;
  }
  if (!ffh_build_switch(p->build, step, thread)) {
    return ffh_parse_fail(p, where, "switches must ascend, one for each step, at most ",
                          FFH_TEXT(FFH_MAX_SWITCHES), NULL);
  }
  return ffh_parse_end_line(p);
}
