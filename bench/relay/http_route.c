/* SPDX-License-Identifier: MIT
 *
 * Where a forward proxy's requests go.
 */
#include "http_parts.h"

#include "http_rewrite.h"

#include <stdio.h>
#include <string.h>

/* HOST:PORT out of an authority. False when it is none that can be. */
static bool set_target(struct http_fault *http, struct slice authority)
{
    bool v6 = authority.len && *authority.at == '[';
    const char *colon = authority.len ? memrchr(authority.at, ':', authority.len) : NULL;
    bool port = colon && (!v6 || colon[-1] == ']');
    if (authority.len == 0 || authority.len + sizeof(":80") > sizeof(http->out.target))
        return false;
    snprintf(http->out.target, sizeof(http->out.target), "%.*s%s", (int)authority.len,
             authority.at, port ? "" : ":80");
    return true;
}

bool http_route(struct http_fault *http, const struct request_line *line)
{
    struct slice authority, path;
    if (slice_equal(line->method, SLICE("CONNECT"))) {
        bool allowed = !http->faults.connect_443 ||
                       (line->target.len > 4 &&
                        memcmp(line->target.at + line->target.len - 4, ":443", 4) == 0);
        http->request_state = REQUEST_WAITS;
        if (!allowed || !set_target(http, line->target))
            http_fail(http, allowed ? 400 : 403);
        else
            http->out.connects = true;
        return false;
    }
    if (target_split(line->target, &authority, &path) ? set_target(http, authority)
                                                      : http->home)
        return true;
    http_fail(http, 400);
    return false;
}
