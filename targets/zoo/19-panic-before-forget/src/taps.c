#include "taps.h"

uint32_t tap_first(void *context, uint64_t sample, uint32_t channels) {
  (void)context;
  (void)sample;
  (void)channels;
  return 0;
}

uint32_t tap_each(void *context, uint64_t sample, uint32_t channels) {
  (void)context;
  return (uint32_t)(sample % channels);
}

uint32_t tap_beyond(void *context, uint64_t sample, uint32_t channels) {
  (void)context;
  return (uint32_t)(sample % (channels + 1U));
}
