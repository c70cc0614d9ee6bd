/* Signals that end the process, in builds where no sanitizer handles them: what happened and the
 * stack, in a form that scripts/ffhlib/sanitizer_report.py reads. */
#ifndef FFH_DRIVER_CRASH_H
#define FFH_DRIVER_CRASH_H

/* Installs handlers for SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT, which run on the alternate
 * stack of the thread where it has one. They print, and call `last`, which must not return. */
void ffh_crash_catch(void (*last)(void));

/* Where a sanitizer handles them: it does not tell the address of a fault, so that is noted (see
 * ffh_run_faulted) before its handler of SIGSEGV runs. After the sanitizer has started. */
void ffh_crash_note(void);

#endif
