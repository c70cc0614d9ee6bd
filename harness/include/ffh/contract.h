/* The contract vocabulary.
 *
 * A contract is an ordinary C header whose declarations carry the words below. A compiler checks
 * the types; ffh-gen reads the words through libclang. Under a compiler without `annotate` every
 * word is empty, so the header can be shipped as it is.
 *
 * Where a word goes:
 *   on a function     before the declaration      FFH_CREATES FFH_ERROR_NULL engine
 * *engine_create(...); on a parameter    after its name              const uint8_t *rules
 * FFH_BYTES(len) on a struct field after its name              uint32_t tier FFH_RANGE(0, 3); on a
 * handle type  after the typedef's name    typedef struct engine engine FFH_HANDLE(FFH_SHARED);
 *
 * docs/contract.md explains every word with an example. */
#ifndef FFH_CONTRACT_H
#define FFH_CONTRACT_H

#if defined(__has_attribute)
#if __has_attribute(annotate)
#define FFH_WORD_(text) __attribute__((annotate("ffh." text)))
#endif
#endif
#ifndef FFH_WORD_
#define FFH_WORD_(text)
#endif

/* ---- threads: a handle type's policy, or one function's exception ------------------------------
 * The policy is one of FFH_SHARED (any thread, at the same time), FFH_SERIAL (any thread, one call
 * at a time), FFH_CONFINED (the creating thread only) or FFH_THREAD(role) (the thread of that role;
 * `main` is the thread that starts the process). */
#define FFH_HANDLE(policy) FFH_WORD_("handle(" #policy ")")
#define FFH_CALLABLE(policy) FFH_WORD_("callable(" #policy ")")
/* After this call the parameter's handle belongs to the calling thread. */
#define FFH_HANDOVER FFH_WORD_("handover")

/* ---- lifetime of handles ------------------------------------------------------------------------
 */
/* On a function: its result is a new handle. On a `T **out` parameter: *out is one. */
#define FFH_CREATES FFH_WORD_("creates")
/* Beside FFH_CREATES on a `T *` parameter, where T is a complete struct: the object lies in storage
 * that the caller provides, and the function initialises it there. */
#define FFH_PLACED FFH_WORD_("placed")
/* Beside FFH_HANDLE: the caller may move the object by copying its bytes while nothing uses it. */
#define FFH_RELOCATABLE FFH_WORD_("relocatable")
#define FFH_CONSUMES FFH_WORD_("consumes")
#define FFH_CONSUMES_ON_SUCCESS FFH_WORD_("consumes_on_success")
/* On a creating function: the new handle must be destroyed before the parameter's handle. */
#define FFH_CHILD_OF(param) FFH_WORD_("child_of(" #param ")")
/* On a creating function: the new handle ends when the parameter's handle is destroyed. */
#define FFH_DIES_WITH(param) FFH_WORD_("dies_with(" #param ")")
/* On a creating function: the new handle needs everything alive that the parameter's handle keeps.
 */
#define FFH_INHERITS(param) FFH_WORD_("inherits(" #param ")")
/* On a handle parameter: it must be the parent of the handle passed as `param`. */
#define FFH_PARENT_OF(param) FFH_WORD_("parent_of(" #param ")")
/* On a handle parameter: every child handle it keeps must be a child of the handle passed as
 * `param`. */
#define FFH_BELONGS_TO(param) FFH_WORD_("belongs_to(" #param ")")
#define FFH_RETAINS FFH_WORD_("retains")
#define FFH_RELEASES FFH_WORD_("releases")
/* Typestate. On a handle parameter, or on a creating function for the state a handle starts in. */
#define FFH_NEEDS(state) FFH_WORD_("needs(" #state ")")
#define FFH_BECOMES(state) FFH_WORD_("becomes(" #state ")")
/* On a function: call it only while `predicate(handle)`, a function of this contract, is not zero.
 */
#define FFH_WHEN(predicate) FFH_WORD_("when(" #predicate ")")

