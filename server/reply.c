/* SPDX-License-Identifier: MIT */
#include "reply.h"

#include "date.h"

#include <stdarg.h>
#include <stdio.h>

enum { ERROR_TEXT_LIMIT = 512 };

void reply_finish(struct reply *reply)
{
    if (!reply)
        return;
    builder_finish(&reply->headers);
    bytes_unref(reply->body);
    *reply = (struct reply){0};
}

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

void reply_header(struct reply *reply, const char *name, struct slice value)
{
    size_t len = 0;
    while (len < value.len && !is_control(value.at[len]))
        len++;
    builder_add_text(&reply->headers, name);
    builder_add(&reply->headers, ": ", 2);
    builder_add(&reply->headers, value.at, len);
    builder_add(&reply->headers, "\r\n", 2);
}

void reply_body(struct reply *reply, int status, const char *content_type,
                struct bytes *take_body)
{
    bytes_unref(reply->body);
    reply->status = status;
    reply->content_type = content_type;
    reply->body = take_body;
    if (!take_body && content_type) {
        reply->status = 503;
        reply->content_type = NULL;
    }
}

void reply_add_json_string(struct builder *out, struct slice text)
{
    builder_add(out, "\"", 1);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if ((unsigned char)c < 0x20 || (unsigned char)c >= 0x7f)
            c = '?';
        if (c == '"' || c == '\\')
            builder_add(out, "\\", 1);
        builder_add(out, &c, 1);
    }
    builder_add(out, "\"", 1);
}

void reply_error(struct reply *reply, int status, const char *format, ...)
{
    char text[ERROR_TEXT_LIMIT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    struct builder body = {0};
    builder_add_text(&body, "{\"error\":");
    reply_add_json_string(&body, slice_of(text));
    builder_add_text(&body, "}\n");
    reply_body(reply, status, "application/json", builder_take(&body));
}

void reply_method_not_allowed(struct reply *reply, const char *allow)
{
    reply_header(reply, "Allow", slice_of(allow));
    reply_error(reply, 405, "this method is not for this path; allowed: %s", allow);
}

const char *status_text(int status)
{
    switch (status) {
    case 100:
        return "Continue";
    case 101:
        return "Switching Protocols";
    case 200:
        return "OK";
    case 204:
        return "No Content";
    case 302:
        return "Found";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 417:
        return "Expectation Failed";
    case 421:
        return "Misdirected Request";
    case 426:
        return "Upgrade Required";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    default:
        return "Other"; /* the phrase means nothing to programs (RFC 9112, 4) */
    }
}

/* RFC 9110, 8.6: no Content-Length with 1xx and 204; that of a 304 would be the length of what
 * a 200 had sent, which nobody has made. */
static bool has_length(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

void reply_write_head(const struct reply *reply, bool keep_alive, int minor_version,
                      struct builder *out)
{
    /* Nearly every answer is a 200: one copy for its line. The version is the server's own and
     * not the request's (RFC 9110, 2.5). */
    if (reply->status == 200) {
        builder_add_slice(out, SLICE("HTTP/1.1 200 OK\r\n"));
    } else {
        builder_add_slice(out, SLICE("HTTP/1.1 "));
        builder_add_u64(out, (uint64_t)reply->status);
        builder_add_slice(out, SLICE(" "));
        builder_add_text(out, status_text(reply->status));
        builder_add_slice(out, SLICE("\r\n"));
    }
    if (reply->status >= 200)
        date_add(out);
    if (reply->content_type) {
        builder_add_slice(out, SLICE("Content-Type: "));
        builder_add_text(out, reply->content_type);
        builder_add_slice(out, SLICE("\r\n"));
    }
    if (has_length(reply->status)) {
        builder_add_slice(out, SLICE("Content-Length: "));
        builder_add_u64(out, reply->body ? reply->body->len : 0);
        builder_add_slice(out, SLICE("\r\n"));
    }
    if (reply->status >= 200) {
        if (!keep_alive || reply->close)
            builder_add_slice(out, SLICE("Connection: close\r\n"));
        else if (minor_version == 0)
            builder_add_slice(out, SLICE("Connection: keep-alive\r\n"));
    }
    builder_add_slice(out, builder_slice(&reply->headers));
    builder_add_slice(out, SLICE("\r\n"));
    /* A head without its headers must not go out: they may be what makes it safe. */
    if (reply->headers.failed)
        out->failed = true;
}
