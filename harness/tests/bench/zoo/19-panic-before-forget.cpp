#include "contract.h"
#include "zoo.h"

static uint32_t Tap(void *context, uint64_t sample, uint32_t channels) {
  const uint32_t add = *static_cast<const uint32_t *>(context);
  return static_cast<uint32_t>((sample + add) % (channels + 1U));
}

struct Program {
  static constexpr bool kShared = false;
  uint32_t add = 0;
  stream *self = nullptr;

  ~Program() {
    stream_destroy(self);
  }

  void Step(zoo::Data &data) {
    switch (data.ConsumeIntegralInRange(0, 2)) {
      case 0:
        stream_destroy(self);
        add = data.ConsumeIntegral<uint8_t>();
        self = stream_create(data.ConsumeIntegralInRange(0, 9), Tap, &add);
        break;
      case 1: {
        const auto samples = zoo::Numbers<int16_t>(data, 32);
        stream_write(self, samples.data(), samples.size());
        break;
      }
      default: {
        int64_t level = 0;
        stream_level(self, data.ConsumeIntegralInRange(0, STREAM_CHANNELS), &level);
      }
    }
  }
};

ZOO_FUZZ(Program)
