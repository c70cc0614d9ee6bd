/* A facade and the old engine behind it, in one archive: in two object files, or in one. */
#ifndef JOINT_CONTRACT_H
#define JOINT_CONTRACT_H

#include <ffh/contract.h>

typedef struct engine engine FFH_HANDLE(FFH_CONFINED);

FFH_LEGACY FFH_CREATES engine *engine_start(void);
FFH_LEGACY int engine_turn(engine *self, int by);
FFH_LEGACY void engine_stop(engine *self FFH_CONSUMES);

int joint_here(int by);
int joint_elsewhere(int by); /* FFH-WRONG-THREAD: a thread of the facade turns it */

#endif
