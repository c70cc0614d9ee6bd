/* The canonical binary form; docs/plan.md explains it. */
#ifndef FFH_PLAN_FORMAT_H
#define FFH_PLAN_FORMAT_H

#include "plan/build.h"

#define FFH_FORMAT_VERSION 1
#define FFH_FORMAT_HEADER 8 /* magic, version, target id */

/* The policy's byte of an encoded schedule: bits 0-3 the policy, and these. */
#define FFH_SCHEDULE_POLICY 0x0fu
#define FFH_SCHEDULE_GRANULARITY 4 /* a shift: two bits */
#define FFH_SCHEDULE_MORE 0x40u    /* depth, length and weights follow the seed */
#define FFH_SCHEDULE_WARM 0x80u
/* The stickiness' byte: bits 0-5 the stickiness, and these. */
#define FFH_SCHEDULE_STICKINESS 0x3fu
#define FFH_SCHEDULE_EXITS 0x40u
#define FFH_SCHEDULE_AGAIN 0x80u
_Static_assert(FFH_MAX_STICKINESS <= FFH_SCHEDULE_STICKINESS, "it fits");

/* A thread in the file: lanes up to here, then the library's threads. It is what FFH_MAX_LANES may
 * become at most, so that files do not depend on it. */
#define FFH_FORMAT_LANES 64
_Static_assert(FFH_MAX_LANES <= FFH_FORMAT_LANES, "every lane has a number in the file");
_Static_assert(FFH_MAX_ADOPTED <= 256 - FFH_FORMAT_LANES, "every thread has one");

/* The second byte of an encoded value: its form, whether it is NULL, and what its content is. */
#define FFH_HEAD_FORM 0x0fu
#define FFH_HEAD_NULL 0x10u
#define FFH_HEAD_SHIFT 5

typedef enum ffh_content {
  FFH_CONTENT_NONE = 0,
  FFH_CONTENT_NUMBER,   /* little endian without its leading zero bytes */
  FFH_CONTENT_NEGATIVE, /* the same of the complement */
  FFH_CONTENT_VARIABLE, /* how many calls before this one, then the tag of the slot there */
  FFH_CONTENT_BYTES,
  FFH_CONTENT_REPEATED, /* the size, then the bytes that repeat */
  FFH_CONTENT_FAIL      /* of no slot: the number of the allocation that fails */
} ffh_content;

/* raw.c: the form without a header, where every byte means something. */
void ffh_raw_decode(ffh_build *build, const uint8_t *data, size_t size);

/* raw.c: a number at an edge of what the slot may hold. */
uint64_t ffh_interesting_number(const ffh_function *function, unsigned slot, uint8_t byte);

/* encode.c: only the first calls. */
size_t ffh_plan_encode_calls(const ffh_plan *plan, unsigned n_calls, uint8_t *out, size_t capacity);

/* encode.c: the shortest period of long contents, so that a cap-sized buffer does not need a
 * cap-sized file; 0 when there is none. */
uint32_t ffh_bytes_period(const uint8_t *bytes, uint32_t size);

#endif
