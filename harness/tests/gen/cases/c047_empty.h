/* expect: error FFH-C047 has no function */
#include <ffh/contract.h>
