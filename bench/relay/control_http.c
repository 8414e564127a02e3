/* SPDX-License-Identifier: MIT */
#include "control_http.h"

#include "control.h"
#include "http_head.h"

#include <stdlib.h>
#include <string.h>

bool control_http_is(struct slice bytes)
{
    const char *end = memchr(bytes.at, '\n', bytes.len);
    struct request_line line;
    if (end && end > bytes.at && end[-1] == '\r')
        end--;
    return end && request_line_read((struct slice){bytes.at, (size_t)(end - bytes.at)}, &line);
}

static bool listed(struct slice origins, struct slice origin)
{
    while (origins.len) {
        const char *comma = memchr(origins.at, ',', origins.len);
        size_t len = comma ? (size_t)(comma - origins.at) : origins.len;
        if (slice_equal_nocase((struct slice){origins.at, len}, origin))
            return true;
        len += comma != NULL;
        origins = (struct slice){origins.at + len, origins.len - len};
    }
    return false;
}

static void answer(struct builder *out, const char *status, struct slice origin,
                   const char *body)
{
    builder_format(out, "HTTP/1.1 %s\r\nConnection: close\r\nVary: Origin\r\n", status);
    if (origin.len) {
        builder_add_text(out, "Access-Control-Allow-Origin: ");
        builder_add_slice(out, origin);
        builder_add_text(out, "\r\nAccess-Control-Allow-Methods: POST\r\n"
                              "Access-Control-Allow-Headers: Content-Type\r\n");
    }
    builder_format(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                   strlen(body), body);
}

static void obey(struct relay *relay, struct slice origin, struct slice command,
                 struct builder *out)
{
    char *text = control_answer(relay, command.at, command.len);
    if (text)
        answer(out, "200 OK", origin, text);
    else
        answer(out, "503 Service Unavailable", origin, "{\"error\":\"out of memory\"}");
    free(text);
}

bool control_http_answer(struct relay *relay, struct slice origins, struct slice bytes,
                         struct builder *out)
{
    size_t head = head_len(bytes);
    struct slice fields, origin = {0}, value;
    struct request_line line;
    uint64_t len = 0;
    if (!head)
        return false;
    struct slice first = head_first((struct slice){bytes.at, head}, &fields);
    bool good = request_line_read(first, &line);
    if (head_find(fields, "origin", &origin) && !listed(origins, origin)) {
        answer(out, "403 Forbidden", (struct slice){0},
               "{\"error\":\"start pushrelay with --control-origin for this page's origin\"}");
    } else if (good && slice_equal(line.method, SLICE("OPTIONS"))) {
        answer(out, "200 OK", origin, "");
    } else if (!good || !slice_equal(line.method, SLICE("POST"))) {
        answer(out, "405 Method Not Allowed", origin,
               "{\"error\":\"POST a command, such as {\\\"get\\\":\\\"state\\\"}\"}");
    } else if (!head_find(fields, "content-length", &value) || !head_number(value, &len) ||
               len > CONTROL_LINE_LIMIT - head) {
        answer(out, "400 Bad Request", origin,
               "{\"error\":\"a Content-Length, of few kilobytes, must say how long it is\"}");
    } else if (bytes.len - head < len) {
        return false;
    } else {
        obey(relay, origin, (struct slice){bytes.at + head, len}, out);
    }
    return true;
}
