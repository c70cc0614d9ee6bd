#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  names *self = names_create();

  ~Program() {
    names_destroy(self);
  }

  void Step(zoo::Data &data) {
    const size_t place = data.ConsumeIntegralInRange(0, 7);
    switch (data.ConsumeIntegralInRange(0, 2)) {
      case 0: {
        const auto name = zoo::Bytes<char>(data, NAMES_MAX_NAME);
        names_add(self, name.data(), name.size());
        break;
      }
      case 1: {
        size_t length = 0;
        names_length(self, place, &length);
        break;
      }
      default:
        names_remove(self, place);
    }
  }
};

ZOO_FUZZ(Program)
