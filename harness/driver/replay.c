/* The standalone main: replays plan files, prints them, compiles them from text. It owns its
 * process, so whatever happens is told with all that the harness knows:
 *
 *   <target>-replay [--times N] [--timeout S] [--report FILE] [--stats FILE] FILE
 *   <target>-replay --show FILE | --compile TEXT OUT | --describe
 *
 * A file is read in full before it is run; nothing else of the environment enters a run. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/asan.h"
#include "base/exit.h"
#include "check/verdict.h"
#include "driver/entry.h"
#include "report/stats.h"

enum { REPORT_BYTES = 24 << 20 };

static struct {
  const char *file, *report, *stats, *show, *compile, *out;
  bool describe;
  long times, timeout_s;
} options = {.times = 1, .timeout_s = 60};

static char *report_text; /* REPORT_BYTES, mapped; never the library's heap */
static volatile sig_atomic_t reported;

static void print(int fd, const char *text) {
  ffh_out out = {(char *)(uintptr_t)text, strlen(text), strlen(text) + 1, false};
  ffh_out_flush(&out, fd);
}

static void complain(const char *what, const char *name, const char *advice) {
  print(STDERR_FILENO, "ffihammer: ");
  print(STDERR_FILENO, what);
  if (name != NULL) {
    print(STDERR_FILENO, ": ");
    print(STDERR_FILENO, name);
  }
  print(STDERR_FILENO, advice);
  print(STDERR_FILENO, "\n");
}

/* ---- reports
 * ------------------------------------------------------------------------------------------- */

static bool write_file(const char *path, const void *bytes, size_t size) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) {
    return false;
  }
  ffh_out out = {(char *)(uintptr_t)bytes, size, size + 1, false};
  bool ok = ffh_out_flush(&out, fd);
  return close(fd) == 0 && ok;
}

static void save_report(const char *json, size_t size) {
  if (reported != 0) {
    return;
  }
  reported = 1;
  if (options.report != NULL && !write_file(options.report, json, size)) {
    complain("cannot write the report", options.report, ": is the disk full?");
  }
}

static void report_death(const char *rule, const char *message) {
  if (reported != 0) {
    return;
  }
  ffh_out out = {report_text, 0, REPORT_BYTES, false};
  ffh_run_describe(rule, message, &out);
  save_report(out.text, out.size);
}

/* A finding of our own checkers. */
static void on_finding(const char *json, size_t size) {
  ffh_out out = {(char *)(uintptr_t)json, size, size + 1, false};
  print(STDERR_FILENO, "FFH-FINDING ");
  ffh_out_flush(&out, STDERR_FILENO);
  save_report(json, size);
  ffh_run_stop();
  _exit(FFH_EXIT_FINDING);
}

/* A sanitizer has printed its report and is about to end the process with the exit code that its
 * options give; ours is explicit. */
static void on_death(void) {
  report_death("", "");
  ffh_run_stop();
  _exit(FFH_EXIT_FINDING);
}

static void on_signal(int number) {
  if (number == SIGALRM) {
    print(STDERR_FILENO, "FFH-TIMEOUT: the input did not finish within the time limit\n");
    report_death("FFH-TIMEOUT", "did not come back within the time limit");
  } else {
    print(STDERR_FILENO, "FFH-SIGNAL: the process was ended by a signal\n");
    report_death(number == SIGABRT ? "" : "FFH-SEGV", number == SIGABRT ? "aborted" : "crashed");
  }
  ffh_run_stop();
  _exit(FFH_EXIT_FINDING);
}

static void on_exit_during_run(void) {
  if (ffh_run_is_active()) {
    print(STDERR_FILENO, "FFH-EXIT: the library ended the process\n");
    report_death("FFH-EXIT", "ended the process");
    ffh_run_stop();
    _exit(FFH_EXIT_FINDING);
  }
}

static void catch_signals(void) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
  sigaction(SIGALRM, &action, NULL);
  sigaction(SIGABRT, &action, NULL);
  if (__sanitizer_set_death_callback != NULL) {
    __sanitizer_set_death_callback(on_death); /* it handles the other signals */
  } else {
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    sigaction(SIGILL, &action, NULL);
    sigaction(SIGFPE, &action, NULL);
  }
}

/* ---- files
 * --------------------------------------------------------------------------------------------- */

typedef struct file_bytes {
  uint8_t *data;
  size_t size;
} file_bytes;

