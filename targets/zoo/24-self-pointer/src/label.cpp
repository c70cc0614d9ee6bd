#include <algorithm>
#include <cstring>
#include <new>

#include "../contract.h"

namespace {

bool IsLong(const label *self) {
  return self->chars != nullptr && self->chars != self->inside;
}

const char *Text(const label *self) {
  return self->chars != nullptr ? self->chars : self->inside;
}

void MakeShort(label *self) {
#ifdef ZOO_FIXED
  self->chars = nullptr;
#else
  self->chars = self->inside;  // the planted bug: the label may be moved by bytes
#endif
}

}  // namespace

void label_init(label *self) {
  self->length = 0;
  MakeShort(self);
}

void label_end(label *self) {
  if (IsLong(self)) {
    delete[] self->chars;
  }
}

int32_t label_set(label *self, const char *text, size_t length) {
  if (self == nullptr || text == nullptr || length > LABEL_MAX_TEXT) {
    return LABEL_BAD_INPUT;
  }
  char *chars = nullptr;
  if (length > sizeof self->inside) {
    chars = new (std::nothrow) char[length];
    if (chars == nullptr) {
      return LABEL_NO_MEMORY;
    }
  }
  label_end(self);
  if (chars != nullptr) {
    self->chars = chars;
  } else {
    MakeShort(self);
  }
  memcpy(chars != nullptr ? chars : self->inside, text, length);
  self->length = length;
  return LABEL_OK;
}

size_t label_count(const label *self, uint8_t letter) {
  const char *text = Text(self);
  return static_cast<size_t>(std::count(text, text + self->length, static_cast<char>(letter)));
}
