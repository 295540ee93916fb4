// mosquitto looks ten times a second whether something is due (2.0: epoll_wait with 100 ms). In virtual time each look costs as much
// as an hour of nothing: here it looks every ten seconds. What happens on a socket wakes it as ever, and so do signals.
#define _GNU_SOURCE
#include <stddef.h>
#include <sys/epoll.h>

int epoll_wait(int epoll, struct epoll_event *events, int most, int milliseconds) {
    return epoll_pwait(epoll, events, most, milliseconds == 100 ? 10000 : milliseconds, NULL);
}
