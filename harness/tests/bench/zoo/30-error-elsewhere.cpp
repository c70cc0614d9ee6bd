#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = true;
  calculator *self = calculator_create();

  ~Program() {
    calculator_destroy(self);
  }

  void Step(zoo::Data &data) {
    const auto text = zoo::Bytes<char>(data, CALCULATOR_MAX_TEXT);
    int64_t sum = 0;
    if (calculator_sum(self, text.data(), text.size(), &sum) != CALCULATOR_OK) {
      (void)std::string(calculator_last_error()).size();
    }
  }
};

ZOO_FUZZ(Program)
