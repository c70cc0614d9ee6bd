#include "contract.h"
#include "zoo.h"

static void Consume(void *context, stream *self, uint32_t frames) {
  uint64_t position = 0;
  stream_position(self, &position);
  *static_cast<uint64_t *>(context) += frames;
}

struct Program {
  static constexpr bool kShared = true;
  uint64_t consumed = 0;
  stream *self = stream_create(Consume, &consumed);

  ~Program() {
    stream_destroy(self);
  }

  void Step(zoo::Data &data) {
    if (data.ConsumeBool()) {
      stream_play(self, data.ConsumeIntegralInRange(1, 1000));
    } else {
      uint64_t position = 0;
      stream_position(self, &position);
    }
  }
};

ZOO_FUZZ(Program)
