/* The functions of libc that the models stand before, resolved once: a sanitizer's own interceptor
 * where there is one, else the next definition after ours. */
#ifndef FFH_SCHED_REAL_H
#define FFH_SCHED_REAL_H

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

typedef struct ffh_real_functions {
#define FFH_REAL(result, name, version, ...) result (*name)(__VA_ARGS__);
#include "sched/real.def"
#undef FFH_REAL
} ffh_real_functions;

/* Any thread, at any time. */
const ffh_real_functions *ffh_real(void);

#endif
