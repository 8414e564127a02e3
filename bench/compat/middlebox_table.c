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
#define SQUID                                                                                  \
    {                                                                                          \
        "-N", "-f", "{{config}}", "-n", "pushbench{{port}}"                                    \
    }

const struct middlebox middleboxes[] = {
    {.name = "nginx",
     .title = "nginx proxy_pass",
     .package = "nginx",
     .program = "nginx",
     .arguments = NGINX,
     .remedy = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
               "proxy_set_header Connection $connection_upgrade; proxy_buffering off; "
               "proxy_read_timeout 1h"},
    {.name = "nginx-cache",
     .title = "nginx proxy_cache",
     .package = "nginx",
     .program = "nginx",
     .arguments = NGINX,
     .remedy = "a location for feeds without proxy_cache, and with the lines above"},
    {.name = "nginx-gzip",
     .title = "nginx gzip",
     .package = "nginx",
     .program = "nginx",
     .arguments = NGINX,
     .remedy = "proxy_buffering off (it stays gzip), and the Upgrade headers"},
    {.name = "haproxy",
     .title = "HAProxy",
     .package = "haproxy",
     .program = "haproxy",
     .arguments = {"-db", "-f", "{{config}}"},
     .remedy = "option http-no-delay; timeout tunnel 1h"},
    {.name = "apache",
     .title = "Apache mod_proxy_http",
     .package = "apache2-bin",
     .program = "apache2",
     .arguments = {"-DFOREGROUND", "-f", "{{config}}"},
     .remedy = "ProxyPass / http://HOST/ upgrade=websocket timeout=3600"},
    {.name = "lighttpd",
     .title = "lighttpd mod_proxy",
     .package = "lighttpd",
     .program = "lighttpd",
     .arguments = {"-D", "-f", "{{config}}"},
     .remedy = "server.stream-response-body = 2; proxy.header = (\"upgrade\" => \"enable\")"},
    {.name = "caddy",
     .title = "Caddy encode",
     .package = "caddy",
     .program = "caddy",
     .arguments = {"run", "--config", "{{config}}", "--adapter", "caddyfile"},
     .remedy = "encode only what is no feed: @pages not path /sse/* ..."},
    {.name = "varnish",
     .title = "Varnish",
     .package = "varnish",
     .program = "varnishd",
     .arguments = {"-F", "-j", "none", "-n", "{{folder}}", "-a", "127.0.0.1:{{port}}", "-f",
                   "{{config}}", "-s", "malloc,32m", "-T", "none"},
     .remedy = "vcl_recv: return (pipe) for Upgrade, return (pass) for feeds; vcl_pipe: pass "
               "Upgrade and Connection on"},
    {.name = "squid-reverse",
     .title = "Squid, reverse",
     .package = "squid",
     .program = "squid",
     .arguments = SQUID,
     .remedy = "http_upgrade_request_protocols websocket allow all"},
    {.name = "squid",
     .title = "Squid, forward",
     .package = "squid",
     .program = "squid",
     .arguments = SQUID,
     .remedy = "wss on port 443; or acl SSL_ports port N",
     .forward = true},
    {.name = "tinyproxy",
     .title = "tinyproxy, forward",
     .package = "tinyproxy-bin",
     .program = "tinyproxy",
     .arguments = {"-d", "-c", "{{config}}"},
     .forward = true},
    {.name = "privoxy",
     .title = "Privoxy, forward",
     .package = "privoxy",
     .program = "privoxy",
     .arguments = {"--no-daemon", "{{config}}"},
     .remedy = "an action file with { -filter } for the server; or https, which it cannot read",
     .forward = true},
    {.name = NULL},
};
