/* The properties a pricing engine has to keep, whichever language it is written in. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#include <cmocka.h>
/* clang-format on */

#include "../contract.h"

/* Present in sanitized builds only. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

/* Two rules and a coupon, in the format of README.md. Region 1: tier 0, 20 % tax, 5 % discount, 25
 * cents an item, "EU". Region 7: any tier, 19 % tax, the largest amount an item, "JPN". */
static const char k_rules[] =
    "PRC1\x02\x00\x01\x00"
    "\x01\x00\x00\x00\x00\x02\xd0\x07\xf4\x01\x19\x00\x00\x00\x00\x00\x00\x00"
    "EU"
    "\x07\x00\x00\x00\xff\x03\x6c\x07\x00\x00\xff\xff\xff\xff\xff\xff\xff\x7f"
    "JPN"
    "\x06\xe8\x03SPRING";
#define RULES_BYTES (sizeof(k_rules) - 1)

static const pricing_response k_untouched = {-11, -22, -33};

static pricing_engine *new_engine(void) {
  pricing_engine *engine = pricing_engine_create((const uint8_t *)k_rules, RULES_BYTES);
  assert_non_null(engine);
  return engine;
}

static pricing_request good_request(void) {
  const pricing_request request = {.struct_size = sizeof(pricing_request),
                                   .item_count = 3,
                                   .subtotal_cents = 1999,
                                   .region_id = 1,
                                   .customer_tier = PRICING_TIER_RETAIL};
  return request;
}

/* Quotes a request that must fail with `status` and write nothing. */
static void expect_failure(const pricing_engine *engine, const pricing_request *request,
                           int32_t status) {
  pricing_response response = k_untouched;
  assert_int_equal(pricing_quote(engine, request, &response), status);
  assert_memory_equal(&response, &k_untouched, sizeof(response));
}

static void test_prices_a_request(void **state) {
  (void)state;
  pricing_engine *engine = new_engine();
  pricing_request request = good_request();
  pricing_response response = k_untouched;
  assert_int_equal(pricing_quote(engine, &request, &response), PRICING_OK);
  /* 1999 + 3 * 25 = 2074; 5 % is 103.7; 20 % of 1970 is 394. */
  assert_int_equal(response.discount_cents, 104);
  assert_int_equal(response.tax_cents, 394);
  assert_int_equal(response.final_price_cents, 2364);
  request.coupon = "SPRING";
  request.coupon_length = 6;
  assert_int_equal(pricing_quote(engine, &request, &response), PRICING_OK);
  /* Another 10 % of 1970. */
  assert_int_equal(response.discount_cents, 301);
  assert_int_equal(response.final_price_cents, 1773 + 355);
  pricing_engine_destroy(engine);
}

static void test_refuses_bad_input(void **state) {
  (void)state;
  pricing_engine *engine = new_engine();
  pricing_response response = k_untouched;
  pricing_request request = good_request();
  assert_int_equal(pricing_quote(NULL, &request, &response), PRICING_BAD_INPUT);
  assert_int_equal(pricing_quote(engine, NULL, &response), PRICING_BAD_INPUT);
  assert_int_equal(pricing_quote(engine, &request, NULL), PRICING_BAD_INPUT);
  assert_memory_equal(&response, &k_untouched, sizeof(response));

#define EXPECT_BAD(field, value)                     \
  do {                                               \
    pricing_request bad = good_request();            \
    bad.field = (value);                             \
    expect_failure(engine, &bad, PRICING_BAD_INPUT); \
  } while (0)
  EXPECT_BAD(struct_size, sizeof(pricing_request) - 8);
  EXPECT_BAD(item_count, 0);
  EXPECT_BAD(item_count, PRICING_MAX_ITEMS + 1);
  EXPECT_BAD(subtotal_cents, -1);
  EXPECT_BAD(customer_tier, 4);
  EXPECT_BAD(customer_tier, PRICING_ANY_TIER);
  EXPECT_BAD(customer_tier, UINT32_MAX);
  EXPECT_BAD(coupon_length, 1);
  EXPECT_BAD(coupon_length, SIZE_MAX);
#undef EXPECT_BAD
  pricing_engine_destroy(engine);
}

