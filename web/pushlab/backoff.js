// SPDX-License-Identifier: MIT
//
// Backoff: how long to wait before the next try. It doubles with each failure, and half of it is
// chance, so that a class of forty browsers does not come back in the same millisecond; nor does it
// when a server has told all of them the same Retry-After.

export class Backoff {
  constructor(first_ms = 250, most_ms = 15000, random = Math.random) {
    this.first_ms = first_ms;
    this.most_ms = most_ms;
    this.random = random;
    this.failures = 0;
  }

  /** The wait before the next try; at least `asked_ms` when the server has asked for that. */
  next_ms(asked_ms = 0) {
    const full_ms = Math.min(this.most_ms, this.first_ms * 2 ** this.failures);
    const chance = this.random() / 2;
    this.failures += 1;
    return Math.max(asked_ms * (1 + chance / 2), full_ms * (0.5 + chance));
  }

  reset() {
    this.failures = 0;
  }
}
