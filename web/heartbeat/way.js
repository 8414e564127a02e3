// SPDX-License-Identifier: MIT
//
// Way: the buttons for what becomes of the way between this page and the server. It leads through a
// relay that swallows bytes and tells nobody; and it may be a long one, so that one sees what is under
// way.

import { byId, h } from "../dom.js";
import { say, sayAttribute } from "../i18n.js";

const DOOR = "~heart";
/** What is done, as the relay's `set` takes it; null: it closes both connections, with FIN. */
const DONE = {
  line: { stall: true },
  server: { down: { stall: true } },
  client: { up: { stall: true } },
  cut: null,
};

export class Way {
  #doors;
  #hearts;
  #buttons = [];

  constructor(doors, hearts) {
    this.#doors = doors;
    this.#hearts = hearts;
    for (const kind of Object.keys(DONE)) this.#add(`do_${kind}`, () => this.#spoil(kind), { "data-kind": kind });
    this.#add("do_mend", () => this.#mend(), { class: "primary", "data-kind": "mend" });
    byId("way").append(...this.#buttons);
    byId("distance").disabled = false;
    byId("distance").addEventListener("change", () => this.#try(() => this.#mend()));
  }

  start() {
    return this.#try(() => this.#mend()); // whatever another page may have left there
  }

  /** The origin that leads through the relay. */
  static originOf(doors) {
    return doors.originOf(DOOR);
  }

  #add(name, work, properties) {
    const press = () => this.#try(work);
    const button = say(h("button", { type: "button", onclick: press, ...properties }), `heartbeat.${name}`);
    this.#buttons.push(sayAttribute(button, "title", `heartbeat.${name}_help`));
  }

  async #spoil(kind) {
    if (DONE[kind]) {
      await this.#put(DONE[kind]);
      this.#hearts.did(kind);
    } else {
      await this.#mend();
      this.#hearts.did(kind); // before: the ends may be told sooner than the answer is here
      await this.#doors.act(DOOR, kind);
    }
    this.#mark(kind === "cut" ? "mend" : kind);
  }

  async #mend() {
    await this.#put({});
    this.#hearts.mended();
    this.#mark("mend");
  }

  #put(faults) {
    return this.#doors.set(DOOR, { delay_ms: Number(byId("distance").value) / 2, ...faults });
  }

  #mark(kind) {
    for (const button of this.#buttons) button.setAttribute("aria-pressed", button.dataset.kind === kind);
    say(byId("way-about"), `heartbeat.way_${kind}`);
    byId("way").dataset.kind = kind;
  }

  async #try(work) {
    for (const button of this.#buttons) button.disabled = true;
    try {
      await work();
    } catch (error) {
      say(byId("way-about"), "heartbeat.problem", { text: error.message });
    }
    for (const button of this.#buttons) button.disabled = false;
  }
}
