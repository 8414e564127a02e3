// SPDX-License-Identifier: MIT
//
// Fault panel: the doors of this server and what stands in each, for the columns that go through
// it. Hidden when the server has no doors.

import { byId, h, setText } from "../dom.js";
import { has, onLanguage, say, sayAttribute, t } from "../i18n.js";
import { Doors, faultsText, THINGS } from "./doors.js";

const ACTS = ["cut", "reset", "freeze", "thaw"];

/**
 * columns: asked for `door`, and told again() when what stands in theirs has changed. Resolves to the
 * rows, {name, thing, put(thing)} each; none without doors.
 */
export async function startFaultPanel(columns) {
  const doors = await Doors.find().catch(() => null);
  byId("no-doors").hidden = doors !== null;
  byId("doors-lead").hidden = doors === null;
  if (!doors) return [];
  const rows = doors.common.map(({ name }) => new DoorRow(doors, name, columns));
  byId("doors").append(...rows.map(({ element }) => element));
  for (const column of columns) column.offerDoors(doors);
  return rows;
}

class DoorRow {
  #doors;
  #columns;
  #select = h("select");
  #faults = h("code");
  #about = h("p", { class: "about" });

  constructor(doors, name, columns) {
    this.#doors = doors;
    this.name = name;
    this.#columns = columns;
    for (const thing of Object.keys(THINGS)) this.#select.append(say(h("option", { value: thing }), `door.${thing}`));
    this.#select.prepend(say(h("option", { value: "", hidden: true }), "door.as_started"));
    this.#select.value = "";
    sayAttribute(this.#select, "aria-label", "doors.thing");
    this.#select.addEventListener("change", () => this.put(this.thing));
    const buttons = ACTS.map((act) => this.#button(act));
    this.element = h("div", { class: "door" }, h("b", {}, name), this.#select, h("span", { class: "acts" }, ...buttons),
      this.#about, this.#faults);
    onLanguage(() => this.#show());
    this.#show();
  }

  /** What was chosen last to stand in it; "" as long as it is as it was started. */
  get thing() {
    return this.#select.value;
  }

  /** What is done to HTTP is decided when a connection comes, and browsers keep theirs to use them
   * again: so those that are there end. */
  put(thing) {
    this.#select.value = thing;
    return this.#do(async () => {
      await this.#doors.put(this.name, thing);
      await this.#doors.act(this.name, "reset");
    }, true);
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
    setText(this.#about, has(about) ? t(about) : "");
    setText(this.#faults, [frozen ? t("doors.frozen") : "", faultsText(faults) || t("doors.no_faults")].filter(Boolean).join(", "));
  }
}
