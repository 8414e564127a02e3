/* SPDX-License-Identifier: MIT */
#include "html_encode.h"

#include <string.h>
#include <time.h>

/* ---- text ------------------------------------------------------------------------------- */

static const char *reference(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\r': /* a parser makes LF of it otherwise */
        return "&#13;";
    case '\0':
        return "\xef\xbf\xbd"; /* HTML cannot say it: U+FFFD, as the parser would */
    default:
        return NULL;
    }
}

void html_add_text(struct builder *out, struct slice text)
{
    size_t run = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *written = reference(text.at[i]);
        if (!written)
            continue;
        builder_add(out, text.at + run, i - run);
        builder_add_text(out, written);
        run = i + 1;
    }
    if (run < text.len)
        builder_add(out, text.at + run, text.len - run);
}

/* ---- messages --------------------------------------------------------------------------- */

/* The type of a picture by how it begins, or NULL. */
static const char *picture_type(struct slice data)
{
    static const struct {
        struct slice begins;
        const char *type;
    } kinds[] = {
        {{"\x89PNG\r\n\x1a\n", 8}, "image/png"},
        {{"\xff\xd8\xff", 3}, "image/jpeg"},
        {{"GIF8", 4}, "image/gif"},
    };
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (data.len >= kinds[i].begins.len &&
            memcmp(data.at, kinds[i].begins.at, kinds[i].begins.len) == 0)
            return kinds[i].type;
    return NULL;
}

static void add_data(struct builder *out, const struct message *message)
{
    if (message->type != MESSAGE_BINARY) {
        /* The parser drops a line end that comes first in <pre>: so there is one to drop. */
        builder_add_text(out, "<pre>\n");
        html_add_text(out, message->data);
        builder_add_text(out, "</pre>");
        return;
    }
    const char *type = picture_type(message->data);
    if (type)
        builder_format(out, "<img alt=\"\" src=\"data:%s;base64,", type);
    else
        builder_add_text(out, "<code>");
    builder_add_base64(out, message->data.at, message->data.len);
    builder_add_text(out, type ? "\">" : "</code>");
}

static void add_time(struct builder *out, uint64_t time_us)
{
    time_t seconds = (time_t)(time_us / 1000000);
    struct tm utc;
    char text[32];
    gmtime_r(&seconds, &utc);
    strftime(text, sizeof(text), "%H:%M:%S UTC", &utc);
    builder_format(out, "<time data-us=\"%llu\">%s</time>", (unsigned long long)time_us, text);
}

static void encode_html(const struct message *message, unsigned parameter, struct builder *out)
{
    (void)parameter;
    builder_add_text(out, "<article id=\"");
    message_add_id(message, out);
    /* Topic names are letters, digits and ._~- only. */
    builder_format(out, "\" data-topic=\"%s\" data-type=\"%s\" data-event=\"",
                   message->label->name, message_type_name(message->type));
    html_add_text(out, message->event);
    builder_format(out, "\"><small>%llu ", (unsigned long long)message->seq);
    add_time(out, message->time_us);
    builder_add(out, " ", 1);
    html_add_text(out, message->event);
    builder_add_text(out, "</small>");
    add_data(out, message);
    builder_add_text(out, "</article>\n");
}

const struct encoding html_encoding = {"html", encode_html};

/* ---- around them ------------------------------------------------------------------------ */

void html_add_gap(struct builder *out, const struct gap *gap)
{
    builder_format(out, "<p class=\"gap\" data-topic=\"%s\"", gap->topic);
    if (gap->known)
        builder_format(out, " data-from=\"%llu\" data-to=\"%llu\" data-count=\"%llu\"",
                       (unsigned long long)gap->from, (unsigned long long)gap->to,
                       (unsigned long long)gap->count);
    builder_add_text(out, ">");
    if (gap->known)
        builder_format(out,
                       "Messages %llu to %llu are missing: ", (unsigned long long)gap->from,
                       (unsigned long long)gap->to);
    else
        builder_add_text(out, "Messages may be missing: ");
    html_add_text(out, slice_of(gap->reason));
    builder_add_text(out, "</p>\n");
}

/* Relative, to go on from the cursor; that is a list when there are many topics, and names
 * them.
 */
static void add_address(struct builder *out, struct slice cursor, bool many)
{
    builder_add_text(out, many ? "?topics=" : "?since=");
    for (size_t i = 0, name = 0; many && i < cursor.len; i++) {
        if (cursor.at[i] == ':')
            html_add_text(out, (struct slice){cursor.at + name, i - name});
        if (cursor.at[i] != ',')
            continue;
        builder_add(out, ",", 1);
        name = i + 1;
    }
    if (many)
        builder_add_text(out, "&amp;since=");
    html_add_text(out, cursor);
}

void html_add_top(struct builder *out, struct slice cursor, bool many, int refresh_s)
{
    builder_add_text(out,
                     "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    if (refresh_s >= 0) {
        builder_format(out, "<meta http-equiv=\"refresh\" content=\"%d; url=", refresh_s);
        add_address(out, cursor, many);
        builder_add_text(out, "\">\n");
    }
    builder_add_text(out, "<meta name=\"viewport\" content=\"width=device-width\">"
                          "<title>pushlab</title>"
                          "<link rel=\"stylesheet\" href=\"/noscript/feed.css\"></head>\n"
                          "<body data-next=\"");
    html_add_text(out, cursor);
    builder_add_text(out, "\">\n");
}

void html_add_bottom(struct builder *out, struct slice cursor, bool many, const char *words)
{
    builder_add_text(out, "<p class=\"next\"><a href=\"");
    add_address(out, cursor, many);
    builder_format(out, "\">%s</a></p>\n</body></html>\n", words);
}

void html_add_page(const struct batch *batch, int refresh_s, struct builder *body)
{
    bool many = batch->topic.at == NULL;
    html_add_top(body, batch->next, many, refresh_s);
    for (unsigned i = 0; i < batch->gap_count; i++)
        html_add_gap(body, &batch->gaps[i]);
    for (unsigned i = 0; i < batch->count; i++) {
        struct bytes *message = message_encoded(batch->messages[i], &html_encoding, 0);
        if (!message) {
            body->failed = true;
            return;
        }
        builder_add(body, message->data, message->len);
        bytes_unref(message);
    }
    if (batch->count == 0)
        builder_add_text(body, "<p class=\"none\">Nothing new.</p>\n");
    html_add_bottom(body, batch->next, many, "Go on");
}
