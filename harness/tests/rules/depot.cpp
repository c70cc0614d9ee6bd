/* An archive that is tagged: its memory has a side of its own. */
#include "harness/tests/rules/depot.h"

#include <cstdlib>
#include <string>

void *depot_take(size_t size) {
  return malloc(size);
}

void depot_give(void *block) {
  free(block);
}

/* Grown by libstdc++.so, which is not tagged, and freed here; begun here, and freed there. */
size_t depot_join(size_t count) {
  std::string all(20, 'a');
  for (size_t i = 0; i < count; i++) {
    all.insert(all.size() / 2, "some more text");
    all.append(1, 'b');
  }
  std::string other = all + "!";
  other.swap(all);
  other.assign(300, 'c');
  all = other;
  return all.size();
}

size_t depot_line(void) {
  FILE *lines = tmpfile();
  char *line = nullptr;
  size_t room = 0;
  if (lines == nullptr) {
    return 0;
  }
  fputs("one line\nanother line that is longer than that\n", lines);
  rewind(lines);
  room = 4;
  line = static_cast<char *>(malloc(room)); /* grown by libc */
  for (int i = 0; i < 2; i++) {
    (void)!getline(&line, &room, lines);
  }
  free(line);
  fclose(lines);
  return room;
}
