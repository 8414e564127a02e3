// SPDX-License-Identifier: MIT
//
// WebSocket: one handshake, then both sides speak whenever they like. With the subprotocol
// `pushlab.json` each frame is a JSON object: first {"ready"}, then messages; a page publishes and
// probes on the same connection. A page cannot send ping frames, so its probe is {"ping":X}.

import { frameHeadBytes, handshakeBytes, payloadBytes, utf8Length } from "./bytes.js";
import { Counters } from "./counters.js";
import { Failure, READS_ON, Transport } from "./transport.js";

const SUBPROTOCOL = "pushlab.json";

export default class WebSocketTransport extends Transport {
  static transport = "websocket";
  static reads = READS_ON;

  #socket = null;
  #ready = false;
  #probe = 0;
  #deadline = 0;
  #waiting = new Map(); // ref -> {resolve, reject, bill}
  #refs = 0;

  connect() {
    const url = new URL(this.url({ since: this.cursor }), location.href).href.replace(/^http/, "ws");
    const heads = handshakeBytes(url, SUBPROTOCOL);
    this.#socket = new WebSocket(url, SUBPROTOCOL);
    this.#ready = false;
    this.requestBegins(heads.up);
    this.#socket.onopen = () => {
      this.counters.connections += 1;
      this.counters.down.headers += heads.down;
    };
    this.#socket.onmessage = (event) => this.#frame(event.data);
    this.#socket.onclose = (event) => this.failed(this.#whyClosed(event));
    this.#setDeadline(this.options.probe_timeout_ms, "reason.websocket_no_answer");
  }

  disconnect() {
    clearTimeout(this.#probe);
    clearTimeout(this.#deadline);
    for (const { reject } of this.#waiting.values()) reject(new Error("connection lost"));
    this.#waiting.clear();
    if (!this.#socket) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  /** Publishes on the connection that is open already: a frame, no request. */
  async publish({ topic, type, event, data }, bill = new Counters()) {
    if (!this.#ready) throw new Error("WebSocket is not open");
    const value = type === "json" ? JSON.parse(data) : data;
    const ref = ++this.#refs;
    const answer = new Promise((resolve, reject) => this.#waiting.set(ref, { resolve, reject, bill }));
    const bytes = utf8Length(data);
    const sent = this.#send({ publish: { topic, type, event: event || undefined, data: value }, ref }, bytes);
    bill.addUp(sent, bytes);
    return answer;
  }

  /** Probes at once, without waiting for the interval. */
  probe() {
    if (this.#ready) this.#send({ ping: performance.now() });
  }

  #send(object, payload = 0) {
    const text = JSON.stringify(object);
    const length = utf8Length(text);
    const bytes = length + frameHeadBytes(length, true);
    this.counters.addUp(bytes, payload);
    this.#socket.send(text);
    return bytes;
  }

  #frame(text) {
    const object = JSON.parse(text);
    const length = utf8Length(text);
    const bytes = length + frameHeadBytes(length, false);
    this.counters.addDown(bytes, object.id ? payloadBytes(object) : 0);
    this.alive();
    if (object.id) this.deliver(object);
    else if (object.ready) this.#open(object);
    else if (object.gap) this.#gap(object);
    else if ("pong" in object) this.#pong(object.pong);
    else if (object.heartbeat) this.heartbeat();
    else if (object.ref) this.#answer(object, bytes);
  }

  /** next: the cursor behind it; that of {"ready"} was in front. */
  #gap({ gap, next }) {
    this.cursor = next;
    this.announceGap(gap);
  }

  #open({ next }) {
    this.#ready = true;
    this.cursor = next;
    this.opened("reason.websocket");
    this.#scheduleProbe();
  }

  #answer({ ref, published, error }, bytes) {
    const waiting = this.#waiting.get(ref);
    this.#waiting.delete(ref);
    waiting?.bill.addDown(bytes, 0);
    if (published) waiting?.resolve(published);
    else waiting?.reject(Object.assign(new Error(error?.message), { status: error?.status }));
  }

  // ---- the heartbeat: probe, timer, answer clears the timer, no answer in time = dead ----

  #scheduleProbe() {
    clearTimeout(this.#probe);
    clearTimeout(this.#deadline);
    this.#probe = setTimeout(() => {
      this.#send({ ping: performance.now() });
      this.#setDeadline(this.options.probe_timeout_ms, "reason.dead");
    }, this.options.heartbeat_ms);
  }

  #pong(sent_ms) {
    this.heartbeat(performance.now() - sent_ms);
    this.#scheduleProbe();
  }

  #setDeadline(ms, key) {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.failed(new Failure(key, { seconds: ms / 1000 })), ms);
  }

  #whyClosed({ code, reason }) {
    if (!this.#ready) return new Failure("reason.websocket_refused");
    if (code === 1001) return new Failure("reason.bye");
    if (code === 1006) return new Failure("reason.line_broken");
    return new Failure("reason.websocket_closed", { code, text: reason });
  }
}
