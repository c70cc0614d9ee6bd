#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;

  void Step(zoo::Data &data) {
    const auto bytes = zoo::Bytes(data, 64);
    property *self = property_create(bytes.data(), bytes.size());
    if (self == nullptr) {
      return;
    }
    char *text = property_text(self);
    if (text != nullptr) {
      (void)std::string(text).size();
    }
    property_text_free(text);
    property_destroy(self);
  }
};

ZOO_FUZZ(Program)
