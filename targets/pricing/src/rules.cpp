#include "rules.h"

#include <cstring>
#include <utility>

#include "../contract.h"

namespace pricing {
namespace {

constexpr uint32_t kMaxBasisPoints = 10000;
constexpr size_t kMaxRules = 256;
constexpr size_t kMaxCoupons = 256;

// Reads little-endian numbers and never past the end; one failed read makes every later one fail.
class Reader {
 public:
  Reader(const uint8_t *bytes, size_t length) : next_(bytes), left_(length) {}

  bool Number(size_t width, uint64_t *out) {
    if (left_ < width) {
      left_ = 0;
      return false;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++) {
      value |= static_cast<uint64_t>(next_[i]) << (8 * i);
    }
    next_ += width;
    left_ -= width;
    *out = value;
    return true;
  }

  bool Text(size_t length, std::string *out) {
    if (left_ < length || !IsText(reinterpret_cast<const char *>(next_), length)) {
      return false;
    }
    out->assign(reinterpret_cast<const char *>(next_), length);
    next_ += length;
    left_ -= length;
    return true;
  }

  bool AtEnd() const {
    return left_ == 0;
  }

 private:
  const uint8_t *next_;
  size_t left_;
};

bool ReadRule(Reader *reader, Rule *rule) {
  uint64_t region = 0, tier = 0, name_length = 0, tax = 0, discount = 0, per_item = 0;
  if (!reader->Number(4, &region) || !reader->Number(1, &tier) ||
      !reader->Number(1, &name_length) || !reader->Number(2, &tax) ||
      !reader->Number(2, &discount) || !reader->Number(8, &per_item)) {
    return false;
  }
  const bool known_tier = tier <= PRICING_TIER_STAFF || tier == PRICING_ANY_TIER;
  if (!known_tier || tax > kMaxBasisPoints || discount > kMaxBasisPoints ||
      per_item > static_cast<uint64_t>(INT64_MAX)) {
    return false;
  }
  rule->region_id = static_cast<uint32_t>(region);
  rule->tier = static_cast<uint32_t>(tier);
  rule->tax_basis_points = static_cast<uint32_t>(tax);
  rule->discount_basis_points = static_cast<uint32_t>(discount);
  rule->per_item_cents = static_cast<int64_t>(per_item);
  return reader->Text(static_cast<size_t>(name_length), &rule->name);
}

bool ReadCoupon(Reader *reader, Coupon *coupon) {
  uint64_t code_length = 0, discount = 0;
  if (!reader->Number(1, &code_length) || !reader->Number(2, &discount)) {
    return false;
  }
  if (code_length == 0 || code_length > PRICING_MAX_COUPON_BYTES || discount > kMaxBasisPoints) {
    return false;
  }
  coupon->discount_basis_points = static_cast<uint32_t>(discount);
  return reader->Text(static_cast<size_t>(code_length), &coupon->code);
}

bool HasExactRule(const RuleSet &set, const Rule &rule) {
  for (const Rule &other : set.rules) {
    if (other.region_id == rule.region_id && other.tier == rule.tier) {
      return true;
    }
  }
  return false;
}

bool IsContinuation(uint8_t byte) {
  return (byte & 0xc0) == 0x80;
}

// Bytes of the character that starts at text[0], or 0 when there is none (RFC 3629, section 4).
size_t CharacterLength(const uint8_t *text, size_t left) {
  const uint8_t first = text[0];
  if (first < 0x80) {
    return first == 0 ? 0 : 1;
  }
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || left < length) {
    return 0;
  }
  for (size_t i = 1; i < length; i++) {
    if (!IsContinuation(text[i])) {
      return 0;
    }
  }
  const bool overlong = (first == 0xe0 && text[1] < 0xa0) || (first == 0xf0 && text[1] < 0x90);
  const bool out_of_range = (first == 0xed && text[1] > 0x9f) || (first == 0xf4 && text[1] > 0x8f);
  return overlong || out_of_range ? 0 : length;
}

}  // namespace

bool IsText(const char *text, size_t length) {
  const uint8_t *bytes = reinterpret_cast<const uint8_t *>(text);
  for (size_t at = 0; at < length;) {
    const size_t step = CharacterLength(bytes + at, length - at);
    if (step == 0) {
      return false;
    }
    at += step;
  }
  return true;
}

const Rule *RuleSet::Find(uint32_t region_id, uint32_t tier) const {
  const Rule *any = nullptr;
  for (const Rule &rule : rules) {
    if (rule.region_id != region_id) {
      continue;
    }
    if (rule.tier == tier) {
      return &rule;
    }
    if (rule.tier == PRICING_ANY_TIER) {
      any = &rule;
    }
  }
  return any;
}

const Coupon *RuleSet::FindCoupon(const char *code, size_t length) const {
  for (const Coupon &coupon : coupons) {
    if (coupon.code.size() == length && std::memcmp(coupon.code.data(), code, length) == 0) {
      return &coupon;
    }
  }
  return nullptr;
}

bool ParseRules(const uint8_t *bytes, size_t length, RuleSet *out) {
  static const uint8_t kMagic[4] = {'P', 'R', 'C', '1'};
  if (length < sizeof(kMagic) || std::memcmp(bytes, kMagic, sizeof(kMagic)) != 0) {
    return false;
  }
  Reader reader(bytes + sizeof(kMagic), length - sizeof(kMagic));
  uint64_t n_rules = 0, n_coupons = 0;
  if (!reader.Number(2, &n_rules) || !reader.Number(2, &n_coupons)) {
    return false;
  }
  if (n_rules > kMaxRules || n_coupons > kMaxCoupons) {
    return false;
  }
  RuleSet set;
  for (uint64_t i = 0; i < n_rules; i++) {
    Rule rule;
    if (!ReadRule(&reader, &rule) || HasExactRule(set, rule)) {
      return false;
    }
    set.rules.push_back(std::move(rule));
  }
  for (uint64_t i = 0; i < n_coupons; i++) {
    Coupon coupon;
    if (!ReadCoupon(&reader, &coupon) ||
        set.FindCoupon(coupon.code.data(), coupon.code.size()) != nullptr) {
      return false;
    }
    set.coupons.push_back(std::move(coupon));
  }
  if (!reader.AtEnd()) {
    return false;
  }
  *out = std::move(set);
  return true;
}

}  // namespace pricing
