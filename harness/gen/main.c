/* ffh-gen: an annotated header in, tables, thunks and the ownership table out. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "gen/check.h"
#include "gen/emit.h"
#include "gen/gen.h"

static const char usage[] =
    "ffh-gen: reads an annotated C header (a contract)\n"
    "\n"
    "  ffh-gen emit  CONTRACT --name NAME --project DIR -o OUT.c [--model OUT.json]\n"
    "                 [--wraps OUT.rsp] [-- FLAGS...]\n"
    "  ffh-gen proxy CONTRACT --name NAME --project DIR -o OUT.c --real FILE --symbols FILE\n"
    "                 [-- FLAGS...]\n"
    "  ffh-gen table CONTRACT --name NAME [--project DIR] [--json] [-- FLAGS...]\n"
    "  ffh-gen check CONTRACT --name NAME [--project DIR] [--symbols FILE] [-- FLAGS...]\n"
    "\n"
    "  FLAGS            what the contract is compiled with: -I..., -D...\n"
    "  --wraps FILE     options for the linker, which put the wrappers of OUT.c in their place\n"
    "  --real FILE      the name of the real library, beside its proxy\n"
    "  --symbols FILE   the library's exported C symbols, one per line\n"
    "\n"
    "Exit code 0: done. 1: the contract has errors, or the command is wrong.\n"
    "Example: ffh-gen table targets/pricing/contract.h --name pricing -- -Iharness/include\n";

typedef struct options {
  const char *verb, *contract, *name, *project, *output, *model, *wraps, *symbols, *real;
  bool json;
  const char *const *flags;
  unsigned n_flags;
} options;

static int fail(const char *what, const char *which) {
  fprintf(stderr, "ffh-gen: %s%s%s; see ffh-gen --help\n", what, which[0] == '\0' ? "" : " ",
          which);
  return FFH_EXIT_USAGE;
}

/* 0, or the exit code after a message. */
static int parse_options(int argc, char **argv, options *o) {
  const struct {
    const char *option;
    const char **value;
  } values[] = {{"--name", &o->name},      {"--project", &o->project}, {"-o", &o->output},
                {"--model", &o->model},    {"--wraps", &o->wraps},     {"--real", &o->real},
                {"--symbols", &o->symbols}};
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--") == 0) {
      o->flags = (const char *const *)(argv + i + 1);
      o->n_flags = (unsigned)(argc - i - 1);
      break;
    }
    bool taken = false;
    for (size_t v = 0; v < sizeof values / sizeof values[0] && !taken; v++) {
      if (strcmp(argv[i], values[v].option) == 0) {
        if (i + 1 >= argc || strcmp(argv[i + 1], "--") == 0) {
          return fail("a value is missing after", argv[i]);
        }
        *values[v].value = argv[++i];
        taken = true;
      }
    }
    if (taken) {
      continue;
    }
    if (strcmp(argv[i], "--json") == 0) {
      o->json = true;
    } else if (argv[i][0] == '-') {
      return fail("unknown option", argv[i]);
    } else if (o->verb == NULL) {
      o->verb = argv[i];
    } else if (o->contract == NULL) {
      o->contract = argv[i];
    } else {
      return fail("one contract at a time, not also", argv[i]);
    }
  }
  if (o->verb == NULL || o->contract == NULL || o->name == NULL) {
    return fail("a command, a contract and --name are needed", "");
  }
  bool emit = strcmp(o->verb, "emit") == 0;
  if (emit && (o->output == NULL || o->project == NULL)) {
    return fail("emit needs --project and -o", "");
  }
  bool proxy = strcmp(o->verb, "proxy") == 0;
  if (proxy && (o->output == NULL || o->project == NULL || o->real == NULL || o->symbols == NULL)) {
    return fail("proxy needs --project, -o, --real and --symbols", "");
  }
  if (!emit && !proxy && strcmp(o->verb, "table") != 0 && strcmp(o->verb, "check") != 0) {
    return fail("unknown command", o->verb);
  }
  return 0;
}

/* Writes beside the file and renames, so that a file that exists is whole. */
static bool write_file(const char *path, const char *text, size_t size) {
  char beside[PATH_MAX];
  int length = snprintf(beside, sizeof beside, "%s.tmp", path);
  FILE *file = length < 0 || (size_t)length >= sizeof beside ? NULL : fopen(beside, "wb");
  bool ok = file != NULL && fwrite(text, 1, size, file) == size;
  ok = file != NULL && fclose(file) == 0 && ok && rename(beside, path) == 0;
  if (!ok) {
    fprintf(stderr, "ffh-gen: cannot write %s: ", path);
    perror(NULL);
  }
  return ok;
}

