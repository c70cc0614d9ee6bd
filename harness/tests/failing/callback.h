/* The application's side: no part of the library. */
#ifndef FFH_TESTS_FAILING_CALLBACK_H
#define FFH_TESTS_FAILING_CALLBACK_H

#ifdef __cplusplus
extern "C" {
#endif

void on_visit(void);

#ifdef __cplusplus
}
#endif

#endif
