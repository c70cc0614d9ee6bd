// A gauge: old, and meant for one thread.
#ifndef ZOO_GAUGE_HPP
#define ZOO_GAUGE_HPP

#include <cstdint>

class Gauge {
 public:
  Gauge();
  ~Gauge();
  void add(uint32_t value);

 private:
  uint64_t sum_ = 0;
};

#endif
