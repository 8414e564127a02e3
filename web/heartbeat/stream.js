// SPDX-License-Identifier: MIT
//
// Stream: an EventSource whose server sends a heartbeat each interval, and a watchdog here: nothing
// for 2.5 intervals, and it is taken for dead. The page cannot ask back; the server learns nothing.

import { SILENT_INTERVALS } from "../pushlab/watchdog.js";
import { clock_ms } from "../transports/transport.js";

export class Stream {
  state = "closed"; // as Line's
  seen_ms = 0;
  #address;
  #interval_ms;
  #listener;
  #source = null;
  #timer = 0;

  /** listener: onState(state), onBeat(due_ms): when the watchdog would bite, onDead(late_ms), onTold() */
  constructor(address, interval_ms, listener) {
    this.#address = address;
    this.#interval_ms = interval_ms;
    this.#listener = listener;
  }

  get patience_ms() {
    return this.#interval_ms * SILENT_INTERVALS;
  }

  open() {
    this.close();
    this.#source = new EventSource(this.#address);
    this.#source.onopen = () => this.#opened();
    this.#source.onmessage = () => this.#seen();
    this.#source.addEventListener("heartbeat", () => this.#beat());
    this.#source.onerror = () => this.#told();
    this.#set("connecting");
  }

  close() {
    this.#drop();
    if (this.state !== "closed") this.#set("closed");
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #set(state) {
    this.state = state;
    this.#listener.onState?.(state);
  }

  #opened() {
    this.#seen();
    this.#set("open");
  }

  #beat() {
    this.#listener.onBeat?.(this.#seen());
  }

  #seen() {
    this.seen_ms = clock_ms();
    const due_ms = this.seen_ms + this.patience_ms;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#dead(clock_ms() - due_ms), this.patience_ms);
    return due_ms;
  }

  #dead(late_ms) {
    this.#drop();
    this.#set("dead");
    this.#listener.onDead?.(Math.max(0, late_ms));
  }

  #told() {
    this.#drop();
    this.#set("told");
    this.#listener.onTold?.();
  }
}
