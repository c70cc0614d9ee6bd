/* The pool of lane threads. */
#ifndef FFH_SCHED_LANES_H
#define FFH_SCHED_LANES_H

/* The calling thread is lane 0 from now on. */
void ffh_lanes_begin(void);

/* The lane's thread exists when this returns. The running thread. */
void ffh_lanes_start(unsigned lane);

/* Where the calling thread's stack lies, for stack walks. */
void ffh_lanes_find_stack(unsigned index);

#endif