/* Reads a whole file of at most `limit` bytes. */
static bool read_file(const char *path, size_t limit, file_bytes *bytes) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0) {
    complain("cannot read", path, errno == ENOENT ? ": there is no such file" : "");
    if (fd >= 0) {
      close(fd);
    }
    return false;
  }
  bool ok = false;
  size_t size = (size_t)status.st_size;
  if (!S_ISREG(status.st_mode)) {
    complain("not a file", path, "");
  } else if (size > limit) {
    complain("larger than a plan can be", path,
             ": the limit is 1 MiB for a plan, 4 MiB for its text");
  } else {
    uint8_t *data =
        mmap(NULL, size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t done = 0;
    while (data != MAP_FAILED && done < size) {
      ssize_t n = read(fd, data + done, size - done);
      if (n <= 0) {
        break;
      }
      done += (size_t)n;
    }
    ok = data != MAP_FAILED && done == size;
    if (ok) {
      *bytes = (file_bytes){data, size};
    } else {
      complain("cannot read", path, "");
    }
  }
  close(fd);
  return ok;
}

static bool decode_file(const char *path, ffh_plan *plan) {
  file_bytes bytes;
  if (!read_file(path, FFH_MAX_INPUT, &bytes)) {
    return false;
  }
  switch (ffh_plan_decode(&ffh_target_main, bytes.data, bytes.size, plan)) {
    case FFH_DECODE_OK:
      return true;
    case FFH_DECODE_OTHER_TARGET:
      complain("a plan of another target", path, ": replay it with that target's binary");
      return false;
    case FFH_DECODE_OTHER_VERSION:
      complain("a plan of another format version", path,
               ": use the ffihammer that wrote it, or its text form");
      return false;
  }
  return false;
}

/* ---- verbs
 * --------------------------------------------------------------------------------------------- */

