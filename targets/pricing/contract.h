/* The public header of the pricing engine, and its contract.
 *
 * An engine is an immutable set of rules, parsed once from bytes. Every function that takes an
 * engine only reads it, so an engine may be used from any thread at the same time; only
 * pricing_engine_destroy needs to come last. A cursor is a position in an engine's rules: it may
 * move from thread to thread, but it serves one call at a time, and it dies before its engine.
 *
 * Errors. Functions that return int32_t return one of PRICING_OK to PRICING_INTERNAL; the others
 * return NULL. A call that fails writes no output at all. No C++ exception leaves the library. The
 * library keeps no pointer into the caller's memory. README.md defines the format of the rules and
 * the arithmetic. */
#ifndef PRICING_CONTRACT_H
#define PRICING_CONTRACT_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PRICING_OK 0           /* done */
#define PRICING_BAD_INPUT 1    /* an argument is NULL, malformed or out of its limits */
#define PRICING_MISSING_RULE 2 /* no rule for this region and tier, or no such coupon */
#define PRICING_INTERNAL 3     /* a caught exception: an amount left int64_t, or no memory */

#define PRICING_MAX_RULES_BYTES 65536
#define PRICING_MAX_COUPON_BYTES 64
#define PRICING_MAX_LINES 256
#define PRICING_MAX_ITEMS 100000

typedef enum pricing_tier {
  PRICING_TIER_RETAIL = 0,
  PRICING_TIER_MEMBER = 1,
  PRICING_TIER_RESELLER = 2,
  PRICING_TIER_STAFF = 3
} pricing_tier;

typedef struct pricing_engine pricing_engine FFH_HANDLE(FFH_SHARED);
typedef struct pricing_cursor pricing_cursor FFH_HANDLE(FFH_SERIAL);

/* What a quote is asked for. `coupon` is text of `coupon_length` bytes without a NUL; NULL with
 * length 0 means no coupon. */
typedef struct pricing_request {
  uint32_t struct_size FFH_STRUCT_SIZE;
  uint32_t item_count FFH_DICT(0, 1, 3, 100000, 100001);
  int64_t subtotal_cents FFH_DICT(-1, 0, 1, 1999, 4611686018427387904, 9223372036854775807);
  uint32_t region_id FFH_DICT(1, 2, 7, 4294967295);
  uint32_t customer_tier FFH_ENUM(pricing_tier);
  const char *coupon FFH_BYTES(coupon_length) FFH_UTF8 FFH_NULLABLE FFH_MAX(64)
      FFH_DICT("SPRING", "\xc3\xa9t\xc3\xa9");
  size_t coupon_length;
} pricing_request;

typedef struct pricing_response {
  int64_t final_price_cents;
  int64_t discount_cents;
  int64_t tax_cents;
} pricing_response;

/* One line of a batch: a request without a coupon, with the batch's tier. */
typedef struct pricing_line {
  uint32_t item_count;
  uint32_t region_id;
  int64_t subtotal_cents;
} pricing_line;

/* A rule as the engine read it. `tier` is a pricing_tier, or PRICING_ANY_TIER. */
#define PRICING_ANY_TIER 255
typedef struct pricing_rule {
  uint32_t region_id;
  uint32_t tier;
  uint32_t tax_basis_points;
  uint32_t discount_basis_points;
  int64_t per_item_cents;
} pricing_rule;

/* The version of this interface: major * 1000 + minor. */
uint32_t pricing_version(void);

/* The meaning of a status, in English; for other numbers, that there is none. */
FFH_RETURNS_STATIC
const char *pricing_status_text(int32_t status);

/* Parses the rules and copies what it needs. NULL when they are malformed or memory runs out. */
FFH_CREATES FFH_ERROR_NULL FFH_ALLOC_FAILURE(any)
    FFH_REJECTS(null, length_mismatch, oversized) pricing_engine *pricing_engine_create(
        const uint8_t *rules FFH_BYTES(length) FFH_MAX(65536)
            FFH_DICT("PRC1\x00\x00\x00\x00",
                     "PRC1\x01\x00\x00\x00\x01\x00\x00\x00\xff\x02\xd0\x07\x00\x00"
                     "\x00\x00\x00\x00\x00\x00\x00\x00"
                     "EU",
                     "PRC1\x02\x00\x01\x00\x01\x00\x00\x00\x00\x02\xd0\x07\xf4\x01"
                     "\x19\x00\x00\x00\x00\x00\x00\x00"
                     "EU"
                     "\x07\x00\x00\x00\xff\x03\x6c\x07\x00\x00"
                     "\xff\xff\xff\xff\xff\xff\xff\x7f"
                     "JPN"
                     "\x06\xe8\x03SPRING"),
        size_t length);

