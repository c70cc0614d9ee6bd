#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  session *self = session_open();

  ~Program() {
    session_close(self);
  }

  void Step(zoo::Data &data) {
    switch (data.ConsumeIntegralInRange(0, 3)) {
      case 0:
        session_add(self, data.ConsumeIntegral<uint32_t>());
        break;
      case 1:
        session_audit(self);
        break;
      case 2: {
        uint64_t sum = 0;
        session_audited(self, &sum);
        break;
      }
      default:
        session_close(self);
        self = session_open();
    }
  }
};

ZOO_FUZZ(Program)
