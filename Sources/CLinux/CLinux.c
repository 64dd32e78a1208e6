#define _GNU_SOURCE
#include "CLinux.h"

#include <pthread.h>
#include <sys/socket.h>

void clinux_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int clinux_accept(int listener, struct sockaddr *peer, socklen_t *length) {
  return accept4(listener, peer, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
