/* The end of every hand-written target: splits an input into steps and runs them. PREPARE_INPUT is
 * what the target does before and after each input. */
#ifndef PREPARE_INPUT
#define PREPARE_INPUT (void)0
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
#ifdef BENCH_THREADS
  Input input = {};
#else
  static Input input; /* one thread: the vectors' memory is reused */
  input.steps.clear();
  input.lanes.clear();
#endif
  PREPARE_INPUT;
  Reader r = {data, data + size};
  while (r.more()) {
    uint16_t length;
    memcpy(&length, r.at, sizeof length);
    r.at += sizeof length;
    Step step = {r.at[0], r.at[1], {r.at + 2, r.at + length}};
    input.steps.push_back(step);
    input.lanes.push_back(step.lane);
    r.at += length;
  }
#ifdef BENCH_THREADS
  run_on_threads(input.lanes, [&input](int lane, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
      if (lane < 0 || input.lanes[i] == lane) {
        run_step(input, input.steps[i]);
      }
    }
  });
#else
  for (const Step &step : input.steps) {
    run_step(input, step);
  }
#endif
  PREPARE_INPUT;
  return 0;
}
