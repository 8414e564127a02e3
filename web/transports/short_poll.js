// SPDX-License-Identifier: MIT
//
// Short poll: ask every so often; the server answers at once, with or without a message. Most
// answers are empty when messages are rare, and a message waits for the next question.

import { Poll, pause } from "./poll.js";
import { READS_NOW } from "./transport.js";

const LIMIT = 100;

export default class ShortPoll extends Poll {
  static transport = "short_poll";
  static reads = READS_NOW;
  static heeds = ["interval_ms", "close", "coalesce_ms"];

  query() {
    return this.closes() ? { limit: LIMIT, close: 1 } : { limit: LIMIT };
  }

  closes() {
    return this.options.close;
  }

  /** Sleeps until the next question is due; not at all while there is more to catch up on. */
  async between(signal, { took_ms, count }) {
    if (this.state !== "open") this.#open();
    if (count === LIMIT) return;
    await pause(Math.max(0, this.options.interval_ms - took_ms), signal);
  }

  #open() {
    const key = this.closes() ? "reason.short_poll_close" : "reason.short_poll";
    this.opened(key, { seconds: this.options.interval_ms / 1000 });
  }
}
