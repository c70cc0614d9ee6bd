#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  block *self = block_create();

  ~Program() {
    block_destroy(self);
  }

  void Step(zoo::Data &data) {
    switch (data.ConsumeIntegralInRange(0, 2)) {
      case 0: {
        const auto bytes = zoo::Bytes(data, 2 * BLOCK_SIZE);
        block_append(self, bytes.data(), bytes.size());
        break;
      }
      case 1:
        block_clear(self);
        break;
      default:
        block_length(self);
    }
  }
};

ZOO_FUZZ(Program)
