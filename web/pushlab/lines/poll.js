// SPDX-License-Identifier: MIT
//
// Poll: asks, takes the batch, asks again. Long poll has the answer held, short poll waits between
// two questions. The first answer is wanted at once in either case: it shows that polling works,
// says where the log stands, and brings what has been missed.

import { ask } from "../ask.js";
import { Down, Line } from "./line.js";

const SHORT_MS = 2000; // between two questions of a short poll
const CUT_MS = 1000; // a request that broke after so long had been held
const CUT_CODES = ["no_answer", "gateway"];

class Poll extends Line {
  static transport = "";
  #abort = new AbortController();

  open() {
    this.#run();
  }

  close() {
    super.close();
    this.#abort.abort();
  }

  get signal() {
    return this.#abort.signal;
  }

  /** Which question comes next: {wait_s, nonce}. */
  question() {}
  /** What an answer to a held question shows. */
  heed(batch) {}
  /** What to do until then; resolves when it is time. */
  async pause() {}

  async #run() {
    const { transport } = this.constructor;
    let question = { wait_s: 0, nonce: this.env.hold.nonce(true) };
    try {
      while (!this.closed) {
        const batch = await this.#ask(transport, question);
        this.#take(batch);
        if (question.wait_s > 0) this.heed(batch);
        if (!batch.more) await this.pause();
        question = batch.more ? { wait_s: 0, nonce: this.env.hold.nonce(true) } : this.question();
      }
    } catch (down) {
      this.end(down instanceof Down ? down : new Down("broke"));
    }
  }

  /** A request that was held, and broke then, was cut by something that does not like silence. */
  async #ask(transport, question) {
    const { clock, hold } = this.env;
    const asked_ms = clock.now();
    try {
      return await ask(this.env, transport, question, this.signal);
    } catch (down) {
      const held_ms = clock.now() - asked_ms;
      const cut = question.wait_s > 0 && held_ms >= CUT_MS && CUT_CODES.includes(down.reason.code);
      if (!cut || this.closed) throw down;
      hold.cut(held_ms);
      throw new Down("hold_cut", { seconds: Math.round(held_ms / 100) / 10 });
    }
  }

  #take({ messages, gaps, next }) {
    this.tell("onSeen", 0);
    this.tell("onUp");
    for (const gap of gaps) this.tell("onGap", gap, next);
    this.tell("onNext", next);
    for (const message of messages) this.message(message);
  }
}

export class LongPoll extends Poll {
  static transport = "long_poll";

  question() {
    const { hold } = this.env;
    return { wait_s: hold.wait_s, nonce: hold.nonce() };
  }

  heed({ messages }) {
    const { clock, hold } = this.env;
    if (hold.answered(clock.now(), messages.length === 0)) this.tell("onRemark", "cache_answers");
  }
}

export class ShortPoll extends Poll {
  static transport = "short_poll";

  question() {
    return { wait_s: 0, nonce: this.env.hold.nonce(true) };
  }

  pause() {
    const { clock } = this.env;
    return new Promise((resolve) => {
      const timer = clock.set(resolve, SHORT_MS);
      this.signal.addEventListener("abort", () => (clock.clear(timer), resolve()), { once: true });
    });
  }
}
