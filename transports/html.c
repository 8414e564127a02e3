/* SPDX-License-Identifier: MIT
 *
 * HTML that streams in: a page that does not end, to which each message is added. Works in any
 * browser and without a script; so chats were made before there was XMLHttpRequest. A module:
 * `pushlab --transport build/transports/html.so` serves it at /html/TOPIC.
 */
#include "html_encode.h"

#include "../server/subscriber.h"

static int html_open(struct subscriber *subscriber, const struct request *request,
                     struct builder *out, struct reply *ret_refusal)
{
    (void)request, (void)ret_refusal;
    struct builder cursor = {0};
    subscriber_add_cursor(subscriber, &cursor);
    subscriber_encode(subscriber, &html_encoding, 0);
    subscriber_add_head(subscriber, true, out);
    html_add_top(out, builder_slice(&cursor), subscriber->many, -1);
    out->failed |= cursor.failed;
    builder_finish(&cursor);
    return 0;
}

static int html_gap(struct subscriber *subscriber, const struct gap *gap, struct builder *out)
{
    (void)subscriber;
    html_add_gap(out, gap);
    return 0;
}

static void html_heartbeat(struct subscriber *subscriber, struct builder *out)
{
    (void)subscriber;
    builder_add_text(out, "<!-- heartbeat -->\n");
}

static void html_bye(struct subscriber *subscriber, struct builder *out)
{
    struct builder cursor = {0};
    subscriber_add_cursor(subscriber, &cursor);
    html_add_bottom(out, builder_slice(&cursor), subscriber->many,
                    "The server is going. Go on");
    out->failed |= cursor.failed;
    builder_finish(&cursor);
}

const struct transport pushlab_transport = {
    .abi = TRANSPORT_ABI,
    .name = "html",
    .title = "HTML, streamed",
    .reads = READS_ON,
    .content_type = HTML_TYPE,
    .headers = HTML_HEADERS,
    .open = html_open,
    .gap = html_gap,
    .heartbeat = html_heartbeat,
    .bye = html_bye,
};
