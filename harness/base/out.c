#include "base/out.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void ffh_out_bytes(ffh_out *out, const void *bytes, size_t size) {
  if (out->capacity == 0) {
    out->truncated = true;
    return;
  }
  size_t room = out->capacity - 1 - out->size;
  if (size > room) {
    out->truncated = true;
    size = room;
  }
  memcpy(out->text + out->size, bytes, size);
  out->size += size;
  out->text[out->size] = '\0';
}

void ffh_out_str(ffh_out *out, const char *text) {
  ffh_out_bytes(out, text, strlen(text));
}

void ffh_out_char(ffh_out *out, char c) {
  ffh_out_bytes(out, &c, 1);
}

static void out_base(ffh_out *out, uint64_t number, unsigned base) {
  char digits[24];
  size_t at = sizeof digits;
  do {
    digits[--at] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number != 0);
  ffh_out_bytes(out, digits + at, sizeof digits - at);
}

void ffh_out_unsigned(ffh_out *out, uint64_t number) {
  out_base(out, number, 10);
}

void ffh_out_signed(ffh_out *out, int64_t number) {
  if (number < 0) {
    ffh_out_char(out, '-');
    out_base(out, UINT64_C(0) - (uint64_t)number, 10);
  } else {
    out_base(out, (uint64_t)number, 10);
  }
}

void ffh_out_hex(ffh_out *out, uint64_t number) {
  ffh_out_str(out, "0x");
  out_base(out, number, 16);
}

void ffh_out_json(ffh_out *out, const char *text, size_t size) {
  ffh_out_char(out, '"');
  for (size_t i = 0; i < size; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c == '"' || c == '\\') {
      ffh_out_char(out, '\\');
      ffh_out_char(out, (char)c);
    } else if (c == '\n') {
      ffh_out_str(out, "\\n");
    } else if (c < 0x20 || c >= 0x7f) {
      char escape[6] = {
          '\\', 'u', '0', '0', "0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15]};
      ffh_out_bytes(out, escape, sizeof escape);
    } else {
      ffh_out_char(out, (char)c);
    }
  }
  ffh_out_char(out, '"');
}

bool ffh_out_flush(const ffh_out *out, int fd) {
  size_t done = 0;
  while (done < out->size) {
    ssize_t n = write(fd, out->text + done, out->size - done);
    if (n < 0 && errno == EINTR) {
      continue;
    }
    if (n <= 0) {
      return false;
    }
    done += (size_t)n;
  }
  return true;
}

void ffh_out_double(ffh_out *out, uint64_t bits) {
  double d;
  memcpy(&d, &bits, sizeof d);
  double limit = 9007199254740992.0;
  if (d >= -limit && d <= limit) {
    for (unsigned scale = 1; scale <= 1000; scale *= 10) {
      double scaled = d * scale;
      int64_t whole = scaled >= -limit && scaled <= limit ? (int64_t)scaled : 0;
      double back = (double)whole / scale;
      uint64_t back_bits; /* so that -0.0 is not 0.0 */
      memcpy(&back_bits, &back, sizeof back_bits);
      if ((double)whole == scaled && back_bits == bits) {
        uint64_t size = whole < 0 ? UINT64_C(0) - (uint64_t)whole : (uint64_t)whole;
        ffh_out_str(out, whole < 0 ? "-" : "");
        ffh_out_unsigned(out, size / scale);
        ffh_out_char(out, '.');
        for (unsigned digit = scale; digit >= 10; digit /= 10) {
          ffh_out_unsigned(out, size / (digit / 10) % 10);
        }
        ffh_out_str(out, scale == 1 ? "0" : "");
        return;
      }
    }
  }
  ffh_out_str(out, "bits:");
  ffh_out_hex(out, bits);
}
