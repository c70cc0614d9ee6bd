/* Facade and engine in one object file. */
#include "facade.c"
#include "legacy.c"
