/* SPDX-License-Identifier: MIT
 *
 * The products that pushbench compat real starts. A further one is an entry here and its
 * configurations in middleboxes/.
 */
#include "middlebox.h"

#include <stddef.h>

#define NGINX                                                                                  \
    {                                                                                          \
        "-e", "{{folder}}/error.log", "-p", "{{folder}}", "-c", "{{config}}"                   \
    }
#define HAPROXY                                                                                \
    {                                                                                          \
        "-db", "-f", "{{config}}"                                                              \
    }
#define CADDY                                                                                  \
    {                                                                                          \
        "run", "--config", "{{config}}", "--adapter", "caddyfile"                              \
    }
#define SQUID                                                                                  \
    {                                                                                          \
        "-N", "-f", "{{config}}", "-n", "pushbench{{port}}"                                    \
    }

/* Speaks HTTP/2 over TLS as browsers do: for WebSocket it opens a connection of HTTP/1.1
 * beside, unless the server offers it over HTTP/2 (RFC 8441), which nginx does not. */
static const struct middlebox http2_client = {
    .name = "http2-client",
    .title = {{"an HTTP/2 client (HAProxy)"}},
    .package = "haproxy",
    .program = "haproxy",
    .asks_version = "-v",
    .arguments = HAPROXY,
};

