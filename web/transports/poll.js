// SPDX-License-Identifier: MIT
//
// Poll: one request and its batch, which short poll and long poll share. They differ only in when
// they ask, and in whether the server holds the answer.

import { answerHeadBytes, payloadBytes, requestHeadBytes } from "./bytes.js";
import { Failure, Transport } from "./transport.js";

export class Poll extends Transport {
  #abort = null;
  #connected = false;

  connect() {
    this.#abort = new AbortController();
    this.#run(this.#abort.signal);
  }

  disconnect() {
    this.#abort?.abort();
  }

  /** What a poll does between two requests, and how it asks; see short_poll.js. */
  async between(signal, answer) {}
  query() {
    return {};
  }
  /** Whether the server has been asked to close after the answer. */
  closes() {
    return false;
  }
  timeout_ms() {
    return 10000;
  }

  async #run(signal) {
    try {
      while (!signal.aborted) {
        const answer = await this.#ask(signal);
        if (signal.aborted) return;
        await this.between(signal, answer);
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#connected = false;
      this.failed(error instanceof Failure ? error : new Failure("reason.no_answer"));
    }
  }

  async #ask(signal) {
    const asked_ms = performance.now();
    const url = this.url({ since: this.cursor, ...this.query() });
    this.requestBegins(requestHeadBytes("GET", url));
    const opens = this.#connected ? 0 : 1;
    this.counters.connections += opens; // now: a poll that is held has its connection long before its answer
    const { response, body } = await inTime(this.timeout_ms(), signal, async (either) => {
      const response = await fetch(url, { cache: "no-store", signal: either }).catch((error) => {
        if (!signal.aborted) this.counters.connections -= opens; // nobody was there
        throw error;
      });
      return { response, body: await response.arrayBuffer() };
    });
    this.counters.down.headers += answerHeadBytes(response);
    this.#connected = !this.closes() && response.headers.get("connection") !== "close";
    const batch = this.#read(response, body);
    this.#take(batch, body.byteLength);
    return { took_ms: performance.now() - asked_ms, count: batch.messages.length };
  }

  #read(response, body) {
    const text = new TextDecoder().decode(body);
    if (response.ok) return JSON.parse(text);
    const retry_after_ms = 1000 * Number(response.headers.get("retry-after") ?? 0);
    throw new Failure("reason.refused", { status: response.status, text: errorText(text) }, retry_after_ms);
  }

  #take(batch, bytes) {
    this.alive();
    this.counters.addDown(bytes, batch.messages.reduce((sum, m) => sum + payloadBytes(m), 0));
    if (batch.messages.length === 0) this.counters.empty += 1;
    if (batch.gap) this.announceGap(batch.gap);
    for (const message of batch.messages) this.deliver(message);
    this.cursor = batch.next;
    this.requestEnds();
  }
}

/** The server says what is wrong as {"error":"…"}; something in between may say it otherwise. */
export function errorText(body) {
  try {
    return JSON.parse(body).error ?? body;
  } catch {
    return body.slice(0, 200);
  }
}

/** Calls with a signal that is aborted when the given one is, or after that time. Not by
 * AbortSignal.any(): students' devices are older (Safari 17.4, Chrome 116, Firefox 124). */
async function inTime(ms, signal, call) {
  const abort = new AbortController();
  const giveUp = () => abort.abort();
  const timer = setTimeout(giveUp, ms);
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await call(abort.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}

/** Resolves after that time, or rejects as soon as the signal is aborted. */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop); // one signal serves every pause of a subscriber
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
