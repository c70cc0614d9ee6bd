/* The seam between ffh-gen and the runtime: plain, constant tables that describe one target.
 *
 * ffh-gen emits exactly one `const ffh_target ffh_target_main`. The runtime only reads it. Every
 * pointer in it has static storage duration, so the tables may be read from any thread.
 *
 * A function's parameters, the fields of the structs they point to, and its result are one flat
 * array of slots. A plan holds one value for each slot of a call, at the same index. */
#ifndef FFH_TARGET_H
#define FFH_TARGET_H

#include <stddef.h>
#include <stdint.h>

#include "ffh/cross.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when any table below changes; the runtime refuses a target with another number. */
#define FFH_TARGET_ABI 2u

#define FFH_NONE UINT16_C(0xffff)

/* One machine word as an argument or result. Structs passed by value travel as a pointer in `p`. */
typedef union ffh_word {
  uint64_t u;
  int64_t i;
  double d;
  float f;
  void *p;
  const void *cp;
  void (*fn)(void);
} ffh_word;

typedef enum ffh_threading {
  FFH_THREADING_SHARED = 0, /* any thread, at the same time */
  FFH_THREADING_SERIAL,     /* any thread, one call at a time */
  FFH_THREADING_CONFINED,   /* the creating thread only */
  FFH_THREADING_ROLE,       /* the thread that plays `role` */
  FFH_THREADING_INHERIT     /* a function without FFH_CALLABLE: its handles decide */
} ffh_threading;

/* A type of object that is created, used and destroyed. Memory that a function returns for the
 * caller to free is a handle type too: it is created by the call and destroyed by its free
 * function. */
typedef struct ffh_handle_type {
  const char *name;    /* the C type, or "memory:<free function>" */
  uint32_t id;         /* ffh_id(name): stable when a contract grows */
  uint8_t threading;   /* ffh_threading */
  uint8_t role;        /* index into ffh_target.roles, for FFH_THREADING_ROLE */
  uint8_t is_memory;   /* 1 for memory:<free function> */
  uint8_t relocatable; /* 1: what the caller stores may be moved by bytes */
  uint16_t destroy_fn; /* the function that ends it, FFH_NONE when there is none */
  uint16_t creator_fn; /* the simplest function that creates one, FFH_NONE when there is none */
  uint32_t line;       /* in the contract */
} ffh_handle_type;

typedef enum ffh_kind {
  FFH_KIND_INT = 0,
  FFH_KIND_BOOL,
  FFH_KIND_ENUM,
  FFH_KIND_FLAGS,
  FFH_KIND_FLOAT,
  FFH_KIND_HANDLE,   /* in: a live handle, memory that goes back with its length in `partner`. out
                        or result: a new one */
  FFH_KIND_OWNED,    /* result or out: memory the caller frees (handle_type is its memory type) */
  FFH_KIND_VIEW,     /* result or out: memory that stays the library's */
  FFH_KIND_BYTES,    /* size 1 buffer; `partner` is its length slot */
  FFH_KIND_ARRAY,    /* buffer of `size`-byte elements; child slots describe struct elements */
  FFH_KIND_STRINGS,  /* array of byte strings; `partner` is the count, `partner2` the lengths */
  FFH_KIND_TEXT,     /* NUL-terminated */
  FFH_KIND_PATH,     /* NUL-terminated name inside the private directory */
  FFH_KIND_STRUCT,   /* `size` bytes; the fields are the slots whose parent this is */
  FFH_KIND_LENGTH,   /* derived: the element count of the input buffer `partner`, or the length that
                        came with the memory in `partner` */
  FFH_KIND_LENGTHS,  /* derived: the lengths of the strings of `partner` */
  FFH_KIND_CAPACITY, /* how many elements the output buffer `partner` holds */
  FFH_KIND_WRITTEN,  /* out: how many elements of `partner` the callee wrote, or its length */
  FFH_KIND_ERROR,    /* char **: an error message; INOUT: an old one may go in */
  FFH_KIND_CALLBACK,
  FFH_KIND_USERDATA, /* derived: the harness's cookie for the call's callbacks */
  FFH_KIND_CONST,    /* `lo`, unless sent malformed: a struct size or version */
  FFH_KIND_STATUS,   /* result: a status of the function's error convention */
  FFH_KIND_COUNT
} ffh_kind;

