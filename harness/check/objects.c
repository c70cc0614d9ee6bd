#include "check/objects.h"

static uint32_t bucket_of(const void *address) {
  return (uint32_t)(((uintptr_t)address >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 32) %
         FFH_CONFINE_BUCKETS;
}

ffh_object *ffh_objects_find(ffh_confine *state, const void *address, uint16_t type) {
  for (uint32_t i = state->buckets[bucket_of(address)]; i != 0; i = state->objects[i - 1].next) {
    ffh_object *object = &state->objects[i - 1];
    if (object->address == address && object->type == type) {
      return object->state == FFH_OBJECT_FORGOTTEN ? NULL : object;
    }
  }
  return NULL;
}

ffh_object *ffh_objects_find_other(ffh_confine *state, const void *address, uint16_t type) {
  for (uint32_t i = state->buckets[bucket_of(address)]; i != 0; i = state->objects[i - 1].next) {
    ffh_object *object = &state->objects[i - 1];
    if (object->address == address && object->type != type && object->state == FFH_OBJECT_LIVE) {
      return object;
    }
  }
  return NULL;
}

ffh_object *ffh_objects_generation(ffh_confine *state, uint64_t generation) {
  for (uint32_t i = 0; generation != 0 && i < state->n_objects; i++) {
    if (state->objects[i].generation == generation) {
      return &state->objects[i];
    }
  }
  return NULL;
}

static void link_object(ffh_confine *state, uint32_t index) {
  uint32_t *bucket = &state->buckets[bucket_of(state->objects[index].address)];
  state->objects[index].next = *bucket;
  *bucket = index + 1;
}

void ffh_objects_prune(ffh_confine *state) {
  for (uint32_t i = 0; i < state->n_objects; i++) {
    state->buckets[bucket_of(state->objects[i].address)] = 0;
  }
  uint32_t kept = 0;
  for (uint32_t i = 0; i < state->n_objects; i++) {
    if (state->objects[i].state <= FFH_OBJECT_DYING) {
      if (kept != i) {
        state->objects[kept] = state->objects[i];
      }
      kept++;
    }
  }
  state->n_objects = kept;
  for (uint32_t i = 0; i < kept; i++) {
    link_object(state, i);
  }
}

ffh_object *ffh_objects_add(ffh_confine *state, const void *address, uint16_t type) {
  ffh_object *object = NULL;
  for (uint32_t i = state->buckets[bucket_of(address)]; i != 0; i = state->objects[i - 1].next) {
    if (state->objects[i - 1].address == address && state->objects[i - 1].type == type) {
      object = &state->objects[i - 1];
    }
  }
  if (object == NULL) {
    if (state->n_objects == FFH_CONFINE_OBJECTS) {
      ffh_objects_prune(state);
    }
    if (state->n_objects == FFH_CONFINE_OBJECTS) {
      state->untracked++;
      return NULL;
    }
    object = &state->objects[state->n_objects++];
    object->address = address;
    link_object(state, state->n_objects - 1);
  }
  uint32_t next = object->next;
  *object = (ffh_object){.address = address,
                         .generation = ++state->generation,
                         .next = next,
                         .references = 1,
                         .type = type};
  return object;
}
