/* SPDX-License-Identifier: MIT
 *
 * Short poll: the client asks again and again, and is answered at once, mostly with nothing.
 * Its delay is half the interval at which it asks; what came meanwhile arrives in one batch.
 */
#include "table.h"

#include "json_batch.h"

const struct transport short_poll_transport = {
    .abi = TRANSPORT_ABI,
    .name = "short_poll",
    .title = "Short poll",
    .reads = READS_NOW,
    .content_type = "application/json",
    .answer = json_batch_answer,
};
