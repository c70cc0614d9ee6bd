#include "boundary/args.h"

#include <string.h>

#include "base/asan.h"
#include "base/assert.h"
#include "base/bytes.h"
#include "base/id.h"
#include "boundary/arena.h"
#include "boundary/callbacks.h"
#include "boundary/handles.h"

enum { UNMAPPED = 100 }; /* one in so many has pages of its own while fuzzing */

static const char *directory = "";
static bool unmapping;

void ffh_args_set_unmapping(bool every) {
  unmapping = every;
}

void ffh_args_set_directory(const char *path) {
  directory = path;
}

/* ---- scalars in memory ---- */

static void write_scalar(uint8_t *at, uint64_t bits, size_t size) {
  if (size == sizeof(uint32_t)) {
    memcpy(at, &bits, sizeof(uint32_t)); /* most are */
    return;
  }
  ffh_bytes_copy(at, &bits, size); /* little-endian, as every platform that libFuzzer supports */
}

static uint64_t number_bits(const ffh_slot *slot, uint64_t number) {
  if (slot->kind == FFH_KIND_FLOAT && slot->size == sizeof(float)) {
    double wide;
    memcpy(&wide, &number, sizeof wide);
    float narrow = (float)wide;
    uint32_t bits;
    memcpy(&bits, &narrow, sizeof bits);
    return bits;
  }
  return number;
}

/* ---- where a slot's own word goes: an argument, or a field of its struct ---- */

static void place_pointer(ffh_frame *frame, const ffh_slot *slot, const void *pointer) {
  if (slot->param >= 0) {
    frame->args[slot->param].cp = pointer;
  } else if (slot->param == FFH_PARAM_FIELD) {
    uint8_t *at = ffh_frame_field(frame, slot);
    if (at != NULL) {
      memcpy(at, &pointer, sizeof pointer);
    }
  }
}

/* A few of the calls, the same ones whatever else the plan holds and in every process: where these
 * copies lie is the same in a replay. */
static bool is_picked(const ffh_frame *frame, uint16_t index, size_t size) {
  const uint32_t what[] = {frame->plan->schedule.seed, frame->function->id, index, (uint32_t)size};
  return ffh_id_numbers(FFH_ID_BASIS, what, sizeof what / sizeof what[0]) % UNMAPPED == 0;
}

static uint8_t *take_memory(ffh_frame *frame, uint16_t index, size_t size, size_t align) {
  bool picked = is_picked(frame, index, size);
  return picked || unmapping ? ffh_arena_take_pages(size, align, picked, frame->index, index)
                             : ffh_arena_take(size, align, frame->index, index);
}

static uint8_t *take(ffh_frame *frame, uint16_t index, size_t size, size_t align) {
  const ffh_slot *slot = &frame->function->slots[index];
  uint8_t *at = take_memory(frame, index, size, align == 0 ? 1 : align);
  if (at != NULL && slot->direction != FFH_DIR_OUT) {
    if (slot->until == FFH_UNTIL_DESTROY && slot->until_slot != FFH_NONE &&
        frame->values[slot->until_slot].variable != FFH_NO_VARIABLE) {
      ffh_arena_keep(frame->values[slot->until_slot].variable);
    } else if (slot->until != FFH_UNTIL_RETURN) {
      ffh_arena_keep(FFH_KEPT_FOR_INPUT);
    }
  }
  frame->storage[index] = at;
  return at;
}

static bool place_scalar(ffh_frame *frame, uint16_t index, uint64_t bits) {
  const ffh_slot *slot = &frame->function->slots[index];
  if ((slot->flags & FFH_SLOT_INDIRECT) != 0) {
    uint8_t *at = take(frame, index, slot->size, slot->align);
    if (at == NULL) {
      return false;
    }
    if (slot->direction == FFH_DIR_OUT) {
      ffh_bytes_fill(at, FFH_UNTOUCHED_BYTE, slot->size);
    } else {
      write_scalar(at, bits, slot->size);
    }
    place_pointer(frame, slot, at);
  } else if (slot->param >= 0) {
    frame->args[slot->param].u = bits;
  } else if (slot->param == FFH_PARAM_FIELD && slot->direction != FFH_DIR_OUT) {
    uint8_t *at = ffh_frame_field(frame, slot);
    if (at != NULL) {
      write_scalar(at, bits, slot->size);
    }
  }
  return true;
}

