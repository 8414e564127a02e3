// SPDX-License-Identifier: MIT
//
// Unit: what one can point at on the wire: a request's head, an answer's head, a body, a chunk, an
// event, a line, a frame; or that the connection opens, ends, closes.
//   {what, way, at_us, bytes, parts, about, …}
// what   names it (strings wire.what_…); way is "up" (from the client), "down", or null
// parts  [{name, from, to, kind, note}…], each a stretch of the bytes, in order and without holes.
//        name: wire.part_…; kind says what it counts as: "headers", "framing" or "payload"
// about  a short text of its own: a request line, an event's name, what a frame carries

export const KINDS = ["headers", "framing", "payload"];

export function part(name, from, to, kind, note = "") {
  return { name, from, to, kind, note };
}

/** How many of the unit's bytes are headers, framing and payload. */
export function countsOf(unit) {
  const counts = { headers: 0, framing: 0, payload: 0 };
  for (const { from, to, kind } of unit.parts) counts[kind] += to - from;
  if (unit.data === undefined) return counts;
  /* What was published is payload; the JSON, base64 and fields around it are framing. Where
   * compression made it shorter than what it carries, nothing is left for framing. */
  const carried = Math.min(unit.data, counts.payload);
  counts.framing += counts.payload - carried;
  counts.payload = carried;
  return counts;
}
