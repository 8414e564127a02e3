/* SPDX-License-Identifier: MIT
 *
 * Short poll: ask, be answered at once, wait, ask again.
 */
#include "client.h"

static void ask(struct client *client, struct builder *out)
{
    client_add_get(client, client->options->close ? "&limit=1000&close=1" : "&limit=1000", out);
    builder_add(out, "\r\n", 2);
}

const struct client_kind short_poll_client = {
    .name = "short_poll",
    .reads = READS_NOW,
    .ask = ask,
    .read = client_poll_read,
};
