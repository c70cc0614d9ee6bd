// The C ABI of the pricing engine: validation, arithmetic and the barrier that no exception passes.
// All state is the immutable RuleSet, shared by an engine, its clones and its cursors.
#include "../contract.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rules.h"

using pricing::Coupon;
using pricing::IsText;
using pricing::Rule;
using pricing::RuleSet;

struct pricing_engine {
  std::shared_ptr<const RuleSet> set;
#ifdef PRICING_PLANT_DOUBLE_FREE
  // The planted bug: "remember the last description so that it cannot leak", although the caller
  // was given it to free.
  mutable char *last_description = nullptr;
#endif
};

struct pricing_cursor {
  std::shared_ptr<const RuleSet> set;
  size_t next = 0;  // the rule that pricing_cursor_next returns
  bool on_rule = false;
};

namespace {

constexpr uint32_t kInterfaceVersion = 1000;
constexpr int64_t kBasisPoints = 10000;

// Leaves through the barrier as PRICING_INTERNAL.
struct AmountError : std::overflow_error {
  AmountError() : std::overflow_error("amount outside int64_t") {}
};

int64_t Add(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) {
    throw AmountError();
  }
  return sum;
}

int64_t Multiply(int64_t a, int64_t b) {
  int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) {
    throw AmountError();
  }
  return product;
}

// Half a cent is rounded up. The amount is never negative.
int64_t Share(int64_t amount, uint32_t basis_points) {
  return Add(Multiply(amount, basis_points), kBasisPoints / 2) / kBasisPoints;
}

bool IsTier(uint32_t tier) {
  return tier <= PRICING_TIER_STAFF;
}

bool IsAmount(uint32_t item_count, int64_t subtotal_cents) {
  return item_count >= 1 && item_count <= PRICING_MAX_ITEMS && subtotal_cents >= 0;
}

// Every length is looked at before a byte behind it.
bool IsCoupon(const char *coupon, size_t length) {
  if (coupon == nullptr) {
    return length == 0;
  }
  return length <= PRICING_MAX_COUPON_BYTES && IsText(coupon, length);
}

pricing_response Price(const Rule &rule, const Coupon *coupon, uint32_t item_count,
                       int64_t subtotal_cents) {
  const int64_t gross = Add(subtotal_cents, Multiply(rule.per_item_cents, item_count));
  int64_t discount = Share(gross, rule.discount_basis_points);
  if (coupon != nullptr) {
    discount = Add(discount, Share(gross - discount, coupon->discount_basis_points));
  }
  const int64_t net = gross - discount;
  const int64_t tax = Share(net, rule.tax_basis_points);
  return pricing_response{Add(net, tax), discount, tax};
}

int32_t Quote(const RuleSet &set, const pricing_request &request, pricing_response *response) {
  if (request.struct_size != sizeof(pricing_request) || !IsTier(request.customer_tier) ||
      !IsAmount(request.item_count, request.subtotal_cents) ||
      !IsCoupon(request.coupon, request.coupon_length)) {
    return PRICING_BAD_INPUT;
  }
  const Rule *rule = set.Find(request.region_id, request.customer_tier);
  if (rule == nullptr) {
    return PRICING_MISSING_RULE;
  }
  const Coupon *coupon = nullptr;
  if (request.coupon_length > 0) {
    coupon = set.FindCoupon(request.coupon, request.coupon_length);
    if (coupon == nullptr) {
      return PRICING_MISSING_RULE;
    }
  }
  *response = Price(*rule, coupon, request.item_count, request.subtotal_cents);
  return PRICING_OK;
}

int32_t QuoteLines(const RuleSet &set, uint32_t tier, const pricing_line *lines, size_t count,
                   std::vector<int64_t> *prices) {
  prices->reserve(count);
  for (size_t i = 0; i < count; i++) {
    const pricing_line &line = lines[i];
    if (!IsAmount(line.item_count, line.subtotal_cents)) {
      return PRICING_BAD_INPUT;
    }
    const Rule *rule = set.Find(line.region_id, tier);
    if (rule == nullptr) {
      return PRICING_MISSING_RULE;
    }
    prices->push_back(
        Price(*rule, nullptr, line.item_count, line.subtotal_cents).final_price_cents);
  }
  return PRICING_OK;
}

// Runs work() and turns every exception into PRICING_INTERNAL.
template <typename Work>
int32_t Guarded(const Work &work) noexcept {
  try {
    return work();
  } catch (...) {
    return PRICING_INTERNAL;
  }
}

// The same for functions that report failure as NULL.
template <typename Work>
auto GuardedPointer(const Work &work) noexcept -> decltype(work()) {
  try {
    return work();
  } catch (...) {
    return nullptr;
  }
}

char *CopyToC(const std::string &text) {
  char *copy = static_cast<char *>(std::malloc(text.size() + 1));
  if (copy != nullptr) {
    std::memcpy(copy, text.c_str(), text.size() + 1);
  }
  return copy;
}

pricing_rule Export(const Rule &rule) {
  return pricing_rule{rule.region_id, rule.tier, rule.tax_basis_points, rule.discount_basis_points,
                      rule.per_item_cents};
}

