// SPDX-License-Identifier: MIT
//
// Counters: what one subscriber has asked, received and paid.

const parts = () => ({ headers: 0, framing: 0, payload: 0 });

export class Counters {
  messages = 0;
  requests = 0;
  /** Answers that held no message: the useless ones. */
  empty = 0;
  /** TCP connections opened, as far as a page can tell. */
  connections = 0;
  heartbeats = 0;
  up = parts();
  down = parts();

  /** Body bytes of an answer or stream; what isn't payload is framing. */
  addDown(body, payload) {
    this.down.payload += payload;
    this.down.framing += body - payload;
  }

  addUp(body, payload) {
    this.up.payload += payload;
    this.up.framing += body - payload;
  }
}

/** All parts of both directions. */
export function bothWays({ up, down }) {
  const both = parts();
  for (const part of Object.keys(both)) both[part] = up[part] + down[part];
  return both;
}

export function sumOfParts({ headers, framing, payload }) {
  return headers + framing + payload;
}
