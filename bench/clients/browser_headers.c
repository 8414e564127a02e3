/* SPDX-License-Identifier: MIT
 *
 * As Chromium 156 on Linux was seen to send them, at 127.0.0.1 and without cookies. Left out is
 * WebSocket's offer to compress: transports are compared here, not compression.
 */
#include "browser_headers.h"

#define AGENT                                                                                  \
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "      \
    "Chrome/156.0.0.0 Safari/537.36\r\n"
#define ACCEPTED                                                                               \
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"                                             \
    "Accept-Language: en-US,en;q=0.9\r\n"

static void add_fetch(const char *accept, const char *authority, struct builder *out)
{
    builder_add_text(out, "Connection: keep-alive\r\nsec-ch-ua-platform: \"Linux\"\r\n" AGENT
                          "sec-ch-ua: \"Not:A-Brand\";v=\"8\", \"Chromium\";v=\"156\"\r\n"
                          "sec-ch-ua-mobile: ?0\r\n");
    builder_add_text(out, accept);
    builder_add_text(out, "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n"
                          "Sec-Fetch-Dest: empty\r\n");
    builder_format(out, "Referer: http://%s/\r\n" ACCEPTED, authority);
}

void browser_headers_add(const struct client_kind *kind, const char *authority,
                         struct builder *out)
{
    if (kind == &websocket_client)
        builder_format(out,
                       "Pragma: no-cache\r\nCache-Control: no-cache\r\n" AGENT
                       "Origin: http://%s\r\n" ACCEPTED,
                       authority);
    else if (kind->reads != READS_ON)
        add_fetch("Accept: */*\r\n", authority, out);
    else
        /* Its client says what it accepts. An EventSource asks past caches. */
        add_fetch(kind == &sse_client ? "Pragma: no-cache\r\nCache-Control: no-cache\r\n" : "",
                  authority, out);
}
