#include "contract.h"
#include "zoo.h"

// Labels in a vector that grows, which moves them.
struct Program {
  static constexpr bool kShared = false;
  std::vector<label> all;

  ~Program() {
    for (label &one : all) {
      label_end(&one);
    }
  }

  void Step(zoo::Data &data) {
    if (all.empty() || data.ConsumeBool()) {
      label_init(&all.emplace_back());
      return;
    }
    label &one = all[data.ConsumeIntegralInRange<size_t>(0, all.size() - 1)];
    if (data.ConsumeBool()) {
      const auto text = zoo::Bytes<char>(data, LABEL_MAX_TEXT);
      label_set(&one, text.data(), text.size());
    } else {
      label_count(&one, data.ConsumeIntegral<uint8_t>());
    }
  }
};

ZOO_FUZZ(Program)
