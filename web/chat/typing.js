// SPDX-License-Identifier: MIT
//
// Typing: who is at it, and when to say so. A signal is a message as any other (event `typing`),
// sent at most every SIGNAL_EVERY_MS while somebody types, and believed for SIGNAL_HOLDS_MS. Pure:
// the caller says what time it is.

export const SIGNAL_EVERY_MS = 2000;
export const SIGNAL_HOLDS_MS = 5000;

/** When the next signal is due. */
export class Signals {
  #last_ms = -Infinity;

  /** True when one is to be sent now. */
  typed(now_ms) {
    if (now_ms - this.#last_ms < SIGNAL_EVERY_MS) return false;
    this.#last_ms = now_ms;
    return true;
  }

  /** What was typed has been sent: who types again says so at once. */
  spoke() {
    this.#last_ms = -Infinity;
  }
}

/** Those whose signals were heard lately. */
export class Typists {
  #until_ms = new Map();

  /** age_ms: how long ago it was sent; one from a log's past says nothing about now. */
  heard(name, age_ms, now_ms) {
    const left_ms = SIGNAL_HOLDS_MS - age_ms;
    if (left_ms > 0) this.#until_ms.set(name, now_ms + left_ms);
  }

  /** What somebody was typing has come. */
  spoke(name) {
    this.#until_ms.delete(name);
  }

  names(now_ms) {
    for (const [name, until_ms] of this.#until_ms) if (until_ms <= now_ms) this.#until_ms.delete(name);
    return [...this.#until_ms.keys()];
  }
}
