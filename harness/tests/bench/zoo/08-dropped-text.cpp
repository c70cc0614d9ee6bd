#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  words *self = words_create();

  ~Program() {
    words_destroy(self);
  }

  void Step(zoo::Data &data) {
    const bool add = data.ConsumeBool();
    const std::string text = data.ConsumeRandomLengthString(32);
    if (add) {
      words_add(self, text.c_str());
    } else {
      uint64_t count = 0;
      words_count(self, text.empty() ? nullptr : text.c_str(), &count);
    }
  }
};

ZOO_FUZZ(Program)
