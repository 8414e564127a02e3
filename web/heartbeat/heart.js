// SPDX-License-Identifier: MIT
//
// Heart: a probe each interval, a timer armed, a reply clears it, no reply in time = dead. It knows
// no socket: its user sends the probes and hands in the replies. Times in ms of the clock given.

const STOOD_STILL_MS = 1000; // a timer so late means that this page stood still, not the line
const GRACE_MS = 500; // … and that what has come meanwhile is yet to be read

export class Heart {
  #clock;
  #settings;
  #listener;
  #timer = null;
  #armed = false;
  #asked = 0;
  #due_ms = 0; // of the timer that runs
  #late_ms = 0; // how late the last probe was sent

  /**
   * clock: {now(), set(call, ms), clear(timer)}; settings: {interval_ms, timeout_ms}.
   * listener: onProbe(number, due_ms), onReply(number), and onDead(late_ms), once: how late this
   * page's own timers came, both together.
   */
  constructor(clock, settings, listener) {
    this.#clock = clock;
    this.#settings = settings;
    this.#listener = listener;
  }

  start() {
    this.#rest();
  }

  stop() {
    this.#clock.clear(this.#timer);
    this.#timer = null;
  }

  /** A timer that is armed already keeps its time. */
  configure(settings) {
    this.#settings = settings;
    if (this.#timer !== null && !this.#armed) this.#rest();
  }

  /** The reply to that probe has come; one that comes for an older probe says nothing. */
  reply(number) {
    if (!this.#armed || number !== this.#asked) return;
    this.#rest();
    this.#listener.onReply(number);
  }

  #rest() {
    this.#armed = false;
    this.#wait(this.#settings.interval_ms, () => this.#probe());
  }

  #probe() {
    this.#late_ms = this.#lateness;
    this.#armed = true;
    this.#asked += 1;
    this.#wait(this.#settings.timeout_ms, () => this.#judge(this.#lateness, false));
    this.#listener.onProbe(this.#asked, this.#due_ms);
  }

  get #lateness() {
    return Math.max(0, this.#clock.now() - this.#due_ms);
  }

  #judge(late_ms, again) {
    if (late_ms > STOOD_STILL_MS && !again) {
      this.#wait(GRACE_MS, () => this.#judge(late_ms + GRACE_MS + this.#lateness, true));
      return;
    }
    this.stop();
    this.#armed = false;
    this.#listener.onDead(this.#late_ms + late_ms);
  }

  #wait(ms, then) {
    this.#clock.clear(this.#timer);
    this.#due_ms = this.#clock.now() + ms;
    this.#timer = this.#clock.set(then, ms);
  }
}
