#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  settings *self = settings_create();

  ~Program() {
    settings_destroy(self);
  }

  void Step(zoo::Data &data) {
    const auto text = zoo::Bytes<char>(data, SETTINGS_MAX_TEXT);
    settings_parse(self, text.data(), text.size());
    settings_count(self);
  }
};

ZOO_FUZZ(Program)
