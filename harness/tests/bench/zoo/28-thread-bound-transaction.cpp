#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = true;
  archive *self = archive_open();

  ~Program() {
    archive_close(self);
  }

  void Step(zoo::Data &data) {
    const uint32_t key = data.ConsumeIntegralInRange<uint32_t>(0, 7);
    switch (data.ConsumeIntegralInRange(0, 3)) {
      case 0:
        archive_begin(self);
        break;
      case 1:
        archive_put(self, key, data.ConsumeIntegral<uint32_t>());
        break;
      case 2:
        archive_commit(self);
        break;
      default: {
        uint32_t value = 0;
        archive_get(self, key, &value);
      }
    }
  }
};

ZOO_FUZZ(Program)
