#include <cstdlib>
#include <cstring>
#include <string>

#include "../contract.h"

namespace {

struct Digit {
  uint32_t value;
  const char *letters;
};

constexpr Digit kDigits[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"},
                             {90, "XC"},  {50, "L"},   {40, "XL"}, {10, "X"},   {9, "IX"},
                             {5, "V"},    {4, "IV"},   {1, "I"}};

// What numeral_free frees. Null when memory runs out.
char *CopyForCaller(const std::string &text) {
  return strdup(text.c_str());
}

std::string FormatRoman(uint32_t number) {
  std::string text;
  for (const Digit &digit : kDigits) {
    for (; number >= digit.value; number -= digit.value) {
      text += digit.letters;
    }
  }
  return text;
}

}  // namespace

char *numeral_decimal(uint32_t number) {
  try {
    return CopyForCaller(std::to_string(number));
  } catch (...) {
    return nullptr;
  }
}

char *numeral_roman(uint32_t number) {
  if (number == 0 || number > NUMERAL_ROMAN_MAX) {
    return nullptr;
  }
  try {
    const std::string text = FormatRoman(number);
#ifdef ZOO_FIXED
    return CopyForCaller(text);
#else
    char *copy = new char[text.size() + 1];  // the planted bug: numeral_free does not use delete[]
    std::memcpy(copy, text.c_str(), text.size() + 1);
    return copy;
#endif
  } catch (...) {
    return nullptr;
  }
}

void numeral_free(char *text) {
  std::free(text);
}
