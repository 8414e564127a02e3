// SPDX-License-Identifier: MIT
//
// Follower: reads what the leading tab passes on, instead of the server. It first asks the server
// once for what lies between its own place and the leader's; what the leader says meanwhile waits.
// The same when another tab takes the lead. Its face is that of a Session.

import { ask } from "./ask.js";

const SILENCE_MS = 15000; // after it the leader is asked whether it is there
const ANSWER_MS = 3000;

export class Follower {
  state = "connecting";
  speaker = null;
  #env;
  #tabs;
  #listener;
  #leader = null; // {leader, state, why}: its last word on itself
  #abort = new AbortController();
  #timer = null;
  #waiting = null; // words, while catching up

  /** listener: as a Session's, and onLost() when there is nobody to follow. */
  constructor(env, tabs, listener) {
    this.#env = env;
    this.#tabs = tabs;
    this.#listener = listener;
  }

  open() {
    this.#inquire();
  }

  close() {
    this.state = "closed";
    this.#abort.abort();
    this.#env.clock.clear(this.#timer);
  }

  wake() {
    if (this.state !== "closed") this.#inquire();
  }

  get why() {
    const { transport = null, rungs = [] } = this.#leader?.why ?? {};
    return { transport, subject: transport, code: "shared", args: {}, rungs };
  }

  /** A word of another tab. */
  hear(word) {
    if (this.state === "closed" || word.kind === "hello") return;
    this.#watch();
    if (word.kind === "here") this.#meet(word);
    else if (this.#waiting) this.#waiting.push(word);
    else this.#give(word);
  }

  #inquire() {
    this.#tabs.say({ kind: "hello" });
    this.#set(() => this.#lose(), ANSWER_MS);
  }

  #watch() {
    this.#set(() => this.#inquire(), SILENCE_MS);
  }

  #set(call, ms) {
    const { clock } = this.#env;
    clock.clear(this.#timer);
    this.#timer = clock.set(call, ms);
  }

  #meet(word) {
    const isNew = this.#leader?.leader !== word.leader;
    this.#leader = word;
    if (isNew) this.#catchUp();
    else if (!this.#waiting) this.#tell();
  }

  async #catchUp() {
    const { hold } = this.#env;
    const waiting = (this.#waiting = []);
    const current = () => this.#waiting === waiting && this.state !== "closed";
    try {
      for (let more = true; more; ) {
        const question = { wait_s: 0, nonce: hold.nonce(true) };
        const batch = await ask(this.#env, "long_poll", question, this.#abort.signal);
        if (!current()) return;
        this.#take(batch);
        ({ more } = batch);
      }
    } catch {
      if (current()) this.#lose(); // a session of our own will find out what is wrong
      return;
    }
    this.#waiting = null;
    waiting.forEach((word) => this.#give(word));
    this.#tell();
  }

  #take({ messages, gaps, next }) {
    const { position, topics } = this.#env;
    for (const gap of gaps) this.#give({ kind: "gap", gap, cursor: next });
    position.pin(next);
    for (const message of messages) this.#give({ kind: "message", message: { topic: topics[0], ...message } });
  }

  #give({ kind, message, gap, cursor }) {
    const { position } = this.#env;
    if (kind === "message" && position.take(message)) this.#listener.onMessage(message);
    if (kind === "gap" && position.skip(gap, cursor)) this.#listener.onGap(gap);
  }

  #tell() {
    this.state = this.#leader.state;
    this.#listener.onState(this.state, this.why);
  }

  #lose() {
    this.close();
    this.#listener.onLost();
  }
}
