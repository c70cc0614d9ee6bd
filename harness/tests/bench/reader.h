/* The input of the hand-written targets: the calls of a plan, flattened by scripts/ffhlib/bench.py.
 * Each call is its operation, its lane, the variable it defines (when it defines one), and its
 * arguments: a handle is a variable, a number eight bytes, a buffer its length in four bytes and
 * its bytes. */
#ifndef FFH_TESTS_BENCH_READER_H
#define FFH_TESTS_BENCH_READER_H

#include <cstdint>
#include <cstring>
#include <string>

struct Reader {
  const uint8_t *at, *end;

  bool more() const {
    return at < end;
  }
  uint8_t byte() {
    return *at++;
  }
  int64_t number() {
    int64_t value;
    memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
  }
  /* A copy, as FuzzedDataProvider hands out: a pointer into the input would hide every overread. */
  std::string bytes() {
    uint32_t length;
    memcpy(&length, at, sizeof length);
    const char *start = reinterpret_cast<const char *>(at) + sizeof length;
    at += sizeof length + length;
    return std::string(start, length);
  }
};

#endif