static void test_refuses_bad_coupons(void **state) {
  (void)state;
  static const char *const not_text[] = {"\x80",     "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                         "\xe2\x82", "\xff"};
  pricing_engine *engine = new_engine();
  for (size_t i = 0; i < sizeof(not_text) / sizeof(not_text[0]); i++) {
    pricing_request request = good_request();
    request.coupon = not_text[i];
    request.coupon_length = strlen(not_text[i]);
    expect_failure(engine, &request, PRICING_BAD_INPUT);
  }
  pricing_request request = good_request();
  request.coupon = "x";
  request.coupon_length = PRICING_MAX_COUPON_BYTES + 1; /* refused before it is read */
  expect_failure(engine, &request, PRICING_BAD_INPUT);
  char longest[PRICING_MAX_COUPON_BYTES];
  memset(longest, 'x', sizeof(longest));
  request.coupon = longest;
  request.coupon_length = sizeof(longest);
  expect_failure(engine, &request, PRICING_MISSING_RULE);
  pricing_engine_destroy(engine);
}

static void test_reports_missing_rules(void **state) {
  (void)state;
  pricing_engine *engine = new_engine();
  pricing_request request = good_request();
  request.region_id = 2;
  expect_failure(engine, &request, PRICING_MISSING_RULE);
  request = good_request();
  request.customer_tier = PRICING_TIER_STAFF; /* region 1 has a rule for retail only */
  expect_failure(engine, &request, PRICING_MISSING_RULE);
  pricing_rule rule;
  memset(&rule, 0x5a, sizeof(rule));
  const pricing_rule before = rule;
  assert_int_equal(pricing_find_rule(engine, 2, 0, &rule), PRICING_MISSING_RULE);
  assert_int_equal(pricing_find_rule(engine, 1, 9, &rule), PRICING_BAD_INPUT);
  assert_memory_equal(&rule, &before, sizeof(rule));
  assert_int_equal(pricing_find_rule(engine, 7, 3, &rule), PRICING_OK);
  assert_int_equal(rule.tier, PRICING_ANY_TIER);
  assert_int_equal(rule.tax_basis_points, 1900);
  pricing_engine_destroy(engine);
}

static void test_reports_overflow_as_internal(void **state) {
  (void)state;
  pricing_engine *engine = new_engine();
  pricing_request request = good_request();
  request.region_id = 7;
  expect_failure(engine, &request, PRICING_INTERNAL);
  request = good_request();
  request.subtotal_cents = INT64_MAX;
  expect_failure(engine, &request, PRICING_INTERNAL);
  pricing_engine_destroy(engine);
}

static void test_batch_is_all_or_nothing(void **state) {
  (void)state;
  pricing_engine *engine = new_engine();
  const pricing_line lines[] = {{3, 1, 1999}, {1, 1, 0}, {1, 2, 5}, {2, 7, 0}};
  int64_t prices[PRICING_MAX_LINES] = {-1, -1, -1, -1};
  size_t written = 99;
  assert_int_equal(pricing_quote_lines(engine, 0, lines, 3, prices, 4, &written),
                   PRICING_MISSING_RULE);
  assert_int_equal(pricing_quote_lines(engine, 0, &lines[3], 1, prices, 4, &written),
                   PRICING_INTERNAL);
  assert_int_equal(pricing_quote_lines(engine, 0, lines, 2, prices, 1, &written),
                   PRICING_BAD_INPUT);
  assert_int_equal(pricing_quote_lines(engine, 4, lines, 2, prices, 4, &written),
                   PRICING_BAD_INPUT);
  assert_int_equal(pricing_quote_lines(engine, 0, NULL, 2, prices, 4, &written), PRICING_BAD_INPUT);
  assert_int_equal(pricing_quote_lines(engine, 0, lines, SIZE_MAX, prices, SIZE_MAX, &written),
                   PRICING_BAD_INPUT);
  assert_int_equal(written, 99);
  assert_int_equal(prices[0], -1);
  assert_int_equal(pricing_quote_lines(engine, 0, lines, 0, prices, 0, &written), PRICING_OK);
  assert_int_equal(written, 0);
  assert_int_equal(pricing_quote_lines(engine, 0, lines, 2, prices, 4, &written), PRICING_OK);
  assert_int_equal(written, 2);
  assert_int_equal(prices[0], 2364);
  assert_int_equal(prices[1], 29); /* 25 - 1 + 5 */
  assert_int_equal(prices[2], -1);
  pricing_engine_destroy(engine);
}

static void test_keeps_and_changes_no_input(void **state) {
  (void)state;
  char *rules = malloc(RULES_BYTES);
  assert_non_null(rules);
  memcpy(rules, k_rules, RULES_BYTES);
  pricing_engine *engine = pricing_engine_create((const uint8_t *)rules, RULES_BYTES);
  assert_memory_equal(rules, k_rules, RULES_BYTES);
  free(rules); /* a kept pointer would be a use after free from here on */
  static const char code[6] = {'S', 'P', 'R', 'I', 'N', 'G'};
  char *coupon = malloc(sizeof(code)); /* no NUL: reading on would leave the block */
  assert_non_null(coupon);
  memcpy(coupon, code, sizeof(code));
  pricing_request request = good_request();
  request.coupon = coupon;
  request.coupon_length = sizeof(code);
  const pricing_request before = request;
  pricing_response response;
  assert_int_equal(pricing_quote(engine, &request, &response), PRICING_OK);
  assert_memory_equal(&request, &before, sizeof(request));
  free(coupon);
  char *text = pricing_describe(engine);
  assert_non_null(text);
  assert_non_null(strstr(text, "JPN: region 7, any tier, tax 1900 bp"));
  pricing_engine_destroy(engine);
  assert_non_null(strstr(text, "2 rules, 1 coupons")); /* the caller's own, so it outlives it */
  pricing_string_free(text);
}

/* Every prefix and every changed byte is refused or an engine that works; an exact-size copy makes
 * reading past the end visible. */
static void test_parses_every_mutation_safely(void **state) {
  (void)state;
  unsigned engines = 0;
  for (size_t length = 0; length <= RULES_BYTES; length++) {
    for (unsigned flip = 0; flip < 256; flip += length == RULES_BYTES ? 1 : 256) {
      for (size_t at = 0; at < (flip == 0 ? 1 : length); at++) {
        uint8_t *bytes = malloc(length + (length == 0));
        assert_non_null(bytes);
        memcpy(bytes, k_rules, length);
        if (flip != 0) {
          bytes[at] ^= (uint8_t)flip;
        }
        pricing_engine *engine = pricing_engine_create(bytes, length);
        free(bytes);
        if (engine != NULL) {
          engines++;
          pricing_string_free(pricing_describe(engine));
          const pricing_request request = good_request();
          pricing_response response;
          const int32_t status = pricing_quote(engine, &request, &response);
          assert_in_range(status, PRICING_OK, PRICING_INTERNAL);
        }
        pricing_engine_destroy(engine);
      }
    }
  }
  assert_true(engines > 1000);
  assert_null(pricing_engine_create(NULL, 0));
  assert_null(pricing_engine_create(NULL, 5));
  assert_null(pricing_engine_create((const uint8_t *)k_rules, PRICING_MAX_RULES_BYTES + 1));
}

static void test_cursor_walks_the_rules(void **state) {
  (void)state;
  pricing_engine *engine = new_engine();
  pricing_cursor *cursor = pricing_cursor_create(engine);
  assert_non_null(cursor);
  for (int round = 0; round < 2; round++) {
    pricing_rule rule;
    assert_string_equal(pricing_cursor_name(cursor), "");
    assert_int_equal(pricing_cursor_next(cursor, &rule), PRICING_OK);
    assert_int_equal(rule.region_id, 1);
    assert_string_equal(pricing_cursor_name(cursor), "EU");
    assert_int_equal(pricing_cursor_next(cursor, &rule), PRICING_OK);
    assert_string_equal(pricing_cursor_name(cursor), "JPN");
    const pricing_rule before = rule;
    assert_int_equal(pricing_cursor_next(cursor, &rule), PRICING_MISSING_RULE);
    assert_int_equal(pricing_cursor_next(cursor, &rule), PRICING_MISSING_RULE);
    assert_memory_equal(&rule, &before, sizeof(rule));
    assert_string_equal(pricing_cursor_name(cursor), "");
    pricing_cursor_rewind(cursor);
  }
  assert_int_equal(pricing_cursor_next(NULL, NULL), PRICING_BAD_INPUT);
  assert_null(pricing_cursor_create(NULL));
  pricing_cursor_destroy(cursor);
  pricing_cursor_destroy(NULL);
  pricing_engine_destroy(engine);
  pricing_engine_destroy(NULL);
}

static void test_clone_outlives_its_model(void **state) {
  (void)state;
  pricing_engine *engine = new_engine();
  pricing_engine *clone = pricing_engine_clone(engine);
  pricing_engine_destroy(engine);
  assert_int_equal(pricing_rule_count(clone), 2);
  char *text = pricing_describe(clone);
  assert_non_null(text);
  pricing_string_free(text);
  pricing_engine_destroy(clone);
  assert_null(pricing_engine_clone(NULL));
  assert_null(pricing_describe(NULL));
  pricing_string_free(NULL);
}

static void test_names_every_status(void **state) {
  (void)state;
  assert_int_equal(pricing_version(), 1000);
  for (int32_t status = PRICING_OK; status <= PRICING_INTERNAL; status++) {
    assert_string_not_equal(pricing_status_text(status), pricing_status_text(INT32_MIN));
  }
}

/* One engine under four threads: the answers are the same everywhere. Thread failures are counted
 * and not asserted, because cmocka's assertions belong to the main thread. */
static void *quote_often(void *argument) {
  const pricing_engine *engine = argument;
  uintptr_t wrong = 0;
  for (int i = 0; i < 2000; i++) {
    const pricing_request request = good_request();
    pricing_response response = k_untouched;
    wrong += pricing_quote(engine, &request, &response) != PRICING_OK;
    wrong += response.final_price_cents != 2364;
    pricing_engine *clone = pricing_engine_clone(engine);
    pricing_cursor *cursor = pricing_cursor_create(clone);
    pricing_rule rule;
    wrong += pricing_cursor_next(cursor, &rule) != PRICING_OK;
    char *text = pricing_describe(clone);
    wrong += text == NULL;
    pricing_string_free(text);
    pricing_cursor_destroy(cursor);
    pricing_engine_destroy(clone);
  }
  return (void *)wrong;  // NOLINT(performance-no-int-to-ptr)
}

static void test_is_the_same_on_every_thread(void **state) {
  (void)state;
  pricing_engine *engine = new_engine();
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, quote_often, engine), 0);
  }
  for (int i = 0; i < 4; i++) {
    void *wrong = NULL;
    assert_int_equal(pthread_join(threads[i], &wrong), 0);
    assert_null(wrong);
  }
  pricing_engine_destroy(engine);
}

