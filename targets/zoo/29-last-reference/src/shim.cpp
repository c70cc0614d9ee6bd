// The class for callers in other languages.
#include <new>

#include "gauge.hpp"

extern "C" {

Gauge *gauge_new(void) {
  return new (std::nothrow) Gauge;
}

void gauge_put(Gauge *self, uint32_t value) {
  self->add(value);
}

void gauge_delete(Gauge *self) {
  delete self;
}
}
