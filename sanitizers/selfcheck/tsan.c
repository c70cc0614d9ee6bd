/* ThreadSanitizer must report two threads that write a variable without a lock. The twin without
 * PLANTED locks and is silent. */
#include <pthread.h>

static int counter;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *count(void *unused) {
  for (int i = 0; i < 1000; i++) {
#ifndef PLANTED
    pthread_mutex_lock(&lock);
#endif
    counter++;
#ifndef PLANTED
    pthread_mutex_unlock(&lock);
#endif
  }
  return unused;
}

int main(void) {
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) {
    if (pthread_create(&threads[i], NULL, count, &lock)) {
      return 3;
    }
  }
  for (int i = 0; i < 2; i++) {
    pthread_join(threads[i], NULL);
  }
  return counter == 0;
}
