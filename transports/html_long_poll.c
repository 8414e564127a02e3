/* SPDX-License-Identifier: MIT
 *
 * Long poll without a script: a small page that loads the next one at once, and the server
 * holds that answer until there is something new. The browser shows the old page meanwhile.
 */
#include "html_encode.h"

static void html_long_poll_answer(const struct batch *batch, struct builder *body)
{
    html_add_page(batch, 0, body);
}

const struct transport pushlab_transport = {
    .abi = TRANSPORT_ABI,
    .name = "html_long_poll",
    .title = "Long poll by meta refresh",
    .reads = READS_WAIT,
    .content_type = HTML_TYPE,
    .headers = HTML_HEADERS,
    .answer = html_long_poll_answer,
};
