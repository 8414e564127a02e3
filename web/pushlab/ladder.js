// SPDX-License-Identifier: MIT
//
// Ladder: which transport to use, which to try, and why. Pure: it is told what happened and when,
// and says what should be. The rungs are the transports allowed, the best one first. Polls work
// nearly everywhere and need no trial, so one of them carries the subscription while streams are
// tried; what holds streams back shows only in a trial.

import { Backoff } from "./backoff.js";

const POLLS = ["long_poll", "short_poll"];
/** When a stream that failed its trial is tried again: soon, since machines stall; then rarely. */
const AGAIN_MS = [2000, 30000, 60000, 300000];
/** … and one that had worked: it most likely will again. */
const RETURN_MS = { first: 1000, most: 60000 };
const STEADY_MS = 60000; // what has worked for so long has not been flapping
const POLL_FAILURES = 3; // in a row, before the other poll is worth a try

export const isPoll = (transport) => POLLS.includes(transport);

export class Ladder {
  /** The transport in use, or null. */
  current = null;
  #rungs;
  #random;
  #reason; // why there is no current one
  #since_ms = 0; // when the current one came into use

  constructor(transports, random = Math.random) {
    this.#random = random;
    this.#reason = { subject: transports[0], code: "starting", args: {} };
    this.#rungs = transports.map((transport) => ({
      transport,
      state: "unused", // "trying", "failed", "works"
      code: "unused",
      args: {},
      failures: 0,
      again_ms: 0,
      returns: new Backoff(RETURN_MS.first, RETURN_MS.most, random),
      hurry: new Backoff(undefined, undefined, random), // where there is no poll to wait on
    }));
  }

  /** The poll that carries the subscription while no stream does; null where none is allowed. */
  get base() {
    const polls = this.#rungs.filter(({ transport }) => isPoll(transport));
    const least = Math.min(...polls.map(({ failures }) => Math.floor(failures / POLL_FAILURES)));
    const best = polls.find(({ failures }) => Math.floor(failures / POLL_FAILURES) === least);
    return best?.transport ?? null;
  }

  /** The transports to be tried now: better than what is in use, and not just found wanting. */
  due(now_ms) {
    return this.#waiting()
      .filter(({ again_ms }) => again_ms <= now_ms)
      .map(({ transport }) => transport);
  }

  /** When there will be something due, or null. */
  get next_ms() {
    const times = this.#waiting().map(({ again_ms }) => again_ms);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** Whether that transport would be a change for the better. */
  better(transport) {
    return this.current === null || this.#index(transport) < this.#index(this.current);
  }

  /** What has failed before keeps its reason until the new trial has its outcome. */
  tries(transport) {
    const { state, code, args } = this.#rung(transport);
    if (state === "failed") this.#mark(transport, "trying", code, args);
    else this.#mark(transport, "trying", "trying");
  }

  /** It works: it is in use from now on, and trials of lesser ones are moot. */
  rises(transport, now_ms) {
    const before = this.current;
    if (before && before !== transport) this.#mark(before, "unused", "unused");
    this.current = transport;
    this.#since_ms = now_ms;
    const rung = this.#mark(transport, "works", "works");
    rung.hurry.reset();
    if (!isPoll(transport)) rung.failures = 0; // a poll has yet to show that it is held
    for (const { transport: lesser, state } of this.#rungs.slice(this.#index(transport) + 1)) {
      if (state === "trying") this.#mark(lesser, "unused", "unused");
    }
  }

  /** A trial has failed, or the one in use has. reason: {code, args}. */
  fails(transport, { code, args = {} }, now_ms, asked_ms = 0) {
    const rung = this.#mark(transport, "failed", code, args);
    const worked = this.current === transport;
    if (worked && now_ms - this.#since_ms >= STEADY_MS) {
      rung.returns.reset();
      rung.failures = 0;
    }
    const decides = worked || isPoll(transport) || this.base === null;
    if (decides && (worked || this.current === null)) this.#reason = { subject: transport, code, args };
    if (worked) this.current = null;
    const wait_ms = worked ? rung.returns.next_ms(asked_ms) : this.#again(rung, asked_ms);
    rung.failures += worked && !isPoll(transport) ? 0 : 1;
    rung.again_ms = now_ms + wait_ms;
  }

  /** There is nothing here to speak it with: it is never tried. */
  lacks(transport) {
    this.#mark(transport, "failed", "unavailable").again_ms = Infinity;
  }

  /** No verdict: it will be tried again after a moment. */
  puts_off(transport, now_ms) {
    this.#mark(transport, "unused", "trying").again_ms = now_ms + RETURN_MS.first;
  }

  /** Something worth knowing about a transport that works. */
  remarks(transport, code, args = {}) {
    this.#mark(transport, this.#rung(transport).state, code, args);
  }

  /** The network has changed: what failed before may work now. */
  forgets() {
    for (const rung of this.#rungs) {
      if (rung.code !== "unavailable") Object.assign(rung, { failures: 0, again_ms: 0 });
    }
  }

  /**
   * {transport, subject, code, args, rungs}: what is in use, and why not a better one. subject: the
   * transport that code is about. rungs: each transport's {transport, state, code, args}.
   */
  get why() {
    const rungs = this.#rungs.map(({ transport, state, code, args }) => ({ transport, state, code, args }));
    const [first] = rungs;
    if (this.current === null) return { transport: null, ...this.#reason, rungs };
    const head = { transport: this.current, subject: first.transport };
    if (this.current === first.transport) return { ...head, code: "best", args: {}, rungs };
    if (first.state === "unused") return { ...head, code: "trying", args: {}, rungs };
    return { ...head, code: first.code, args: first.args, rungs };
  }

  #again({ failures, hurry }, asked_ms) {
    if (this.base === null && this.current === null) return hurry.next_ms(asked_ms);
    const wait_ms = AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)];
    return Math.max(asked_ms, wait_ms * (0.75 + this.#random() / 2));
  }

  /** While nothing is in use, a poll is begun by who needs one, not by its turn. */
  #waiting() {
    return this.#rungs.filter(
      ({ transport, state }) =>
        state !== "trying" && this.better(transport) && (this.current !== null || !isPoll(transport)),
    );
  }

  #index(transport) {
    return this.#rungs.findIndex((rung) => rung.transport === transport);
  }

  #rung(transport) {
    return this.#rungs[this.#index(transport)];
  }

  #mark(transport, state, code, args = {}) {
    return Object.assign(this.#rung(transport), { state, code, args });
  }
}