typedef enum ffh_direction { FFH_DIR_IN = 0, FFH_DIR_OUT, FFH_DIR_INOUT } ffh_direction;

enum ffh_slot_flag {
  FFH_SLOT_SIGNED = 1u << 0,
  FFH_SLOT_INDIRECT = 1u << 1, /* the C parameter points to one value of this kind */
  FFH_SLOT_BY_VALUE = 1u << 2, /* a struct passed or returned by value */
  FFH_SLOT_NULLABLE = 1u << 3,
  FFH_SLOT_UTF8 = 1u << 4,
  FFH_SLOT_CREATES = 1u << 5,
  FFH_SLOT_CONSUMES = 1u << 6,
  FFH_SLOT_CONSUMES_ON_SUCCESS = 1u << 7,
  FFH_SLOT_RETAINS = 1u << 8,
  FFH_SLOT_RELEASES = 1u << 9,
  FFH_SLOT_ON_SUCCESS = 1u << 10, /* FFH_OUT_ON_SUCCESS */
  FFH_SLOT_HANDOVER = 1u << 11,
  FFH_SLOT_CONST = 1u << 12, /* the callee has promised not to write through it; a view: the caller
                                may not, so that its content stays as it was */
  FFH_SLOT_TRANSFERRED = 1u << 13,
  FFH_SLOT_PLACED = 1u << 14,     /* a new handle of `size` bytes in the caller's storage */
  FFH_SLOT_STRUCT_SIZE = 1u << 15 /* FFH_KIND_CONST: the size of the struct it is a field of */
};

typedef enum ffh_until {
  FFH_UNTIL_RETURN = 0, /* the call */
  FFH_UNTIL_NEXT_CALL,  /* the next call on the handle `until_slot` */
  FFH_UNTIL_CALL,       /* a call of one of `until_fns` */
  FFH_UNTIL_DESTROY,    /* the destruction of the handle in `until_slot` */
  FFH_UNTIL_FOREVER     /* static storage */
} ffh_until;

typedef struct ffh_dict_entry {
  const char *bytes; /* for text and buffers; NULL for numbers */
  uint32_t size;
  int64_t number;
} ffh_dict_entry;

typedef struct ffh_callback {
  uint8_t threading; /* SHARED: any thread; INHERIT: the caller's; ROLE: `role` */
  uint8_t role;
  uint8_t once;  /* runs exactly once */
  uint8_t until; /* ffh_until */
  uint16_t until_slot;
  uint16_t n_impls; /* at least 1, of an inner function none */
  void (*const *impls)(void);
  const char *const *impl_names;
  const uint16_t *reenters; /* functions the callback may call */
  uint16_t n_reenters;
} ffh_callback;

#define FFH_PARAM_RESULT (-2) /* ffh_slot.param of the result */
#define FFH_PARAM_FIELD (-1)  /* ffh_slot.param of a struct field */

