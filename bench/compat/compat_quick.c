/* SPDX-License-Identifier: MIT
 *
 * compat quick: middleboxes made by pushrelay, each with one fault, and named after the
 * products that have it as they come. Minutes are seconds here: what is cut after 60 s of
 * silence there is cut after 1.5 s, and heartbeats come each half second in place of 15.
 */
#include "compat.h"

#include <stdio.h>
#include <stdlib.h>

enum { ENVIRONMENTS_LIMIT = 24, HELD_LONG_S = 30 };

struct environment {
    struct words name;
    const char *faults;    /* of pushrelay; NULL: no relay */
    struct words remedy;   /* as in struct compat_row */
    const char *more;      /* behind each query */
    bool forward;          /* a forward proxy */
    unsigned naive_wait_s; /* long polls at a naive server are held so long; 0: as usual */
};

static const struct environment environments[] = {
    {.name = {{"direct", "直连"}}},
    {.name = {{"no Upgrade (Apache)", "删掉 Upgrade（Apache）"}},
     .faults = "strip-upgrade",
     .remedy =
         {{"Apache: ProxyPass / http://localhost:8765/ upgrade=websocket (from 2.4.47 on); "
           "ProxyPreserveHost On",
           "Apache：ProxyPass / http://localhost:8765/ upgrade=websocket（2.4.47 起）; "
           "ProxyPreserveHost On"}}},
    {.name = {{"buffers 4 KiB (nginx)", "缓冲 4 KiB（nginx）"}},
     .faults = "http10,strip-upgrade,buffer=4k,heed-accel",
     .remedy = {{"nginx: proxy_http_version 1.1; proxy_set_header Host $http_host; "
                 "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "
                 "$connection_upgrade; proxy_buffering off"}}},
    {.name = {{"buffers all (lighttpd)", "全部缓冲（lighttpd）"}},
     .faults = "strip-upgrade,buffer=all",
     .remedy = {{"lighttpd: server.stream-response-body = 1, "
                 "proxy.header = (\"upgrade\" => \"enable\")"}}},
    {.name = {{"HTTP/1.0 (old proxies)", "HTTP/1.0（旧代理）"}},
     .faults = "http10,strip-upgrade",
     .remedy =
         {{"nginx: proxy_http_version 1.1 and the Upgrade headers; wss, which no such "
           "proxy reads",
           "nginx：proxy_http_version 1.1，并转发 Upgrade 首部；或用 wss，这种代理读不懂它"}}},
    {.name = {{"cache (Varnish, nginx)", "缓存（Varnish、nginx）"}},
     .faults = "strip-upgrade,cache=120",
     .remedy =
         {{"the server says no-store; Varnish: return (pass) for feeds, return (pipe) "
           "for Upgrade",
           "服务器声明 no-store；Varnish：推送地址 return (pass)，Upgrade 则 return (pipe)"}}},
    {.name = {{"gathers 200 ms (HAProxy)", "攒 200 毫秒（HAProxy）"}},
     .faults = "coalesce-down=200",
     .remedy = {{"HAProxy: option http-no-delay"}}},
    {.name = {{"gzip (HAProxy compression)", "gzip（HAProxy compression）"}},
     .faults = "gzip",
     .remedy = {{"the server says no-transform; HAProxy: no compression of text/event-stream",
                 "服务器声明 no-transform；HAProxy：不压缩 text/event-stream"}}},
    {.name = {{"gzip from 512 B (Caddy encode)", "512 字节起 gzip（Caddy encode）"}},
     .faults = "gzip,gzip-min=512,gzip-always",
     .remedy = {{"first writes under 512 bytes; Caddy: encode only what does not match feeds",
                 "第一次写不到 512 字节；Caddy：encode 只用于推送以外的地址"}}},
    {.name = {{"gzip (Caddy), with pad=2048", "gzip（Caddy），加 pad=2048"}},
     .faults = "gzip,gzip-min=512,gzip-always",
     .remedy = {{"no padding: it was the cure of older proxies, and is this one's poison",
                 "不加填充：它对旧代理是药，对这一种是毒"}},
     .more = "&pad=2048"},
    {.name = {{"idle cut 60 s (nginx, HAProxy)", "静默 60 秒被断（nginx、HAProxy）"}},
     .faults = "idle-cut=2s,idle-answer=504",
     .remedy =
         {{"heartbeats each 15 s, polls held 25 s; nginx: proxy_read_timeout 1h, HAProxy: "
           "timeout tunnel 1h",
           "每 15 秒心跳，长轮询最多保持 25 秒；nginx：proxy_read_timeout 1h，HAProxy："
           "timeout tunnel 1h"}},
     .naive_wait_s = HELD_LONG_S},
    {.name = {{"forgets silence (NAT routers)", "静默就忘（NAT 路由器）"}},
     .faults = "idle-cut=2s,idle-how=drop",
     .remedy = {{"heartbeats, and a client that misses them and comes back",
                 "要有心跳；客户端发现心跳没来，就重新连接"}},
     .naive_wait_s = HELD_LONG_S},
    {.name = {{"CONNECT to 443 only (Squid)", "只许 CONNECT 到 443（Squid）"}},
     .faults = "forward,connect-443",
     .remedy = {{"wss on port 443; Squid: acl SSL_ports port N",
                 "用 443 端口的 wss；Squid：acl SSL_ports port N"}},
     .forward = true},
    {.name = {{"forward proxy (tinyproxy)", "正向代理（tinyproxy）"}},
     .faults = "forward",
     .forward = true},
    {.name = {{"forward, buffers all (Privoxy)", "正向，全部缓冲（Privoxy）"}},
     .faults = "forward,buffer=all",
     .remedy = {{"https, which it cannot read; Privoxy: { -filter } for this host",
                 "用 https，它读不懂；Privoxy：为这台主机写 { -filter }"}},
     .forward = true},
    {.name = {{"store and forward (virus scan)", "先收齐再转发（查毒网关）"}},
     .faults = "strip-upgrade,buffer=all,gzip",
     .remedy = {{"https and wss, if it does not break them open; or polls, which live here",
                 "用 https 和 wss（如果它不拆开检查）；或用轮询，这里只有轮询能活"}}},
};

