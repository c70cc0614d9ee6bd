/* Signals that end the process, in builds where no sanitizer handles them: what happened and the
 * stack, in a form that scripts/ffhlib/sanitizer_report.py reads. */
#ifndef FFH_DRIVER_CRASH_H
#define FFH_DRIVER_CRASH_H

/* Installs handlers for SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT, which run on the alternate
 * stack of the thread where it has one. They print, and call `last`, which must not return. */
void ffh_crash_catch(void (*last)(void));

#endif
