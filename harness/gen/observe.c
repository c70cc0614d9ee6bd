/* Functions that the runtime asks on its own (FFH_OBSERVES): whether it can. */
#include "gen/build.h"

static bool is_seen(const ffh_slot *slot) {
  return slot->kind <= FFH_KIND_FLOAT || slot->kind == FFH_KIND_STATUS ||
         slot->kind == FFH_KIND_VIEW;
}

static const char *why_not(const ffh_gen_function *function) {
  const unsigned changes = FFH_SLOT_CREATES | FFH_SLOT_CONSUMES | FFH_SLOT_CONSUMES_ON_SUCCESS |
                           FFH_SLOT_RETAINS | FFH_SLOT_RELEASES | FFH_SLOT_HANDOVER;
  unsigned handles = 0, seen = 0;
  for (uint16_t i = 0; i < function->out.n_slots; i++) {
    const ffh_slot *slot = &function->slots[i].out;
    bool handle = slot->kind == FFH_KIND_HANDLE;
    bool output = slot->direction == FFH_DIR_OUT || slot->param == FFH_PARAM_RESULT;
    bool derived = slot->kind == FFH_KIND_CONST;
    if (handle && (output || slot->param < 0 || (slot->flags & changes) != 0 ||
                   (slot->flags & FFH_SLOT_INDIRECT) != 0 || slot->becomes != FFH_NONE)) {
      return "does more with a handle than to look at it";
    }
    if (!handle && !output && !derived) {
      return "takes more than a handle";
    }
    if (!handle && !derived && !is_seen(slot) && slot->kind != FFH_KIND_STRUCT &&
        slot->kind != FFH_KIND_WRITTEN) {
      return "delivers something that cannot be compared";
    }
    handles += handle;
    seen += is_seen(slot);
  }
  return function->out.when_fn != FFH_NONE ? "may be called at times only"
         : handles != 1                    ? "does not take one handle"
         : seen == 0                       ? "says nothing of its handle"
                                           : NULL;
}

void ffh_model_validate_observer(const ffh_model *model, const ffh_gen_function *function) {
  const char *why = (function->out.flags & FFH_FN_OBSERVES) == 0 ? NULL : why_not(function);
  if (why != NULL) {
    ffh_diag_add(model->source->diags, function->proto->place, FFH_DIAG_OBSERVES,
                 "'%s' has FFH_OBSERVES, and %s", function->out.name, why);
  }
}
