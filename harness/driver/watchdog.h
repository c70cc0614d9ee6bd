/* Time and memory limits of a replay, kept by a thread of their own: a timer's signals would
 * interrupt the library's system calls and change what it does. */
#ifndef FFH_DRIVER_WATCHDOG_H
#define FFH_DRIVER_WATCHDOG_H

typedef enum ffh_watchdog_limit {
  FFH_WATCHDOG_NONE = 0,
  FFH_WATCHDOG_TIME,
  FFH_WATCHDOG_MEMORY
} ffh_watchdog_limit;

/* Starts the thread. When a limit is passed it sends `signal_number` to the lane that is running;
 * when that does not end the process it ends it itself, with FFH_EXIT_FINDING. Before the process
 * is pinned. */
void ffh_watchdog_start(unsigned timeout_s, unsigned rss_mib, int signal_number);

/* The time limit counts from now. */
void ffh_watchdog_restart(void);

/* The limit that was passed. Async-signal-safe. */
ffh_watchdog_limit ffh_watchdog_reason(void);

#endif
