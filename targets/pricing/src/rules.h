// The rules of an engine and their binary format (README.md). Internal to the library.
#ifndef PRICING_RULES_H
#define PRICING_RULES_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pricing {

struct Rule {
  uint32_t region_id;
  uint32_t tier;  // a pricing_tier or PRICING_ANY_TIER
  uint32_t tax_basis_points;
  uint32_t discount_basis_points;
  int64_t per_item_cents;
  std::string name;
};

struct Coupon {
  std::string code;
  uint32_t discount_basis_points;
};

// Immutable once parsed, so any number of threads may read it.
struct RuleSet {
  std::vector<Rule> rules;
  std::vector<Coupon> coupons;

  // The rule for exactly this tier, else the region's rule for any tier, else nullptr.
  const Rule *Find(uint32_t region_id, uint32_t tier) const;
  const Coupon *FindCoupon(const char *code, size_t length) const;
};

// True with *out filled when the bytes are well-formed rules; false, *out untouched, otherwise.
// Throws std::bad_alloc.
bool ParseRules(const uint8_t *bytes, size_t length, RuleSet *out);

// Whether the text is well-formed UTF-8 (no overlong forms, surrogates or NUL characters).
bool IsText(const char *text, size_t length);

}  // namespace pricing

#endif
