// SPDX-License-Identifier: MIT
//
// Seat: one of eight subscribers, as a small card: whether it is connected, and what it has.

import { h, setText } from "../dom.js";
import { formatDelay } from "../format.js";
import { number, onLanguage, say, t } from "../i18n.js";
import { subscribe } from "../pushlab.js";
import { clock_ms } from "../transports/transport.js";

const SLOW_MS = 700; // an attempt that takes longer waits for a free connection

export class Seat {
  last = 0; // number of the last message
  #client = null; // {leave()}
  #open = null; // opens it again
  #since_ms = 0;
  #role = "";
  #onMessage;
  #pill = h("span", { class: "pill" });
  #value = h("strong", { class: "big" }, "–");
  #about = h("p", { class: "about" });
  #button = h("button", { type: "button", class: "link" });

  /** onMessage(seat, number, at_ms) */
  constructor(index, onMessage) {
    this.#onMessage = onMessage;
    const title = h("h2", {}, number(index + 1));
    this.#button.addEventListener("click", () => (this.#client ? this.leave() : this.#open?.()));
    this.element = h("article", { class: "column seat" }, h("div", { class: "head" }, title, this.#pill),
      h("div", { class: "seat-last" }, this.#value, this.#button), this.#about);
    onLanguage(() => this.draw());
    this.#show("closed");
  }

  /** Reads with a client of transports/; since: the cursor to begin at; interval_ms: of short polls. */
  sitAlone(Client, topic, since, interval_ms) {
    this.#sit(() => {
      const client = new Client(topic, { interval_ms }, {
        onState: (state) => this.#show(state),
        onMessage: (message, at_ms) => this.#message(message, at_ms),
      });
      client.start(since);
      return { leave: () => client.stop() };
    }, Client.transport);
  }

  /** Reads by the client library, which shares one connection among all that want the same. */
  sitTogether(transport, topic, since) {
    this.#sit(() => {
      const subscription = subscribe(topic, {
        transports: [transport], since, share: true,
        onState: (state, why) => this.#show(state, state === "open" ? (why.shared ? "follows" : "leads") : ""),
        onMessage: (message) => this.#message(message, clock_ms()),
      });
      return { leave: () => subscription.close() };
    }, transport);
  }

  leave() {
    this.#client?.leave();
    this.#client = null;
    this.#show("closed");
  }

  /** What depends on the time. */
  draw() {
    const waits = this.state === "connecting" && clock_ms() - this.#since_ms > SLOW_MS;
    this.element.dataset.waits = waits;
    const key = waits ? "queued" : this.#role || this.state;
    say(this.#pill, `connections.seat_${key}`);
    say(this.#button, this.#client ? "connections.leave" : "connections.return");
  }

  #sit(open, transport) {
    this.leave();
    this.last = 0;
    this.element.dataset.transport = transport;
    setText(this.#value, "–");
    setText(this.#about, "");
    this.#open = () => {
      this.#since_ms = clock_ms();
      this.#client = open();
    };
    this.#open();
  }

  #show(state, role = "") {
    if (state !== this.state) this.#since_ms = clock_ms();
    this.state = state;
    this.#role = role;
    Object.assign(this.element.dataset, { state, role });
    this.draw();
  }

  #message(message, at_ms) {
    if (!this.#client) return;
    this.last = message.seq;
    this.element.dataset.last = message.seq;
    setText(this.#value, number(message.seq));
    setText(this.#about, t("connections.after", { delay: formatDelay(this.#onMessage(message.seq, at_ms)) }));
  }
}
