/* How a hand-written target spreads the calls of one input over threads: what comes before the
 * first call of another lane runs on the main thread, then one thread for each lane is created and
 * joined, then the main thread runs the rest. `run(lane, from, to)` runs the calls of that lane (or
 * of all lanes, for -1) whose number is in [from, to). */
#ifndef FFH_TESTS_BENCH_THREADS_H
#define FFH_TESTS_BENCH_THREADS_H

#include <thread>
#include <vector>

constexpr unsigned kLanes = 4;

template <typename Run>
void run_on_threads(const std::vector<uint8_t> &lane_of_call, Run run) {
  size_t first = lane_of_call.size(), last = 0;
  for (size_t i = 0; i < lane_of_call.size(); i++) {
    if (lane_of_call[i] != 0) {
      first = first < i ? first : i;
      last = i + 1;
    }
  }
  run(-1, size_t{0}, first);
  std::thread threads[kLanes];
  for (unsigned lane = 0; lane < kLanes; lane++) {
    threads[lane] =
        std::thread([&run, lane, first, last] { run(static_cast<int>(lane), first, last); });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  run(-1, last > first ? last : first, lane_of_call.size());
}

#endif