static int show(void) {
  ffh_plan *plan = ffh_plan_new();
  if (!decode_file(options.show, plan)) {
    return FFH_EXIT_USAGE;
  }
  char *text = mmap(NULL, FFH_MAX_TEXT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  size_t size = text == MAP_FAILED ? 0 : ffh_plan_print(plan, text, FFH_MAX_TEXT);
  if (size == 0) {
    complain("the plan's text is too long to print", options.show, "");
    return FFH_EXIT_USAGE;
  }
  print(STDOUT_FILENO, text);
  return FFH_EXIT_PASS;
}

static int compile(void) {
  file_bytes text;
  if (!read_file(options.compile, FFH_MAX_TEXT, &text)) {
    return FFH_EXIT_USAGE;
  }
  ffh_plan *plan = ffh_plan_new();
  ffh_text_error error;
  if (!ffh_plan_parse(&ffh_target_main, (const char *)text.data, text.size, plan, &error)) {
    char place[64];
    ffh_out out = {place, 0, sizeof place, false};
    ffh_out_char(&out, ':');
    ffh_out_unsigned(&out, error.line);
    ffh_out_char(&out, ':');
    ffh_out_unsigned(&out, error.column);
    ffh_out_str(&out, ": ");
    print(STDERR_FILENO, options.compile);
    print(STDERR_FILENO, place);
    print(STDERR_FILENO, error.message);
    print(STDERR_FILENO, "\n");
    return FFH_EXIT_USAGE;
  }
  uint8_t *bytes =
      mmap(NULL, FFH_MAX_INPUT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  size_t size = bytes == MAP_FAILED ? 0 : ffh_plan_encode(plan, bytes, FFH_MAX_INPUT);
  if (size == 0 || !write_file(options.out, bytes, size)) {
    complain("cannot write", options.out, ": is the directory there, and is there space?");
    return FFH_EXIT_USAGE;
  }
  return FFH_EXIT_PASS;
}

static int describe(void) {
  char text[512];
  ffh_out out = {text, 0, sizeof text, false};
  ffh_out_str(&out, "{\"target\": ");
  ffh_out_json(&out, ffh_target_main.name, strlen(ffh_target_main.name));
  ffh_out_str(&out, ", \"id\": ");
  ffh_out_unsigned(&out, ffh_target_main.id);
  ffh_out_str(&out, ", \"abi\": ");
  ffh_out_unsigned(&out, ffh_target_main.abi);
  ffh_out_str(&out, ", \"functions\": ");
  ffh_out_unsigned(&out, ffh_target_main.n_functions);
  ffh_out_str(&out, ", \"handle_types\": ");
  ffh_out_unsigned(&out, ffh_target_main.n_handle_types);
  ffh_out_str(&out, "}\n");
  ffh_out_flush(&out, STDOUT_FILENO);
  return FFH_EXIT_PASS;
}

static unsigned count_threads(void) {
  struct stat status;
  /* Each thread is a directory, and each directory is a link. */
  return stat("/proc/self/task", &status) == 0 && status.st_nlink > 2
             ? (unsigned)status.st_nlink - 2
             : 1;
}

static void print_result(const ffh_run_result *result) {
  char text[256];
  ffh_out out = {text, 0, sizeof text, false};
  ffh_out_str(&out, "trace: ");
  ffh_out_hex(&out, result->trace);
  ffh_out_str(&out, " calls: ");
  ffh_out_unsigned(&out, result->calls);
  ffh_out_str(&out, " skipped: ");
  ffh_out_unsigned(&out, result->skipped);
  ffh_out_str(&out, " switches: ");
  ffh_out_unsigned(&out, result->switches);
  ffh_out_str(&out, " leftover: ");
  ffh_out_unsigned(&out, result->leftover);
  ffh_out_str(&out, "\n");
  ffh_out_flush(&out, STDERR_FILENO);
}

static int replay(void) {
  ffh_plan *plan = ffh_plan_new();
  if (!decode_file(options.file, plan)) {
    return FFH_EXIT_USAGE;
  }
  if (plan->n_dropped != 0) {
    print(STDERR_FILENO,
          "note: calls of this file were left out: the contract has no such function any more\n");
  }
  if (plan->n_calls == 0) {
    print(STDERR_FILENO, "note: the plan is empty: there is nothing to run\n");
  }
  ffh_run_options run = {
      .core = -1, .stats_path = options.stats, .check_every_leak = true, .on_finding = on_finding};
  catch_signals();
  ffh_entry_start(&run);
  atexit(on_exit_during_run);
  unsigned own_threads = count_threads();
  for (long i = 0; i < options.times; i++) {
    alarm((unsigned)options.timeout_s);
    ffh_run_result result = ffh_run_plan(plan);
    alarm(0);
    print_result(&result);
  }
  if (count_threads() > own_threads + plan->schedule.lanes - 1) {
    print(STDERR_FILENO, "note: threads that the library started are still running\n");
  }
  ffh_run_stop();
  /* The library's exit handlers have not been asked for: _exit keeps the verdict that was reached.
   */
  _exit(FFH_EXIT_PASS);
}

/* ---- arguments
 * ----------------------------------------------------------------------------------------- */

static const char usage[] =
    "usage: <target>-replay [--times N] [--timeout SECONDS] [--report FILE] [--stats FILE] FILE\n"
    "       <target>-replay --show FILE | --compile TEXT OUT | --describe\n"
    "exit: 0 nothing found, 1 usage or environment, 2 finding, 3 FFH-INTERNAL\n";

static bool number_argument(const char *text, long highest, long *number) {
  char *end = NULL;
  long value = text == NULL ? 0 : strtol(text, &end, 10);
  if (text == NULL || end == text || *end != '\0' || value < 1 || value > highest) {
    return false;
  }
  *number = value;
  return true;
}

static bool parse(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    const char *next = i + 1 < argc ? argv[i + 1] : NULL;
    if (strcmp(argv[i], "--times") == 0 && number_argument(next, 1000000, &options.times)) {
      i++;
    } else if (strcmp(argv[i], "--timeout") == 0 &&
               number_argument(next, 86400, &options.timeout_s)) {
      i++;
    } else if (strcmp(argv[i], "--report") == 0 && next != NULL) {
      options.report = argv[++i];
    } else if (strcmp(argv[i], "--stats") == 0 && next != NULL) {
      options.stats = argv[++i];
    } else if (strcmp(argv[i], "--show") == 0 && next != NULL) {
      options.show = argv[++i];
    } else if (strcmp(argv[i], "--compile") == 0 && i + 2 < argc) {
      options.compile = argv[++i];
      options.out = argv[++i];
    } else if (strcmp(argv[i], "--describe") == 0) {
      options.describe = true;
    } else if (argv[i][0] != '-' && options.file == NULL) {
      options.file = argv[i];
    } else {
      complain("not understood", argv[i], "");
      return false;
    }
  }
  return options.file != NULL || options.show != NULL || options.compile != NULL ||
         options.describe;
}

int main(int argc, char **argv) {
  if (!parse(argc, argv)) {
    print(STDERR_FILENO, usage);
    return FFH_EXIT_USAGE;
  }
  report_text = mmap(NULL, REPORT_BYTES, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (report_text == MAP_FAILED) {
    complain("no memory for reports", NULL, "");
    return FFH_EXIT_USAGE;
  }
  if (options.describe) {
    return describe();
  }
  if (options.show != NULL) {
    return show();
  }
  return options.compile != NULL ? compile() : replay();
}
