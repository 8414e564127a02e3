// SPDX-License-Identifier: MIT
//
// Probe: one transport through the user's own path, as the browser does it. It subscribes, and
// publishes by the same path: one message, then silence, then three at once, then one more. What a
// stream holds back is pushed out with more, to see how much it takes. No judgement here.

import { readers } from "./readers.js";

export const TIMES = { lead_ms: 400, silence_ms: 1500, last_ms: 300, patience_ms: 2000, offer_ms: 40 };
export const MESSAGES = 5;
const SECOND = 2; // the first behind the silence
const OFFERS = [...Array(8).fill(2048), ...Array(6).fill(16384)];
const ANSWER_MS = 8000;

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a probe has seen; times in ms, null: not measured. */
function nothingSeen(transport) {
  return {
    transport, trouble: null, opened: false, head: transport !== "sse", failure: null, status: 0, sent: 0, got: 0, first_ms: null, least_ms: null,
    max_ms: null, answer_ms: null, answers: 0, hasty: 0, cuts: 0, cut_after_ms: null, apart_ms: null, let_go_bytes: 0,
    offered_bytes: 0, broken: false,
  };
}

/** A name that nobody else has, so that nothing of others comes in between. */
export function newTopic(transport) {
  const chance = crypto.getRandomValues(new Uint32Array(2));
  return `doctor-${transport}-${chance[0].toString(36)}${chance[1].toString(36)}`;
}

/** Resolves to {status, text, headers, ms}; status 0: no answer that a page may read. */
export async function get(url, options = {}) {
  const begun_ms = performance.now();
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await fetch(url, { cache: "no-store", signal, ...options });
    const text = await response.text();
    return { status: response.status, text, headers: response.headers, ms: performance.now() - begun_ms };
  } catch {
    return { status: 0, text: "", headers: new Headers(), ms: performance.now() - begun_ms };
  }
}

export function publish(base, topic, text) {
  const headers = { "Content-Type": "text/plain" };
  return get(`${base}/publish/${topic}`, { method: "POST", body: text, headers });
}

/** Where the topic stands, before anything is published; null: the server does not say. */
export async function cursorOf(base, topic) {
  const { status, text } = await get(`${base}/short_poll/${topic}?since=now`);
  try {
    return status === 200 ? JSON.parse(text).next : null;
  } catch {
    return null;
  }
}

/** Text that compressing does not make shorter. */
function noise(bytes) {
  const octets = crypto.getRandomValues(new Uint8Array((bytes * 3) / 4));
  return btoa(String.fromCharCode(...octets));
}

/** Runs one probe to its end and resolves to what it has seen. */
export async function probe(base, transport) {
  const run = new Run(base, transport);
  try {
    await run.whole();
  } finally {
    run.reader?.close();
  }
  return run.seen;
}

class Run {
  #sent_ms = [];
  #last = 0;
  #waiting = null;

  constructor(base, transport) {
    this.base = base;
    this.topic = newTopic(transport);
    this.seen = nothingSeen(transport);
    this.reader = null;
  }

  async whole() {
    const cursor = await cursorOf(this.base, this.topic);
    if (cursor === null) {
      this.seen.trouble = "no_cursor";
      return;
    }
    this.reader = readers[this.seen.transport](this.base, this.topic, cursor, this);
    await Promise.race([this.reader.opened, pause(TIMES.patience_ms)]);
    await pause(TIMES.lead_ms);
    await this.#say(1);
    await pause(TIMES.silence_ms);
    for (const number of [2, 3, 4]) await this.#say(number);
    await pause(TIMES.last_ms);
    await this.#say(MESSAGES);
    await this.#until(() => this.seen.got === MESSAGES);
    if (this.seen.got < MESSAGES && this.reader.streams) await this.#pushOut();
  }

  // ---- what the reader tells ----

  onOpen() {
    this.seen.opened = true;
  }

  onMessage(text) {
    const number = parseInt(text, 10);
    const { seen } = this;
    if (!(number > this.#last)) {
      seen.broken = true;
      return;
    }
    this.#last = number;
    if (number > MESSAGES) return;
    seen.got += 1;
    if (seen.offered_bytes > 0) seen.let_go_bytes ||= seen.offered_bytes;
    else this.#measure(number);
    this.#waiting?.();
  }

  onEnd(failure, status = 0) {
    Object.assign(this.seen, { failure, status });
    this.#waiting?.();
  }

  // ---- inside ----

  #measure(number) {
    const { seen } = this;
    const delay_ms = performance.now() - this.#sent_ms[number];
    if (number === 1) seen.first_ms = delay_ms;
    seen.max_ms = Math.max(seen.max_ms ?? 0, delay_ms);
    if (number <= SECOND) seen.least_ms = Math.min(seen.least_ms ?? delay_ms, delay_ms);
  }

  async #say(number, pad = "") {
    if (this.seen.trouble || this.seen.failure) return;
    this.#sent_ms[number] = performance.now();
    if (number <= MESSAGES) this.seen.sent = number;
    const { status } = await publish(this.base, this.topic, `${number} ${pad}`);
    if (status !== 200) Object.assign(this.seen, { trouble: "not_published", status });
  }

  /** Waits for it as long as patience lasts. */
  async #until(done) {
    const over = pause(TIMES.patience_ms).then(() => true);
    for (let late = false; !late && !done() && !this.seen.failure && !this.seen.trouble; ) {
      const more = new Promise((resolve) => (this.#waiting = () => resolve(false)));
      late = await Promise.race([more, over]);
    }
  }

  async #pushOut() {
    const { seen } = this;
    for (const [i, bytes] of OFFERS.entries()) {
      if (seen.let_go_bytes || seen.failure || seen.trouble) return;
      seen.offered_bytes += bytes;
      await this.#say(MESSAGES + 1 + i, noise(bytes));
      await pause(TIMES.offer_ms);
    }
    await this.#until(() => seen.let_go_bytes > 0);
  }
}
