// SPDX-License-Identifier: MIT
//
// Fault panel: the doors of this server and what stands in each, for the columns that go through
// it. Hidden when the server has no doors.

import { byId, h, setText } from "../dom.js";
import { tellMissing } from "../home.js";
import { has, onLanguage, say, sayAttribute, t } from "../i18n.js";
import { doingsOf } from "./doings.js";
import { Doors, faultsText, thingIn, THINGS } from "./doors.js";

const QUIET_TOPIC = "quiet";
const SHOWN_IN_QUIET = ["cache", "idle", "silent"]; // where something is said each second, nothing comes of them
const ACTS = ["cut", "reset", "freeze", "thaw"];

/**
 * columns: asked for `door`, and told again() when what stands in theirs has changed. Resolves to the
 * rows, {name, thing, put(thing)} each; none without doors. watch(topic): for what shows where nothing is said.
 */
export async function startFaultPanel(columns, watch) {
  const doors = await Doors.find().catch(() => null);
  tellMissing(byId("no-doors"), !doors);
  byId("doors-lead").hidden = doors === null;
  if (!doors) return [];
  const rows = doors.common.map(({ name }) => new DoorRow(doors, name, columns, watch));
  byId("doors").append(...rows.map(({ element }) => element));
  for (const column of columns) column.offerDoors(doors);
  return rows;
}

class DoorRow {
  #doors;
  #columns;
  #select = h("select");
  #faults = h("code");
  #about = h("p");
  #doings = h("ul", { class: "doings" });
  #quiet;

  constructor(doors, name, columns, watch) {
    this.#doors = doors;
    this.name = name;
    this.#columns = columns;
    for (const thing of Object.keys(THINGS)) this.#select.append(say(h("option", { value: thing }), `door.${thing}`));
    this.#select.prepend(say(h("option", { value: "", hidden: true }), "door.as_started"));
    this.#select.value = thingIn(doors.door(name).faults);
    sayAttribute(this.#select, "aria-label", "doors.thing");
    this.#select.addEventListener("change", () => this.put(this.thing));
    this.#quiet = say(h("button", { type: "button", onclick: () => watch(QUIET_TOPIC) }), "doors.quiet");
    const buttons = ACTS.map((act) => this.#button(act));
    this.element = h("div", { class: "door" }, h("b", {}, name), this.#select, h("span", { class: "acts" }, ...buttons),
      h("div", { class: "about" }, this.#about, this.#quiet), this.#doings, this.#faults);
    onLanguage(() => this.#show());
    this.#show();
  }

  /** Which of THINGS stands in it; "" when none that has a name. */
  get thing() {
    return this.#select.value;
  }

  put(thing) {
    this.#select.value = thing;
    return this.#do(() => this.#doors.put(this.name, thing), true);
  }

  #button(act) {
    const button = say(h("button", { type: "button", onclick: () => this.#do(() => this.#doors.act(this.name, act)) }), `doors.${act}`);
    return sayAttribute(button, "title", `doors.${act}_help`);
  }

  async #do(work, anew = false) {
    try {
      await work();
      this.#show();
      if (anew) for (const column of this.#columns) if (column.door === this.name) column.again();
    } catch (error) {
      setText(this.#about, t("doors.failed", { text: error.message }));
    }
  }

  #show() {
    const { faults, frozen } = this.#doors.door(this.name);
    const about = this.#select.value && `door.${this.#select.value}_about`;
    this.element.dataset.thing = this.#select.value;
    setText(this.#about, has(about) ? t(about) : "");
    this.#quiet.hidden = !SHOWN_IN_QUIET.includes(this.#select.value);
    this.#doings.replaceChildren(...doingsOf(this.#select.value).map(doing));
    setText(this.#faults, [frozen ? t("doors.frozen") : "", faultsText(faults) || t("doors.no_faults")].filter(Boolean).join(", "));
  }
}

function doing({ transport, key }) {
  return h("li", { "data-transport": transport }, say(h("b"), `transport.${transport}`), say(h("span"), key));
}
