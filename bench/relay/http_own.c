/* SPDX-License-Identifier: MIT
 *
 * Answers that the relay gives by itself: refusals, and what it has kept.
 */
#include "http_parts.h"

#include <string.h>

enum { SECOND_US = 1000000 };

static const char *reason_of(int status)
{
    switch (status) {
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    default:
        return "Error";
    }
}

bool http_fail(struct http_fault *http, int status)
{
    const char *reason = reason_of(status);
    if (http->blind || !http->exchange.active || http->exchange.sent)
        return false;
    answer_drop(http);
    builder_format(&http->out.down,
                   "HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
                   "Connection: close\r\n\r\n%d %s\n",
                   status, reason, strlen(reason) + 5, status, reason);
    http->counts->own++;
    http->exchange.active = false;
    http->request_state = REQUEST_OVER;
    http->out.connects = false;
    http->out.client_done = true;
    builder_truncate(&http->in, 0);
    http->in_used = 0;
    return true;
}

void http_give_cached(struct http_fault *http, const struct bytes *answer, int64_t age_us)
{
    struct slice all = {answer->data, answer->len}, fields;
    head_first(all, &fields);
    builder_add(&http->out.down, all.at, (size_t)(fields.at - all.at));
    builder_format(&http->out.down, "Age: %lld\r\n", (long long)(age_us / SECOND_US));
    if (http->exchange.wants_close)
        builder_add_text(&http->out.down, "Connection: close\r\n");
    builder_add_slice(&http->out.down, fields);
    http->counts->cache_hits++;
    http->exchange.active = false;
    if (!http->exchange.wants_close)
        return;
    http->out.client_done = true;
    http->request_state = REQUEST_OVER;
}
