#include "run/target.h"

#include "base/limits.h"

const char *ffh_run_target_refuse(const ffh_target *target) {
  if (target->abi != FFH_TARGET_ABI) {
    return "the target was generated for another version of the runtime: build it again";
  }
  if (target->n_functions > FFH_MAX_FUNCTIONS || target->n_handle_types > FFH_MAX_HANDLE_TYPES) {
    return "the contract has more functions or handle types than base/limits.h allows";
  }
  for (uint16_t i = 0; i < target->n_functions; i++) {
    if (target->functions[i].n_slots > FFH_MAX_SLOTS ||
        target->functions[i].n_params > FFH_MAX_PARAMS) {
      return "a function of the contract has more parameters than base/limits.h allows";
    }
  }
  return NULL;
}

bool ffh_run_target_has_paths(const ffh_target *target) {
  for (uint16_t i = 0; i < target->n_functions; i++) {
    for (uint16_t s = 0; s < target->functions[i].n_slots; s++) {
      if (target->functions[i].slots[s].kind == FFH_KIND_PATH) {
        return true;
      }
    }
  }
  return false;
}

void ffh_run_target_call(const ffh_target *target, uint16_t flag) {
  for (uint16_t i = 0; i < target->n_functions; i++) {
    if ((target->functions[i].flags & flag) != 0 && target->functions[i].call != NULL) {
      ffh_word result = {.u = 0};
      ffh_crossing crossing;
      ffh_cross_in(&crossing, &target->functions[i].edge);
      target->functions[i].call(&result, &result);
      ffh_cross_out(&crossing);
    }
  }
}
