// SPDX-License-Identifier: MIT
//
// Long poll: ask, and let the server hold the answer until there is a message or the hold ends;
// then ask again at once. `client=` makes each client's address its own, since browsers serialise
// equal ones.

import { Poll } from "./poll.js";
import { Failure, READS_WAIT } from "./transport.js";

const LIMIT = 100;
const HELD_MS = 300; // a request that has not been refused by then is being held
const TOO_QUICK_MS = 100;
const TOO_QUICK_COUNT = 5;

export default class LongPoll extends Poll {
  static transport = "long_poll";
  static reads = READS_WAIT;
  static heeds = ["wait_s", "coalesce_ms"];

  #client = Math.random().toString(36).slice(2, 10);
  #tooQuick = 0;
  #held = 0;

  query() {
    return { limit: LIMIT, wait: this.options.wait_s, client: this.#client };
  }

  timeout_ms() {
    return this.options.wait_s * 1000 + this.options.probe_timeout_ms;
  }

  connect() {
    super.connect();
    this.#held = setTimeout(() => this.#open(), HELD_MS);
  }

  disconnect() {
    clearTimeout(this.#held);
    super.disconnect();
  }

  /** Empty answers that come at once are not the server's: a cache in between gives them. */
  async between(signal, { took_ms, count }) {
    this.#open();
    const suspicious = count === 0 && took_ms < TOO_QUICK_MS && this.options.wait_s > 0;
    this.#tooQuick = suspicious ? this.#tooQuick + 1 : 0;
    if (this.#tooQuick < TOO_QUICK_COUNT) return;
    this.#tooQuick = 0;
    this.#client = Math.random().toString(36).slice(2, 10);
    throw new Failure("reason.cache", {}, 2000);
  }

  #open() {
    if (this.state !== "open") this.opened("reason.long_poll", { seconds: this.options.wait_s });
  }
}
