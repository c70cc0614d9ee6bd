/* What the hand-written fuzz targets of the zoo share.
 *
 * Each NN-name.cpp has a `Program`: its constructor makes what the calls need, Step() decodes and
 * makes one call, its destructor frees everything. Without ZOO_THREADS one thread makes every call
 * of an input. With ZOO_THREADS the input is split over four threads that run freely: on one
 * program when its objects may be shared (kShared), else on a program for each thread. */
#ifndef FFH_BENCH_ZOO_H
#define FFH_BENCH_ZOO_H

#include <fuzzer/FuzzedDataProvider.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace zoo {

using Data = FuzzedDataProvider;

// Up to `most` bytes in memory that holds no more than they need.
template <typename T = uint8_t>
std::vector<T> Bytes(Data &data, size_t most) {
  return data.ConsumeBytes<T>(data.ConsumeIntegralInRange<size_t>(0, most));
}

template <typename T>
std::vector<T> Numbers(Data &data, size_t most) {
  std::vector<T> numbers(data.ConsumeIntegralInRange<size_t>(0, most));
  for (T &number : numbers) {
    number = data.ConsumeIntegral<T>();
  }
  return numbers;
}

// One of the objects of an array.
template <typename T, size_t N>
T &Pick(Data &data, T (&objects)[N]) {
  return objects[data.ConsumeIntegralInRange<size_t>(0, N - 1)];
}

constexpr size_t kThreads = 4;

template <typename Program>
void Steps(Program &program, Data &data) {
  while (data.remaining_bytes() > 0) {
    program.Step(data);
  }
}

template <typename Program>
void RunThreads(Data &data) {
  std::vector<uint8_t> parts[kThreads];
  for (size_t i = 0; i < kThreads; i++) {
    parts[i] = data.ConsumeBytes<uint8_t>(data.remaining_bytes() / (kThreads - i));
  }
  std::vector<std::thread> threads;
  if constexpr (Program::kShared) {
    Program program;
    for (const auto &part : parts) {
      threads.emplace_back([&program, &part] {
        Data own(part.data(), part.size());
        Steps(program, own);
      });
    }
    for (auto &thread : threads) {
      thread.join();
    }
  } else {
    for (const auto &part : parts) {
      threads.emplace_back([&part] {
        Program program;
        Data own(part.data(), part.size());
        Steps(program, own);
      });
    }
    for (auto &thread : threads) {
      thread.join();
    }
  }
}

template <typename Program>
int Fuzz(const uint8_t *bytes, size_t size) {
  Data data(bytes, size);
#ifdef ZOO_THREADS
  RunThreads<Program>(data);
#else
  Program program;
  Steps(program, data);
#endif
  return 0;
}

}  // namespace zoo

#define ZOO_FUZZ(Program)                                                    \
  extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) { \
    return zoo::Fuzz<Program>(bytes, size);                                  \
  }

#endif
