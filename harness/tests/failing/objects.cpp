/* C++: operator new throws, and what was taken before has to be owned by something. */
#include <cstdlib>
#include <memory>
#include <new>

#include "harness/tests/failing/contract.h"

namespace {

thread_local void *volatile kept;

void fill(uint32_t size) {
  auto *first = new uint8_t[size];
  auto *second = new uint8_t[size];
  kept = first;
  kept = second;
  delete[] first;
  delete[] second;
}

void fill_owned(uint32_t size) {
  auto first = std::make_unique<uint8_t[]>(size);
  kept = first.get();
  auto second = std::make_unique<uint8_t[]>(size);
  kept = second.get();
}

template <typename Work>
int32_t guarded(Work work) {
  try {
    work();
    return 0;
  } catch (const std::bad_alloc &) {
    return 3;
  }
}

template <typename Make, typename End>
int32_t failed(Make make, End end) {
  try {
    kept = make();
  } catch (const std::bad_alloc &) {
    return 1;
  }
  void *block = kept;
  if (block == nullptr) {
    return 1;
  }
  end(block);
  return 0;
}

}  // namespace

extern "C" {

int32_t cxx_leak_bad(uint32_t size) {
  return guarded([size] { fill(size); });
}

int32_t cxx_leak_good(uint32_t size) {
  return guarded([size] { fill_owned(size); });
}

int32_t cxx_unwind_bad(uint32_t size) {
  fill_owned(size);
  return 0;
}

int32_t cxx_unwind_good(uint32_t size) {
  return guarded([size] { fill_owned(size); });
}

int32_t cxx_count(void) {
  constexpr std::align_val_t wide{64};
  const auto end = [](void *block) { operator delete(block); };
  const auto end_many = [](void *block) { operator delete[](block); };
  const auto end_wide = [](void *block) { operator delete(block, wide); };
  const auto end_many_wide = [](void *block) { operator delete[](block, wide); };
  int32_t n = failed([] { return operator new(8); }, end);
  n += failed([] { return operator new[](8); }, end_many);
  n += failed([] { return operator new(8, std::nothrow); }, end);
  n += failed([] { return operator new[](8, std::nothrow); }, end_many);
  n += failed([] { return operator new(64, wide); }, end_wide);
  n += failed([] { return operator new[](64, wide); }, end_many_wide);
  n += failed([] { return operator new(64, wide, std::nothrow); }, end_wide);
  n += failed([] { return operator new[](64, wide, std::nothrow); }, end_many_wide);
  return n;
}

}  // extern "C"
