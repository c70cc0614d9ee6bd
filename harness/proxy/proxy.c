/* The runtime of a proxy library: opens the real library, and carries the confinement checker into
 * a process that is not ours, a Python interpreter for instance. What is found is written as text
 * and as one line of JSON to the file that FFH_REPORT names, or to standard error; then the process
 * ends with exit code 2, or goes on with FFH_ON_FINDING=report. A forked child checks nothing. */
#include "ffh/proxy.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/out.h"
#include "base/stack.h"
#include "base/syscall.h"
#include "check/confine.h"

enum { MAX_REPORTS = 100, REPORT_BYTES = 1 << 16 };

static ffh_confine *confine;
static char *text;
static int report_fd = STDERR_FILENO;
static bool goes_on;
static unsigned n_reports;
static pid_t process;
static uint32_t main_thread; /* 0: it has not come here yet */

/* ---- who ---- */

static __thread bool has_stack __attribute__((tls_model("initial-exec")));

static ffh_actor self(void) {
  if (!has_stack) {
    has_stack = true;
    ffh_stack_find();
  }
  uint32_t id = ffh_cross_thread();
  if (main_thread == 0 && ffh_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0) == process) {
    main_thread = id;
  }
  return (ffh_actor){id, FFH_NONE};
}

static void print_thread(ffh_out *out, ffh_actor thread) {
  if (thread.id == main_thread) {
    ffh_out_str(out, "the main thread");
  } else {
    ffh_out_str(out, "thread ");
    ffh_out_unsigned(out, thread.id);
  }
}

/* Programs may jump over the library's calls (longjmp): what lay between is forgotten. */
void ffh_cross_jumped(uintptr_t depth) {
  (void)depth;
  ffh_here_now.top = NULL;
  ffh_here_now.depth = 0;
  ffh_here_now.side = FFH_SIDE_HARNESS;
}

/* ---- reports ---- */

/* "name  module+0x12": a stripped library has no names for what it does not export. */
static void print_frame(ffh_out *out, unsigned number, uintptr_t pc) {
  Dl_info info = {0};
  bool found = dladdr((const void *)(pc - 1), &info) != 0 && info.dli_fname != NULL;
  const char *slash = found ? strrchr(info.dli_fname, '/') : NULL;
  ffh_out_str(out, "  #");
  ffh_out_unsigned(out, number);
  ffh_out_str(out, " ");
  ffh_out_str(out, found && info.dli_sname != NULL ? info.dli_sname : "(no symbol)");
  ffh_out_str(out, "  ");
  ffh_out_str(out, !found ? "(no module)" : slash == NULL ? info.dli_fname : slash + 1);
  ffh_out_str(out, "+");
  ffh_out_hex(out, found ? pc - (uintptr_t)info.dli_fbase : pc);
  ffh_out_str(out, "\n");
}

static void print_text(ffh_out *out, const ffh_verdict *verdict) {
  const ffh_rule_info *rule = &ffh_rule_infos[verdict->rule];
  ffh_out_str(out, rule->id);
  ffh_out_str(out, ": ");
  ffh_out_str(out, rule->meaning);
  ffh_out_str(out, "\n\ntarget:     ");
  ffh_out_str(out, ffh_target_main.name);
  ffh_out_str(out, " (proxy)\ncontract:   ");
  ffh_out_str(out, ffh_target_main.contract);
  ffh_out_str(out, "\nmessage:    ");
  ffh_out_str(out, verdict->message);
  ffh_out_str(out, "\nwhat to do: ");
  ffh_out_str(out, rule->advice);
  ffh_out_str(out, "\n");
  for (unsigned i = 0; i < verdict->n_evidence; i++) {
    const ffh_evidence *one = &verdict->evidence[i];
    ffh_out_str(out, "\n");
    ffh_out_str(out, one->title);
    ffh_out_str(out, ":\n");
    for (unsigned f = 0; f < one->n_frames; f++) {
      print_frame(out, f, one->frames[f]);
    }
    if (one->n_frames < 2) {
      ffh_out_str(out, "  (the caller has no frame pointers: the stack is cut short)\n");
    }
  }
}

static void json_member(ffh_out *out, const char *key, const char *value) {
  ffh_out_json(out, key, strlen(key));
  ffh_out_str(out, ": ");
  ffh_out_json(out, value, strlen(value));
}

static void print_json(ffh_out *out, const ffh_verdict *verdict) {
  ffh_out_str(out, "{");
  json_member(out, "rule", ffh_rule_infos[verdict->rule].id);
  ffh_out_str(out, ", ");
  json_member(out, "message", verdict->message);
  ffh_out_str(out, ", ");
  json_member(out, "target", ffh_target_main.name);
  ffh_out_str(out, ", ");
  json_member(out, "contract", ffh_target_main.contract);
  ffh_out_str(out, ", \"evidence\": [");
  for (unsigned i = 0; i < verdict->n_evidence; i++) {
    ffh_out_str(out, i == 0 ? "{" : ", {");
    json_member(out, "title", verdict->evidence[i].title);
    ffh_out_str(out, "}");
  }
  ffh_out_str(out, "]}\n");
}

