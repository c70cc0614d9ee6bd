#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  counter *self = counter_create();

  ~Program() {
    counter_destroy(self);
  }

  void Step(zoo::Data &data) {
    if (data.ConsumeBool()) {
      const auto marks = zoo::Bytes<char>(data, COUNTER_MAX_MARKS);
      counter_set_marks(self, marks.data(), marks.size());
    } else {
      const auto text = zoo::Bytes<char>(data, COUNTER_MAX_TEXT);
      size_t words = 0;
      counter_words(self, text.data(), text.size(), &words);
    }
  }
};

ZOO_FUZZ(Program)
