/* SPDX-License-Identifier: MIT */
#include "doctor_cures.h"

#include <stddef.h>

static const struct {
    const char *id, *name, *text, *without;
} faults[FAULTS] = {
    [FAULT_NO_UPGRADE] =
        {"no_upgrade", "takes Upgrade away",
         "A proxy on the way does not pass on Upgrade: the server sees a plain GET.",
         "wss on port 443 goes past what reads HTTP; SSE and long poll need no Upgrade"},
    [FAULT_NO_TUNNEL] = {"no_tunnel", "opens no tunnel to this port",
                         "The forward proxy refuses CONNECT to this port.",
                         "serve wss on port 443, to which nearly all proxies open tunnels"},
    [FAULT_HOLDS] =
        {"holds", "holds streams back",
         "Something on the way keeps a stream back until a buffer is full, or it ends.",
         "long poll, whose answers end; or https and wss, if they are not broken open"},
    [FAULT_COMPRESSES] =
        {"compresses", "compresses streams",
         "Something on the way compresses the stream, and waits for more before it lets go.",
         "long poll; or no padding at the stream's beginning, so that it stays below the least "
         "size that is compressed"},
    [FAULT_GATHERS] = {"gathers", "gathers pieces for a while",
                       "Something on the way gathers pieces of an answer before it sends them.",
                       "nothing is lost, only late: live with it, or take polls"},
    [FAULT_CUTS] = {"cuts", "cuts what is silent",
                    "Something on the way takes silence for an end.",
                    "heartbeats well below that time (pushlab --heartbeat), polls held shorter "
                    "(wait=)"},
    [FAULT_ENDS] =
        {"ends", "ends what has lasted too long",
         "Something on the way limits how long an answer may take, be it silent or "
         "not.",
         "a longer limit there (Envoy: route: { timeout: 0s }); else clients come back "
         "by themselves with their cursor, and polls are to be held shorter (wait=)"},
    [FAULT_FORGETS] = {"forgets", "forgets what is silent",
                       "Something on the way has forgotten a silent connection, and told "
                       "neither end: a router's NAT, or a firewall.",
                       "heartbeats well below that time (pushlab --heartbeat), and clients "
                       "that come back when they miss two, as pushlab.js does"},
    [FAULT_CACHES] = {"caches", "gives old answers again",
                      "A cache on the way answers for the server.",
                      "a query of its own in each request, as pushlab.js does when it notices"},
    [FAULT_CHANGES] = {"changes", "changes what passes", "What arrived is not what was sent.",
                       "https and wss, which nothing on the way can read"},
    [FAULT_LOSES] =
        {"loses", "takes Last-Event-ID away",
         "What an EventSource missed while it was away is lost: the header by which "
         "it says where it was does not arrive.",
         "let that header through (nginx: no proxy_set_header Last-Event-ID), or put "
         "the cursor into the address (since=), as pushlab.js does"},
    [FAULT_REFUSES] = {"refuses", "refuses", "Something refuses, for reasons of its own.",
                       NULL},
};

const char *fault_id(enum fault fault)
{
    return faults[fault].id;
}

const char *fault_name(enum fault fault)
{
    return faults[fault].name;
}

const char *fault_text(enum fault fault)
{
    return faults[fault].text;
}

const char *fault_without(enum fault fault)
{
    return faults[fault].without;
}

struct cure {
    enum product product;
    enum fault fault;
    bool by_default;
    const char *line;
};