static void report(const ffh_verdict *verdict) {
  if (n_reports++ >= MAX_REPORTS) {
    return;
  }
  ffh_out out = {text, 0, REPORT_BYTES, false};
  print_text(&out, verdict);
  ffh_out_str(&out, "\n");
  print_json(&out, verdict);
  (void)ffh_out_flush(&out, report_fd);
  if (!goes_on) {
    _exit(FFH_EXIT_FINDING);
  }
}

static bool see(const ffh_inner_event *event) {
  static ffh_verdict verdict;
  bool again = ffh_confine_see(confine, event, &verdict);
  if (confine->changed) {
    confine->changed = false;
    ffh_inner_changed();
  }
  if (verdict.rule != FFH_RULE_NONE) {
    report(&verdict);
    return false;
  }
  return again;
}

/* ---- the real library ---- */

static void fail(const char *what, const char *why) {
  char line[1024];
  ffh_out out = {line, 0, sizeof line, false};
  ffh_out_str(&out, "ffihammer proxy: ");
  ffh_out_str(&out, what);
  ffh_out_str(&out, why == NULL ? "" : why);
  ffh_out_str(&out, "\n");
  (void)ffh_out_flush(&out, STDERR_FILENO);
  _exit(FFH_EXIT_USAGE);
}

static void open_real(void) {
  Dl_info own = {0};
  static char path[4096];
  if (dladdr(&ffh_proxy_main, &own) == 0 || own.dli_fname == NULL) {
    fail("does not know where it was loaded from", NULL);
  }
  const char *slash = strrchr(own.dli_fname, '/');
  ffh_out out = {path, 0, sizeof path, false};
  ffh_out_bytes(&out, own.dli_fname, slash == NULL ? 0 : (size_t)(slash - own.dli_fname) + 1);
  ffh_out_str(&out, ffh_proxy_main.file);
  void *real = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (real == NULL) {
    fail("cannot open the real library: ", dlerror());
  }
  for (size_t i = 0; i < ffh_proxy_main.n_symbols; i++) {
    const ffh_proxy_symbol *symbol = &ffh_proxy_main.symbols[i];
    *symbol->real = dlsym(real, symbol->name);
    if (*symbol->real == NULL) {
      fail("the real library does not export ", symbol->name);
    }
  }
}

__attribute__((constructor)) void ffh_proxy_start(void) {
  open_real();
  const char *file = getenv("FFH_REPORT"), *then = getenv("FFH_ON_FINDING");
  goes_on = then != NULL && strcmp(then, "report") == 0;
  if (file != NULL) {
    report_fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (report_fd < 0) {
      fail("FFH_REPORT cannot be written: ", file);
    }
  }
  size_t size = sizeof *confine + REPORT_BYTES;
  confine =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (confine == MAP_FAILED) {
    fail("has no memory", NULL);
  }
  text = (char *)(confine + 1);
  process = getpid();
  ffh_confine_start(confine, &ffh_target_main, print_thread);
  ffh_confine_begin_input(confine);
  for (uint16_t i = 0; i < ffh_target_main.n_roles; i++) {
    if (strcmp(ffh_target_main.roles[i], "main") == 0 && self().id == main_thread) {
      ffh_confine_cast(confine, (uint8_t)i, self());
    }
  }
  (void)self();
  ffh_inner_start(see, self);
}

/* With a report of its own: what was checked, and how often. */
__attribute__((destructor)) static void finish(void) {
  if (report_fd == STDERR_FILENO || getpid() != process) {
    return;
  }
  ffh_out out = {text, 0, REPORT_BYTES, false};
  ffh_out_str(&out, "{\"checked\": {");
  for (uint16_t i = 0; i < ffh_target_main.n_functions; i++) {
    const ffh_function *function = &ffh_target_main.functions[i];
    if ((function->flags & FFH_FN_LEGACY) != 0) {
      ffh_out_str(&out, out.text[out.size - 1] == '{' ? "" : ", ");
      ffh_out_json(&out, function->name, strlen(function->name));
      ffh_out_str(&out, ": ");
      ffh_out_unsigned(&out, ffh_inner_counts[i]);
    }
  }
  ffh_out_str(&out, "}");
  if (ffh_backs_full != 0) {
    ffh_out_str(&out, ", \"callbacks_passed_on\": ");
    ffh_out_unsigned(&out, ffh_backs_full);
  }
  ffh_out_str(&out, "}\n");
  (void)ffh_out_flush(&out, report_fd);
}
