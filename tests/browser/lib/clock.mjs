// SPDX-License-Identifier: MIT
//
// Clock: time that passes when the test says so.

/** A clock that stands still until the test turns it. */
export class Clock {
  time_ms = 0;
  #timers = new Set();

  now() {
    return this.time_ms;
  }

  set(call, ms) {
    const timer = { call, due_ms: this.time_ms + ms };
    this.#timers.add(timer);
    return timer;
  }

  clear(timer) {
    this.#timers.delete(timer);
  }

  /** late_ms: how much too late the timers fire, as on a machine that was asleep. */
  turn(ms, late_ms = 0) {
    const end_ms = this.time_ms + ms;
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.due_ms - b.due_ms)[0];
      if (!next || next.due_ms > end_ms) break;
      this.#timers.delete(next);
      this.time_ms = next.due_ms + late_ms;
      next.call();
    }
    this.time_ms = Math.max(this.time_ms, end_ms);
  }
}
