// SPDX-License-Identifier: MIT
//
// Clues: what the head of an answer gives away of who stands on the way. Pure. pushlab sends no
// Server, no Via and no Age, so whoever names itself there has put it in.

const NAMES = [
  ["server", /nginx|openresty|tengine/i, "nginx"],
  ["server", /haproxy/i, "HAProxy"],
  ["server", /apache/i, "Apache"],
  ["via", /apache/i, "Apache"],
  ["server", /lighttpd/i, "lighttpd"],
  ["server", /caddy/i, "Caddy"],
  ["via", /caddy/i, "Caddy"],
  ["via", /varnish/i, "Varnish"],
  ["x-varnish", /./, "Varnish"],
  ["via", /squid/i, "Squid"],
  ["x-cache", /squid/i, "Squid"],
  ["via", /tinyproxy/i, "tinyproxy"],
  ["server", /envoy/i, "Envoy"],
  ["x-envoy-upstream-service-time", /./, "Envoy"],
  ["server", /microsoft-iis/i, "IIS"],
  ["server", /cloudflare/i, "Cloudflare"],
  ["cf-ray", /./, "Cloudflare"],
  ["via", /cloudfront/i, "CloudFront"],
  ["x-amz-cf-id", /./, "CloudFront"],
  ["server", /awselb/i, "AWS load balancer"],
];
const STRANGE = ["server", "via", "x-cache", "age", "x-served-by"];
const SHOWN = 60;

/** headers: those of pushlab's answer to a poll, as they came. [{key, args, product, certainty}] */
export function cluesOf(headers) {
  const clues = [];
  for (const [field, value] of headers) {
    const product = NAMES.find(([name, word]) => name === field && word.test(value))?.[2] ?? null;
    if (!product && !STRANGE.includes(field)) continue;
    const line = `${field}: ${value.slice(0, SHOWN)}`;
    clues.push({ key: "doctor.clue_line", args: { line }, product, certainty: product ? "says" : "unknown" });
  }
  const kept = /no-store/i.test(headers.get("cache-control") ?? "") && headers.has("pushlab-next");
  if (!kept) clues.push({ key: "doctor.clue_rewritten", args: {}, product: null, certainty: "unknown" });
  else if (!headers.has("x-accel-buffering")) {
    clues.push({ key: "doctor.clue_accel", args: {}, product: "nginx", certainty: "looks" });
  }
  if (headers.has("content-encoding")) {
    const line = headers.get("content-encoding");
    clues.push({ key: "doctor.clue_compressed", args: { line }, product: null, certainty: "unknown" });
  }
  return clues;
}
