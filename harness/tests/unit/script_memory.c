/* Calls of scripts that touch memory the way instrumented code does, and loops that get nowhere by
 * themselves. */
#include <pthread.h>

#include "script.h"

void __sanitizer_cov_load4(void *at);
void __sanitizer_cov_store4(void *at);

static uint32_t load(uint32_t *word) {
  __sanitizer_cov_load4(word);
  return *word;
}

static void store(uint32_t *word, uint32_t value) {
  __sanitizer_cov_store4(word);
  *word = value;
}

/* Adds one, in two steps. */
static long bump(const char *const *words) {
  uint32_t *word = ffh_script_object(words[0]);
  uint32_t value = load(word) + 1;
  store(word, value);
  return value;
}

static long value(const char *const *words) {
  return *(const uint32_t *)ffh_script_object(words[0]);
}

/* spins WORD VALUE: until the word is at least that */
static long spins(const char *const *words) {
  uint32_t *word = ffh_script_object(words[0]), until = (uint32_t)ffh_script_number(words[1]);
  while (load(word) < until) {
  }
  return 0;
}

/* locks WORD VALUE MUTEX: the same, with other things to do meanwhile */
static long locks(const char *const *words) {
  uint32_t *word = ffh_script_object(words[0]), until = (uint32_t)ffh_script_number(words[1]);
  pthread_mutex_t *mutex = ffh_script_object(words[2]);
  while (*word < until) {
    pthread_mutex_lock(mutex);
    pthread_mutex_unlock(mutex);
  }
  return 0;
}

const ffh_script_call ffh_script_memory[] = {
    {"bump", FFH_SCRIPT_VALUE, bump},   {"value", FFH_SCRIPT_VALUE, value},
    {"spins", FFH_SCRIPT_VALUE, spins}, {"locks", FFH_SCRIPT_VALUE, locks},
    {NULL, FFH_SCRIPT_SILENT, NULL},
};
