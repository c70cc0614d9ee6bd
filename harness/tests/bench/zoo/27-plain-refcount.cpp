#include "contract.h"
#include "zoo.h"

// The program has a reference of its own, so that the value lives as long as any thread makes
// calls.
struct Program {
  static constexpr bool kShared = true;
  value *self = value_create("text", 4);
  value *other = value_create("other", 5);

  ~Program() {
    value_release(self);
    value_release(other);
  }

  void Step(zoo::Data &data) {
    switch (data.ConsumeIntegralInRange(0, 3)) {
      case 0:
        value_retain(self);
        value_length(self);
        value_release(self);
        break;
      case 1:
        value_length(self);
        break;
      case 2:
        value_equals(self, other);
        break;
      default: {
        std::vector<char> text(data.ConsumeIntegralInRange<size_t>(1, VALUE_MAX_TEXT));
        size_t written = 0;
        value_copy(self, text.data(), text.size(), &written);
      }
    }
  }
};

ZOO_FUZZ(Program)
