/* SPDX-License-Identifier: MIT
 *
 * Pictures that replace each other in a plain <img>, without a script:
 * multipart/x-mixed-replace, as Netscape had it in 1995 and cameras have it still. A module:
 * `pushlab --transport build/transports/multipart.so` serves it at /multipart/TOPIC.
 *
 * Each part replaces the one before, so only the newest counts: who is slow skips, and what is
 * skipped is no gap. Chromium shows a part when it has the whole head of the next one: so that
 * head, which must then be the same for all, is sent behind each picture at once. There is no
 * room for heartbeats in it, nor for a cursor.
 */
#include "../server/message.h"
#include "../server/subscriber.h"

#include <string.h>

#define BOUNDARY "pushlab-part-0b6f2a97c4d1"
#define NEXT_PART "--" BOUNDARY "\r\nContent-Type: image/png\r\n\r\n"

/* One pixel that cannot be seen, in the place of what is no picture: whatever else stood there
 * would end the <img>. */
static const char nothing[] =
    "GIF89a\1\0\1\0\x80\0\0\0\0\0\0\0\0!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1D\0;";

static bool begins(struct slice data, struct slice with)
{
    return data.len >= with.len && memcmp(data.at, with.at, with.len) == 0;
}

/* Browsers tell pictures apart by their bytes, whatever the part's head says. One that holds
 * the boundary was made to forge parts. */
static bool is_picture(struct slice data)
{
    return (begins(data, SLICE("\x89PNG\r\n\x1a\n")) || begins(data, SLICE("\xff\xd8\xff")) ||
            begins(data, SLICE("GIF8"))) &&
           !memmem(data.at, data.len, BOUNDARY, sizeof(BOUNDARY) - 1);
}

static void encode_part(const struct message *message, unsigned parameter, struct builder *out)
{
    (void)parameter;
    if (message->type == MESSAGE_BINARY && is_picture(message->data))
        builder_add_slice(out, message->data);
    else
        builder_add(out, nothing, sizeof(nothing) - 1);
    builder_add_text(out, "\r\n" NEXT_PART);
}

static const struct encoding part_encoding = {"multipart", encode_part};

static int multipart_open(struct subscriber *subscriber, const struct request *request,
                          struct builder *out, struct reply *ret_refusal)
{
    (void)request, (void)ret_refusal;
    subscriber_encode(subscriber, &part_encoding, 0);
    subscriber_sample(subscriber, subscriber->coalesce_ms);
    subscriber_add_head(subscriber, true, out);
    builder_add_text(out, NEXT_PART);
    return 0;
}

static int multipart_gap(struct subscriber *subscriber, const struct gap *gap,
                         struct builder *out)
{
    (void)subscriber, (void)gap, (void)out;
    return 0;
}

static void multipart_heartbeat(struct subscriber *subscriber, struct builder *out)
{
    (void)subscriber, (void)out;
}

static void multipart_bye(struct subscriber *subscriber, struct builder *out)
{
    (void)subscriber;
    builder_add_text(out, "\r\n--" BOUNDARY "--\r\n");
}

const struct transport pushlab_transport = {
    .abi = TRANSPORT_ABI,
    .name = "multipart",
    .title = "Pictures in parts",
    .reads = READS_ON,
    .content_type = "multipart/x-mixed-replace; boundary=" BOUNDARY,
    .open = multipart_open,
    .gap = multipart_gap,
    .heartbeat = multipart_heartbeat,
    .bye = multipart_bye,
};