const struct middlebox middleboxes[] = {
    {.name = "nginx",
     .title = {{"nginx proxy_pass"}},
     .package = "nginx",
     .program = "nginx",
     .asks_version = "-v",
     .arguments = NGINX,
     .remedy = {{"proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header "
                 "Upgrade $http_upgrade; "
                 "proxy_set_header Connection $connection_upgrade; proxy_buffering off; "
                 "proxy_read_timeout 1h"}}},
    {.name = "nginx-http2",
     .title = {{"nginx HTTP/2 + TLS"}},
     .package = "nginx",
     .program = "nginx",
     .asks_version = "-v",
     .arguments = NGINX,
     .remedy = {{"proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header "
                 "Upgrade $http_upgrade; "
                 "proxy_set_header Connection $connection_upgrade; proxy_buffering off; "
                 "proxy_read_timeout 1h"}},
     .secure = true,
     .client = &http2_client},
    {.name = "nginx-cache",
     .title = {{"nginx proxy_cache"}},
     .package = "nginx",
     .program = "nginx",
     .asks_version = "-v",
     .arguments = NGINX,
     .remedy = {{"for feeds a location of their own, without proxy_cache, in it "
                 "proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header "
                 "Upgrade $http_upgrade; "
                 "proxy_set_header Connection $connection_upgrade; proxy_buffering off",
                 "推送地址单独用一个不写 proxy_cache 的 location，其中写 "
                 "proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header "
                 "Upgrade $http_upgrade; "
                 "proxy_set_header Connection $connection_upgrade; proxy_buffering off"}}},
    {.name = "nginx-gzip",
     .title = {{"nginx gzip"}},
     .package = "nginx",
     .program = "nginx",
     .asks_version = "-v",
     .arguments = NGINX,
     .remedy = {{"proxy_buffering off; proxy_set_header Host $http_host; proxy_set_header "
                 "Upgrade $http_upgrade; "
                 "proxy_set_header Connection $connection_upgrade (it stays gzip)",
                 "proxy_buffering off; proxy_set_header Host $http_host; proxy_set_header "
                 "Upgrade $http_upgrade; "
                 "proxy_set_header Connection $connection_upgrade（仍然压缩）"}}},
    {.name = "haproxy",
     .title = {{"HAProxy"}},
     .package = "haproxy",
     .program = "haproxy",
     .asks_version = "-v",
     .arguments = HAPROXY,
     .remedy = {{"option http-no-delay; timeout tunnel 1h"}}},
    {.name = "apache",
     .title = {{"Apache mod_proxy_http"}},
     .package = "apache2-bin",
     .program = "apache2",
     .asks_version = "-v",
     .arguments = {"-DFOREGROUND", "-f", "{{config}}"},
     .remedy = {{"ProxyPass / http://localhost:8765/ upgrade=websocket timeout=3600; "
                 "ProxyPreserveHost On"}}},
    {.name = "lighttpd",
     .title = {{"lighttpd mod_proxy"}},
     .package = "lighttpd",
     .program = "lighttpd",
     .asks_version = "-v",
     .arguments = {"-D", "-f", "{{config}}"},
     .remedy = {{"server.stream-response-body = 2; server.max-read-idle = 3600; "
                 "proxy.header = (\"upgrade\" => \"enable\")"}}},
    {.name = "caddy",
     .title = {{"Caddy encode"}},
     .package = "caddy",
     .program = "caddy",
     .asks_version = "version",
     .arguments = CADDY,
     .remedy = {{"@pages not path /sse/* ...; encode @pages gzip (only what is no feed)",
                 "@pages not path /sse/* ...; encode @pages gzip（只压缩推送以外的地址）"}}},
    {.name = "caddy",
     .title = {{"Caddy encode, padded SSE", "Caddy encode，SSE 加填充"}},
     .package = "caddy",
     .program = "caddy",
     .asks_version = "version",
     .arguments = CADDY,
     .remedy =
         {{"no padding: it was the cure of older proxies, and is this one's poison; or "
           "@pages not path /sse/* ...; encode @pages gzip",
           "不加填充：它对旧代理是药，对这一种是毒；或 @pages not path /sse/* ...; encode "
           "@pages gzip"}},
     .padded = true},
    {.name = "varnish",
     .title = {{"Varnish"}},
     .package = "varnish",
     .program = "varnishd",
     .asks_version = "-V",
     .arguments = {"-F", "-j", "none", "-n", "{{folder}}", "-a", "127.0.0.1:{{port}}", "-f",
                   "{{config}}", "-s", "malloc,32m", "-T", "none"},
     .remedy =
         {{"vcl_recv: return (pipe) for Upgrade and for SSE, return (pass) for polls; "
           "vcl_pipe: pass Upgrade and Connection on",
           "vcl_recv：有 Upgrade 或是 SSE 则 return (pipe)，轮询则 return (pass)；vcl_pipe："
           "把 Upgrade 和 Connection 传下去"}}},
    {.name = "squid-reverse",
     .title = {{"Squid, reverse", "Squid（反向）"}},
     .package = "squid",
     .program = "squid",
     .asks_version = "-v",
     .arguments = SQUID,
     .remedy = {{"http_upgrade_request_protocols websocket allow all; http_port without "
                 "no-vhost",
                 "http_upgrade_request_protocols websocket allow all；http_port 里不写 "
                 "no-vhost"}}},
    {.name = "squid",
     .title = {{"Squid, forward", "Squid（正向）"}},
     .package = "squid",
     .program = "squid",
     .asks_version = "-v",
     .arguments = SQUID,
     .remedy = {{"wss on port 443; or acl SSL_ports port N",
                 "用 443 端口的 wss；或 acl SSL_ports port N"}},
     .forward = true},
    {.name = "tinyproxy",
     .title = {{"tinyproxy, forward", "tinyproxy（正向）"}},
     .package = "tinyproxy-bin",
     .program = "tinyproxy",
     .asks_version = "-v",
     .arguments = {"-d", "-c", "{{config}}"},
     .forward = true},
    {.name = "privoxy",
     .title = {{"Privoxy, forward", "Privoxy（正向）"}},
     .package = "privoxy",
     .program = "privoxy",
     .asks_version = "--version",
     .arguments = {"--no-daemon", "{{config}}"},
     .remedy = {{"an action file with { -filter } for the server; or https, which it cannot "
                 "read",
                 "在动作文件里为服务器写 { -filter }；或用 https，它读不懂"}},
     .forward = true},
    {.name = NULL},
};