/* ---- returned memory ----------------------------------------------------------------------------
 */
/* On a function: the caller owns the result and frees it with `free_function`. */
#define FFH_RETURNS_OWNED(free_function) FFH_WORD_("returns_owned(" #free_function ")")
/* On a function: the result is borrowed from the handle `param` until next_call, call(f, ...) or
 * destroy. */
#define FFH_RETURNS_BORROWED(param, until) FFH_WORD_("returns_borrowed(" #param ", " #until ")")
#define FFH_RETURNS_STATIC FFH_WORD_("returns_static")
/* On a function or out-parameter: how many bytes the result or output has. */
#define FFH_LENGTH(param) FFH_WORD_("length(" #param ")")
/* On a `T **out` parameter: the caller owns *out and frees it with `free_function`. */
#define FFH_OWNED(free_function) FFH_WORD_("owned(" #free_function ")")

/* ---- passed memory ------------------------------------------------------------------------------
 */
/* The default: the callee may read or write it during the call only. */
#define FFH_BORROWED FFH_WORD_("borrowed")
/* The callee keeps the pointer or handle until `until`: destroy(param), destroy(result) or call(f).
 */
#define FFH_KEPT_UNTIL(until) FFH_WORD_("kept_until(" #until ")")
/* Ownership goes to the callee, which frees it with `free_function`'s family. */
#define FFH_TRANSFERRED(free_function) FFH_WORD_("transferred(" #free_function ")")

/* ---- data ---------------------------------------------------------------------------------------
 */
#define FFH_BYTES(length) FFH_WORD_("bytes(" #length ")")
#define FFH_ARRAY(count) FFH_WORD_("array(" #count ")")
/* An array of `count` byte strings with their lengths in the parallel array `lengths`. */
#define FFH_STRINGS(count, lengths) FFH_WORD_("strings(" #count ", " #lengths ")")
#define FFH_CSTR FFH_WORD_("cstr")
/* Must be valid UTF-8: with FFH_BYTES counted, with FFH_CSTR NUL-terminated. */
#define FFH_UTF8 FFH_WORD_("utf8")
/* A NUL-terminated path; the harness draws names inside the process's private directory. */
#define FFH_PATH FFH_WORD_("path")
#define FFH_IN FFH_WORD_("in")
#define FFH_OUT FFH_WORD_("out")
#define FFH_INOUT FFH_WORD_("inout")
#define FFH_OUT_ON_SUCCESS FFH_WORD_("out_on_success")
/* On an output buffer: how many elements fit, and where the number written is reported. */
#define FFH_CAPACITY(param) FFH_WORD_("capacity(" #param ")")
#define FFH_WRITTEN(param) FFH_WORD_("written(" #param ")")
#define FFH_RANGE(lowest, highest) FFH_WORD_("range(" #lowest ", " #highest ")")
/* Exactly one enumerator, or a combination of enumerators, of that enum (`enum tag` or a typedef).
 */
#define FFH_ENUM(type) FFH_WORD_("enum(" #type ")")
#define FFH_FLAGS(type) FFH_WORD_("flags(" #type ")")
#define FFH_BOOL FFH_WORD_("bool")
#define FFH_NULLABLE FFH_WORD_("nullable")
/* The largest length, count or capacity the API defines. */
#define FFH_MAX(cap) FFH_WORD_("max(" #cap ")")
/* Values worth trying: string literals for bytes and text, integers for numbers. */
#define FFH_DICT(...) FFH_WORD_("dict(" #__VA_ARGS__ ")")
/* On a struct field: it holds sizeof(the struct), or the version `value` the caller was built for.
 */
#define FFH_STRUCT_SIZE FFH_WORD_("struct_size")
#define FFH_VERSION(value) FFH_WORD_("version(" #value ")")

/* ---- errors -------------------------------------------------------------------------------------
 */
/* The result is a status: first the success value, then every failure value the function may
 * return. */
