#include "gen/gen.h"

bool ffh_gen_begin(ffh_gen *gen, const char *file, const char *contents, const char *name,
                   const char *project, bool proxy, const char *const *flags, unsigned n_flags) {
  *gen = (ffh_gen){0};
  gen->diags.mem = &gen->mem;
  gen->source = (ffh_source){.mem = &gen->mem,
                             .diags = &gen->diags,
                             .file = file,
                             .contents = contents,
                             .proxy = proxy,
                             .project = project,
                             .flags = flags,
                             .n_flags = n_flags};
  ffh_read_contract(&gen->source);
  if (gen->diags.n_errors == 0) {
    ffh_consts_read(&gen->source);
    ffh_model_build(&gen->source, name, ffh_diag_path(project, file), &gen->model);
  }
  if (gen->diags.n_errors == 0) {
    ffh_model_validate(&gen->model);
  }
  return gen->diags.n_errors == 0;
}

void ffh_gen_end(ffh_gen *gen) {
  ffh_mem_free(&gen->mem);
}