typedef struct ffh_slot {
  const char *name;  /* "" for an unnamed parameter, "result" for the result */
  uint32_t id;       /* ffh_id(name) */
  uint8_t kind;      /* ffh_kind */
  uint8_t direction; /* ffh_direction */
  uint16_t flags;    /* ffh_slot_flag */
  int16_t param;     /* parameter index, FFH_PARAM_RESULT or FFH_PARAM_FIELD */
  uint16_t parent;   /* the struct or array slot this is a field of, FFH_NONE for none */
  uint32_t offset;   /* of a field, in bytes */
  uint32_t size;     /* bytes of the value, of one element, or of the struct */
  uint32_t align;
  uint16_t partner; /* see ffh_kind; FFH_NONE for none */
  uint16_t partner2;
  uint16_t handle_type;
  uint8_t until;       /* ffh_until: how long the callee keeps it, or how long a view is valid */
  uint8_t elem_kind;   /* ARRAY, OWNED, VIEW: INT, FLOAT or STRUCT */
  uint16_t until_slot; /* the handle slot (parameter or result) that `until` speaks of */
  uint16_t n_until_fns;
  const uint16_t *until_fns;
  uint16_t parent_of;  /* this handle must be the parent of the handle in that slot */
  uint16_t belongs_to; /* children this handle keeps must be children of the handle in that slot */
  uint16_t needs;      /* typestate, index into ffh_target.states; FFH_NONE for any */
  uint16_t becomes;
  /* Numbers: the range; a 64-bit unsigned input of any value has 0 and -1. Buffers, text and
   * capacities: hi is the cap in elements, 0 for none. OWNED and VIEW: lo is the bytes of one
   * element, 1 for text and plain bytes, 0 for a borrowed handle (handle_type), which is never
   * read. HANDLE with a partner: lo is 1 where the length counts bytes, 0 where it is the one that
   * was delivered. */
  int64_t lo, hi;
  const int64_t *enumerators;
  const char *const *enumerator_names;
  uint16_t n_enumerators;
  uint16_t n_dict;
  const ffh_dict_entry *dict;
  const ffh_callback *callback;
  uint32_t line;
} ffh_slot;

typedef enum ffh_error_kind {
  FFH_ERROR_NONE = 0,
  FFH_ERROR_BY_STATUS, /* slots[error_slot] is the status result */
  FFH_ERROR_BY_NULL,   /* a NULL result */
  FFH_ERROR_BY_OUT,    /* slots[error_slot] is set to a message */
  FFH_ERROR_BY_ERRNO   /* a negative or NULL result, and errno */
} ffh_error_kind;

typedef enum ffh_on_error {
  FFH_ON_ERROR_UNSTATED = 0,
  FFH_ON_ERROR_UNTOUCHED,
  FFH_ON_ERROR_ZEROED,
  FFH_ON_ERROR_DEFINED
} ffh_on_error;

/* Malformed forms. A plan sends one only where the contract promises that it is refused. */
typedef enum ffh_form {
  FFH_FORM_VALUE = 0,    /* well-formed */
  FFH_FORM_NULL,         /* a NULL pointer (length 0) where the parameter is not nullable */
  FFH_FORM_STALE,        /* a handle that was already destroyed */
  FFH_FORM_WRONG_TYPE,   /* a live handle of another type */
  FFH_FORM_WRONG_THREAD, /* a confined handle used from another lane */
  FFH_FORM_BAD_ENUM,     /* a number outside the enum, the flags or the bool */
  FFH_FORM_BAD_UTF8,
  FFH_FORM_LENGTH_MISMATCH, /* a NULL pointer with a length that is not 0 */
  FFH_FORM_OVERSIZED,       /* more than the cap, up to 2^31 and beyond over a sparse mapping */
  FFH_FORM_WRONG_STATE,     /* a live handle in another state than FFH_NEEDS says */
  FFH_FORM_BAD_VERSION,     /* a struct size or version other than the caller's own */
  FFH_FORM_HAS_CHILDREN,    /* the end of a handle that is the parent of a live one */
  FFH_FORM_COUNT
} ffh_form;

typedef struct ffh_rejection {
  uint8_t form;       /* ffh_form */
  uint8_t has_status; /* 0: any failure value will do */
  int64_t status;
} ffh_rejection;

