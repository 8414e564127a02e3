/* SPDX-License-Identifier: MIT
 *
 * A batch: the body of a short or long poll's answer, one JSON object.
 *
 *   {"topic":"T","next":"CURSOR","messages":[…],"gap":{…}}
 *
 * `next` is the cursor to ask with the next time; `gap` is there only when there is one, and
 * came before the messages. A reader of many topics gets no `topic` outside but one in each
 * message, and `gaps` with all of them when there are several.
 */
#ifndef PUSHLAB_JSON_BATCH_H
#define PUSHLAB_JSON_BATCH_H

#include "../server/transport.h"

/* Writes the batch. Fits `answer` of struct transport. */
void json_batch_answer(const struct batch *batch, struct builder *body);

#endif
