// SPDX-License-Identifier: MIT
//
// Subscription: what subscribe() gives. It reads by a session of its own, or follows the tab that
// has one; either stands at the same position, so one can take over from the other at any time.

import { Follower } from "./follower.js";
import { Hold } from "./hold.js";
import { Position } from "./position.js";
import { post } from "./publish.js";
import { Session } from "./session.js";
import { canShare, Tabs } from "./tabs.js";

const BEAT_MS = 5000; // how often a leader shows its followers that it is there

export class Subscription {
  #env;
  #options;
  #reader = null; // a Session or a Follower
  #tabs = null;
  #leads = false;
  #beat_ms = 0;
  #state = "connecting";
  #why;
  #wake = () => this.#reader?.wake();

  /** options: as those of subscribe(), with all that has a default. */
  constructor(platform, topics, options) {
    this.#options = options;
    this.#env = {
      ...platform,
      topics,
      position: new Position(topics, options.since),
      hold: new Hold(options.wait_s, platform.client),
    };
    const [subject] = options.transports;
    this.#why = { transport: null, subject, code: "starting", args: {}, rungs: [], shared: false };
    globalThis.addEventListener?.("online", this.#wake);
    // Not before the caller has what is returned: its functions may want to use it.
    queueMicrotask(() => this.#start());
  }

  // ---- for the user ----

  /** Where to go on, for another subscription's `since`. */
  get cursor() {
    return this.#env.position.cursor;
  }

  /** "connecting", "open", "reconnecting" or "closed". */
  get state() {
    return this.#state;
  }

  /** What is in use and why, for explain(); see index.js. */
  get why() {
    return this.#why;
  }

  close() {
    if (this.#state === "closed") return;
    globalThis.removeEventListener?.("online", this.#wake);
    this.#reader?.close();
    this.#tabs?.close();
    this.#changed("closed", { ...this.#why, transport: null, code: "closed", args: {} });
  }

  /**
   * Publishes text, bytes (Uint8Array) or anything that JSON holds, on the open WebSocket where there
   * is one. Resolves to {id, seq, subscribers}; an error has the server's words, and .status where it
   * has answered.
   */
  async publish(data, { topic = this.#env.topics[0], event = "", type = typeOf(data) } = {}) {
    const { token } = this.#options;
    const speaker = token || type === "binary" ? null : this.#reader?.speaker;
    if (speaker) return speaker.publish({ topic, type, event: event || undefined, data });
    const body = type === "json" ? JSON.stringify(data) : data;
    return post({ topic, type, event, data: body, token }, this.#env);
  }

  // ---- reading ----

  #start() {
    if (this.#state === "closed") return;
    if (this.#options.share && canShare(this.#env)) this.#share();
    else this.#readAlone();
  }

  #readAlone() {
    const session = new Session(this.#env, this.#options.transports, {
      onMessage: (message) => this.#message(message),
      onGap: (gap) => this.#gap(gap),
      onSeen: () => this.#beat(),
      onState: (state, why) => this.#changed(state, { ...why, shared: false }),
    });
    this.#replace(session);
  }

  #replace(reader) {
    this.#reader?.close();
    this.#reader = reader;
    reader.open();
  }

  #message(message) {
    this.#pass({ kind: "message", message });
    this.#call("onMessage", message);
  }

  #gap(gap) {
    this.#pass({ kind: "gap", gap, cursor: this.cursor });
    this.#call("onGap", gap);
  }

  #changed(state, why) {
    this.#state = state;
    this.#why = why;
    this.#sayHere();
    this.#call("onState", state, why);
  }

  /** A user's mistake is the user's: it shows as an uncaught error, and stops nothing here. */
  #call(name, ...args) {
    try {
      this.#options[name]?.(...args);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  // ---- between tabs ----

  #share() {
    const { topics, base } = this.#env;
    const name = `pushlab ${JSON.stringify([base, topics, this.#options.transports])}`;
    this.#tabs = new Tabs(this.#env, name, {
      onLead: () => this.#lead(),
      onFollow: () => this.#follow(),
      onAlone: () => this.#readAlone(),
      onWord: (word) => this.#hear(word),
    });
    this.#tabs.open();
  }

  #lead() {
    this.#leads = true;
    if (this.#reader instanceof Session) this.#sayHere();
    else this.#readAlone();
  }

  #follow() {
    const follower = new Follower(this.#env, this.#tabs, {
      onMessage: (message) => this.#call("onMessage", message),
      onGap: (gap) => this.#call("onGap", gap),
      onState: (state, why) => this.#changed(state, { ...why, shared: true }),
      onLost: () => this.#readAlone(),
    });
    this.#replace(follower);
  }

  #hear(word) {
    if (this.#reader instanceof Follower) this.#reader.hear(word);
    else if (word.kind === "hello") this.#sayHere();
  }

  #sayHere() {
    const { client } = this.#env;
    if (this.#state !== "closed") this.#pass({ kind: "here", leader: client, state: this.#state, why: this.#why });
  }

  #beat() {
    const now_ms = this.#env.clock.now();
    if (now_ms - this.#beat_ms < BEAT_MS) return;
    this.#beat_ms = now_ms;
    this.#pass({ kind: "beat" });
  }

  #pass(word) {
    if (this.#leads) this.#tabs.say(word);
  }
}

function typeOf(data) {
  if (typeof data === "string") return "text";
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? "binary" : "json";
}