static const struct cure cures[] = {
    {PRODUCT_NGINX, FAULT_NO_UPGRADE, true,
     "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
     "proxy_set_header Connection \"upgrade\"; proxy_set_header Host $http_host;"},
    {PRODUCT_NGINX, FAULT_HOLDS, true, "proxy_buffering off;"},
    {PRODUCT_NGINX, FAULT_COMPRESSES, false, "gzip off; proxy_buffering off;"},
    {PRODUCT_NGINX, FAULT_CUTS, true, "proxy_read_timeout 1h; proxy_send_timeout 1h;"},
    {PRODUCT_NGINX, FAULT_CACHES, false, "proxy_cache off;"},
    {PRODUCT_HAPROXY, FAULT_GATHERS, true, "option http-no-delay"},
    {PRODUCT_HAPROXY, FAULT_COMPRESSES, false, "compression type text/html text/css"},
    {PRODUCT_HAPROXY, FAULT_CUTS, true,
     "timeout client 1h, timeout server 1h, timeout tunnel 1h"},
    {PRODUCT_APACHE, FAULT_NO_UPGRADE, true,
     "ProxyPass / http://HOST:PORT/ upgrade=websocket  and  ProxyPreserveHost On"},
    {PRODUCT_APACHE, FAULT_HOLDS, false, "ProxyPass / http://HOST:PORT/ flushpackets=on"},
    {PRODUCT_APACHE, FAULT_COMPRESSES, false, "SetEnvIf Request_URI \"^/sse/\" no-gzip"},
    {PRODUCT_APACHE, FAULT_CUTS, true, "ProxyPass / http://HOST:PORT/ timeout=3600"},
    {PRODUCT_LIGHTTPD, FAULT_NO_UPGRADE, true, "proxy.header = (\"upgrade\" => \"enable\")"},
    {PRODUCT_LIGHTTPD, FAULT_HOLDS, true, "server.stream-response-body = 2"},
    {PRODUCT_LIGHTTPD, FAULT_COMPRESSES, false, "deflate.mimetypes = (\"text/html\")"},
    {PRODUCT_LIGHTTPD, FAULT_CUTS, true, "server.max-read-idle = 3600"},
    {PRODUCT_CADDY, FAULT_HOLDS, false, "reverse_proxy HOST:PORT { flush_interval -1 }"},
    {PRODUCT_CADDY, FAULT_COMPRESSES, false,
     "@pages not path /sse/* /websocket/*  and  encode @pages gzip"},
    {PRODUCT_VARNISH, FAULT_NO_UPGRADE, true,
     "sub vcl_recv { if (req.http.Upgrade) { return (pipe); } } sub vcl_pipe { set "
     "bereq.http.Upgrade = req.http.Upgrade; set bereq.http.Connection = "
     "req.http.Connection; }"},
    {PRODUCT_VARNISH, FAULT_HOLDS, false,
     "sub vcl_recv { if (req.url ~ \"^/sse/\") { return (pipe); } }"},
    {PRODUCT_VARNISH, FAULT_CUTS, true,
     "backend: .first_byte_timeout = 3600s; .between_bytes_timeout = 3600s;  and  "
     "varnishd -p pipe_timeout=3600"},
    {PRODUCT_VARNISH, FAULT_CACHES, true,
     "sub vcl_recv { if (req.url ~ \"^/(short_poll|long_poll|sse)/\") { return (pass); } }"},
    {PRODUCT_SQUID, FAULT_NO_UPGRADE, true,
     "http_upgrade_request_protocols websocket allow all"},
    {PRODUCT_SQUID, FAULT_NO_TUNNEL, true, "acl SSL_ports port PORT"},
    {PRODUCT_SQUID, FAULT_CUTS, false, "read_timeout 1 hour"},
    {PRODUCT_SQUID, FAULT_CACHES, false,
     "acl feeds urlpath_regex ^/(short_poll|long_poll|sse)/  and  cache deny feeds"},
    {PRODUCT_TINYPROXY, FAULT_NO_TUNNEL, false, "ConnectPort PORT"},
    {PRODUCT_TINYPROXY, FAULT_CUTS, true, "Timeout 3600"},
    {PRODUCT_PRIVOXY, FAULT_HOLDS, true, "in an action file: { -filter -deanimate-gifs } HOST"},
    {PRODUCT_PRIVOXY, FAULT_CUTS, true, "socket-timeout 3600"},
    {PRODUCT_ENVOY, FAULT_NO_UPGRADE, true, "upgrade_configs: [{ upgrade_type: websocket }]"},
    {PRODUCT_ENVOY, FAULT_HOLDS, false, "no envoy.filters.http.buffer for this route"},
    {PRODUCT_ENVOY, FAULT_CUTS, true, "route: { timeout: 0s, idle_timeout: 0s }"},
    {PRODUCT_IIS, FAULT_NO_UPGRADE, true, "Install-WindowsFeature Web-WebSockets"},
    {PRODUCT_IIS, FAULT_HOLDS, true, "<proxy enabled=\"true\" responseBufferLimit=\"0\" />"},
    {PRODUCT_CLOUDFLARE, FAULT_NO_UPGRADE, false, "Network: WebSockets: on"},
    {PRODUCT_CLOUDFLARE, FAULT_CACHES, false, "Cache Rules: Bypass cache for the feeds"},
    {PRODUCT_CLOUDFRONT, FAULT_NO_UPGRADE, false, "origin request policy: AllViewer"},
    {PRODUCT_CLOUDFRONT, FAULT_CACHES, true, "cache policy: CachingDisabled"},
    {PRODUCT_CLOUDFRONT, FAULT_CUTS, true, "origin response timeout: the most there is"},
    {PRODUCT_ALB, FAULT_CUTS, true, "idle_timeout.timeout_seconds = 3600"},
};

static const struct cure *find(enum product product, enum fault fault)
{
    for (unsigned i = 0; i < sizeof(cures) / sizeof(cures[0]); i++)
        if (cures[i].product == product && cures[i].fault == fault)
            return &cures[i];
    return NULL;
}

const char *cure_line(enum product product, enum fault fault)
{
    const struct cure *cure = find(product, fault);
    return cure ? cure->line : NULL;
}

bool cure_is_needed_by_default(enum product product, enum fault fault)
{
    const struct cure *cure = find(product, fault);
    return cure && cure->by_default;
}