std::string Describe(const RuleSet &set) {
  std::string text = std::to_string(set.rules.size()) + " rules, " +
                     std::to_string(set.coupons.size()) + " coupons\n";
  for (const Rule &rule : set.rules) {
    text += rule.name + ": region " + std::to_string(rule.region_id);
    text += rule.tier == PRICING_ANY_TIER ? ", any tier" : ", tier " + std::to_string(rule.tier);
    text += ", tax " + std::to_string(rule.tax_basis_points) + " bp, discount " +
            std::to_string(rule.discount_basis_points) + " bp, " +
            std::to_string(rule.per_item_cents) + " cents an item\n";
  }
  return text;
}

}  // namespace

uint32_t pricing_version(void) {
  return kInterfaceVersion;
}

const char *pricing_status_text(int32_t status) {
  switch (status) {
    case PRICING_OK:
      return "done";
    case PRICING_BAD_INPUT:
      return "bad input";
    case PRICING_MISSING_RULE:
      return "missing rule";
    case PRICING_INTERNAL:
      return "internal error";
    default:
      return "no such status";
  }
}

pricing_engine *pricing_engine_create(const uint8_t *rules, size_t length) {
  if (rules == nullptr || length > PRICING_MAX_RULES_BYTES) {
    return nullptr;
  }
  return GuardedPointer([&]() -> pricing_engine * {
    auto set = std::make_shared<RuleSet>();
    if (!pricing::ParseRules(rules, length, set.get())) {
      return nullptr;
    }
    auto engine = std::make_unique<pricing_engine>();
    engine->set = std::move(set);
    return engine.release();
  });
}

pricing_engine *pricing_engine_clone(const pricing_engine *engine) {
  if (engine == nullptr) {
    return nullptr;
  }
  return GuardedPointer([&] {
    auto clone = std::make_unique<pricing_engine>();
    clone->set = engine->set;
    return clone.release();
  });
}

void pricing_engine_destroy(pricing_engine *engine) {
#ifdef PRICING_PLANT_DOUBLE_FREE
  if (engine != nullptr) {
    std::free(engine->last_description);
  }
#endif
  delete engine;
}

int32_t pricing_quote(const pricing_engine *engine, const pricing_request *request,
                      pricing_response *response) {
  if (engine == nullptr || request == nullptr || response == nullptr) {
    return PRICING_BAD_INPUT;
  }
  return Guarded([&] { return Quote(*engine->set, *request, response); });
}

int32_t pricing_quote_lines(const pricing_engine *engine, uint32_t customer_tier,
                            const pricing_line *lines, size_t count, int64_t *final_prices,
                            size_t capacity, size_t *written) {
  if (engine == nullptr || lines == nullptr || final_prices == nullptr || written == nullptr) {
    return PRICING_BAD_INPUT;
  }
  if (!IsTier(customer_tier) || count > PRICING_MAX_LINES || capacity > PRICING_MAX_LINES ||
      capacity < count) {
    return PRICING_BAD_INPUT;
  }
  return Guarded([&] {
    std::vector<int64_t> prices;
    const int32_t status = QuoteLines(*engine->set, customer_tier, lines, count, &prices);
    if (status != PRICING_OK) {
      return status;
    }
    std::copy(prices.begin(), prices.end(), final_prices);
    *written = prices.size();
    return PRICING_OK;
  });
}

char *pricing_describe(const pricing_engine *engine) {
  if (engine == nullptr) {
    return nullptr;
  }
  char *text = GuardedPointer([&] { return CopyToC(Describe(*engine->set)); });
#ifdef PRICING_PLANT_DOUBLE_FREE
  engine->last_description = text;
#endif
  return text;
}

void pricing_string_free(char *text) {
  std::free(text);
}

size_t pricing_rule_count(const pricing_engine *engine) {
  return engine->set->rules.size();
}

int32_t pricing_find_rule(const pricing_engine *engine, uint32_t region_id, uint32_t customer_tier,
                          pricing_rule *rule) {
  if (engine == nullptr || rule == nullptr || !IsTier(customer_tier)) {
    return PRICING_BAD_INPUT;
  }
  const Rule *found = engine->set->Find(region_id, customer_tier);
  if (found == nullptr) {
    return PRICING_MISSING_RULE;
  }
  *rule = Export(*found);
  return PRICING_OK;
}

pricing_cursor *pricing_cursor_create(const pricing_engine *engine) {
  if (engine == nullptr) {
    return nullptr;
  }
  return GuardedPointer([&] {
    auto cursor = std::make_unique<pricing_cursor>();
    cursor->set = engine->set;
    return cursor.release();
  });
}

void pricing_cursor_destroy(pricing_cursor *cursor) {
  delete cursor;
}

int32_t pricing_cursor_next(pricing_cursor *cursor, pricing_rule *rule) {
  if (cursor == nullptr || rule == nullptr) {
    return PRICING_BAD_INPUT;
  }
  if (cursor->next == cursor->set->rules.size()) {
    cursor->on_rule = false;
    return PRICING_MISSING_RULE;
  }
  *rule = Export(cursor->set->rules[cursor->next]);
  cursor->next++;
  cursor->on_rule = true;
  return PRICING_OK;
}

void pricing_cursor_rewind(pricing_cursor *cursor) {
  cursor->next = 0;
  cursor->on_rule = false;
}

const char *pricing_cursor_name(const pricing_cursor *cursor) {
  return cursor->on_rule ? cursor->set->rules[cursor->next - 1].name.c_str() : "";
}