/* ---- buffers ---- */

static uint64_t input_count(const ffh_slot *slot, const ffh_value *value) {
  if (value->form == FFH_FORM_LENGTH_MISMATCH || value->form == FFH_FORM_OVERSIZED) {
    return value->number;
  }
  if (value->form == FFH_FORM_NULL || value->is_null) {
    return 0;
  }
  if (slot->kind == FFH_KIND_STRINGS) {
    return value->number;
  }
  return slot->kind == FFH_KIND_ARRAY && slot->size > 1 ? value->size / slot->size : value->size;
}

/* What came with the memory that goes back, as the free function counts. */
static uint64_t freed_length(const ffh_slot *slot, const ffh_value *value) {
  if (value->form == FFH_FORM_NULL || value->variable == FFH_NO_VARIABLE) {
    return 0;
  }
  const ffh_handle *memory = ffh_handles_at(value->variable);
  return slot->lo == 1 ? memory->length * memory->element : memory->length;
}

static uint64_t length_of(const ffh_frame *frame, uint16_t index) {
  if (index == FFH_NONE) {
    return 0;
  }
  const ffh_slot *slot = &frame->function->slots[index];
  return slot->kind == FFH_KIND_HANDLE ? freed_length(slot, &frame->values[index])
                                       : input_count(slot, &frame->values[index]);
}

/* How many elements an output buffer has room for: what its capacity or shared length says. */
static uint64_t output_count(const ffh_frame *frame, const ffh_slot *slot) {
  if (slot->partner != FFH_NONE) {
    const ffh_slot *partner = &frame->function->slots[slot->partner];
    if (partner->kind == FFH_KIND_LENGTH && partner->partner != FFH_NONE) {
      return length_of(frame, partner->partner);
    }
    return frame->values[slot->partner].number;
  }
  return slot->hi > 0 ? (uint64_t)slot->hi : 1;
}

/* More than the cap: real memory while it fits, else zeros over a sparse mapping. */
static bool build_oversized(ffh_frame *frame, uint16_t index, const ffh_value *value) {
  const ffh_slot *slot = &frame->function->slots[index];
  uint64_t element = slot->kind == FFH_KIND_ARRAY ? slot->size : 1;
  bool text = slot->kind == FFH_KIND_TEXT || slot->kind == FFH_KIND_PATH;
  uint64_t size = value->number * element + (text ? 1 : 0);
  if (value->number > FFH_SPARSE_BYTES / element) {
    size = FFH_SPARSE_BYTES;
  }
  if (text || size <= (1u << 17)) {
    uint8_t *at = take(frame, index, (size_t)size, slot->align);
    if (at == NULL) {
      return false;
    }
    memset(at, slot->kind == FFH_KIND_ARRAY ? 0 : 'a', (size_t)size);
    if (text) {
      at[size - 1] = '\0';
    }
    place_pointer(frame, slot, at);
  } else {
    place_pointer(frame, slot, ffh_arena_sparse());
  }
  return true;
}

static bool build_path(ffh_frame *frame, uint16_t index, const ffh_value *value) {
  const ffh_slot *slot = &frame->function->slots[index];
  size_t prefix = strlen(directory);
  uint8_t *at = take(frame, index, prefix + 1 + value->size + 1, 1);
  if (at == NULL) {
    return false;
  }
  memcpy(at, directory, prefix);
  at[prefix] = '/';
  memcpy(at + prefix + 1, value->bytes, value->size);
  at[prefix + 1 + value->size] = '\0';
  frame->count[index] = prefix + 1 + value->size;
  place_pointer(frame, slot, at);
  return true;
}