#define FFH_STATUS(...) FFH_WORD_("status(" #__VA_ARGS__ ")")
#define FFH_ERROR_NULL FFH_WORD_("error_null")
#define FFH_ERRNO FFH_WORD_("errno")
/* On a `char **` parameter: set to a message the caller frees with `free_function`. */
#define FFH_ERROR_OUT(free_function) FFH_WORD_("error_out(" #free_function ")")
/* What outputs hold after a failure: untouched, zeroed or defined. */
#define FFH_ON_ERROR(outputs) FFH_WORD_("on_error(" #outputs ")")
/* What the function does when an allocation inside it fails: `any` (it fails or does without, and
 * everything is as consistent as after any failure), or the status that it then returns unless it
 * does without. Without this word no allocation is made to fail. */
#define FFH_ALLOC_FAILURE(outcome) FFH_WORD_("alloc_failure(" #outcome ")")
/* `function` returns this thread's last error message. */
#define FFH_LAST_ERROR(function) FFH_WORD_("last_error(" #function ")")

/* ---- rejection ----------------------------------------------------------------------------------
 */
/* Malformed forms the function promises to refuse, optionally with the status it refuses them with:
 * null, stale, wrong_type, wrong_thread, bad_enum, bad_utf8, length_mismatch, oversized,
 * wrong_state, bad_version, has_children. */
#define FFH_REJECTS(...) FFH_WORD_("rejects(" #__VA_ARGS__ ")")

/* On a function that takes one handle and otherwise only outputs: it reads, and what it says stays
 * the same while no call uses that handle. A refused call must not change what it says. */
#define FFH_OBSERVES FFH_WORD_("observes")

/* ---- callbacks ----------------------------------------------------------------------------------
 */
/* On a function-pointer parameter: the thread it runs on (caller, any, or a role) and until when it
 * may be called: call, destroy(param) or destroy(result). */
#define FFH_CALLBACK(thread, until) FFH_WORD_("callback(" #thread ", " #until ")")
/* The functions the callback may call. Without this word it calls none. */
#define FFH_REENTERS(...) FFH_WORD_("reenters(" #__VA_ARGS__ ")")
/* Implementations the target provides; without this word ffh-gen writes one that only looks. */
#define FFH_USES(...) FFH_WORD_("uses(" #__VA_ARGS__ ")")
#define FFH_ONCE FFH_WORD_("once")
/* On a `void *` parameter: handed back to the callbacks of this call. */
#define FFH_USERDATA FFH_WORD_("userdata")

/* ---- more ---------------------------------------------------------------------------------------
 */
/* `function` has the same signature and must give the same results. */
#define FFH_SHADOW(function) FFH_WORD_("shadow(" #function ")")
#define FFH_INIT FFH_WORD_("init")
#define FFH_FINI FFH_WORD_("fini")
/* An inner function that is observed and never called by the harness. */
#define FFH_LEGACY FFH_WORD_("legacy")
/* On an inner function: the linker's names for it, where they are not its own: a C++ method, the
 * variants of a destructor. */
#define FFH_SYMBOL(...) FFH_WORD_("symbol(" #__VA_ARGS__ ")")
/* On an inner function: the thread that calls it plays the role from then on. Without such a
 * function, the first thread that does what is the role's plays it. */
#define FFH_PLAYS(role) FFH_WORD_("plays(" #role ")")
/* On an inner function: its result, when it is not NULL, is a pointer to the inner function
 * `function`. Calls through it are seen too. */
#define FFH_RETURNS_FUNCTION(function) FFH_WORD_("returns_function(" #function ")")
/* A function of the target, not of the library: it changes the environment (a full disk, a torn
 * file). */
#define FFH_DISTURBS FFH_WORD_("disturbs")
/* In the contract but never called, with the reason that the ownership table prints. */
#define FFH_EXCLUDED(reason) FFH_WORD_("excluded(" #reason ")")

#endif
