/* publication: a message is put into the shared slot before its payload pointer is set; the reader
 * follows NULL. Twin: published when complete. */
#include "suite.h"

#include <stdatomic.h>
#include <stddef.h>

typedef struct message {
  const volatile int *volatile payload;
} message;

typedef struct channel {
  bool fixed;
  message *_Atomic slot;
  message buffer;
  volatile int value;
} channel;

static void send_message(channel *self) {
  message *sent = &self->buffer;
  self->value = 7;
  if (!self->fixed) {
    atomic_store(&self->slot, sent);
  }
  sent->payload = &self->value;
  if (self->fixed) {
    atomic_store(&self->slot, sent);
  }
}

static void use_channel(void *shared, int index) {
  channel *self = shared;
  if (index == 0) {
    send_message(self);
    return;
  }
  message *received = atomic_load(&self->slot);
  if (received) {
    SUITE_CHECK(*received->payload == 7);
  }
}

static void send_and_receive(bool fixed) {
  channel self = {.fixed = fixed};
  suite_run(2, use_channel, &self);
}

SUITE_PAIR(publication, send_and_receive(fixed))
