// SPDX-License-Identifier: MIT
//
// Recorder: what the server records under this page's key, as a stream of units. The key is made
// here, at random, and nobody else knows it. Reading takes a WebSocket, since a browser has six
// other connections at most, and these are what the page is about.

import Reading from "../transports/websocket.js";
import { WireConnection } from "./connection.js";
import { fromBase64 } from "./octets.js";

const KEY_BYTES = 8; // the least that the server takes, since it is seen in every request
const AGAIN_MS = 3000;
const RECORDS_KEPT = 6000;
const BYTES_KEPT = 8e6;

export class Recorder {
  key = makeKey();
  connections = new Map();
  /** [{at_us, record}…]: what can be saved. */
  records = [];
  /** Called when the line to the records was lost and is there again. */
  onAgain = () => {};
  #bytes = 0;
  #openings = new Map(); // of connections whose opening is no longer among the records
  #chain = Promise.resolve();
  #reading = null;
  #wasOpen = false;
  #listener;

  /** listener: onUnit(unit), onGap(count, null where unknown), onProblem(key, args; null: none) */
  constructor(listener) {
    this.#listener = listener;
  }

  get topic() {
    return `~wire.${this.key}`;
  }

  /** Resolves once the server records; says what is wrong, and tries again, until it does. */
  async start() {
    for (;;) {
      const problem = await this.#problem();
      this.#listener.onProblem(problem);
      if (!problem) break;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
    this.#reading = new Reading(this.topic, {}, {
      onState: (state) => this.#state(state),
      onMessage: ({ time, data }) => this.#queue(() => this.#take(data, time)),
      onGap: ({ count }) => this.#queue(() => this.#lose(count)),
    });
    this.#reading.start("first");
  }

  stop() {
    this.#reading?.stop();
  }

  goOn() {
    this.#reading?.start(this.#reading.cursor);
  }

  clear() {
    for (const { record } of this.records) this.#forget(record);
    this.records = [];
    this.#bytes = 0;
  }

  /** What can be saved, from the connections' openings on. */
  get saved() {
    const first_us = this.records[0]?.at_us ?? 0;
    const openings = [...this.#openings.values()].map((record) => ({ at_us: first_us, record }));
    return [...openings, ...this.records];
  }

  #state(state) {
    if (state !== "open") return;
    if (this.#wasOpen) this.onAgain();
    this.#wasOpen = true;
  }

  /** Asking for the topic is what makes the server record. */
  async #problem() {
    try {
      const response = await fetch(`/short_poll/${this.topic}?since=first&limit=1`, { cache: "no-store" });
      if (response.ok) return null;
      const { error } = await response.json();
      return { key: response.status === 404 ? "wire.no_lab" : "wire.full", args: { text: error } };
    } catch {
      return { key: "wire.unreachable", args: {} };
    }
  }

  /** One record after the other: taking one apart may have to wait for an inflater. */
  #queue(task) {
    this.#chain = this.#chain.then(task);
  }

  async #take({ data, ...rest }, at_us) {
    const record = data === undefined ? rest : { ...rest, bytes: fromBase64(data) };
    this.records.push({ at_us, record });
    this.#bytes += record.bytes?.length ?? 0;
    while (this.records.length > RECORDS_KEPT || this.#bytes > BYTES_KEPT) this.#forget(this.records.shift().record);
    const { connection: number } = record;
    if (!this.connections.has(number)) this.connections.set(number, new WireConnection(number));
    const units = await this.connections.get(number).add(record, at_us);
    for (const unit of units) this.#listener.onUnit(unit);
  }

  #lose(count) {
    for (const connection of this.connections.values()) connection.lose();
    this.#listener.onGap(count);
  }

  #forget(record) {
    this.#bytes -= record.bytes?.length ?? 0;
    if (record.what === "open") this.#openings.set(record.connection, { ...record, whole: false });
    if (record.what === "close" || record.what === "reset") this.#openings.delete(record.connection);
  }
}

function makeKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
