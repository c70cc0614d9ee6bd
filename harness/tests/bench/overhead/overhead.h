/* ffh bench overhead: the parts of one program that is built once for each allocator and tool. Each
 * part prints lines "name value"; times are nanoseconds for one event. */
#ifndef FFH_BENCH_OVERHEAD_H
#define FFH_BENCH_OVERHEAD_H

#include <stddef.h>
#include <stdint.h>

/* Of the calling thread's processor time: what else the machine does is not counted. */
double overhead_cpu_ns(void);
double overhead_now_ns(void);
void overhead_print(const char *name, double value);

/* Called, not inlined: what a call costs is what is measured. */
uint64_t overhead_callee(void *object, uint64_t number);

/* overhead_call.c: a call, plain and guarded. */
void overhead_calls(void);

/* ledger_*.c, one of them is linked: how the program's allocations come to be kept. */
void ledger_start(void);
/* The calling thread's code is the library's from here on. */
void ledger_enter(void);
void ledger_begin_input(void);
/* As the scheduler does when it lets a thread go on, and when that one stops. */
void ledger_begin_turn(void);
void ledger_end_turn(void);
/* Prints what it costs to ask whether anything of the input is left. */
void ledger_verdict(void);

#endif