static bool emit_to(const ffh_model *model, const char *path,
                    void (*emit)(const ffh_model *, FILE *)) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (out == NULL) {
    perror("ffh-gen");
    return false;
  }
  emit(model, out);
  bool ok = fclose(out) == 0 && write_file(path, text, size);
  free(text);
  return ok;
}

/* The whole file, or NULL after a message. */
static char *read_file(ffh_mem *mem, const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    fprintf(stderr, "ffh-gen: cannot read %s: ", path);
    perror(NULL);
    return NULL;
  }
  size_t size = 0, capacity = 1 << 16;
  char *text = ffh_mem_new(mem, capacity);
  while (feof(file) == 0 && ferror(file) == 0) {
    size += fread(text + size, 1, capacity - size - 1, file);
    if (size + 1 >= capacity) {
      char *grown = ffh_mem_new(mem, 2 * capacity);
      memcpy(grown, text, size);
      text = grown;
      capacity *= 2;
    }
  }
  text[size] = '\0';
  fclose(file);
  return text;
}

static int emit_proxy(ffh_gen *gen, const options *o) {
  const char *symbols = read_file(&gen->mem, o->symbols);
  char *text = NULL;
  size_t size = 0;
  FILE *out = symbols == NULL ? NULL : open_memstream(&text, &size);
  if (out == NULL) {
    return FFH_EXIT_USAGE;
  }
  ffh_emit_proxy(&gen->model, o->real, symbols, out);
  bool ok = fclose(out) == 0 && write_file(o->output, text, size);
  free(text);
  return ok ? FFH_EXIT_PASS : FFH_EXIT_USAGE;
}

static int run_verb(ffh_gen *gen, const options *o) {
  if (strcmp(o->verb, "emit") == 0) {
    bool ok = emit_to(&gen->model, o->output, ffh_emit_c) &&
              (o->model == NULL || emit_to(&gen->model, o->model, ffh_emit_json)) &&
              (o->wraps == NULL || emit_to(&gen->model, o->wraps, ffh_emit_wrap_options));
    return ok ? FFH_EXIT_PASS : FFH_EXIT_USAGE;
  }
  if (strcmp(o->verb, "proxy") == 0) {
    return emit_proxy(gen, o);
  }
  if (strcmp(o->verb, "table") == 0) {
    ffh_emit_table(&gen->model, o->json, stdout);
    return fflush(stdout) == 0 ? FFH_EXIT_PASS : FFH_EXIT_USAGE;
  }
  if (o->symbols != NULL) {
    const char *symbols = read_file(&gen->mem, o->symbols);
    if (symbols == NULL) {
      return FFH_EXIT_USAGE;
    }
    ffh_check_symbols(&gen->model, symbols);
  }
  return FFH_EXIT_PASS;
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
      fputs(usage, stdout);
      return FFH_EXIT_PASS;
    }
  }
  options o = {0};
  int status = parse_options(argc, argv, &o);
  if (status != 0) {
    return status;
  }
  /* Absolute paths, so that output does not depend on where ffh-gen was started. */
  char contract[PATH_MAX], project[PATH_MAX];
  if (realpath(o.contract, contract) == NULL) {
    fprintf(stderr, "ffh-gen: cannot read %s: ", o.contract);
    perror(NULL);
    return FFH_EXIT_USAGE;
  }
  bool has_project = o.project != NULL;
  if (has_project && realpath(o.project, project) == NULL) {
    return fail("no such directory:", o.project);
  }
  const char *root = has_project ? project : NULL;
  ffh_gen gen;
  status = FFH_EXIT_USAGE;
  bool proxy = strcmp(o.verb, "proxy") == 0;
  if (ffh_gen_begin(&gen, contract, NULL, o.name, root, proxy, o.flags, o.n_flags)) {
    status = run_verb(&gen, &o);
  }
  ffh_diag_print(&gen.diags, root, stderr);
  if (gen.diags.n_errors != 0) {
    status = FFH_EXIT_USAGE;
  }
  ffh_gen_end(&gen);
  return status;
}
