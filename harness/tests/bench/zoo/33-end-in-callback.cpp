#include "contract.h"
#include "zoo.h"

struct Program {
  static constexpr bool kShared = false;
  lines *self = nullptr;
  bool ends = false;

  Program() {
    self = lines_create(Read, this);
  }

  ~Program() {
    lines_destroy(self);
  }

  static void Read(void *context, lines *from, const char *line, size_t length) {
    auto *program = static_cast<Program *>(context);
    (void)std::string(line, length).size();
    if (program->ends && program->self == from) {
      program->self = nullptr;
      lines_destroy(from);
    }
  }

  void Step(zoo::Data &data) {
    if (self == nullptr) {
      self = lines_create(Read, this);
    }
    ends = data.ConsumeBool();
    const auto text = zoo::Bytes<char>(data, 64);
    lines_feed(self, text.data(), text.size());
  }
};

ZOO_FUZZ(Program)