static bool build_strings(ffh_frame *frame, uint16_t index, const ffh_value *value) {
  const ffh_slot *slot = &frame->function->slots[index];
  size_t count = (size_t)value->number;
  const ffh_slot *lengths =
      slot->partner2 == FFH_NONE ? NULL : &frame->function->slots[slot->partner2];
  uint8_t *sizes = NULL;
  if (lengths != NULL) {
    sizes = take(frame, slot->partner2, count * lengths->size, lengths->align);
    if (sizes == NULL) {
      return false;
    }
    place_pointer(frame, lengths, sizes);
  }
  const uint8_t *from = value->bytes;
  const uint8_t *copies[FFH_MAX_STRINGS];
  FFH_ASSERT(count <= FFH_MAX_STRINGS);
  for (size_t i = 0; i < count; i++) {
    size_t size = (size_t)from[0] | ((size_t)from[1] << 8);
    uint8_t *copy = take(frame, index, size + (lengths == NULL ? 1 : 0), 1);
    if (copy == NULL) {
      return false;
    }
    ffh_bytes_copy(copy, from + 2, size);
    if (lengths == NULL) {
      copy[size] = '\0';
    } else {
      write_scalar(sizes + i * lengths->size, size, lengths->size);
    }
    copies[i] = copy;
    from += 2 + size;
  }
  uint8_t *pointers = take(frame, index, count * sizeof copies[0], sizeof copies[0]);
  if (pointers == NULL) {
    return false;
  }
  if (count != 0) {
    memcpy(pointers, copies, count * sizeof copies[0]);
  }
  place_pointer(frame, slot, pointers);
  return true;
}

static bool build_output_buffer(ffh_frame *frame, uint16_t index) {
  const ffh_slot *slot = &frame->function->slots[index];
  uint64_t count = output_count(frame, slot);
  uint64_t element = slot->kind == FFH_KIND_ARRAY ? slot->size : 1;
  if (count > FFH_ARG_ARENA / element) {
    return false;
  }
  uint8_t *at = take(frame, index, (size_t)(count * element), slot->align);
  if (at == NULL) {
    return false;
  }
  ffh_bytes_fill(at, FFH_UNTOUCHED_BYTE, (size_t)(count * element));
  frame->count[index] = count;
  place_pointer(frame, slot, at);
  return true;
}

static bool build_buffer(ffh_frame *frame, uint16_t index) {
  const ffh_slot *slot = &frame->function->slots[index];
  const ffh_value *value = &frame->values[index];
  if (slot->direction == FFH_DIR_OUT) {
    return build_output_buffer(frame, index);
  }
  frame->count[index] = input_count(slot, value);
  if (value->form == FFH_FORM_NULL || value->form == FFH_FORM_LENGTH_MISMATCH || value->is_null) {
    place_pointer(frame, slot, NULL);
    return true;
  }
  if (value->form == FFH_FORM_OVERSIZED) {
    return build_oversized(frame, index, value);
  }
  if (slot->kind == FFH_KIND_PATH) {
    return build_path(frame, index, value);
  }
  if (slot->kind == FFH_KIND_STRINGS) {
    return build_strings(frame, index, value);
  }
  size_t terminator = slot->kind == FFH_KIND_TEXT ? 1 : 0;
  uint8_t *at = take(frame, index, value->size + terminator, slot->align);
  if (at == NULL) {
    return false;
  }
  if (value->size != 0) {
    ffh_bytes_copy(at, value->bytes, value->size);
  }
  if (terminator != 0) {
    at[value->size] = '\0';
  }
  place_pointer(frame, slot, at);
  return true;
}

/* ---- handles, structs, errors ---- */

/* Reads of what was moved away are seen by a sanitizer; without one, only by the trap. */
static bool needs_trap(const ffh_frame *frame, const ffh_slot *slot) {
  return __asan_poison_memory_region == NULL &&
         frame->plan->target->handle_types[slot->handle_type].relocatable != 0;
}

