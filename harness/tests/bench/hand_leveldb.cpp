/* A libFuzzer target for LevelDB's C API as people write them by hand. With BENCH_THREADS it
 * creates and joins a thread for each lane of an input. */
#include "bench.h"
#include "leveldb/c.h"
#include "reader.h"
#include "threads.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

/* The target's own reset, so that both targets empty the same directory in the same way. */
extern "C" void ffh_target_reset(const char *directory);

namespace {

enum Op : uint8_t {
#define OP(name) k_##name,
#include "leveldb_ops.def"
#undef OP
};

std::atomic<uint64_t> calls;

struct Step {
  uint8_t op, lane;
  Reader arguments;
};

struct Input {
  void *objects[256];
  std::vector<Step> steps;
  std::vector<uint8_t> lanes;
};

const std::string &directory() {
  static const std::string path = [] {
    char name[] = "/dev/shm/hand-leveldb-XXXXXX";
    const char *made = mkdtemp(name);
    return std::string(made == nullptr ? "/tmp" : made);
  }();
  return path;
}

template <typename T>
T *object(Input &input, Reader &r) {
  return static_cast<T *>(input.objects[r.byte()]);
}

struct Error {
  char *message = nullptr;
  ~Error() {
    if (message != nullptr) {
      leveldb_free(message);
    }
  }
};

void run_snapshot(Input &input, uint8_t op, Reader &r) {
  Error error;
  switch (op) {
    case k_leveldb_create_snapshot: {
      uint8_t defines = r.byte();
      input.objects[defines] =
          const_cast<leveldb_snapshot_t *>(leveldb_create_snapshot(object<leveldb_t>(input, r)));
      break;
    }
    case k_leveldb_release_snapshot: {
      auto *db = object<leveldb_t>(input, r);
      leveldb_release_snapshot(db, object<leveldb_snapshot_t>(input, r));
      break;
    }
    case k_leveldb_property_value: {
      uint8_t defines = r.byte();
      auto *db = object<leveldb_t>(input, r);
      std::string name = r.bytes();
      input.objects[defines] = leveldb_property_value(db, name.c_str());
      break;
    }
    case k_leveldb_iter_get_error:
      leveldb_iter_get_error(object<leveldb_iterator_t>(input, r), &error.message);
      break;
    default:
      abort();
  }
}

void run_database(Input &input, uint8_t op, Reader &r) {
  Error error;
  size_t value_size;
  switch (op) {
    case k_leveldb_open: {
      uint8_t defines = r.byte();
      auto *options = object<leveldb_options_t>(input, r);
      std::string name = r.bytes();
      std::string path = directory() + "/" + name;
      input.objects[defines] = leveldb_open(options, path.c_str(), &error.message);
      break;
    }
    case k_leveldb_close:
      leveldb_close(object<leveldb_t>(input, r));
      break;
    case k_leveldb_put: {
      auto *db = object<leveldb_t>(input, r);
      auto *options = object<leveldb_writeoptions_t>(input, r);
      std::string key = r.bytes();
      std::string value = r.bytes();
      leveldb_put(db, options, key.data(), key.size(), value.data(), value.size(), &error.message);
      break;
    }
    case k_leveldb_delete: {
      auto *db = object<leveldb_t>(input, r);
      auto *options = object<leveldb_writeoptions_t>(input, r);
      std::string key = r.bytes();
      leveldb_delete(db, options, key.data(), key.size(), &error.message);
      break;
    }
    case k_leveldb_write: {
      auto *db = object<leveldb_t>(input, r);
      auto *options = object<leveldb_writeoptions_t>(input, r);
      leveldb_write(db, options, object<leveldb_writebatch_t>(input, r), &error.message);
      break;
    }
    case k_leveldb_get: {
      uint8_t defines = r.byte();
      auto *db = object<leveldb_t>(input, r);
      auto *options = object<leveldb_readoptions_t>(input, r);
      std::string key = r.bytes();
      input.objects[defines] =
          leveldb_get(db, options, key.data(), key.size(), &value_size, &error.message);
      break;
    }
    case k_leveldb_create_iterator: {
      uint8_t defines = r.byte();
      auto *db = object<leveldb_t>(input, r);
      input.objects[defines] = leveldb_create_iterator(db, object<leveldb_readoptions_t>(input, r));
      break;
    }
    default:
      run_snapshot(input, op, r);
  }
}

void run_batch(Input &input, uint8_t op, Reader &r) {
  switch (op) {
    case k_leveldb_writebatch_create:
      input.objects[r.byte()] = leveldb_writebatch_create();
      break;
    case k_leveldb_writebatch_destroy:
      leveldb_writebatch_destroy(object<leveldb_writebatch_t>(input, r));
      break;
    case k_leveldb_writebatch_clear:
      leveldb_writebatch_clear(object<leveldb_writebatch_t>(input, r));
      break;
    case k_leveldb_writebatch_put: {
      auto *batch = object<leveldb_writebatch_t>(input, r);
      std::string key = r.bytes();
      std::string value = r.bytes();
      leveldb_writebatch_put(batch, key.data(), key.size(), value.data(), value.size());
      break;
    }
    case k_leveldb_writebatch_delete: {
      auto *batch = object<leveldb_writebatch_t>(input, r);
      std::string key = r.bytes();
      leveldb_writebatch_delete(batch, key.data(), key.size());
      break;
    }
    case k_leveldb_writebatch_append: {
      auto *destination = object<leveldb_writebatch_t>(input, r);
      leveldb_writebatch_append(destination, object<leveldb_writebatch_t>(input, r));
      break;
    }
    default:
      run_database(input, op, r);
  }
}

void run_options(Input &input, uint8_t op, Reader &r) {
  switch (op) {
    case k_leveldb_options_create:
      input.objects[r.byte()] = leveldb_options_create();
      break;
    case k_leveldb_options_destroy:
      leveldb_options_destroy(object<leveldb_options_t>(input, r));
      break;
    case k_leveldb_options_set_create_if_missing: {
      auto *options = object<leveldb_options_t>(input, r);
      leveldb_options_set_create_if_missing(options, static_cast<uint8_t>(r.number()));
      break;
    }
    case k_leveldb_options_set_error_if_exists: {
      auto *options = object<leveldb_options_t>(input, r);
      leveldb_options_set_error_if_exists(options, static_cast<uint8_t>(r.number()));
      break;
    }
    case k_leveldb_options_set_write_buffer_size: {
      auto *options = object<leveldb_options_t>(input, r);
      leveldb_options_set_write_buffer_size(options, static_cast<size_t>(r.number()));
      break;
    }
    case k_leveldb_options_set_block_size: {
      auto *options = object<leveldb_options_t>(input, r);
      leveldb_options_set_block_size(options, static_cast<size_t>(r.number()));
      break;
    }
    case k_leveldb_options_set_cache: {
      auto *options = object<leveldb_options_t>(input, r);
      leveldb_options_set_cache(options, object<leveldb_cache_t>(input, r));
      break;
    }
    case k_leveldb_options_set_filter_policy: {
      auto *options = object<leveldb_options_t>(input, r);
      leveldb_options_set_filter_policy(options, object<leveldb_filterpolicy_t>(input, r));
      break;
    }
    case k_leveldb_cache_create_lru: {
      uint8_t defines = r.byte();
      input.objects[defines] = leveldb_cache_create_lru(static_cast<size_t>(r.number()));
      break;
    }
    case k_leveldb_cache_destroy:
      leveldb_cache_destroy(object<leveldb_cache_t>(input, r));
      break;
    case k_leveldb_filterpolicy_create_bloom: {
      uint8_t defines = r.byte();
      input.objects[defines] = leveldb_filterpolicy_create_bloom(static_cast<int>(r.number()));
      break;
    }
    case k_leveldb_filterpolicy_destroy:
      leveldb_filterpolicy_destroy(object<leveldb_filterpolicy_t>(input, r));
      break;
    default:
      run_batch(input, op, r);
  }
}

void run_small(Input &input, uint8_t op, Reader &r) {
  switch (op) {
    case k_leveldb_iter_destroy:
      leveldb_iter_destroy(object<leveldb_iterator_t>(input, r));
      break;
    case k_leveldb_iter_valid:
      leveldb_iter_valid(object<leveldb_iterator_t>(input, r));
      break;
    case k_leveldb_iter_seek_to_first:
      leveldb_iter_seek_to_first(object<leveldb_iterator_t>(input, r));
      break;
    case k_leveldb_iter_seek: {
      auto *iterator = object<leveldb_iterator_t>(input, r);
      std::string key = r.bytes();
      leveldb_iter_seek(iterator, key.data(), key.size());
      break;
    }
    case k_leveldb_free:
      leveldb_free(object<void>(input, r));
      break;
    case k_leveldb_readoptions_create:
      input.objects[r.byte()] = leveldb_readoptions_create();
      break;
    case k_leveldb_readoptions_destroy:
      leveldb_readoptions_destroy(object<leveldb_readoptions_t>(input, r));
      break;
    case k_leveldb_readoptions_set_fill_cache: {
      auto *options = object<leveldb_readoptions_t>(input, r);
      leveldb_readoptions_set_fill_cache(options, static_cast<uint8_t>(r.number()));
      break;
    }
    case k_leveldb_readoptions_set_verify_checksums: {
      auto *options = object<leveldb_readoptions_t>(input, r);
      leveldb_readoptions_set_verify_checksums(options, static_cast<uint8_t>(r.number()));
      break;
    }
    case k_leveldb_writeoptions_create:
      input.objects[r.byte()] = leveldb_writeoptions_create();
      break;
    case k_leveldb_writeoptions_destroy:
      leveldb_writeoptions_destroy(object<leveldb_writeoptions_t>(input, r));
      break;
    case k_leveldb_writeoptions_set_sync: {
      auto *options = object<leveldb_writeoptions_t>(input, r);
      leveldb_writeoptions_set_sync(options, static_cast<uint8_t>(r.number()));
      break;
    }
    case k_leveldb_major_version:
      leveldb_major_version();
      break;
    case k_leveldb_minor_version:
      leveldb_minor_version();
      break;
    default:
      run_options(input, op, r);
  }
}

void run_step(Input &input, const Step &step) {
  Reader r = step.arguments;
  run_small(input, step.op, r);
  calls.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

uint64_t bench_calls(void) {
  return calls.load();
}

static void prepare_input() {
  ffh_target_reset(directory().c_str());
}
#define PREPARE_INPUT prepare_input()

#include "hand_input.h"
