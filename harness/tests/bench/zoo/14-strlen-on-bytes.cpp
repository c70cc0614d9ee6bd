#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  label *self = label_create();

  ~Program() {
    label_destroy(self);
  }

  void Step(zoo::Data &data) {
    const auto name = zoo::Bytes<char>(data, LABEL_MAX_NAME);
    label_rename(self, name.data(), name.size());
    label_length(self);
  }
};

ZOO_FUZZ(Program)
