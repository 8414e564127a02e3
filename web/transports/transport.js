// SPDX-License-Identifier: MIT
//
// Transport: what the clients have in common. A topic is a log, a subscriber is a cursor in it,
// and a transport is *when to read* plus *how to frame*. This is the file to read before writing
// one: a transport extends Transport, says in `reads` when it reads, and fills in connect() and
// disconnect(). Cursor, counting, reconnecting and publishing are done here.
//
// The listener is an object with any of these functions:
//   onState(state, reason)      state: "connecting", "open", "reconnecting" or "closed"
//   onMessage(message, at_ms)   message as in the JSON batch; at_ms: arrival, see clock_ms()
//   onGap(gap)                  {from, to, count, reason}: what can no longer be given
//   onRequest(request)          {start_ms, end_ms, messages}; end_ms is null while it is open
//   onEnd(request)              the same object, when the answer is complete
//   onHeartbeat(at_ms, round_trip_ms)   the latter only where the client itself has asked
// A reason is {key, args}: a key of strings/transports.js, so that it can be shown in any language.

import { Backoff } from "../pushlab/backoff.js";
import { post } from "../pushlab/publish.js";
import { answerHeadBytes, requestHeadBytes, utf8Length } from "./bytes.js";
import { Counters } from "./counters.js";

export const READS_NOW = "now"; // once, at once: the answer may be empty
export const READS_WAIT = "wait"; // once, as soon as there is something, or when the hold ends
export const READS_ON = "on"; // on and on, until either side leaves

const DEFAULTS = {
  interval_ms: 2000, // short poll
  wait_s: 25, // long poll
  close: false, // short poll: one connection for each request
  coalesce_ms: 0,
  wire: "", // the key under which the server records the connection, with --lab
  through: "", // the origin to ask, when it is not the page's own: something in between
  heartbeat_ms: 15000,
  probe_timeout_ms: 10000,
};

const HELD_MS = 3000; // an answer that goes on begins at once, unless something holds it back

/** Milliseconds since the Unix epoch with fractions, by a clock that never jumps. */
export function clock_ms() {
  return performance.timeOrigin + performance.now();
}

/** A failed attempt: why, and how long the server wants us to stay away. */
export class Failure extends Error {
  constructor(key, args = {}, retry_after_ms = 0) {
    super(key);
    this.reason = { key, args };
    this.retry_after_ms = retry_after_ms;
  }
}

export class Transport {
  static transport = ""; // URL prefix, C file, JS file, metrics label
  static reads = READS_ON;
  static heeds = ["coalesce_ms"]; // the options that change what is asked

  cursor = "now";
  state = "closed";
  counters = new Counters();
  running = false;
  #backoff = new Backoff();
  #retry = 0;
  #held = 0;
  #request = null;
  #spoken = false;

  constructor(topic, options = {}, listener = {}) {
    this.topic = topic;
    this.options = { ...DEFAULTS, ...options };
    this.listener = listener;
  }

  /** Goes on from cursor: an id, `now`, `first` or `-N`. */
  start(cursor = "now") {
    this.cursor = cursor;
    this.running = true;
    this.#begin("connecting");
  }

  /** Leaves at once. `this.cursor` is where this or any other transport can go on. */
  stop() {
    this.running = false;
    this.#drop();
    this.setState("closed", { key: "reason.stopped" });
  }

  /** Changes options on the run: the same cursor, asked anew where that makes a difference. */
  configure(changes) {
    const before = this.options;
    this.options = { ...before, ...changes };
    const differs = this.constructor.heeds.some((name) => before[name] !== this.options[name]);
    if (!differs || !this.running) return;
    this.#drop();
    this.#begin("connecting");
  }

  /**
   * Publishes as this transport can: all but WebSocket take an HTTP request for it. `bill`: further
   * Counters, which get what this one took.
   */
  async publish(message, bill = new Counters()) {
    const url = `/publish/${encodeURIComponent(message.topic)}`;
    const bytes = utf8Length(message.data);
    const event = message.event ? `Pushlab-Event: ${message.event}\r\n` : "";
    const lines = `Content-Type: application/json\r\nContent-Length: ${bytes}\r\nOrigin: ${location.origin}\r\n${event}`;
    const books = [this.counters, bill];
    for (const counters of books) {
      counters.requests += 1;
      counters.up.headers += requestHeadBytes("POST", url, lines);
      counters.addUp(bytes, bytes);
    }
    const onAnswer = (response, text) => {
      this.#countSpeaking();
      for (const counters of books) {
        counters.down.headers += answerHeadBytes(response);
        counters.addDown(utf8Length(text), 0);
      }
    };
    return post(message, { onAnswer });
  }

  /** Where the receiving connection is held or streaming, speaking takes another one. */
  #countSpeaking() {
    if (!this.#spoken && this.constructor.reads !== READS_NOW) this.counters.connections += 1;
    this.#spoken = true;
  }

  // ---- for a transport to fill in ----

  /** Makes one attempt. Ends in opened() or failed(). */
  connect() {}
  /** Drops whatever connect() has made, without a word. */
  disconnect() {}

  // ---- for a transport to call ----

  url(query) {
    const params = new URLSearchParams(query);
    if (this.options.coalesce_ms > 0) params.set("coalesce", this.options.coalesce_ms);
    if (this.options.wire) params.set("wire", this.options.wire);
    return `${this.options.through}/${this.constructor.transport}/${encodeURIComponent(this.topic)}?${params}`;
  }

  opened(key, args) {
    this.setState("open", { key, args });
  }

  /** Something has come over the line, so the next failure starts with a short wait again. */
  alive() {
    this.#backoff.reset();
  }

  /** The attempt or the line has failed: says why and tries again later, from the same cursor. */
  failed(failure) {
    if (!this.running) return;
    this.#drop();
    const wait_ms = this.#backoff.next_ms(failure.retry_after_ms);
    this.setState("reconnecting", failure.reason, wait_ms);
    this.#retry = setTimeout(() => this.connect(), wait_ms);
  }

  setState(state, reason = null, wait_ms = 0) {
    clearTimeout(this.#held);
    this.state = state;
    this.listener.onState?.(state, reason, wait_ms);
  }

  deliver(message) {
    this.counters.messages += 1;
    this.cursor = message.id;
    if (this.#request) this.#request.messages += 1;
    this.listener.onMessage?.(message, clock_ms());
  }

  announceGap(gap) {
    this.listener.onGap?.(gap);
  }

  heartbeat(round_trip_ms) {
    this.counters.heartbeats += 1;
    this.listener.onHeartbeat?.(clock_ms(), round_trip_ms);
  }

  requestBegins(head_bytes) {
    this.requestEnds();
    this.counters.requests += 1;
    this.counters.up.headers += head_bytes;
    this.#request = { start_ms: clock_ms(), end_ms: null, messages: 0 };
    this.listener.onRequest?.(this.#request);
  }

  requestEnds() {
    if (!this.#request) return;
    this.#request.end_ms = clock_ms();
    this.listener.onEnd?.(this.#request);
    this.#request = null;
  }

  #begin(state) {
    this.setState(state, { key: `reason.${state}` });
    if (this.constructor.reads === READS_ON)
      this.#held = setTimeout(() => this.setState(state, { key: "reason.held" }), HELD_MS);
    this.connect();
  }

  #drop() {
    clearTimeout(this.#retry);
    this.disconnect();
    this.requestEnds();
  }
}
