/* SPDX-License-Identifier: MIT
 *
 * Long poll: the client asks, and the answer is held back until there is a message or the hold
 * is over; then it asks again. Between answer and next request the log keeps what comes.
 */
#include "table.h"

#include "json_batch.h"

const struct transport long_poll_transport = {
    .abi = TRANSPORT_ABI,
    .name = "long_poll",
    .title = "Long poll",
    .reads = READS_WAIT,
    .content_type = "application/json",
    .answer = json_batch_answer,
};
