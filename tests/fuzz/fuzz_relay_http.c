/* SPDX-License-Identifier: MIT
 *
 * The relay's HTTP reader, with any bytes of a client and a server: the first byte chooses the
 * faults, a byte 0xff changes sides. However the bytes are cut, the same must come out; and
 * without a fault, just what went in.
 */
#include "../../bench/relay/http_fault.h"

#include <stdlib.h>
#include <string.h>

static const char *const faults_of[] = {
    "idle-answer=504", /* reads, and changes nothing */
    "http10",          "strip-upgrade,buffer=100", "buffer=all,heed-accel",
    "cache=10,naive",  "gzip,gzip-always",         "forward,connect-443",
};

enum { KINDS = sizeof(faults_of) / sizeof(*faults_of), SWITCH = 0xff };

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* All that came out; the caller finishes it. */
struct outcome {
    struct builder up, down;
    bool done;
};

static void collect(struct http_fault *http, struct outcome *outcome)
{
    struct http_output *output = http_fault_output(http);
    if (output->connects)
        require(http_connected(http));
    builder_add_slice(&outcome->up, builder_slice(&output->up));
    builder_add_slice(&outcome->down, builder_slice(&output->down));
    builder_truncate(&output->up, 0);
    builder_truncate(&output->down, 0);
    outcome->done |= output->client_done;
}

static struct outcome run(unsigned kind, const char *bytes, size_t len, size_t step)
{
    struct faults faults = FAULTS_NONE;
    struct http_counts counts = {0};
    struct outcome outcome = {.done = false};
    struct cache *cache = cache_create();
    char error[FAULT_ERROR_LIMIT];
    bool server = false;
    require(faults_set_list(&faults, faults_of[kind], error) == 0);
    struct http_fault *http = http_fault_create(&faults, true, cache, &counts);
    for (size_t at = 0, part; at < len; at += part) {
        if ((unsigned char)bytes[at] == SWITCH) {
            server = !server;
            part = 1;
            continue;
        }
        part = 1;
        while (part < step && at + part < len && (unsigned char)bytes[at + part] != SWITCH)
            part++;
        struct slice piece = {bytes + at, part};
        require(server ? http_from_server(http, piece, 0) : http_from_client(http, piece, 0));
        collect(http, &outcome);
    }
    require(http_server_ended(http, 0));
    collect(http, &outcome);
    require(http_held(http, WAY_UP) <= len && http_held(http, WAY_DOWN) <= len);
    http_fault_destroy(http);
    cache_destroy(cache);
    return outcome;
}

static void outcome_finish(struct outcome *outcome)
{
    builder_finish(&outcome->up);
    builder_finish(&outcome->down);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    unsigned kind = data[0] % KINDS;
    const char *bytes = (const char *)data + 1;
    struct outcome whole = run(kind, bytes, size - 1, size);
    struct outcome single = run(kind, bytes, size - 1, 1);
    require(slice_equal(builder_slice(&whole.up), builder_slice(&single.up)));
    require(slice_equal(builder_slice(&whole.down), builder_slice(&single.down)));
    require(whole.done == single.done);
    outcome_finish(&whole);
    outcome_finish(&single);
    return 0;
}
