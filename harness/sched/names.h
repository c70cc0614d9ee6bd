/* What the sanitizers call the threads under control, in whose reports each is numbered in an order
 * of their own: "ffh-lane-B", "ffh-T1". */
#ifndef FFH_SCHED_NAMES_H
#define FFH_SCHED_NAMES_H

/* Tells the sanitizer the calling thread's name. `thread` is an ffh_thread_name. A lane has that
 * name altogether; a thread of the library keeps the one that it had, for everybody else. */
void ffh_names_tell(unsigned thread);

#endif
