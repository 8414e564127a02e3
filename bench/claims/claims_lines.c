/* SPDX-License-Identifier: MIT
 *
 * Lines of code; and the claim that is about nothing else (22).
 */
#include "claims_lines.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FILES_LIMIT = 8 };

/* Of code that several need, each is said to need all. */
static const struct {
    const char *name;
    const char *server[FILES_LIMIT], *client[FILES_LIMIT];
} sources[LINES_TRANSPORTS] = {
    {"short_poll",
     {"transports/short_poll.c", "transports/json_batch.c", "transports/json_message.c"},
     {"web/transports/short_poll.js", "web/transports/poll.js"}},
    {"long_poll",
     {"transports/long_poll.c", "transports/json_batch.c", "transports/json_message.c"},
     {"web/transports/long_poll.js", "web/transports/poll.js"}},
    {"sse", {"transports/sse.c", "transports/sse_encode.c"}, {"web/transports/sse.js"}},
    {"websocket",
     {"transports/websocket.c", "transports/ws_frame.c", "transports/ws_encode.c",
      "transports/ws_handshake.c", "transports/ws_deflate.c", "transports/ws_json.c",
      "transports/json_message.c"},
     {"web/transports/websocket.js"}},
};

/* C's and JavaScript's comments, where a line begins with one, as in this tree. */
static bool is_code(const char *line, bool *in_comment)
{
    while (isspace((unsigned char)*line))
        line++;
    if (*in_comment) {
        *in_comment = !strstr(line, "*/");
        return false;
    }
    if (strncmp(line, "/*", 2) == 0) {
        *in_comment = !strstr(line, "*/");
        return false;
    }
    return *line && strncmp(line, "//", 2) != 0;
}

static double count_file(const char *name)
{
    char path[1024], line[1024];
    bool in_comment = false;
    double count = 0;
    snprintf(path, sizeof(path), "%s/%s", PUSHBENCH_SOURCES, name);
    FILE *file = fopen(path, "re");
    if (!file)
        return NAN;
    while (fgets(line, sizeof(line), file))
        count += is_code(line, &in_comment);
    fclose(file);
    return count;
}

static double count_files(const char *const names[FILES_LIMIT])
{
    double count = 0;
    for (unsigned i = 0; i < FILES_LIMIT && names[i]; i++)
        count += count_file(names[i]);
    return count;
}

bool claims_count_lines(struct finding *finding,
                        struct transport_lines ret_lines[LINES_TRANSPORTS])
{
    double sum = 0;
    for (unsigned i = 0; i < LINES_TRANSPORTS; i++) {
        ret_lines[i] = (struct transport_lines){sources[i].name, count_files(sources[i].server),
                                                count_files(sources[i].client)};
        sum += ret_lines[i].server + ret_lines[i].client;
        finding_figure(finding, "server_lines", sources[i].name,
                       (struct text){"lines of code, server", "服务器端代码行数"},
                       ret_lines[i].server);
        finding_figure(finding, "client_lines", sources[i].name,
                       (struct text){"lines of code, page", "网页端代码行数"},
                       ret_lines[i].client);
    }
    if (isnan(sum))
        finding_note(finding,
                     (struct text){"Sources not found: pushbench counts lines in the "
                                   "source tree it was built from.",
                                   "找不到源代码：行数取自编译 pushbench 的源码目录。"});
    return !isnan(sum);
}

bool claim_22_run(const struct claims *claims, struct finding *finding)
{
    struct transport_lines lines[LINES_TRANSPORTS];
    (void)claims;
    if (!claims_count_lines(finding, lines)) {
        fprintf(stderr, "pushbench claims: 22 needs the source tree at %s\n",
                PUSHBENCH_SOURCES);
        return false;
    }
    finding_regime(finding,
                   "Counted in this tree, without blank lines and comments: the files of a "
                   "transport, not what the server and the page have for all of them. The chat "
                   "is one file that is the same over each.",
                   "统计自本源码树，不计空行和注释：只数各方式自己的文件，"
                   "不含服务器和网页的公共部分。聊天页对各种方式是同一个文件。");
    finding_note(finding,
                 (struct text){"No plug-in is needed for any of them: each page file "
                               "uses what browsers bring along.",
                               "各种方式都不需要插件：网页文件只用浏览器自带的功能。"});
    const struct claim_22_figures figures = {
        .page = {fmin(lines[0].client, lines[1].client), lines[LINES_SSE].client,
                 lines[LINES_WEBSOCKET].client},
        .server = {fmin(lines[0].server, lines[1].server), lines[LINES_SSE].server,
                   lines[LINES_WEBSOCKET].server},
    };
    finding_verdict(finding, claim_22_verdict(&figures));
    return true;
}
