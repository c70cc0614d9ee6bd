#include "contract.h"
#include "zoo.h"

static void Observe(void *, feed *self, uint32_t observer, int64_t value) {
  int64_t latest = 0;
  feed_latest(self, &latest);
  if (value % 8 == 0) {
    feed_unsubscribe(self, observer);
  }
}

struct Program {
  static constexpr bool kShared = true;
  feed *self = feed_create();

  ~Program() {
    feed_destroy(self);
  }

  void Step(zoo::Data &data) {
    switch (data.ConsumeIntegralInRange(0, 4)) {
      case 0: {
        uint32_t observer = 0;
        feed_subscribe(self, Observe, nullptr, &observer);
        break;
      }
      case 1:
        feed_unsubscribe(self, data.ConsumeIntegralInRange(0, FEED_OBSERVERS));
        break;
      case 2:
        feed_publish(self, data.ConsumeIntegral<int8_t>());
        break;
      case 3: {
        int64_t latest = 0;
        feed_latest(self, &latest);
        break;
      }
      default: {
        size_t count = 0;
        feed_observers(self, &count);
      }
    }
  }
};

ZOO_FUZZ(Program)
