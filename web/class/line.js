// SPDX-License-Identifier: MIT
//
// Line: the door ~class, by which students' feeds come when the teacher says so; their reports,
// predictions and talk never do. It turns everybody away until it is opened, and takes commands
// from pages on the teacher's own machine alone.

import { byId, h } from "../dom.js";
import { say } from "../i18n.js";
import { Doors, THINGS } from "../lab/doors.js";

const DOOR = "~class";
const CLOSED = { refuse: true };

export class Line {
  #doors;

  /** null when this server has no such door, or does not let this page command it. */
  static async find() {
    const doors = await Doors.find().catch(() => null);
    return doors?.door(DOOR) ? new Line(doors) : null;
  }

  constructor(doors) {
    this.#doors = doors;
    this.port = Number(new URL(doors.originOf(DOOR)).port);
  }

  /** Puts one of THINGS there. */
  async open(thing) {
    await this.#doors.put(DOOR, thing);
  }

  async close() {
    await this.#doors.set(DOOR, CLOSED);
    await this.#doors.act(DOOR, "reset");
  }
}

export function offerLines(select) {
  const things = Object.keys(THINGS).filter((name) => name !== "nothing");
  select.append(...things.map((name) => say(h("option", { value: name }), `door.${name}`)));
}

/** Where a student asks for the feed, as the lesson says: "" is the page's own origin. */
export function throughOf({ line, door }) {
  return line && Number.isInteger(door) && door > 0 && door < 65536 ? `http://${location.hostname}:${door}` : "";
}

/** Tells a student what there is in between. */
export function showLine({ line }) {
  const shown = line in THINGS;
  byId("line-told").hidden = !shown;
  if (shown) say(byId("line-name"), `door.${line}`);
}
