// SPDX-License-Identifier: MIT
//
// Doings: what each transport does where one of THINGS (doors.js) stands in the way, and why: keys of
// strings/doings.js. `compat` measures the same (compat/faults.json).

/** The order of the textbook's compatibility. */
export const TRANSPORTS = ["short_poll", "long_poll", "sse", "websocket"];

const ALL = (key) => [key, key, key, key];

const DOINGS = {
  nothing: ALL("passes"),
  distance: ["far_short", "far_long", "far_stream", "far_stream"],
  mobile: ["far_short", "far_long", "jitter_stream", "jitter_stream"],
  thin: ["thin_short", "thin_long", "thin_sse", "thin_websocket"],
  upgrade: ["no_need", "no_need", "no_need", "no_upgrade"],
  buffer: ["complete_now", "complete_then", "never_complete", "tunnel"],
  coalesce: ALL("gathered"),
  cache: ["cached_short", "cached_long", "endless", "tunnel"],
  http10: ["old_poll", "old_poll", "old_sse", "no_upgrade"],
  idle: ["busy", "cut_long", "cut_stream", "cut_stream"],
  silent: ["busy", "forgotten_long", "forgotten_sse", "forgotten_websocket"],
  nginx: ["old_poll", "old_poll", "accel", "no_upgrade"],
  haproxy: ALL("gathered"),
  lighttpd: ["complete_now", "complete_then", "never_complete", "no_upgrade"],
  varnish: ["not_kept", "not_kept", "endless", "no_upgrade"],
  caddy: ["packed_poll", "packed_poll", "packed_sse", "tunnel"],
};

/** [{transport, key}], in that order; none when nobody knows what stands there. */
export function doingsOf(thing) {
  return (DOINGS[thing] ?? []).map((key, index) => ({ transport: TRANSPORTS[index], key: `doing.${key}` }));
}
