/* SPDX-License-Identifier: MIT */
#include "http_rewrite.h"

#include "../../server/request.h"

#include <string.h>

bool target_split(struct slice target, struct slice *ret_authority, struct slice *ret_path)
{
    static const struct slice scheme = {"http://", 7};
    if (target.len < scheme.len ||
        !slice_equal_nocase((struct slice){target.at, scheme.len}, scheme))
        return false;
    struct slice rest = {target.at + scheme.len, target.len - scheme.len};
    size_t len = 0;
    while (len < rest.len && rest.at[len] != '/' && rest.at[len] != '?')
        len++;
    *ret_authority = (struct slice){rest.at, len};
    *ret_path = (struct slice){rest.at + len, rest.len - len};
    return len > 0;
}

static bool is(const struct head_line *line, const char *name)
{
    return slice_equal_nocase(line->name, slice_of(name));
}

/* ---- requests ---------------------------------------------------------------------------- */

static void add_request_line(struct slice head, const struct request_change *change,
                             struct builder *out)
{
    struct slice fields, authority, path, line = head_first(head, &fields);
    struct request_line request;
    if ((!change->http10 && !change->forwarded) || !request_line_read(line, &request)) {
        builder_add(out, head.at, (size_t)(fields.at - head.at));
        return;
    }
    builder_add_slice(out, request.method);
    builder_add_text(out, " ");
    if (change->forwarded && target_split(request.target, &authority, &path)) {
        if (path.len == 0 || *path.at != '/')
            builder_add_text(out, "/");
        builder_add_slice(out, path);
    } else {
        builder_add_slice(out, request.target);
    }
    builder_add_text(out, change->http10 || request.http10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
}

/* Connection without the member upgrade; as it is when it has none. */
static void add_connection(const struct head_line *line, struct builder *out)
{
    struct slice rest = line->value, member;
    size_t start = builder_len(out);
    bool some = false, dropped = false;
    builder_add_text(out, "Connection: ");
    while (header_list_next(&rest, &member)) {
        if (slice_equal_nocase(member, SLICE("upgrade"))) {
            dropped = true;
            continue;
        }
        if (some)
            builder_add_text(out, ", ");
        builder_add_slice(out, member);
        some = true;
    }
    builder_add_text(out, "\r\n");
    if (some && dropped)
        return;
    builder_truncate(out, start);
    if (!dropped)
        builder_add_slice(out, line->whole);
}

void rewrite_request(struct slice head, const struct request_change *change,
                     struct builder *out)
{
    struct slice fields;
    struct head_line line;
    head_first(head, &fields);
    add_request_line(head, change, out);
    while (head_next(&fields, &line)) {
        if ((change->strip_upgrade && is(&line, "Upgrade")) ||
            (change->forwarded && is(&line, "Proxy-Connection")) ||
            (change->close && is(&line, "Connection")))
            continue;
        if (change->strip_upgrade && is(&line, "Connection"))
            add_connection(&line, out);
        else
            builder_add_slice(out, line.whole);
    }
    if (change->close)
        builder_add_text(out, "Connection: close\r\n");
    builder_add_text(out, "\r\n");
}

/* ---- answers ----------------------------------------------------------------------------- */

static bool is_dropped(const struct head_line *line, const struct answer_change *change)
{
    if (change->naive && (is(line, "Cache-Control") || is(line, "X-Accel-Buffering")))
        return true;
    if (change->gzip && (is(line, "Content-Length") || is(line, "Transfer-Encoding") ||
                         is(line, "ETag") || is(line, "Accept-Ranges")))
        return true;
    return change->stays_open && (is(line, "Connection") || is(line, "Keep-Alive"));
}

void rewrite_answer(struct slice head, const struct answer_change *change, struct builder *out)
{
    static const struct slice version = {"HTTP/1.1", 8};
    struct slice fields;
    struct head_line line;
    head_first(head, &fields);
    builder_add_slice(out, change->http11 ? version : (struct slice){head.at, version.len});
    builder_add(out, head.at + version.len, (size_t)(fields.at - head.at) - version.len);
    while (head_next(&fields, &line))
        if (!is_dropped(&line, change))
            builder_add_slice(out, line.whole);
    if (change->gzip)
        builder_add_text(out, "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n");
    if (change->chunked)
        builder_add_text(out, "Transfer-Encoding: chunked\r\n");
    builder_add_text(out, "\r\n");
}