/* Storage for an object that lives there until it is destroyed. */
static bool build_place(ffh_frame *frame, uint16_t index) {
  const ffh_slot *slot = &frame->function->slots[index];
  uint16_t variable = frame->values[index].variable;
  uint8_t *at = needs_trap(frame, slot)
                    ? ffh_arena_take_pages(slot->size, slot->align, false, frame->index, index)
                    : take_memory(frame, index, slot->size, slot->align);
  if (at == NULL) {
    return false;
  }
  ffh_arena_keep(variable == FFH_NO_VARIABLE ? FFH_KEPT_FOR_INPUT : variable);
  ffh_bytes_fill(at, FFH_UNTOUCHED_BYTE, slot->size);
  frame->storage[index] = at;
  place_pointer(frame, slot, at);
  return true;
}

static bool build_handle(ffh_frame *frame, uint16_t index) {
  const ffh_slot *slot = &frame->function->slots[index];
  const ffh_value *value = &frame->values[index];
  if ((slot->flags & FFH_SLOT_PLACED) != 0) {
    return build_place(frame, index);
  }
  if (slot->direction == FFH_DIR_OUT || (slot->flags & FFH_SLOT_CREATES) != 0) {
    if (slot->param == FFH_PARAM_FIELD) {
      return true; /* the callee writes it into its struct */
    }
    uint8_t *at = take(frame, index, sizeof(void *), sizeof(void *));
    if (at == NULL) {
      return false;
    }
    memset(at, FFH_UNTOUCHED_BYTE, sizeof(void *));
    place_pointer(frame, slot, at);
    return true;
  }
  void *pointer = NULL;
  if (value->form != FFH_FORM_NULL && value->variable != FFH_NO_VARIABLE) {
    pointer = ffh_handles_at(value->variable)->pointer;
  }
  if ((slot->flags & FFH_SLOT_INDIRECT) != 0) {
    uint8_t *at = take(frame, index, sizeof(void *), sizeof(void *));
    if (at == NULL) {
      return false;
    }
    memcpy(at, &pointer, sizeof pointer);
    place_pointer(frame, slot, at);
  } else {
    place_pointer(frame, slot, pointer);
  }
  return true;
}

static bool build_struct(ffh_frame *frame, uint16_t index) {
  const ffh_slot *slot = &frame->function->slots[index];
  const ffh_value *value = &frame->values[index];
  if ((slot->flags & FFH_SLOT_BY_VALUE) != 0 && slot->param == FFH_PARAM_FIELD) {
    frame->storage[index] = ffh_frame_field(frame, slot);
    return true;
  }
  if (value->form == FFH_FORM_NULL || value->is_null) {
    place_pointer(frame, slot, NULL);
    return true;
  }
  uint8_t *at = take(frame, index, slot->size, slot->align);
  if (at == NULL) {
    return false;
  }
  ffh_bytes_fill(at, slot->direction == FFH_DIR_OUT ? FFH_UNTOUCHED_BYTE : 0, slot->size);
  frame->count[index] = 1;
  place_pointer(frame, slot, at);
  return true;
}

static bool build_error(ffh_frame *frame, uint16_t index) {
  const ffh_slot *slot = &frame->function->slots[index];
  const ffh_value *value = &frame->values[index];
  void *message =
      value->variable == FFH_NO_VARIABLE ? NULL : ffh_handles_at(value->variable)->pointer;
  uint8_t *at = take(frame, index, sizeof message, sizeof message);
  if (at == NULL) {
    return false;
  }
  memcpy(at, &message, sizeof message);
  place_pointer(frame, slot, at);
  return true;
}

static void build_callback(ffh_frame *frame, uint16_t index) {
  const ffh_slot *slot = &frame->function->slots[index];
  const ffh_value *value = &frame->values[index];
  void (*implementation)(void) = NULL;
  if (value->form != FFH_FORM_NULL && value->number < slot->callback->n_impls) {
    implementation = slot->callback->impls[value->number];
  }
  if (slot->param >= 0) {
    frame->args[slot->param].fn = implementation;
  } else if (ffh_frame_field(frame, slot) != NULL) {
    memcpy(ffh_frame_field(frame, slot), &implementation, sizeof implementation);
  }
}

