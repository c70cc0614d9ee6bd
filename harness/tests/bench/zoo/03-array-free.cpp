#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = true;

  void Step(zoo::Data &data) {
    const bool roman = data.ConsumeBool();
    const uint32_t number = data.ConsumeIntegral<uint32_t>();
    char *text = roman ? numeral_roman(number % (NUMERAL_ROMAN_MAX + 2)) : numeral_decimal(number);
    numeral_free(text);
  }
};

ZOO_FUZZ(Program)
