/* SPDX-License-Identifier: MIT
 *
 * Short poll without a script: a small page that says what is new, and loads the next one by
 * itself after two seconds (`<meta http-equiv="refresh">`), the cursor in its address.
 */
#include "html_encode.h"

enum { REFRESH_S = 2 };

static void html_short_poll_answer(const struct batch *batch, struct builder *body)
{
    html_add_page(batch, REFRESH_S, body);
}

const struct transport pushlab_transport = {
    .abi = TRANSPORT_ABI,
    .name = "html_short_poll",
    .title = "Short poll by meta refresh",
    .reads = READS_NOW,
    .content_type = HTML_TYPE,
    .headers = HTML_HEADERS,
    .answer = html_short_poll_answer,
};