static bool build_slot(ffh_frame *frame, uint16_t index) {
  const ffh_slot *slot = &frame->function->slots[index];
  const ffh_value *value = &frame->values[index];
  if (slot->parent != FFH_NONE && frame->storage[slot->parent] == NULL) {
    return true; /* its struct is NULL */
  }
  if (ffh_slot_is_buffer(slot->kind)) {
    return build_buffer(frame, index);
  }
  switch ((ffh_kind)slot->kind) {
    case FFH_KIND_HANDLE:
    case FFH_KIND_OWNED:
    case FFH_KIND_VIEW:
      return build_handle(frame, index);
    case FFH_KIND_STRUCT:
      return build_struct(frame, index);
    case FFH_KIND_ERROR:
      return build_error(frame, index);
    case FFH_KIND_CALLBACK:
      build_callback(frame, index);
      return true;
    case FFH_KIND_USERDATA:
      place_pointer(frame, slot, ffh_callbacks_cookie(frame));
      return true;
    case FFH_KIND_CONST:
      return place_scalar(frame, index,
                          value->form == FFH_FORM_BAD_VERSION ? value->number : (uint64_t)slot->lo);
    case FFH_KIND_LENGTH:
      return place_scalar(frame, index, length_of(frame, slot->partner));
    case FFH_KIND_LENGTHS:
      return true; /* built with its strings */
    default:
      if ((slot->flags & FFH_SLOT_INDIRECT) != 0 && value->form == FFH_FORM_NULL) {
        place_pointer(frame, slot, NULL);
        return true;
      }
      return place_scalar(frame, index, number_bits(slot, value->number));
  }
}

/* A struct that states a smaller size than it has: what the callee gets ends there, but not before
 * the size itself. frame->storage stays the whole struct. */
static bool cut_struct(ffh_frame *frame) {
  for (uint16_t i = 0; i < frame->function->n_slots; i++) {
    const ffh_slot *slot = &frame->function->slots[i];
    uint64_t stated = frame->values[i].number, least = slot->offset + slot->size;
    if (frame->values[i].form != FFH_FORM_BAD_VERSION ||
        (slot->flags & FFH_SLOT_STRUCT_SIZE) == 0 || stated >= (uint64_t)slot->lo) {
      continue;
    }
    const ffh_slot *whole = &frame->function->slots[slot->parent];
    if ((whole->flags & FFH_SLOT_BY_VALUE) != 0) {
      return true;
    }
    size_t size = (size_t)(stated < least ? least : stated);
    uint8_t *at = take_memory(frame, slot->parent, size, whole->align == 0 ? 1 : whole->align);
    if (at == NULL) {
      return false;
    }
    memcpy(at, frame->storage[slot->parent], size);
    place_pointer(frame, whole, at);
    return true;
  }
  return true;
}

bool ffh_args_build(ffh_frame *frame) {
  const ffh_function *function = frame->function;
  FFH_ASSERT(function->n_params <= FFH_MAX_PARAMS && function->n_slots <= FFH_MAX_SLOTS);
  const ffh_shape *shape = ffh_frame_shape(frame);
  ffh_bytes_fill(frame->storage, 0, function->n_slots * sizeof frame->storage[0]);
  for (ffh_slots left = shape->built; left != 0;) {
    if (!build_slot(frame, ffh_slots_next(&left))) {
      return false;
    }
  }
  if (ffh_frame_is_malformed(frame) && frame->call->malformed == FFH_FORM_BAD_VERSION &&
      !cut_struct(frame)) {
    return false;
  }
  for (ffh_slots left = shape->consts; left != 0;) {
    uint16_t i = ffh_slots_next(&left);
    if (frame->storage[i] != NULL) {
      frame->digest[i] = ffh_frame_digest(frame, i);
      if (function->slots[i].until != FFH_UNTIL_RETURN) {
        ffh_arena_seal(frame->index, i);
      }
    }
  }
  return true;
}
