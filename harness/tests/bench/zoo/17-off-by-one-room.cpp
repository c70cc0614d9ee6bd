#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  directory *self = directory_create();

  ~Program() {
    directory_destroy(self);
  }

  void Step(zoo::Data &data) {
    const uint32_t group = data.ConsumeIntegralInRange<uint32_t>(0, DIRECTORY_GROUPS);
    size_t size = data.ConsumeIntegralInRange<size_t>(1, 16);
    std::vector<char> name(size);
    directory_name(self, group, name.data(), &size);
    directory_lookups(self);
  }
};

ZOO_FUZZ(Program)
