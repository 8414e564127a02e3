// SPDX-License-Identifier: MIT
//
// Idle NAT: two WebSockets through a router that forgets who was silent for a while, and tells
// nobody. The one whose heart beats gets what is published later; the other one does not, and
// neither its page nor the server learns of it.

import { byId, h, setText } from "../dom.js";
import { formatDelay } from "../format.js";
import { number, onLanguage, say, t } from "../i18n.js";
import { post } from "../pushlab/publish.js";
import { delay_ms } from "../server_time.js";
import { clock_ms } from "../transports/transport.js";
import { Line } from "./line.js";

const DOOR = "~nat";
const STEPS = ["nat-connect", "nat-publish", "nat-return"];
const FORGETS_MS = Number(new URLSearchParams(location.search).get("forgets") ?? 3) * 1000;
const BEATS = { interval_ms: 1000, timeout_ms: 2000 };
const LOOK_MS = 400;
const DRAW_MS = 100;
const TOPIC = `lab.nat.${Math.random().toString(36).slice(2, 8)}`;

export class Nat {
  #doors;
  #sides = [];
  #begun = false;
  #published = 0;
  #forgotten = 0; // by the router's own count, since connecting
  #before = 0;

  constructor(doors) {
    this.#doors = doors;
    const address = `${doors.originOf(DOOR)}/websocket/${TOPIC}?careless=1`;
    this.#sides = [new Side("off", address, null), new Side("on", address, BEATS)];
    byId("nat-sides").append(...this.#sides.map(({ element }) => element));
    byId("nat-connect").addEventListener("click", () => this.#do(() => this.#connect()));
    byId("nat-publish").addEventListener("click", () => this.#do(() => this.#publish()));
    byId("nat-return").addEventListener("click", () => this.#sides.forEach((side) => side.comeBack()));
    for (const id of STEPS) byId(id).disabled = false;
    setInterval(() => this.#draw(), DRAW_MS);
    this.#look();
  }

  leave() {
    for (const side of this.#sides) side.line.close();
  }

  async #connect() {
    await this.#doors.set(DOOR, { idle_cut_ms: FORGETS_MS, idle_how: "drop" });
    await this.#doors.refresh();
    this.#before = this.#doors.door(DOOR).counts.idle_cuts;
    this.#forgotten = 0;
    for (const side of this.#sides) side.connect();
    this.#begun = true;
    emphasise("nat-publish");
  }

  async #publish() {
    const { seq, subscribers } = await post({ topic: TOPIC, data: t("heartbeat.nat_text", { count: this.#published + 1 }) });
    this.#published += 1;
    for (const side of this.#sides) side.due(seq);
    if (this.#begun) emphasise("nat-return");
    say(byId("nat-said"), "heartbeat.nat_published", { subscribers });
  }

  async #do(work) {
    try {
      await work();
      byId("nat-said").classList.remove("bad");
    } catch (error) {
      byId("nat-said").classList.add("bad");
      say(byId("nat-said"), "heartbeat.problem", { text: error.message });
    }
  }

  /** What the router has forgotten, it says itself. */
  async #look() {
    if (!document.hidden && this.#sides.some(({ line }) => line.state !== "closed")) {
      await this.#doors.refresh().catch(() => {});
      this.#forgotten = this.#doors.door(DOOR).counts.idle_cuts - this.#before;
    }
    setTimeout(() => this.#look(), LOOK_MS);
  }

  #draw() {
    const router = byId("nat-router");
    const said = this.#begun ? "heartbeat.nat_router" : "heartbeat.nat_router_idle";
    router.dataset.forgotten = this.#forgotten;
    setText(router, t(said, { count: number(this.#forgotten), seconds: number(FORGETS_MS / 1000) }));
    for (const side of this.#sides) side.draw();
  }
}

/** The step that comes next. */
function emphasise(next) {
  for (const id of STEPS) byId(id).classList.toggle("primary", id === next);
}

class Side {
  line;
  #missing = null; // {seq, since_ms}: what was published and has not come
  #pill = h("span", { class: "pill" });
  #bar = h("i");
  #verdict = h("p", { class: "nat-verdict" });
  #facts = h("p", { class: "about" });
  #list = h("ol", { class: "messages" });

  constructor(name, address, settings) {
    this.line = new Line(address, settings, {
      onState: (state) => this.#show(state),
      onMessage: (message) => this.#message(message),
    });
    this.element = h("article", { class: "column nat-side", "data-transport": "websocket", "data-heart": name },
      h("div", { class: "head" }, say(h("h2"), `heartbeat.nat_${name}`), this.#pill),
      h("div", { class: "nat-memory" }, say(h("span"), "heartbeat.nat_memory"), h("div", { class: "bar" }, this.#bar)),
      this.#verdict, this.#facts, this.#list);
    this.#clear();
    this.#show("closed");
    onLanguage(() => this.draw());
  }

  connect() {
    this.#clear();
    this.line.open();
  }

  /** From its cursor, on a new connection, as a client does that has noticed. */
  comeBack() {
    if (this.#missing || this.line.state === "dead") this.line.open(this.line.cursor);
  }

  /** The message of this number has been published. */
  due(seq) {
    const here = Number(this.element.dataset.last ?? 0) >= seq;
    if (this.line.state !== "closed" && !here) this.#missing ??= { seq, since_ms: clock_ms() };
  }

  draw() {
    const idle_ms = this.line.state === "open" ? clock_ms() - this.line.spoken_ms : FORGETS_MS;
    this.#bar.style.width = `${Math.max(0, 100 * (1 - idle_ms / FORGETS_MS))}%`;
    setText(this.#facts, t("heartbeat.nat_believes", { state: t(`heartbeat.nat_${this.line.believed}`) }));
    if (!this.#missing) return;
    this.element.dataset.verdict = "missing";
    const waited = number((clock_ms() - this.#missing.since_ms) / 1000, 0);
    setText(this.#verdict, t("heartbeat.nat_missing", { seconds: waited }));
  }

  #clear() {
    this.#missing = null;
    this.element.dataset.verdict = "";
    this.#list.replaceChildren();
    say(this.#verdict, "heartbeat.nat_nothing");
  }

  /** "open" says no more than that nobody has closed it. */
  #show(state) {
    this.element.dataset.state = state;
    say(this.#pill, state === "open" ? "heartbeat.nat_open" : `heartbeat.state_${state}`);
  }

  #message(message) {
    const delay = formatDelay(delay_ms(message, clock_ms()));
    this.element.dataset.last = message.seq;
    this.element.dataset.verdict = "arrived";
    if (this.#missing && message.seq >= this.#missing.seq) this.#missing = null;
    say(this.#verdict, "heartbeat.nat_arrived", { delay });
    this.#list.prepend(h("li", {}, h("b", {}, String(message.seq)), h("span", {}, message.data), h("i", {}, delay)));
    while (this.#list.children.length > 4) this.#list.lastChild.remove();
  }
}
