#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  checksum *self = checksum_create();

  ~Program() {
    checksum_destroy(self);
  }

  void Step(zoo::Data &data) {
    if (data.ConsumeBool()) {
      const auto bytes = zoo::Bytes(data, 256);
      checksum_add(self, bytes.data(), bytes.size());
    } else {
      uint32_t value = 0;
      checksum_value(self, &value);
    }
  }
};

ZOO_FUZZ(Program)
