// SPDX-License-Identifier: MIT
//
// Hold: how long a subscription asks the server to hold its polls, and what happens to those. Two
// things between here and the server show: a cache that answers for it, so that empty answers come
// at once although they should have been held; and something that cuts whatever is silent for long.

const EMPTY_LIMIT = 5; // more empty answers than that within a second: no server holds so badly
const WINDOW_MS = 1000;
const SURE_CUTS = 2; // one may be the server's own end
const SHORTER = 0.75;
const LEAST_S = 1;

export class Hold {
  /** Whether a cache has answered; from then on every request has an address of its own. */
  cached = false;
  #client;
  #asked = 0;
  #empty_ms = [];
  #cuts = 0;

  /** client: makes this subscription's addresses its own, since browsers serialise equal ones. */
  constructor(wait_s, client) {
    this.wait_s = wait_s;
    this.#client = client;
  }

  /** What tells this request from others. fresh: from this subscription's own earlier ones, too. */
  nonce(fresh = false) {
    this.#asked += 1;
    return fresh || this.cached ? `${this.#client}.${this.#asked}` : this.#client;
  }

  /** A held poll has been answered. True when that shows, for the first time, that a cache did it. */
  answered(now_ms, empty) {
    this.#cuts = 0;
    this.#empty_ms = empty ? [...this.#empty_ms, now_ms].slice(-EMPTY_LIMIT - 1) : [];
    const many = this.#empty_ms.length > EMPTY_LIMIT;
    if (this.cached || !many || now_ms - this.#empty_ms[0] > WINDOW_MS) return false;
    this.cached = true;
    return true;
  }

  /** A held poll was cut after so long: from the second time on, shorter ones are asked for. */
  cut(held_ms) {
    this.#cuts += 1;
    if (this.#cuts < SURE_CUTS) return;
    const held_s = Math.min(this.wait_s, held_ms / 1000);
    this.wait_s = Math.max(LEAST_S, Math.floor(held_s * SHORTER));
  }
}
