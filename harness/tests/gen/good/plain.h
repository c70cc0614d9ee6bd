/* Numbers need no words, and neither do parameters without names. */
#include <ffh/contract.h>
#include <stdbool.h>
#include <stdint.h>

enum mode { MODE_SLOW = -1, MODE_FAST = 4 };

int plain_add(int, int);
bool plain_negate(bool value);
enum mode plain_mode(enum mode mode, const enum mode *other);
double plain_scale(float factor, double value, const double *offset);
uint64_t plain_big(uint64_t value, unsigned char small, signed char);
void plain_sum(const int *values FFH_ARRAY(arg2), unsigned, int64_t *sum FFH_OUT);

/* Not exported: it is no part of the contract. */
static inline char *plain_inline(char *text) {
  return text;
}
