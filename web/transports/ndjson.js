// SPDX-License-Identifier: MIT
//
// NDJSON: one GET whose answer does not end, read with fetch: a JSON object on each line. What SSE
// does without EventSource, so reconnecting is ours, and the page sees every byte. It serves the
// loaded module of the same name.

import { answerHeadBytes, payloadBytes, requestHeadBytes, utf8Length } from "./bytes.js";
import { errorText } from "./poll.js";
import { Failure, READS_ON, Transport } from "./transport.js";

const SILENT_INTERVALS = 2.5;

export default class Ndjson extends Transport {
  static transport = "ndjson";
  static reads = READS_ON;

  #abort = null;
  #watchdog = 0;

  connect() {
    this.#abort = new AbortController();
    this.#run(this.#abort.signal);
  }

  disconnect() {
    clearTimeout(this.#watchdog);
    this.#abort?.abort();
  }

  async #run(signal) {
    try {
      const response = await this.#ask(signal);
      this.opened("reason.ndjson");
      await this.#readLines(response.body.pipeThrough(new TextDecoderStream()).getReader(), signal);
      throw new Failure("reason.stream_ended");
    } catch (error) {
      if (!signal.aborted) this.failed(error instanceof Failure ? error : new Failure("reason.line_broken"));
    }
  }

  async #ask(signal) {
    const url = this.url({ since: this.cursor });
    this.requestBegins(requestHeadBytes("GET", url));
    this.#watch();
    const response = await fetch(url, { cache: "no-store", signal });
    this.counters.connections += 1;
    this.counters.down.headers += answerHeadBytes(response);
    if (response.ok) return response;
    const retry_after_ms = 1000 * Number(response.headers.get("retry-after") ?? 0);
    const text = errorText(await response.text());
    throw new Failure("reason.refused", { status: response.status, text }, retry_after_ms);
  }

  async #readLines(reader, signal) {
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) this.#line(line);
    }
  }

  #line(line) {
    this.alive();
    this.#watch();
    const object = line ? JSON.parse(line) : {};
    this.counters.addDown(utf8Length(line) + 1, object.id ? payloadBytes(object) : 0);
    if (object.id) this.deliver(object);
    else if (object.gap) this.#gap(object);
    else if (object.heartbeat) this.heartbeat();
    else if (object.next) this.cursor = object.next;
    else if (object.bye) this.#bye(object.bye);
  }

  /** next: the cursor behind it; that of the first line was in front. */
  #gap({ gap, next }) {
    this.cursor = next;
    this.announceGap(gap);
  }

  #bye(cursor) {
    this.cursor = cursor;
    throw new Failure("reason.bye");
  }

  #watch() {
    clearTimeout(this.#watchdog);
    const silence_ms = this.options.heartbeat_ms * SILENT_INTERVALS;
    this.#watchdog = setTimeout(
      () => this.failed(new Failure("reason.silent", { seconds: silence_ms / 1000 })),
      silence_ms,
    );
  }
}
