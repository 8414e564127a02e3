// SPDX-License-Identifier: MIT
//
// Session: the ladder at work: opens lines, listens to them, and closes those that are no longer
// needed. While one takes over from another both may speak; the position sees to it that each
// message is given once. A listener is told onMessage(message), onGap(gap), onSeen() and
// onState(state, why), the last whenever either has changed.

import { Backoff } from "./backoff.js";
import { isPoll, Ladder } from "./ladder.js";
import { LongPoll, ShortPoll } from "./lines/poll.js";
import { Sse } from "./lines/sse.js";
import { WebSocketLine } from "./lines/websocket.js";

const LINES = { websocket: WebSocketLine, sse: Sse, long_poll: LongPoll, short_poll: ShortPoll };
const LOOK_MS = 50; // no trial is due sooner than that after the last look
export const TRANSPORTS = Object.keys(LINES); // the best one first

export class Session {
  state = "connecting";
  #env;
  #ladder;
  #listener;
  #lines = new Map(); // transport -> Line: the one in use, and those on trial
  #backoff;
  #retry = null;
  #look = null;
  #outage = false; // not even a poll came through
  #told = "";

  constructor(env, transports, listener) {
    this.#env = env;
    this.#ladder = new Ladder(transports, env.random);
    this.#backoff = new Backoff(undefined, undefined, env.random);
    this.#listener = listener;
    if (!env.WebSocket) this.#lack("websocket", transports);
    if (!env.EventSource) this.#lack("sse", transports);
  }

  open() {
    this.#tell();
    this.#openBase();
    this.#climb();
  }

  close() {
    this.state = "closed";
    this.#env.clock.clear(this.#retry);
    this.#env.clock.clear(this.#look);
    for (const line of this.#lines.values()) line.close();
    this.#lines.clear();
  }

  get why() {
    return this.#ladder.why;
  }

  /** The line that can speak, or null. */
  get speaker() {
    return this.#ladder.current === "websocket" ? this.#lines.get("websocket") : null;
  }

  /** The network is back, or another one: what failed may work now. */
  wake() {
    if (this.state === "closed") return;
    this.#ladder.forgets();
    this.speaker?.probe();
    if (this.#ladder.current === null) this.#openBase();
    this.#climb();
  }

  #lack(transport, transports) {
    if (transports.includes(transport)) this.#ladder.lacks(transport);
  }

  // ---- opening ----

  #openLine(transport) {
    this.#ladder.tries(transport);
    const line = new LINES[transport](this.#env, {
      onUp: () => this.#up(transport),
      onNext: (cursor) => this.#next(transport, cursor),
      onMessage: (message) => this.#message(message),
      onGap: (gap, cursor) => this.#gap(transport, gap, cursor),
      onSeen: (heartbeat_ms) => this.#seen(heartbeat_ms),
      onRemark: (code, args) => this.#remark(transport, code, args),
      onDown: (down) => this.#down(transport, down),
    });
    this.#lines.set(transport, line);
    line.open();
  }

  /** The poll that works nearly everywhere; nothing is waited for. */
  #openBase() {
    this.#env.clock.clear(this.#retry);
    const { base } = this.#ladder;
    if (base && this.#ladder.current === null && !this.#lines.has(base)) this.#openLine(base);
    this.#tell();
  }

  /** Tries what is due; and sees to it that this is looked at again in time. */
  #climb() {
    const { clock, position } = this.#env;
    clock.clear(this.#look);
    if (this.state === "closed") return;
    const due = this.#ladder.due(clock.now());
    if (position.pinned) due.forEach((transport) => this.#openLine(transport));
    // Before the place is fixed two lines would start from two places.
    else if (due.length > 0 && this.#lines.size === 0) this.#openLine(due[0]);
    const next_ms = this.#ladder.next_ms;
    if (Number.isFinite(next_ms)) {
      this.#look = clock.set(() => this.#climb(), Math.max(LOOK_MS, next_ms - clock.now()));
    }
    this.#tell();
  }

  #drop(transport) {
    this.#lines.get(transport)?.close();
    this.#lines.delete(transport);
  }

  // ---- what lines say ----

  #up(transport) {
    this.#backoff.reset();
    if (this.#ladder.current === transport) return;
    if (!this.#ladder.better(transport)) {
      this.#drop(transport);
      return;
    }
    if (this.#outage) this.#ladder.forgets(); // what failed meanwhile says nothing
    this.#outage = false;
    this.#ladder.rises(transport, this.#env.clock.now());
    for (const other of [...this.#lines.keys()]) {
      if (other !== transport && !this.#ladder.better(other)) this.#drop(other);
    }
    this.#env.clock.clear(this.#retry);
    this.state = "open";
    this.#climb();
  }

  #next(transport, cursor) {
    const { position } = this.#env;
    if (position.pinned) return;
    position.pin(cursor);
    this.#restartOthers(transport);
    this.#climb();
  }

  #message(message) {
    if (this.#env.position.take(message)) this.#listener.onMessage(message);
  }

  /** A line on trial leaves gaps to the one in use, which meets them too: told by one, told once. */
  #gap(transport, gap, cursor) {
    const { current, base } = this.#ladder;
    const main = current ?? (this.#lines.has(base) ? base : transport);
    if (transport !== main) {
      this.#putOff(transport);
      this.#climb();
    } else if (this.#env.position.skip(gap, cursor)) {
      this.#restartOthers(transport);
      this.#listener.onGap(gap);
    }
  }

  #seen(heartbeat_ms) {
    if (heartbeat_ms > 0) this.#env.heartbeat_ms = heartbeat_ms;
    this.#listener.onSeen();
  }

  #remark(transport, code, args) {
    this.#ladder.remarks(transport, code, args);
    this.#tell();
  }

  #down(transport, { reason, retry_after_ms }) {
    this.#lines.delete(transport);
    this.#outage ||= isPoll(transport) && this.#ladder.current !== transport;
    this.#ladder.fails(transport, reason, this.#env.clock.now(), retry_after_ms);
    if (this.#ladder.current === null) {
      if (this.state === "open") this.state = "reconnecting";
      this.#comeBack(isPoll(transport) ? retry_after_ms : 0);
    }
    this.#climb();
  }

  /** Opens the base after a moment, unless it is open or on its way. */
  #comeBack(asked_ms) {
    const { clock } = this.#env;
    if (this.#ladder.base === null || this.#lines.has(this.#ladder.base)) return;
    clock.clear(this.#retry);
    this.#retry = clock.set(() => this.#openBase(), this.#backoff.next_ms(asked_ms));
  }

  /** Those that have started from a place that is none any more. */
  #restartOthers(transport) {
    for (const other of [...this.#lines.keys()]) {
      if (other !== transport && other !== this.#ladder.current) this.#putOff(other);
    }
  }

  #putOff(transport) {
    this.#drop(transport);
    this.#ladder.puts_off(transport, this.#env.clock.now());
  }

  #tell() {
    if (this.state === "closed") return;
    const { why } = this;
    const now = JSON.stringify([this.state, why]);
    if (now === this.#told) return;
    this.#told = now;
    this.#listener.onState(this.state, why);
  }
}
