#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = true;
  registry *self = registry_create();

  ~Program() {
    registry_destroy(self);
  }

  void Step(zoo::Data &data) {
    uint32_t session = data.ConsumeIntegralInRange<uint32_t>(0, REGISTRY_SESSIONS);
    switch (data.ConsumeIntegralInRange(0, 3)) {
      case 0: {
        const auto name = zoo::Bytes<char>(data, REGISTRY_MAX_NAME);
        registry_open(self, name.data(), name.size(), &session);
        break;
      }
      case 1:
        registry_close(self, session);
        break;
      case 2: {
        uint64_t total = 0;
        registry_charge(self, session, data.ConsumeIntegral<uint32_t>(), &total);
        break;
      }
      default: {
        std::vector<char> name(data.ConsumeIntegralInRange<size_t>(1, REGISTRY_MAX_NAME));
        size_t written = 0;
        registry_name(self, session, name.data(), name.size(), &written);
      }
    }
  }
};

ZOO_FUZZ(Program)
