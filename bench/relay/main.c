/* SPDX-License-Identifier: MIT
 *
 * pushrelay: opens its doors, says where, and runs until a signal comes.
 */
#include "control.h"
#include "door.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

/* Each connection is two open files. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
    (void)number, (void)what;
    event_base_loopbreak(arg);
}

static void announce(const struct relay *relay, const char *control)
{
    if (*control)
        printf("control %s\n", control);
    for (unsigned i = 0; relay->door_count > 1 && i < relay->door_count; i++)
        printf("door %s http://%s/\n", relay->doors[i]->name, relay->doors[i]->address);
    printf("ready http://%s/\n", relay->doors[0]->address);
    fflush(stdout);
}

static bool run(struct relay *relay, const struct plan *plan)
{
    char address[PLAN_ADDRESS_LIMIT] = "";
    struct control_port *port = NULL;
    struct event *term = evsignal_new(relay->base, SIGTERM, on_signal, relay->base);
    struct event *interrupt = evsignal_new(relay->base, SIGINT, on_signal, relay->base);
    bool good =
        term && interrupt && event_add(term, NULL) == 0 && event_add(interrupt, NULL) == 0;
    if (good && *plan->control) {
        port = control_port_create(relay, plan->control, plan->control_origins, address,
                                   sizeof(address));
        good = port;
    }
    if (good) {
        announce(relay, address);
        event_base_dispatch(relay->base);
    }
    control_port_destroy(port);
    if (term)
        event_free(term);
    if (interrupt)
        event_free(interrupt);
    return good;
}

int main(int argc, char **argv)
{
    static struct plan plan; /* large */
    static struct relay relay;
    int status = plan_read(argc, argv, &plan);
    if (status != PLAN_GO)
        return status;
    signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
    bool good = relay_init(&relay, &plan) && run(&relay, &plan);
    relay_finish(&relay);
    libevent_global_shutdown();
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
