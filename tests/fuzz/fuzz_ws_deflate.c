/* SPDX-License-Identifier: MIT
 *
 * Compressed messages: what inflates never goes over its cap and does not depend on it, what is
 * refused leaves nothing behind, and what is deflated comes back.
 *
 * Input: a byte for the cap, a byte for the window, then the payload.
 */
#include "../../transports/ws_deflate.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 17 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_inflate(struct slice payload, size_t limit)
{
    struct builder all = {0}, capped = {0};
    builder_add_text(&capped, "kept");
    int result = ws_inflate(payload, MOST, &all);
    int capped_result = ws_inflate(payload, limit, &capped);
    require(result == 0 || result == -EBADMSG || result == -EMSGSIZE);
    require(builder_len(&all) <= (result == 0 ? MOST : 0));
    if (result == 0) {
        require(capped_result == (builder_len(&all) <= limit ? 0 : -EMSGSIZE));
    } else {
        require(capped_result < 0);
    }
    struct slice message = builder_slice(&capped);
    require(message.len >= 4 && memcmp(message.at, "kept", 4) == 0);
    require(capped.capacity <= 2 * limit + 2048);
    if (capped_result == 0)
        require(
            slice_equal((struct slice){message.at + 4, message.len - 4}, builder_slice(&all)));
    else
        require(message.len == 4);
    builder_finish(&all);
    builder_finish(&capped);
}

static void check_round_trip(struct slice message, unsigned window_bits)
{
    struct builder compressed = {0}, out = {0};
    require(ws_deflate(message, window_bits, &compressed) == 0);
    require(builder_len(&compressed) > 0);
    if (message.len > 0)
        require(ws_inflate(builder_slice(&compressed), message.len - 1, &out) == -EMSGSIZE);
    require(ws_inflate(builder_slice(&compressed), message.len, &out) == 0);
    require(slice_equal(builder_slice(&out), message));
    builder_finish(&compressed);
    builder_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct slice payload = {(const char *)data + 2, size - 2};
    check_inflate(payload, (size_t)data[0] * data[0]);
    check_round_trip(payload, WS_WINDOW_BITS_LEAST + data[1] % 7);
    if (data[1] & 0x80)
        ws_deflate_finish_thread();
    return 0;
}
