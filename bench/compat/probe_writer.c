/* SPDX-License-Identifier: MIT
 *
 * Who publishes for a probe: one request at a time, past what is probed where that is possible.
 */
#include "probe_parts.h"

#include "../../server/json_scan.h"

#include <string.h>

enum { PAD_PIECE = 64 };

static bool is_direct(const struct probe *probe)
{
    return probe->plan.path->beside.len > 0;
}

static void fail(struct probe *probe, const char *trouble)
{
    probe->trouble = trouble;
    probe->phase = PROBE_IS_DONE;
}

static void ask(struct probe *probe, const struct client *client)
{
    const struct probe_path *path = probe->plan.path;
    struct builder request = {0};
    bool direct = is_direct(probe);
    if (probe->writer.fd < 0 &&
        probe_line_open(&probe->writer, direct ? &path->beside : &path->first,
                        direct ? path->beside_way : path->way) != 0) {
        writer_on_failure(probe);
        return;
    }
    probe_compose(probe, client, direct, path->forward && !direct, &request);
    probe_line_send(&probe->writer, builder_slice(&request));
    probe->writing = true;
    builder_finish(&request);
}

void writer_ask_cursor(struct probe *probe)
{
    struct client client;
    client_init(&client, &short_poll_client, &probe->writer_options);
    ask(probe, &client);
}

/* Text that does not become shorter when it is compressed: base64 of noise. */
static void add_noise(struct builder *out, size_t len, uint64_t seed)
{
    unsigned char noise[PAD_PIECE / 4 * 3];
    for (size_t done = 0; done < len; done += PAD_PIECE) {
        for (size_t i = 0; i < sizeof(noise); i++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            noise[i] = (unsigned char)(seed >> 56);
        }
        builder_add_base64(out, noise, sizeof(noise));
    }
}

void writer_publish(struct probe *probe, size_t pad, int64_t now)
{
    struct builder text = {0};
    struct client client;
    unsigned number = ++probe->published_count;
    client_init(&client, &publisher_client, &probe->writer_options);
    builder_format(&text, "%u ", number);
    add_noise(&text, pad, number);
    client.body = builder_slice(&text);
    probe->sent_ns[number] = now;
    ask(probe, &client);
    builder_finish(&text);
}

static void on_answer(struct probe *probe)
{
    struct slice next, body = builder_slice(&probe->published.body);
    probe->writing = false;
    if (probe->published.status != 200) {
        probe->trouble_status = probe->published.status;
        fail(probe, "the server refused to publish, or to say where a topic stands");
    } else if (probe->phase == PROBE_PREPARES) {
        if (json_member(body, "next", &next) && next.len > 2)
            client_set_cursor(&probe->client, (struct slice){next.at + 1, next.len - 2});
        else
            fail(probe, "the server does not say where a topic stands: is it a pushlab?");
    }
}

void writer_on_bytes(struct probe *probe, bool ended)
{
    struct slice in = builder_slice(&probe->writer.in);
    ssize_t used = probe_answer_read(&probe->published, in.at, in.len);
    if (used > 0)
        probe_line_took(&probe->writer, (size_t)used);
    if (ended)
        probe_answer_end(&probe->published);
    bool complete = probe->published.complete, keeps = probe->published.keeps;
    if (complete && probe->writing)
        on_answer(probe);
    if (complete)
        probe_answer_finish(&probe->published);
    if (used < 0)
        fail(probe, "what answers a publisher is no HTTP, or has no end");
    else if (ended && probe->writing)
        fail(probe, "the server ended the connection that published");
    /* By the path, a connection of its own for each: what stands there may forget kept ones. */
    if (ended || (complete && (!keeps || !is_direct(probe))))
        probe_line_close(&probe->writer);
}

void writer_on_failure(struct probe *probe)
{
    fail(probe, "there is no connection to the server to publish by");
}
