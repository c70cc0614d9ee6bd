#include <string.h>

#include "plan/build.h"

/* Length of the valid UTF-8 sequence at p (Unicode table 3-7), or 0. */
static unsigned sequence(const uint8_t *p, size_t size) {
  uint8_t a = p[0];
  if (a < 0x80) {
    return 1;
  }
  unsigned length = a >= 0xf0 ? 4 : a >= 0xe0 ? 3 : 2;
  if (a < 0xc2 || a > 0xf4 || size < length) {
    return 0;
  }
  uint8_t low = a == 0xe0 ? 0xa0 : a == 0xf0 ? 0x90 : 0x80;
  uint8_t high = a == 0xed ? 0x9f : a == 0xf4 ? 0x8f : 0xbf;
  if (p[1] < low || p[1] > high) {
    return 0;
  }
  for (unsigned i = 2; i < length; i++) {
    if ((p[i] & 0xc0) != 0x80) {
      return 0;
    }
  }
  return length;
}

bool ffh_utf8_is_valid(const uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size;) {
    unsigned length = sequence(bytes + i, size - i);
    if (length == 0) {
      return false;
    }
    i += length;
  }
  return true;
}

void ffh_utf8_repair(uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size;) {
    unsigned length = sequence(bytes + i, size - i);
    if (length == 0) {
      bytes[i] = '?';
      length = 1;
    }
    i += length;
  }
}

static bool is_name_char(uint8_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

bool ffh_path_is_valid(const ffh_slot *slot, const uint8_t *bytes, size_t size) {
  for (unsigned i = 0; i < slot->n_dict; i++) {
    if (slot->dict[i].bytes != NULL && slot->dict[i].size == size && size != 0 &&
        memcmp(slot->dict[i].bytes, bytes, size) == 0) {
      return true;
    }
  }
  if (size == 0 || size > 32 || bytes[0] == '.' || bytes[0] == '-') {
    return false;
  }
  for (size_t i = 0; i < size; i++) {
    if (!is_name_char(bytes[i])) {
      return false;
    }
  }
  return true;
}

size_t ffh_strings_measure(const uint8_t *bytes, size_t size, unsigned limit, unsigned *count) {
  size_t at = 0;
  unsigned n = 0;
  while (n < limit && size - at >= 2) {
    size_t length = bytes[at] | (size_t)bytes[at + 1] << 8;
    if (size - at - 2 < length) {
      break;
    }
    at += 2 + length;
    n++;
  }
  *count = n;
  return at;
}

static uint64_t load(const uint8_t *p, const ffh_slot *field) {
  uint64_t number = 0;
  memcpy(&number, p, field->size < 8 ? field->size : 8);
  if ((field->flags & FFH_SLOT_SIGNED) != 0 && field->size < 8 && field->size > 0) {
    unsigned drop = 64 - field->size * 8;
    number = (uint64_t)((int64_t)(number << drop) >> drop);
  }
  return number;
}

/* What a field of an array element must hold, given what it holds. */
static uint64_t wanted(const ffh_function *function, unsigned at, uint64_t number) {
  const ffh_slot *field = &function->slots[at];
  switch (field->kind) {
    case FFH_KIND_INT:
    case FFH_KIND_BOOL:
    case FFH_KIND_ENUM:
    case FFH_KIND_FLAGS:
      return ffh_slot_fold(function, at, number);
    case FFH_KIND_FLOAT:
      return field->size == 8 ? ffh_slot_fold(function, at, number) : number;
    case FFH_KIND_CONST:
      return (uint64_t)field->lo;
    default:
      return 0; /* pointers, lengths and capacities of nothing */
  }
}

static bool lies_in(const ffh_function *function, unsigned field, unsigned array,
                    uint32_t *offset) {
  uint32_t sum = 0;
  unsigned at = field;
  while (function->slots[at].parent != FFH_NONE) {
    sum += function->slots[at].offset;
    at = function->slots[at].parent;
    if (at == array) {
      *offset = sum;
      return true;
    }
    if (function->slots[at].kind != FFH_KIND_STRUCT) {
      return false;
    }
  }
  return false;
}

/* Repairs, or with `repair` false only looks. True when every field was in order. */
static bool visit(const ffh_function *function, unsigned array, uint8_t *bytes, size_t size,
                  bool repair) {
  uint32_t unit = ffh_slot_unit(&function->slots[array]);
  bool right = true;
  for (unsigned f = 0; f < function->n_slots; f++) {
    const ffh_slot *field = &function->slots[f];
    uint32_t offset;
    if (field->kind == FFH_KIND_STRUCT || field->size == 0 || field->size > 8 ||
        !lies_in(function, f, array, &offset) || offset + field->size > unit) {
      continue;
    }
    for (size_t at = offset; at + field->size <= size; at += unit) {
      uint64_t number = load(bytes + at, field);
      uint64_t want = wanted(function, f, number);
      if (memcmp(bytes + at, &want, field->size) != 0) {
        right = false;
        if (!repair) {
          return false;
        }
        memcpy(bytes + at, &want, field->size);
      }
    }
  }
  return right;
}

void ffh_elements_repair(const ffh_function *function, unsigned slot, uint8_t *bytes, size_t size) {
  (void)visit(function, slot, bytes, size, true);
}

bool ffh_elements_are_valid(const ffh_function *function, unsigned slot, const uint8_t *bytes,
                            size_t size) {
  return visit(function, slot, (uint8_t *)(uintptr_t)bytes, size, false);
}
