#include <atomic>

#include "contract.h"
#include "zoo.h"

// Whoever takes a job or a ticket out of its place has it alone.
struct Program {
  static constexpr bool kShared = true;
  std::atomic<job *> jobs[4] = {};
  std::atomic<ticket *> tickets[4] = {};

  ~Program() {
    for (size_t i = 0; i < 4; i++) {
      job_drop(jobs[i]);
      ticket_cancel(tickets[i]);
    }
  }

  void Step(zoo::Data &data) {
    switch (data.ConsumeIntegralInRange(0, 4)) {
      case 0: {
        job *made = nullptr;
        ticket *its = nullptr;
        if (job_create(&made, &its) == JOB_OK) {
          job_drop(zoo::Pick(data, jobs).exchange(made));
          ticket_cancel(zoo::Pick(data, tickets).exchange(its));
        }
        break;
      }
      case 1:
        if (job *taken = zoo::Pick(data, jobs).exchange(nullptr)) {
          job_complete(taken, data.ConsumeIntegral<int64_t>());
        }
        break;
      case 2:
        job_drop(zoo::Pick(data, jobs).exchange(nullptr));
        break;
      case 3: {
        auto &place = zoo::Pick(data, tickets);
        if (ticket *taken = place.exchange(nullptr)) {
          int64_t result = 0;
          ticket_poll(taken, &result);
          ticket_cancel(place.exchange(taken));
        }
        break;
      }
      default:
        ticket_cancel(zoo::Pick(data, tickets).exchange(nullptr));
    }
  }
};

ZOO_FUZZ(Program)
