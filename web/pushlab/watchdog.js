// SPDX-License-Identifier: MIT
//
// Watchdog: takes a line for dead that has brought nothing for 2.5 heartbeat intervals. How long an
// interval is, it is told, or learns from the heartbeats that come.

export const SILENT_INTERVALS = 2.5;
const REMEMBERED = 3; // heartbeats: one that was late makes the next one look early
const LEAST_MS = 100;
const LATE_MS = 1000; // a timer so late means that this page stood still, not the line
const GRACE_MS = 2000; // … and that what has come meanwhile is yet to be read

export class Watchdog {
  #clock;
  #onSilent;
  #timer = null;
  #due_ms = 0;
  #beat_ms = null;
  #between = [];

  /** clock: {now(), set(call, ms), clear(timer)}. onSilent(silence_ms) is called once. */
  constructor(clock, interval_ms, onSilent) {
    this.#clock = clock;
    this.interval_ms = interval_ms;
    this.#onSilent = onSilent;
  }

  /** Something has come. */
  seen() {
    this.#wait(this.interval_ms * SILENT_INTERVALS);
  }

  /** A heartbeat has come. */
  beat() {
    const now_ms = this.#clock.now();
    if (this.#beat_ms !== null) this.#learn(now_ms - this.#beat_ms);
    this.#beat_ms = now_ms;
    this.seen();
  }

  stop() {
    this.#clock.clear(this.#timer);
    this.#timer = null;
  }

  #learn(between_ms) {
    this.#between = [...this.#between, between_ms].slice(-REMEMBERED);
    this.interval_ms = Math.max(LEAST_MS, ...this.#between);
  }

  #wait(ms, late = false) {
    this.stop();
    this.#due_ms = this.#clock.now() + ms;
    this.#timer = this.#clock.set(() => this.#due(late), ms);
  }

  #due(late) {
    if (!late && this.#clock.now() - this.#due_ms > LATE_MS) this.#wait(GRACE_MS, true);
    else this.#onSilent(this.interval_ms * SILENT_INTERVALS);
  }
}
