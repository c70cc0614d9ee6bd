/* UndefinedBehaviorSanitizer must report a signed overflow. The twin without PLANTED is silent. */
#include <limits.h>

int main(void) {
#ifdef PLANTED
  volatile int value = INT_MAX;
#else
  volatile int value = INT_MAX - 1;
#endif
  value = value + 1;
  return value == 0;
}
