// SPDX-License-Identifier: MIT
//
// Ledger: checks that a subscriber gets each message once and in order. A topic numbers its
// messages 1, 2, 3 … without holes (`seq`), so a hole that no gap has announced is a loss. The
// three counts should stay 0, whatever happens to the line and however often the transport is
// switched.

const REMEMBERED = 4096;

export class Ledger {
  lost = 0;
  repeated = 0;
  reordered = 0;
  gaps = 0;
  #last = null;
  #seen = new Set();

  /** Books one arrival: "new", "repeated" or "reordered". */
  add(seq) {
    if (this.#seen.has(seq)) {
      this.repeated += 1;
      return "repeated";
    }
    this.#remember(seq);
    if (this.#last !== null && seq < this.#last) {
      this.reordered += 1;
      this.lost = Math.max(0, this.lost - 1);
      return "reordered";
    }
    if (this.#last !== null) this.lost += seq - this.#last - 1;
    this.#last = seq;
    return "new";
  }

  /** An announced gap: whatever comes next is where the count goes on. */
  gap() {
    this.gaps += 1;
    this.#last = null;
    this.#seen.clear();
  }

  #remember(seq) {
    this.#seen.add(seq);
    if (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.values().next().value);
  }
}