/* Another engine with the same rules. It lives on when `engine` is destroyed. */
FFH_CREATES FFH_ERROR_NULL FFH_ALLOC_FAILURE(any)
    FFH_REJECTS(null) pricing_engine *pricing_engine_clone(const pricing_engine *engine);

void pricing_engine_destroy(pricing_engine *engine FFH_CONSUMES FFH_NULLABLE);

FFH_STATUS(0, 1, 2, 3)
FFH_REJECTS(null : 1, bad_enum : 1, bad_utf8 : 1, length_mismatch : 1, oversized : 1,
            bad_version : 1)
FFH_ON_ERROR(untouched)
int32_t pricing_quote(const pricing_engine *engine, const pricing_request *request FFH_IN,
                      pricing_response *response FFH_OUT_ON_SUCCESS);

/* Quotes every line for one tier and writes the final prices in the order of the lines. All or
 * nothing: the first line that fails decides the status. A capacity below `count`, or above
 * PRICING_MAX_LINES, is bad input. */
FFH_STATUS(0, 1, 2, 3)
FFH_REJECTS(null : 1, bad_enum : 1, length_mismatch : 1, oversized : 1)
FFH_ON_ERROR(untouched)
int32_t pricing_quote_lines(const pricing_engine *engine,
                            uint32_t customer_tier FFH_ENUM(pricing_tier),
                            const pricing_line *lines FFH_ARRAY(count) FFH_MAX(256), size_t count,
                            int64_t *final_prices FFH_OUT_ON_SUCCESS FFH_CAPACITY(capacity)
                                FFH_WRITTEN(written) FFH_MAX(256),
                            size_t capacity, size_t *written FFH_OUT_ON_SUCCESS);

/* A NUL-terminated UTF-8 description of the rules. */
FFH_RETURNS_OWNED(pricing_string_free)
FFH_UTF8 FFH_ERROR_NULL FFH_ALLOC_FAILURE(any)
    FFH_REJECTS(null) char *pricing_describe(const pricing_engine *engine);

void pricing_string_free(char *text FFH_CONSUMES FFH_NULLABLE);

FFH_OBSERVES size_t pricing_rule_count(const pricing_engine *engine);

/* The rule that applies to this region and tier. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1, bad_enum : 1)
FFH_ON_ERROR(untouched)
int32_t pricing_find_rule(const pricing_engine *engine,
                          uint32_t region_id FFH_DICT(1, 2, 7, 4294967295),
                          uint32_t customer_tier FFH_ENUM(pricing_tier),
                          pricing_rule *rule FFH_OUT_ON_SUCCESS);

/* A cursor before the first rule. */
FFH_CREATES FFH_CHILD_OF(engine) FFH_ERROR_NULL FFH_ALLOC_FAILURE(any)
    FFH_REJECTS(null) pricing_cursor *pricing_cursor_create(const pricing_engine *engine);

void pricing_cursor_destroy(pricing_cursor *cursor FFH_CONSUMES FFH_NULLABLE);

/* Moves to the next rule. PRICING_MISSING_RULE after the last one; the cursor then stays there. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
FFH_ON_ERROR(untouched)
int32_t pricing_cursor_next(pricing_cursor *cursor, pricing_rule *rule FFH_OUT_ON_SUCCESS);

/* Back before the first rule. */
void pricing_cursor_rewind(pricing_cursor *cursor);

/* The name of the rule the cursor stands on, "" when it stands on none. NUL-terminated UTF-8 that
 * the cursor owns. */
FFH_RETURNS_BORROWED(cursor, call(pricing_cursor_next, pricing_cursor_rewind))
FFH_UTF8 FFH_OBSERVES const char *pricing_cursor_name(const pricing_cursor *cursor);

#ifdef __cplusplus
}
#endif

#endif
