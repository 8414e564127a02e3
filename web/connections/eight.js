// SPDX-License-Identifier: MIT
//
// Eight subscribers in one browser, as in eight tabs: over HTTP/1.1 a browser opens six connections
// to one host, all tabs together, and the rest queues. What this panel itself needs goes over a
// WebSocket, which is not among the six.

import { byId, h, setText } from "../dom.js";
import { formatDelay } from "../format.js";
import { has, number, onLanguage, say, t } from "../i18n.js";
import { clock_ms } from "../transports/transport.js";
import WebSocketTransport from "../transports/websocket.js";
import { Seat } from "./seat.js";

const SEATS = 8;
const EVERY_MS = Number(new URLSearchParams(location.search).get("every") ?? 2) * 1000; // from one message to the next
const SHORT_POLL_MS = EVERY_MS / 2;
const COUNTED_MS = 0.65 * EVERY_MS; // when it is counted who has it: a short poll has asked by then
const DRAW_MS = 200;
const TOPIC = `lab.eight.${Math.random().toString(36).slice(2, 8)}`;

export class Eight {
  #clients; // transport -> client class
  #seats = [];
  #speaker = null;
  #runs = 0;
  #topic = "";
  #sent = new Map(); // number -> when it was sent
  #published = 0;
  #timers = [];
  #guest = new Guest();
  #counted = null; // {have, all, seq}: of the last message that has been counted
  #subscribers = 0;
  #chosen = "websocket";

  /** list: as loadTransports() gives it. */
  constructor(list) {
    this.#clients = new Map(list.filter(({ client }) => client).map(({ name, client }) => [name, client]));
    for (let i = 0; i < SEATS; i++) this.#seats.push(new Seat(i, (seq, at_ms) => at_ms - (this.#sent.get(seq) ?? at_ms)));
    byId("seats").append(...this.#seats.map(({ element }) => element));
    for (const name of this.#clients.keys()) this.#offer(name);
    byId("share").addEventListener("change", () => this.#begin());
    byId("eight-stop").addEventListener("click", () => this.stop());
    onLanguage(() => this.#draw());
    setInterval(() => this.#draw(), DRAW_MS);
  }

  start() {
    this.#speaker = new WebSocketTransport(`${TOPIC}.speaker`, {}, {
      onState: (state) => state === "open" && this.#topic === "" && this.#begin(),
    });
    this.#speaker.start();
  }

  /** Gives all connections back but the speaker's. */
  stop() {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
    for (const seat of this.#seats) seat.leave();
    this.#guest.stop();
    this.#counted = null;
    Object.assign(byId("eight").dataset, { counted: "", all: "" });
  }

  leave() {
    this.stop();
    this.#speaker.stop();
    this.#topic = "";
  }

  #offer(name) {
    const button = h("button", { type: "button", "data-transport": name, onclick: () => this.#choose(name) }, name);
    if (has(`transport.${name}`)) say(button, `transport.${name}`);
    button.setAttribute("aria-pressed", name === this.#chosen);
    byId("eight-transport").append(button);
  }

  #choose(name) {
    this.#chosen = name;
    for (const button of byId("eight-transport").children) button.setAttribute("aria-pressed", button.dataset.transport === name);
    this.#begin();
  }

  /** All anew, on a new topic, so that nobody of before is counted. */
  async #begin() {
    this.stop();
    const shared = byId("share").checked && ["short_poll", "long_poll", "sse", "websocket"].includes(this.#chosen);
    const topic = `${TOPIC}.${++this.#runs}`;
    this.#topic = topic;
    this.#sent.clear();
    this.#published = 0;
    Object.assign(byId("eight").dataset, { shared, transport: this.#chosen });
    say(byId("eight-about"), shared ? "connections.about_shared" : `connections.about_${has(`connections.about_${this.#chosen}`) ? this.#chosen : "other"}`);
    const first = await this.#publish(topic);
    if (topic !== this.#topic || !first) return;
    for (const seat of this.#seats) {
      if (shared) seat.sitTogether(this.#chosen, topic, first.id);
      else seat.sitAlone(this.#clients.get(this.#chosen), topic, first.id, SHORT_POLL_MS);
    }
    this.#guest.start();
    this.#speakOn(topic);
  }

  #speakOn(topic) {
    this.#timers[0] = setTimeout(async () => {
      const published = await this.#publish(topic);
      if (topic !== this.#topic) return;
      if (published) this.#timers[1] = setTimeout(() => this.#count(published), COUNTED_MS);
      this.#speakOn(topic);
    }, EVERY_MS);
  }

  async #publish(topic) {
    this.#sent.set(this.#published + 1, clock_ms()); // it may arrive before the answer to this
    try {
      const published = await this.#speaker.publish({ topic, type: "text", data: t("connections.text") });
      this.#published = published.seq;
      byId("eight-problem").hidden = true;
      return published;
    } catch (error) {
      byId("eight-problem").hidden = false;
      say(byId("eight-problem"), "connections.not_published", { text: error.message });
      return null;
    }
  }

  #count({ seq, subscribers }) {
    const taken = this.#seats.filter(({ state }) => state !== "closed");
    const have = taken.filter(({ last }) => last >= seq).length;
    this.#counted = { have, all: taken.length, seq };
    this.#subscribers = subscribers;
    Object.assign(byId("eight").dataset, { counted: have, subscribers, all: have === taken.length });
  }

  #draw() {
    for (const seat of this.#seats) seat.draw();
    const { have = null, all = 0, seq = 0 } = this.#counted ?? {};
    setText(byId("eight-have"), have === null ? "–" : t("connections.of", { have, all }));
    setText(byId("eight-message"), have === null ? "" : t("connections.have", { number: number(seq) }));
    setText(byId("eight-server"), have === null ? "–" : number(this.#subscribers));
    this.#guest.draw(byId("eight-guest"));
  }
}

/** Whatever else this browser wants from the server: GET /time, again and again. */
class Guest {
  #asked_ms = null;
  #took_ms = null;
  #timer = 0;

  start() {
    this.#timer = setTimeout(() => this.#ask(), EVERY_MS / 2);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#took_ms = null;
  }

  draw(place) {
    const waited_ms = this.#asked_ms === null ? 0 : clock_ms() - this.#asked_ms;
    const waits = waited_ms > 500;
    place.dataset.waits = waits;
    setText(place, waits ? t("connections.guest_waits", { seconds: number(waited_ms / 1000, 0) }) : formatDelay(this.#took_ms));
  }

  async #ask() {
    if (this.#asked_ms === null) {
      this.#asked_ms = clock_ms();
      const answered = await fetch("/time", { cache: "no-store" }).then((response) => response.json()).catch(() => null);
      this.#took_ms = answered && this.#timer ? clock_ms() - this.#asked_ms : null;
      this.#asked_ms = null;
    }
    if (this.#timer) this.start();
  }
}
