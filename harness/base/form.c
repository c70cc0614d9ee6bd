#include "base/form.h"

#include "ffh/target.h"

const char *ffh_form_name(unsigned form) {
  static const char *const names[FFH_FORM_COUNT] = {
      [FFH_FORM_VALUE] = "value",
      [FFH_FORM_NULL] = "null",
      [FFH_FORM_STALE] = "stale",
      [FFH_FORM_WRONG_TYPE] = "wrong_type",
      [FFH_FORM_WRONG_THREAD] = "wrong_thread",
      [FFH_FORM_BAD_ENUM] = "bad_enum",
      [FFH_FORM_BAD_UTF8] = "bad_utf8",
      [FFH_FORM_LENGTH_MISMATCH] = "length_mismatch",
      [FFH_FORM_OVERSIZED] = "oversized",
      [FFH_FORM_WRONG_STATE] = "wrong_state",
      [FFH_FORM_BAD_VERSION] = "bad_version",
      [FFH_FORM_HAS_CHILDREN] = "has_children",
  };
  return form < FFH_FORM_COUNT && names[form] != 0 ? names[form] : "unknown";
}
