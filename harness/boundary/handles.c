#include "boundary/handles.h"

#include "boundary/order.h"

typedef struct edge {
  uint16_t keeper; /* FFH_NONE: kept until one of `until` is called */
  uint16_t kept;
  uint16_t n_until;
  const uint16_t *until;
} edge;

ffh_handle ffh_handles_table[FFH_MAX_HANDLES];
uint16_t ffh_handles_used;
static edge edges[FFH_MAX_EDGES];
static uint16_t n_edges;
static uint64_t generations;

void ffh_handles_reset(uint16_t n_variables) {
  FFH_ASSERT(n_variables <= FFH_MAX_HANDLES);
  for (uint16_t i = 0; i < n_variables; i++) {
    ffh_handles_table[i] = (ffh_handle){.state = FFH_HANDLE_UNBORN};
  }
  ffh_handles_used = n_variables;
  n_edges = 0;
}

uint16_t ffh_handles_count(void) {
  return ffh_handles_used;
}

void ffh_handles_born(uint16_t variable, void *pointer, uint16_t type, uint8_t owner,
                      uint16_t call) {
  ffh_handle *handle = ffh_handles_at(variable);
  FFH_ASSERT(handle->state == FFH_HANDLE_UNBORN);
  *handle = (ffh_handle){.pointer = pointer,
                         .generation = ++generations,
                         .type = type,
                         .typestate = FFH_NONE,
                         .parent = FFH_NONE,
                         .dies_with = FFH_NONE,
                         .created_by = call,
                         .destroyed_by = FFH_NONE,
                         .references = 1,
                         .owner = owner,
                         .state = FFH_HANDLE_LIVE};
}

void ffh_handles_failed(uint16_t variable) {
  ffh_handle *handle = ffh_handles_at(variable);
  FFH_ASSERT(handle->state == FFH_HANDLE_UNBORN);
  handle->state = FFH_HANDLE_FAILED;
}

static void drop_edge(uint16_t index) {
  ffh_handles_table[edges[index].kept].keepers--;
  ffh_order_dropped(edges[index].kept);
  edges[index] = edges[--n_edges];
}

static void drop_edges_of(uint16_t keeper) {
  for (uint16_t i = n_edges; i-- > 0;) {
    if (edges[i].keeper == keeper) {
      drop_edge(i);
    }
  }
}

void ffh_handles_died(uint16_t variable, uint16_t call, void (*ended)(uint16_t variable)) {
  ffh_handle *handle = ffh_handles_at(variable);
  FFH_ASSERT(handle->state == FFH_HANDLE_LIVE || handle->state == FFH_HANDLE_DYING);
  handle->state = FFH_HANDLE_DEAD;
  handle->destroyed_by = call;
  drop_edges_of(variable);
  ended(variable);
  /* At most FFH_MAX_HANDLES deep, and each handle dies once. */
  for (uint16_t i = 0; i < ffh_handles_used; i++) {
    if (ffh_handles_table[i].state == FFH_HANDLE_LIVE &&
        ffh_handles_table[i].dies_with == variable) {
      ffh_handles_died(i, call, ended);
    }
  }
}

static bool depends_on(uint16_t variable, uint16_t on) {
  uint16_t at = variable;
  for (unsigned depth = 0; at != FFH_NONE && depth < FFH_MAX_HANDLES; depth++) {
    if (at == on) {
      return true;
    }
    at = ffh_handles_table[at].dies_with;
  }
  return false;
}

bool ffh_handles_depends(uint16_t variable, uint16_t on) {
  uint8_t state = ffh_handles_at(variable)->state;
  return (state == FFH_HANDLE_LIVE || state == FFH_HANDLE_DYING) && depends_on(variable, on);
}

bool ffh_handles_dependants_may_end(uint16_t variable) {
  bool any = false;
  for (uint16_t i = 0; i < ffh_handles_used; i++) {
    const ffh_handle *handle = &ffh_handles_table[i];
    if (i != variable && handle->state == FFH_HANDLE_LIVE && handle->dies_with != FFH_NONE &&
        depends_on(i, variable)) {
      any = true;
      if (handle->in_use != 0) {
        return false;
      }
    }
  }
  for (uint16_t i = 0; any && i < n_edges; i++) {
    const edge *e = &edges[i];
    if (e->kept != variable && depends_on(e->kept, variable) &&
        (e->keeper == FFH_NONE || !depends_on(e->keeper, variable))) {
      return false;
    }
  }
  return true;
}

uint16_t ffh_handles_child(uint16_t variable) {
  for (uint16_t i = 0; i < ffh_handles_used; i++) {
    const ffh_handle *handle = &ffh_handles_table[i];
    if (handle->state == FFH_HANDLE_LIVE && handle->parent == variable &&
        !depends_on(i, variable)) {
      return i;
    }
  }
  return FFH_NONE;
}

bool ffh_handles_have_room(void) {
  return 2u * n_edges + 2 * FFH_MAX_SLOTS <= FFH_MAX_EDGES;
}

bool ffh_handles_keep(uint16_t keeper, uint16_t kept) {
  FFH_ASSERT(keeper < ffh_handles_used && kept < ffh_handles_used);
  if (keeper == kept) {
    return true;
  }
  for (uint16_t i = 0; i < n_edges; i++) {
    if (edges[i].keeper == keeper && edges[i].kept == kept) {
      return true;
    }
  }
  if (n_edges == FFH_MAX_EDGES) {
    return false;
  }
  edges[n_edges++] = (edge){.keeper = keeper, .kept = kept};
  ffh_handles_table[kept].keepers++;
  return true;
}

bool ffh_handles_keep_until(uint16_t kept, const uint16_t *until, uint16_t n_until) {
  FFH_ASSERT(kept < ffh_handles_used);
  if (n_edges == FFH_MAX_EDGES) {
    return false;
  }
  edges[n_edges++] = (edge){FFH_NONE, kept, n_until, until};
  ffh_handles_table[kept].keepers++;
  return true;
}

void ffh_handles_called(uint16_t function) {
  for (uint16_t i = n_edges; i-- > 0;) {
    for (uint16_t n = 0; n < edges[i].n_until; n++) {
      if (edges[i].until[n] == function) {
        drop_edge(i);
        break;
      }
    }
  }
}

void ffh_handles_no_more_calls(void) {
  drop_edges_of(FFH_NONE);
}

bool ffh_handles_inherit(uint16_t heir, uint16_t from) {
  uint16_t before = n_edges;
  for (uint16_t i = 0; i < before; i++) {
    if (edges[i].keeper == from && !ffh_handles_keep(heir, edges[i].kept)) {
      return false;
    }
  }
  return true;
}

bool ffh_handles_children_belong(uint16_t keeper, uint16_t parent) {
  for (uint16_t i = 0; i < n_edges; i++) {
    uint16_t kept_parent = ffh_handles_table[edges[i].kept].parent;
    if (edges[i].keeper == keeper && kept_parent != FFH_NONE && kept_parent != parent) {
      return false;
    }
  }
  return true;
}
