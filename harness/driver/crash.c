#include "driver/crash.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include "base/module.h"
#include "base/out.h"
#include "base/stack.h"
#include "base/syscall.h"
#include "run.h"
#include "sched/sched.h"

enum { MAX_FRAMES = 64, LINE = 1024, NEAR = 1 << 16 };

static void (*end)(void);

typedef struct walk {
  uintptr_t fault; /* where the signal struck: what lies above is the handler's */
  unsigned n;
  bool inside;
} walk;

static _Unwind_Reason_Code one_frame(struct _Unwind_Context *context, void *argument) {
  walk *it = argument;
  int exact = 0;
  uintptr_t pc = _Unwind_GetIPInfo(context, &exact);
  it->inside = it->inside || pc == it->fault;
  if (!it->inside) {
    return _URC_NO_REASON;
  }
  if (pc == 0 || it->n == MAX_FRAMES) {
    return _URC_END_OF_STACK;
  }
  char text[LINE];
  ffh_out out = {text, 0, sizeof text, false};
  ffh_out_str(&out, "    #");
  ffh_out_unsigned(&out, it->n++);
  ffh_out_str(&out, " ");
  ffh_out_hex(&out, pc);
  ffh_out_str(&out, " (");
  ffh_module_print(exact != 0 ? pc : pc - 1, &out); /* the call, not what follows it */
  ffh_out_str(&out, ")\n");
  ffh_out_flush(&out, STDERR_FILENO);
  return _URC_NO_REASON;
}

static uintptr_t pc_of(const ucontext_t *context) {
#if defined(__x86_64__)
  return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#else
  return (uintptr_t)context->uc_mcontext.pc;
#endif
}

static uintptr_t sp_of(const ucontext_t *context) {
#if defined(__x86_64__)
  return (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#else
  return (uintptr_t)context->uc_mcontext.sp;
#endif
}

static bool is_near(uintptr_t a, uintptr_t b) {
  return a - b < NEAR || b - a < NEAR;
}

/* In the words of AddressSanitizer, which rules.def knows. */
static void print_what(int number, const siginfo_t *info, const ucontext_t *context) {
  static const char *const names[] = {
      [SIGSEGV] = "SEGV", [SIGBUS] = "BUS", [SIGILL] = "ILL", [SIGFPE] = "FPE", [SIGABRT] = "ABRT"};
  char text[LINE];
  ffh_out out = {text, 0, sizeof text, false};
  uintptr_t address = (uintptr_t)info->si_addr, sp = sp_of(context);
  bool known = (number == SIGSEGV || number == SIGBUS) && info->si_code > 0 &&
               info->si_code != SI_KERNEL; /* which is an address that cannot be one */
  ffh_out_str(&out, "FFH-SIGNAL: ");
  if (known && is_near(address, sp) && is_near(sp, ffh_stack_here.low)) {
    ffh_out_str(&out, "stack-overflow");
  } else {
    ffh_out_str(&out, names[number]);
    if (known) {
      ffh_out_str(&out, " on unknown address ");
      ffh_out_hex(&out, address);
    }
  }
  ffh_out_str(&out, "\n");
  ffh_out_flush(&out, STDERR_FILENO);
}

static void on_signal(int number, siginfo_t *info, void *context) {
  ffh_sched_abandon();
  if (number == SIGSEGV || number == SIGBUS) {
    ffh_run_faulted(info->si_addr);
  }
  print_what(number, info, context);
  walk it = {.fault = pc_of(context)};
  _Unwind_Backtrace(one_frame, &it);
  end();
}

void ffh_crash_catch(void (*last)(void)) {
  static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
  end = last;
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_ONSTACK | SA_SIGINFO};
    sigaction(numbers[i], &action, NULL);
  }
}

/* ---- beside a sanitizer ---- */

/* What the kernel keeps; libc's sigaction is the sanitizer's, which lets nobody else have it. */
typedef struct kernel_action {
  void (*handler)(int, siginfo_t *, void *);
  unsigned long flags;
  void (*restorer)(void);
  unsigned long mask;
} kernel_action;

static kernel_action reporting;

static long kernel_sigaction(const kernel_action *action, kernel_action *old) {
  return ffh_syscall(SYS_rt_sigaction, SIGSEGV, (long)action, (long)old, sizeof action->mask, 0, 0);
}

static void on_fault(int number, siginfo_t *info, void *context) {
  ffh_run_faulted(info->si_addr);
  reporting.handler(number, info, context);
}

void ffh_crash_note(void) {
  bool handled = kernel_sigaction(NULL, &reporting) == 0 && (reporting.flags & SA_SIGINFO) != 0 &&
                 reporting.handler != NULL;
  if (handled) {
    kernel_action noting = reporting;
    noting.handler = on_fault;
    (void)kernel_sigaction(&noting, NULL);
  }
}
