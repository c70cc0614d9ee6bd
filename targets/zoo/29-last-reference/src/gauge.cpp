#include "gauge.hpp"

// How many gauges the thread has, for a display that each thread shows on its own.
static thread_local int shown;

Gauge::Gauge() {
  shown++;
}

Gauge::~Gauge() {
  shown--;  // of the thread that destroys it, whichever constructed it
}

void Gauge::add(uint32_t value) {
  sum_ += value;
}