enum ffh_function_flag {
  FFH_FN_INIT = 1u << 0,
  FFH_FN_FINI = 1u << 1,
  FFH_FN_LEGACY = 1u << 2,           /* never called by the harness */
  FFH_FN_DISTURBS = 1u << 3,         /* of the target, not of the library */
  FFH_FN_EXCLUDED = 1u << 4,         /* never called by the harness; `excluded` says why */
  FFH_FN_FREES = 1u << 5,            /* ends a memory handle */
  FFH_FN_NO_MEMORY = 1u << 6,        /* survives an allocation that fails: FFH_ALLOC_FAILURE */
  FFH_FN_NO_MEMORY_STATUS = 1u << 7, /* and then succeeds or returns `no_memory_status` */
  FFH_FN_SHADOW = 1u << 8,  /* called only beside the function whose shadow it is; no slots */
  FFH_FN_OBSERVES = 1u << 9 /* only looks at the one handle that it takes */
};

typedef struct ffh_function {
  const char *name;
  uint32_t id; /* ffh_id(name) */
  uint16_t flags;
  uint8_t threading; /* ffh_threading, FFH_THREADING_INHERIT without FFH_CALLABLE */
  uint8_t role;
  uint8_t error_kind; /* ffh_error_kind */
  uint8_t on_error;   /* ffh_on_error */
  uint16_t error_slot;
  uint16_t result_slot; /* FFH_NONE for void */
  uint16_t child_of;    /* slot of the parent handle */
  uint16_t dies_with;
  uint16_t inherits;
  uint16_t when_fn; /* predicate on the first handle parameter, FFH_NONE for none */
  uint16_t shadow_fn;
  uint16_t last_error_fn;
  uint16_t n_params;
  uint16_t n_slots;
  const ffh_slot *slots;
  int64_t success;         /* of a status */
  const int64_t *failures; /* the failure values a status may have; n_failures 0 means any other */
  uint16_t n_failures;
  uint16_t n_rejections;
  const ffh_rejection *rejections;
  uint32_t rejects; /* bit (1u << form) for each promised form */
  int64_t no_memory_status;
  const char *excluded;
  const char *signature; /* the C declaration, for people */
  uint32_t line;
  uint16_t plays; /* the role that a calling thread plays from then on, FFH_NONE for none */
  ffh_edge edge;  /* that a call of it crosses */
  /* Calls the function. args has n_params words; *result is written unless the function is void. */
  void (*call)(const ffh_word *args, ffh_word *result);
} ffh_function;

typedef struct ffh_target {
  uint32_t abi; /* FFH_TARGET_ABI */
  uint32_t id;  /* ffh_id(name) */
  const char *name;
  const char *contract; /* path of the contract, relative to the project */
  const ffh_handle_type *handle_types;
  const ffh_function *functions;
  const char *const *roles;
  const char *const *states;
  uint16_t n_handle_types;
  uint16_t n_functions;
  uint16_t n_roles;
  uint16_t n_states;
} ffh_target;

extern const ffh_target ffh_target_main;

/* Called by the generated wrapper around each implementation of a callback: crosses to the caller's
 * side and back. `cookie` is the user data that the library passes, NULL when the callback has no
 * such parameter. */
void ffh_callback_begin(ffh_crossing *crossing, const ffh_edge *edge, const void *cookie);
void ffh_callback_end(ffh_crossing *crossing);

/* Called by generated callbacks that only look at what they are given. */
void ffh_callback_bytes(const void *bytes, size_t size);
void ffh_callback_text(const char *text);

/* Called by the generated wrapper of an exported function when it is reached from the caller's
 * side, that is from a callback or the target's own sources. `args` has n_params words and stays
 * valid until the end; *result is what the function returned. */
void ffh_reenter_begin(ffh_crossing *crossing, const ffh_function *function, const ffh_word *args);
void ffh_reenter_end(ffh_crossing *crossing, const ffh_word *result);

/* Optional, weak: a target's own reset, called on the main thread before the first call of each
 * input and after the last handle of each input is gone. The directory is private to the process.
 */
void ffh_target_reset(const char *directory);

#ifdef __cplusplus
}
#endif

#endif
