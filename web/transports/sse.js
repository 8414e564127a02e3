// SPDX-License-Identifier: MIT
//
// SSE: one GET whose answer does not end. The browser's EventSource reads it, comes back by itself
// when the line breaks, and then says in Last-Event-ID where it was. Two things it cannot do are
// done here: notice a line that died in silence (a watchdog over the heartbeats), and come back
// after it was refused. An EventSource hands over named events only to those who know the name, so
// we ask for `format=json`: there a message's event stands inside it, and only the server's own
// events are named.

import { payloadBytes, requestHeadBytes, STREAM_HEAD_BYTES, utf8Length } from "./bytes.js";
import { Failure, READS_ON, Transport } from "./transport.js";

const SILENT_INTERVALS = 2.5;
const HEARTBEAT_BYTES = utf8Length("event: heartbeat\ndata:\n\n");

export default class Sse extends Transport {
  static transport = "sse";
  static reads = READS_ON;

  #source = null;
  #watchdog = 0;

  connect() {
    const url = this.url({ since: this.cursor, format: "json" });
    this.#source = new EventSource(url);
    this.#countRequest();
    this.#source.onopen = () => this.#open();
    this.#source.onerror = () => this.#error();
    this.#source.onmessage = (event) => this.#message(event);
    this.#source.addEventListener("heartbeat", (event) => this.#heartbeat(event));
    this.#source.addEventListener("gap", (event) => this.#gap(event));
    this.#source.addEventListener("bye", () => this.setState("reconnecting", { key: "reason.bye" }));
    this.#watch();
  }

  disconnect() {
    clearTimeout(this.#watchdog);
    this.#source?.close();
    this.#source = null;
  }

  #countRequest() {
    const lines = "Accept: text/event-stream\r\n";
    this.requestBegins(requestHeadBytes("GET", this.#source.url, lines) - "Accept: */*\r\n".length);
  }

  #open() {
    this.counters.connections += 1;
    this.counters.down.headers += STREAM_HEAD_BYTES;
    this.opened("reason.sse");
    this.#signOfLife();
  }

  /** CONNECTING: the browser is on its way back. CLOSED: it has given up, so we do it. */
  #error() {
    if (this.#source.readyState === EventSource.CLOSED) {
      this.failed(new Failure("reason.sse_refused"));
      return;
    }
    this.setState("reconnecting", { key: "reason.sse_broken" });
    this.#countRequest();
  }

  #message(event) {
    const message = JSON.parse(event.data);
    const fields = `id: ${message.id}\ndata: \n\n`.length;
    this.counters.addDown(fields + utf8Length(event.data), payloadBytes(message));
    this.deliver(message);
    this.#signOfLife();
  }

  /** A heartbeat has no id of its own: lastEventId is the cursor the stream has reached. */
  #heartbeat(event) {
    this.counters.addDown(HEARTBEAT_BYTES, 0);
    if (event.lastEventId) this.cursor = event.lastEventId;
    this.heartbeat();
    this.#signOfLife();
  }

  #gap(event) {
    this.counters.addDown(utf8Length(event.data) + 30, 0);
    if (event.lastEventId) this.cursor = event.lastEventId;
    this.announceGap(JSON.parse(event.data));
    this.#signOfLife();
  }

  #signOfLife() {
    this.alive();
    this.#watch();
  }

  #watch() {
    clearTimeout(this.#watchdog);
    const silence_ms = this.options.heartbeat_ms * SILENT_INTERVALS;
    this.#watchdog = setTimeout(() => this.#silent(silence_ms / 1000), silence_ms);
  }

  #silent(seconds) {
    const wasOpen = this.#source.readyState === EventSource.OPEN;
    this.failed(wasOpen ? new Failure("reason.silent", { seconds }) : new Failure("reason.held"));
  }
}
