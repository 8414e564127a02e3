// SPDX-License-Identifier: MIT
//
// Bill: what one person's part in the conversation takes, by what was done: saying a line, showing
// that one types, and hearing all that others (and oneself) say, which is what is left of the whole.

import { bytesLegend, bytesRow } from "../bytes_row.js";
import { h, setText } from "../dom.js";
import { number, say, sayAttribute, t } from "../i18n.js";
import { bothWays, Counters, sumOfParts } from "../transports/counters.js";

const ACTS = ["line", "typing", "hearing"];

export class Bill {
  line = new Counters();
  typing = new Counters();
  #rows = Object.fromEntries(ACTS.map((act) => [act, new Row(act)]));
  #whole = new Counters();

  constructor() {
    const rows = ACTS.map((act) => this.#rows[act].element);
    this.connections = h("strong", {}, "0");
    this.requests = h("strong", {}, "0");
    const totals = h("p", { class: "totals" }, this.connections, " ", say(h("span"), "chat.connections"), " · ",
      this.requests, " ", say(h("span"), "chat.requests"));
    this.element = h("div", { class: "bytes bill" }, totals, say(h("h3"), "chat.bytes"), ...rows, bytesLegend());
    sayAttribute(this.element, "title", "chat.costs_help");
  }

  /** Another transport: counted anew. `whole`: all of its counters. */
  begin(whole) {
    this.#whole = whole;
    this.line = new Counters();
    this.typing = new Counters();
  }

  /** Bytes of the dearest act, once. */
  get most() {
    return Math.max(...ACTS.map((act) => this.#bytes(act)));
  }

  /** scale: bytes that fill a bar, the same for all persons. */
  draw(scale) {
    setText(this.connections, `≈ ${number(this.#whole.connections)}`);
    setText(this.requests, number(this.#whole.requests));
    for (const act of ACTS) this.#rows[act].draw(this.#countersOf(act), scale);
  }

  #bytes(act) {
    const { parts, messages } = this.#countersOf(act);
    return messages ? sumOfParts(parts) / messages : 0;
  }

  /** {parts, messages, requests} of an act. */
  #countersOf(act) {
    if (act !== "hearing") return { ...this[act], parts: bothWays(this[act]) };
    const parts = bothWays(this.#whole);
    for (const spoken of [bothWays(this.line), bothWays(this.typing)])
      for (const part of Object.keys(parts)) parts[part] -= spoken[part];
    const requests = this.#whole.requests - this.line.requests - this.typing.requests;
    return { parts, messages: this.#whole.messages, requests };
  }
}

class Row {
  #act;
  #bar;
  #counts = h("small");

  constructor(act) {
    this.#act = act;
    this.#bar = bytesRow(`chat.${act}`);
    this.element = h("div", { class: "bill-row", "data-act": act }, this.#bar.element, this.#counts);
  }

  draw({ parts, messages, requests }, scale) {
    this.#bar.draw(parts, messages, scale);
    setText(this.#counts, t(`chat.${this.#act}_counts`, { messages, requests }));
  }
}
