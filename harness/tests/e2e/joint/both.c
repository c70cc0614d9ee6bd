/* Facade and engine in one object file. */
/* NOLINTBEGIN(bugprone-suspicious-include): which is the point here */
#include "facade.c"
#include "legacy.c"
/* NOLINTEND(bugprone-suspicious-include) */
