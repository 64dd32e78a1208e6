#ifndef STRIPE_MIRAKL_CLINUX_H
#define STRIPE_MIRAKL_CLINUX_H
// What Swift's Glibc module does not import: GNU extensions and variadic calls.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/// Names the calling thread as `top -H` shows it (at most 15 bytes).
void clinux_name_thread(const char *name);

/// `accept4` with `SOCK_NONBLOCK | SOCK_CLOEXEC`: a descriptor, or -1 with `errno`.
int clinux_accept(int listener, struct sockaddr *peer, socklen_t *length);
#endif