static void one_cycle(void) {
  pricing_engine *engine = new_engine();
  pricing_engine *clone = pricing_engine_clone(engine);
  pricing_cursor *cursor = pricing_cursor_create(clone);
  pricing_string_free(pricing_describe(clone));
  pricing_cursor_destroy(cursor);
  pricing_engine_destroy(clone);
  pricing_engine_destroy(engine);
}

static void test_cycles_return_to_the_baseline(void **state) {
  (void)state;
  size_t (*allocated)(void) = __sanitizer_get_current_allocated_bytes;
  if (allocated == NULL) {
    skip();
    return;
  }
  one_cycle();
  const size_t before = allocated();
  for (int i = 0; i < 5000; i++) {
    one_cycle();
  }
  assert_int_equal(allocated(), before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_prices_a_request),
      cmocka_unit_test(test_refuses_bad_input),
      cmocka_unit_test(test_refuses_bad_coupons),
      cmocka_unit_test(test_reports_missing_rules),
      cmocka_unit_test(test_reports_overflow_as_internal),
      cmocka_unit_test(test_batch_is_all_or_nothing),
      cmocka_unit_test(test_keeps_and_changes_no_input),
      cmocka_unit_test(test_parses_every_mutation_safely),
      cmocka_unit_test(test_cursor_walks_the_rules),
      cmocka_unit_test(test_clone_outlives_its_model),
      cmocka_unit_test(test_names_every_status),
      cmocka_unit_test(test_is_the_same_on_every_thread),
      cmocka_unit_test(test_cycles_return_to_the_baseline),
  };
  return cmocka_run_group_tests_name("pricing", tests, NULL, NULL);
}
