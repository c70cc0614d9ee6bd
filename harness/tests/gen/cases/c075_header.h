#include <ffh/contract.h>
#include "absent/api.h" /* expect: error FFH-C075 'absent/api.h' file not found in: the directory of the file itself */

int f(void);
