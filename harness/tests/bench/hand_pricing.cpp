/* A libFuzzer target for the pricing engine as people write them by hand: decode, call, clean up.
 * With BENCH_THREADS it creates and joins a thread for each lane of an input. */
#include "bench.h"
#include "reader.h"
#include "targets/pricing/contract.h"
#include "threads.h"

#include <atomic>

namespace {

enum Op : uint8_t {
#define OP(name) k_##name,
#include "pricing_ops.def"
#undef OP
};

std::atomic<uint64_t> calls;

struct Step {
  uint8_t op, lane;
  Reader arguments;
};

struct Input {
  void *objects[256];
  std::vector<Step> steps;
  std::vector<uint8_t> lanes;
};

pricing_engine *engine(Input &input, Reader &r) {
  return static_cast<pricing_engine *>(input.objects[r.byte()]);
}

pricing_cursor *cursor(Input &input, Reader &r) {
  return static_cast<pricing_cursor *>(input.objects[r.byte()]);
}

void quote(Input &input, Reader &r) {
  pricing_engine *self = engine(input, r);
  pricing_request request = {};
  request.struct_size = sizeof request;
  request.item_count = static_cast<uint32_t>(r.number());
  request.subtotal_cents = r.number();
  request.region_id = static_cast<uint32_t>(r.number());
  request.customer_tier = static_cast<uint32_t>(r.number());
  std::string coupon = r.bytes();
  request.coupon = coupon.data();
  request.coupon_length = coupon.size();
  pricing_response response;
  pricing_quote(self, &request, &response);
}

/* Runs one step; `r` is a copy, so that a step can be run again. */
void run_step(Input &input, const Step &step) {
  Reader r = step.arguments;
  pricing_rule rule;
  switch (step.op) {
    case k_pricing_engine_create: {
      uint8_t defines = r.byte();
      std::string rules = r.bytes();
      input.objects[defines] =
          pricing_engine_create(reinterpret_cast<const uint8_t *>(rules.data()), rules.size());
      break;
    }
    case k_pricing_engine_clone: {
      uint8_t defines = r.byte();
      input.objects[defines] = pricing_engine_clone(engine(input, r));
      break;
    }
    case k_pricing_engine_destroy:
      pricing_engine_destroy(engine(input, r));
      break;
    case k_pricing_quote:
      quote(input, r);
      break;
    case k_pricing_describe: {
      uint8_t defines = r.byte();
      input.objects[defines] = pricing_describe(engine(input, r));
      break;
    }
    case k_pricing_string_free:
      pricing_string_free(static_cast<char *>(input.objects[r.byte()]));
      break;
    case k_pricing_rule_count:
      pricing_rule_count(engine(input, r));
      break;
    case k_pricing_find_rule: {
      pricing_engine *self = engine(input, r);
      uint32_t region = static_cast<uint32_t>(r.number());
      pricing_find_rule(self, region, static_cast<uint32_t>(r.number()), &rule);
      break;
    }
    case k_pricing_cursor_create: {
      uint8_t defines = r.byte();
      input.objects[defines] = pricing_cursor_create(engine(input, r));
      break;
    }
    case k_pricing_cursor_next:
      pricing_cursor_next(cursor(input, r), &rule);
      break;
    case k_pricing_cursor_name:
      pricing_cursor_name(cursor(input, r));
      break;
    case k_pricing_cursor_destroy:
      pricing_cursor_destroy(cursor(input, r));
      break;
    default:
      return;
  }
  calls.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

uint64_t bench_calls(void) {
  return calls.load();
}

#include "hand_input.h"
