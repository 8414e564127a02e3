// SPDX-License-Identifier: MIT
//
// Cures: the line of a product's configuration that mends a fault, and whether the product has the
// fault as it comes. `pushbench doctor` has the same table in bench/doctor/doctor_cures.c.

const CURES = [
  ["nginx", "no_upgrade", true, 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; proxy_set_header Host $http_host;'],
  ["nginx", "holds", true, "proxy_buffering off;"],
  ["nginx", "compresses", false, "gzip off; proxy_buffering off;"],
  ["nginx", "cuts", true, "proxy_read_timeout 1h; proxy_send_timeout 1h;"],
  ["nginx", "caches", false, "proxy_cache off;"],
  ["HAProxy", "gathers", true, "option http-no-delay"],
  ["HAProxy", "compresses", false, "compression type text/html text/css"],
  ["HAProxy", "cuts", true, "timeout client 1h, timeout server 1h, timeout tunnel 1h"],
  ["Apache", "no_upgrade", true, "ProxyPass / http://HOST:PORT/ upgrade=websocket  and  ProxyPreserveHost On"],
  ["Apache", "holds", false, "ProxyPass / http://HOST:PORT/ flushpackets=on"],
  ["Apache", "compresses", false, 'SetEnvIf Request_URI "^/sse/" no-gzip'],
  ["Apache", "cuts", true, "ProxyPass / http://HOST:PORT/ timeout=3600"],
  ["lighttpd", "no_upgrade", true, 'proxy.header = ("upgrade" => "enable")'],
  ["lighttpd", "holds", true, "server.stream-response-body = 2"],
  ["lighttpd", "compresses", false, 'deflate.mimetypes = ("text/html")'],
  ["lighttpd", "cuts", true, "server.max-read-idle = 3600"],
  ["Caddy", "holds", false, "reverse_proxy HOST:PORT { flush_interval -1 }"],
  ["Caddy", "compresses", false, "@pages not path /sse/* /websocket/*  and  encode @pages gzip"],
  ["Varnish", "no_upgrade", true, "sub vcl_recv { if (req.http.Upgrade) { return (pipe); } } sub vcl_pipe { set bereq.http.Upgrade = req.http.Upgrade; set bereq.http.Connection = req.http.Connection; }"],
  ["Varnish", "holds", false, 'sub vcl_recv { if (req.url ~ "^/sse/") { return (pipe); } }'],
  ["Varnish", "cuts", true, "backend: .first_byte_timeout = 3600s; .between_bytes_timeout = 3600s;  and  varnishd -p pipe_timeout=3600"],
  ["Varnish", "caches", true, 'sub vcl_recv { if (req.url ~ "^/(short_poll|long_poll|sse)/") { return (pass); } }'],
  ["Squid", "no_upgrade", true, "http_upgrade_request_protocols websocket allow all"],
  ["Squid", "no_tunnel", true, "acl SSL_ports port PORT"],
  ["Squid", "cuts", false, "read_timeout 1 hour"],
  ["Squid", "caches", false, "acl feeds urlpath_regex ^/(short_poll|long_poll|sse)/  and  cache deny feeds"],
  ["tinyproxy", "no_tunnel", false, "ConnectPort PORT"],
  ["tinyproxy", "cuts", true, "Timeout 3600"],
  ["Privoxy", "holds", true, "in an action file: { -filter -deanimate-gifs } HOST"],
  ["Privoxy", "cuts", true, "socket-timeout 3600"],
  ["Envoy", "no_upgrade", true, "upgrade_configs: [{ upgrade_type: websocket }]"],
  ["Envoy", "holds", false, "no envoy.filters.http.buffer for this route"],
  ["Envoy", "cuts", true, "route: { timeout: 0s, idle_timeout: 0s }"],
  ["IIS", "no_upgrade", true, "Install-WindowsFeature Web-WebSockets"],
  ["IIS", "holds", true, '<proxy enabled="true" responseBufferLimit="0" />'],
  ["Cloudflare", "no_upgrade", false, "Network: WebSockets: on"],
  ["Cloudflare", "caches", false, "Cache Rules: Bypass cache for the feeds"],
  ["CloudFront", "no_upgrade", false, "origin request policy: AllViewer"],
  ["CloudFront", "caches", true, "cache policy: CachingDisabled"],
  ["CloudFront", "cuts", true, "origin response timeout: the most there is"],
  ["AWS load balancer", "cuts", true, "idle_timeout.timeout_seconds = 3600"],
];
const FORWARD = ["tinyproxy", "Privoxy"]; // a page's own path to a server is none of theirs to mend

/** Of the products that are suspected; if none of these has a line, of those that do so as they come:
 * {certain, lines: [{product, line}]}. */
export function curesOf(fault, suspected) {
  const all = CURES.filter(([, name]) => name === fault).map(([product, , by_default, line]) => ({ product, by_default, line }));
  const theirs = all.filter(({ product }) => suspected.includes(product));
  if (theirs.length > 0) return { certain: true, lines: theirs };
  const usual = all.filter(({ product, by_default }) => by_default && !FORWARD.includes(product));
  return { certain: false, lines: usual };
}
