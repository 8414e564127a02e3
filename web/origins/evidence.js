// SPDX-License-Identifier: MIT
//
// Evidence: what the server has seen of each request, and said to it, from its records of the wire
// (../wire/recorder.js). A request is known by `client=ID` in its address.

import { latin1 } from "../wire/octets.js";
import { Recorder } from "../wire/recorder.js";

export class Evidence {
  #seen = new Map(); // id -> [{request, answer, text…}]
  #open = new Map(); // connection -> exchanges without an answer yet
  #recorder;
  #onChange;

  /** onChange(id); onProblem(problem): what keeps the server from recording, {key, args}, or null */
  constructor(onChange, onProblem) {
    this.#onChange = onChange;
    this.#recorder = new Recorder({ onUnit: (unit) => this.#take(unit), onGap: () => {}, onProblem });
  }

  start() {
    return this.#recorder.start();
  }

  stop() {
    this.#recorder.stop();
  }

  goOn() {
    this.#recorder.goOn();
  }

  /** The address under which a request is recorded. */
  mark(address, id) {
    const url = new URL(address, location.href);
    url.searchParams.set("client", id);
    url.searchParams.set("wire", this.#recorder.key);
    return url.href;
  }

  /** [{method, request, answer, status}…], heads as text; status 0 while there is no answer. */
  of(id) {
    return this.#seen.get(id) ?? [];
  }

  forget(id) {
    this.#seen.delete(id);
  }

  #take(unit) {
    if (unit.what === "request") this.#asked(unit);
    if (unit.what === "answer") this.#answered(unit);
  }

  #asked({ head, bytes, connection }) {
    const [method, target] = head.start;
    const id = new URLSearchParams(target.split("?")[1]).get("client") ?? "";
    const exchange = { id, method, request: latin1(bytes), answer: "", status: 0 };
    if (!this.#open.has(connection.number)) this.#open.set(connection.number, []);
    this.#open.get(connection.number).push(exchange);
    this.#seen.set(id, [...this.of(id), exchange]);
    this.#onChange(id);
  }

  #answered({ head, bytes, connection }) {
    const exchange = this.#open.get(connection.number)?.shift();
    if (!exchange) return;
    exchange.answer = latin1(bytes);
    exchange.status = Number(head.start[1]);
    this.#onChange(exchange.id);
  }
}
