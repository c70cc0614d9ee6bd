#include "../contract.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { MESSAGE = 48, DIGITS = 4 };

/* One sum that a thread has asked for and waits for. On that thread's stack. */
struct job {
  struct job *next;
  const char *text;
  size_t length;
  int64_t sum;
  int32_t status;
  bool finished;
  char message[MESSAGE];
};

struct calculator {
  pthread_mutex_t lock; /* guards what follows, and `finished` of the jobs */
  pthread_cond_t changed;
  struct job *first;
  struct job **last;
  bool busy; /* a thread works the jobs off */
};

static _Thread_local char last_error[MESSAGE];

static int32_t refuse(char *message, const char *what, size_t at) {
  (void)snprintf(message, MESSAGE, "%s at byte %zu", what, at);
  return CALCULATOR_BAD_INPUT;
}

static int32_t add_up(struct job *job, char *message) {
  int64_t sum = 0, number = 0;
  size_t digits = 0;
  for (size_t i = 0; i < job->length; i++) {
    char c = job->text[i];
    if (c >= '0' && c <= '9' && digits < DIGITS) {
      number = number * 10 + (c - '0');
      digits++;
    } else if (c == '+' && digits != 0) {
      sum += number;
      number = 0;
      digits = 0;
    } else {
      return refuse(message, "neither a digit nor a plus", i);
    }
  }
  if (digits == 0) {
    return refuse(message, "no number", job->length);
  }
  job->sum = sum + number;
  return CALCULATOR_OK;
}

static void work(struct job *job) {
#ifdef ZOO_FIXED
  job->status = add_up(job, job->message);
#else
  job->status = add_up(job, last_error); /* the planted bug: of the thread that works, not asks */
#endif
}

static void work_off(calculator *self) {
  self->busy = true;
  while (self->first != NULL) {
    struct job *job = self->first;
    self->first = job->next;
    if (self->first == NULL) {
      self->last = &self->first;
    }
    pthread_mutex_unlock(&self->lock);
    work(job);
    pthread_mutex_lock(&self->lock);
    job->finished = true;
    pthread_cond_broadcast(&self->changed);
  }
  self->busy = false;
}

static void queue(calculator *self, struct job *job) {
  pthread_mutex_lock(&self->lock);
  *self->last = job;
  self->last = &job->next;
  if (!self->busy) {
    work_off(self);
  }
  while (!job->finished) {
    pthread_cond_wait(&self->changed, &self->lock);
  }
  pthread_mutex_unlock(&self->lock);
}

calculator *calculator_create(void) {
  calculator *self = calloc(1, sizeof *self);
  if (self != NULL) {
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
    self->last = &self->first;
  }
  return self;
}

void calculator_destroy(calculator *self) {
  if (self != NULL) {
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    free(self);
  }
}

const char *calculator_last_error(void) {
  return last_error;
}

int32_t calculator_sum(calculator *self, const char *text, size_t length, int64_t *sum) {
  struct job job = {.text = text, .length = length};
  queue(self, &job);
  if (job.status == CALCULATOR_OK) {
    *sum = job.sum;
  } else if (job.message[0] != '\0') {
    (void)snprintf(last_error, sizeof last_error, "%s", job.message);
  }
  return job.status;
}
