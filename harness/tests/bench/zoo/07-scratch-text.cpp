#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  menu *self = menu_create();
  const char *price = nullptr;
  size_t length = 0;

  ~Program() {
    menu_destroy(self);
  }

  void Step(zoo::Data &data) {
    if (data.ConsumeBool()) {
      menu_add(self, data.ConsumeIntegral<uint32_t>());
    } else {
      price = menu_price(self, data.ConsumeIntegralInRange<uint32_t>(0, MENU_MAX_PRICES));
    }
    if (price != nullptr) {
      length += std::string(price).size();
    }
  }
};

ZOO_FUZZ(Program)
