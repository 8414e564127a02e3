/* SPDX-License-Identifier: MIT */
#include "link_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Where what HTTP has to say goes: the door's own server, or else what the request names. False
 * when that is no number: nothing waits for a name service here. */
static bool find_target(const struct link *link, struct endpoint *ret_endpoint)
{
    if (link->door->to.len) {
        *ret_endpoint = link->door->to;
        return true;
    }
    const char *target = http_fault_output(link->http)->target;
    char local[HTTP_TARGET_LIMIT + 16];
    static const char name[] = "localhost:";
    if (strncmp(target, name, sizeof(name) - 1) == 0)
        snprintf(local, sizeof(local), "127.0.0.1:%s", target + sizeof(name) - 1);
    else
        snprintf(local, sizeof(local), "%s", target);
    return strspn(local, "0123456789abcdefABCDEF.:[]") == strlen(local) &&
           endpoint_parse(local, ret_endpoint) == 0;
}

void link_connect_failed(struct link *link)
{
    link->door->counts.connect_failures++;
    end_close(&link->server, false);
    pipe_clear(&link->pipes[WAY_UP]);
    if (!link->http || !http_fail(link->http, 502))
        link_die(link, true);
    else
        builder_truncate(&http_fault_output(link->http)->up, 0);
}

void link_connect(struct link *link)
{
    struct endpoint to;
    int fd = -1;
    if (!link->http)
        fd = endpoint_connect(&link->door->to, link->source, true);
    else if (find_target(link, &to))
        fd = endpoint_connect(&to, link->source, true);
    if (fd == -EMFILE || fd == -ENFILE)
        acceptor_pause(&link->door->acceptor);
    if (fd < 0) {
        link_connect_failed(link);
        return;
    }
    link->ended[WAY_DOWN] = false;
    end_open(&link->server, link->door->relay->base, fd, false, &link_server_calls, link);
    end_await_room(&link->server); /* which comes when it is connected */
}
