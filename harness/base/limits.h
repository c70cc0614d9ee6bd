/* Every cap of the runtime, in one place. Memory for all of them is taken at start-up. */
#ifndef FFH_BASE_LIMITS_H
#define FFH_BASE_LIMITS_H

#define FFH_MAX_LANES 64
#define FFH_DEFAULT_LANES 4
#define FFH_MAX_ADOPTED 64 /* threads of the library that are under control at once */
#define FFH_MAX_THREADS (FFH_MAX_LANES + FFH_MAX_ADOPTED)

/* Bounds of one input that stand in for time: the same in every replay. */
#define FFH_MAX_POINTS (UINT32_C(1) << 28) /* points passed by all threads */
#define FFH_MAX_SOLO 50000u                /* points before a thread that could wait has to */
#define FFH_MAX_IDLE 100000u /* yields, sleeps and clock reads without anything else between */
#define FFH_MAX_SETTLE                                                       \
  1000000u /* points that the library's threads may pass after the last call \
            */

#define FFH_MAX_INPUT (1u << 20) /* bytes of one corpus file */
#define FFH_MAX_CALLS 256        /* calls of one plan */
#define FFH_MAX_VALUES 4096      /* values of all calls of one plan */
#define FFH_MAX_SWITCHES 1024    /* schedule overrides of one plan */
#define FFH_MAX_WEIGHTS 16       /* threads whose expected work a schedule states */
#define FFH_MAX_STICKINESS 16
#define FFH_MAX_FAIL 4096 /* the last allocation of a call that a plan can make fail */
#define FFH_MAX_DEPTH 16
#define FFH_MAX_PLAN_BYTES (1u << 20) /* bytes arguments of one plan together */
#define FFH_MAX_STRINGS 64            /* byte strings in one FFH_STRINGS argument */
#define FFH_MAX_SLOTS 64              /* slots of one function */
#define FFH_MAX_PARAMS 32             /* C parameters of one function */
#define FFH_MAX_TEXT (4u << 20)       /* bytes of a plan as text */

#define FFH_MAX_HANDLES 512      /* handles created in one input */
#define FFH_MAX_EDGES 2048       /* keeps, parents and pins between them */
#define FFH_ARG_ARENA (8u << 20) /* bytes of guarded argument copies of one lane */
#define FFH_DEFAULT_CAP 4096u    /* elements of a buffer whose contract states no FFH_MAX */
#define FFH_SPARSE_BYTES ((UINT64_C(1) << 32) + (1u << 20)) /* mapping behind oversized lengths */

#define FFH_MAX_FUNCTIONS 4096
#define FFH_MAX_HANDLE_TYPES 512

#endif