enum { ENVIRONMENTS = sizeof(environments) / sizeof(environments[0]) };

struct quick {
    struct server_process server;
    struct server_process relays[ENVIRONMENTS_LIMIT];
    struct compat_row rows[COMPAT_ROWS_LIMIT];
    unsigned row_count;
};

static bool start_relay(const struct environment *environment, const char *to,
                        struct server_process *ret_relay)
{
    char program[1100], door[256];
    snprintf(door, sizeof(door), "compat:0:%s", environment->faults);
    const char *const arguments[] = {
        program_beside("relay/pushrelay", program, sizeof(program)),
        "--to",
        to,
        "--door",
        door,
        NULL};
    return server_spawn(arguments, ret_relay);
}

static void add_row(struct quick *quick, const struct environment *environment,
                    const struct endpoint *first, enum compat_care care)
{
    struct compat_row *row = &quick->rows[quick->row_count++];
    static const char *const padded[] = {"&careless=1&pad=2048", "&pad=2048"};
    *row = (struct compat_row){.environment = environment->name,
                               .care = care,
                               .more = environment->more   ? padded[care]
                                       : care == CARE_NONE ? "&careless=1"
                                                           : NULL,
                               .remedy = environment->remedy,
                               .path = {.first = *first,
                                        .forward = environment->forward,
                                        .beside = quick->server.endpoint},
                               .times = compat_times};
    row->path.authority = quick->server.endpoint.authority;
    if (care == CARE_NONE && environment->naive_wait_s)
        row->times.wait_s = environment->naive_wait_s;
}

static bool start_all(const struct common_options *common, struct quick *quick)
{
    if (!compat_start_server(common, "1s", &quick->server))
        return false;
    for (unsigned i = 0; i < ENVIRONMENTS; i++) {
        const struct endpoint *first = &quick->server.endpoint;
        if (environments[i].faults) {
            if (!start_relay(&environments[i], first->authority, &quick->relays[i]))
                return false;
            first = &quick->relays[i].endpoint;
        }
        add_row(quick, &environments[i], first, CARE_NONE);
        add_row(quick, &environments[i], first, CARE_TAKEN);
    }
    return true;
}

bool compat_quick(const struct common_options *common, struct report *report)
{
    struct quick *quick = calloc(1, sizeof(*quick));
    if (!quick)
        return false;
    quick->server.ready_fd = -1;
    for (unsigned i = 0; i < ENVIRONMENTS_LIMIT; i++)
        quick->relays[i].ready_fd = -1;
    bool good = start_all(common, quick) &&
                compat_probe(quick->rows, quick->row_count, "compat quick", COMPAT_TRIES_AGAIN);
    for (unsigned i = 0; i < ENVIRONMENTS; i++)
        if (quick->relays[i].own)
            server_stop(&quick->relays[i]);
    if (quick->server.own)
        server_stop(&quick->server);
    if (good)
        compat_report(report, quick->rows, quick->row_count);
    free(quick);
    return good;
}
