// SPDX-License-Identifier: MIT
//
// Meter: what a student's browser measures, and what it tells the class of it. Its clock may be
// seconds off, so the server's is asked for as NTP does it: the time before and after, the quickest
// of several answers believed, the way there and back taken for equally long. No page is needed.

import { askServerTime, quickest } from "../server_time.js";
import { sumOfParts } from "../transports/counters.js";
import { Delays } from "./delays.js";

const TRIES = 8;
const SAMPLES_KEPT = 24;

export class Meter {
  #ask;
  #about;
  #samples = [];
  #lines = new Map(); // transport -> {delays, requests, bytes}

  /** about: what goes into each report beside the figures. ask: see askServerTime(). */
  constructor(about, ask = askServerTime) {
    this.#about = about;
    this.#ask = ask;
  }

  /** Asks several times, one after the other. Rejects when no answer came at all, now or before. */
  async synchronise() {
    let failure = null;
    for (let i = 0; i < TRIES; i++) {
      try {
        this.#samples.push(await this.#ask());
      } catch (error) {
        failure = error;
      }
    }
    this.#samples = this.#samples.slice(-SAMPLES_KEPT);
    if (!this.clock) throw failure;
  }

  /** What is known of the clock no longer holds, until the next synchronise(). */
  forgetClock() {
    this.#samples = [];
  }

  /** {round_trip_ms, offset_ms}, or null before the first answer. */
  get clock() {
    return quickest(this.#samples);
  }

  /** A message has come at at_ms, by the clock that ask() goes by; its delay in ms, or null. */
  take(transport, message, at_ms) {
    if (!this.clock) return null;
    const ms = Math.max(0, at_ms + this.clock.offset_ms - message.time / 1000);
    this.#line(transport).delays.add(ms);
    return ms;
  }

  /** What a transport has asked and transferred since the last reset. */
  count(transport, { requests, up, down }) {
    const line = this.#line(transport);
    const bytes = sumOfParts(up) + sumOfParts(down);
    line.since ??= { requests, bytes };
    line.requests = requests - line.since.requests;
    line.bytes = bytes - line.since.bytes;
  }

  /** Delays of a transport, or undefined before the first one. */
  delays(transport) {
    return this.#lines.get(transport)?.delays;
  }

  reset() {
    this.#lines.clear();
  }

  /** Everything since the last reset: of a student's reports, the last is the one that counts. */
  report(reset) {
    const lines = [...this.#lines].map(([name, { delays, requests, bytes }]) => [name, { delays, requests, bytes }]);
    return { ...this.#about, reset, round_trip_ms: this.clock?.round_trip_ms ?? null, lines: Object.fromEntries(lines) };
  }

  #line(transport) {
    if (!this.#lines.has(transport)) this.#lines.set(transport, { delays: new Delays(), requests: 0, bytes: 0, since: null });
    return this.#lines.get(transport);
  }
}
