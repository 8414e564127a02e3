// SPDX-License-Identifier: MIT
//
// Storm: event streams through six doors, six each, which is what a browser allows. All are cut at
// once; when does each come back? By itself EventSource waits what the server said (`retry:`), all the
// same; a client of one's own can wait by chance.

import { byId, h, setText } from "../dom.js";
import { formatDelay } from "../format.js";
import { number, onLanguage, say, sayAttribute, t } from "../i18n.js";
import { Backoff } from "../pushlab/backoff.js";
import { clock_ms } from "../transports/transport.js";
import { BIN_MS, countTimes, drawHistogram } from "./histogram.js";

const EACH = 6; // connections to one host and port
const WAIT_MS = 1000;
const OPENING_MS = 15000;
const DRAW_MS = 150;
const TOPIC = `lab.storm.${Math.random().toString(36).slice(2, 8)}`;

/** How long a client stays away that has been cut; null: EventSource does it by itself. */
const WAITS = {
  browser: null,
  same: () => WAIT_MS,
  spread: () => new Backoff(2 * WAIT_MS).next_ms(),
};

export class Storm {
  #doors;
  #names;
  #guests = [];
  #rows;
  #running = false;

  /** names: of the doors to go through. */
  constructor(doors, names) {
    this.#doors = doors;
    this.#names = names;
    this.#rows = Object.fromEntries(Object.keys(WAITS).map((kind) => [kind, new Row(kind, () => this.#run(kind))]));
    byId("storm-rows").append(...Object.values(this.#rows).map(({ element }) => element));
    setInterval(() => this.#draw(), DRAW_MS);
    onLanguage(() => this.#draw());
  }

  leave() {
    for (const guest of this.#guests) guest.leave();
    this.#guests = [];
  }

  async #run(kind) {
    if (this.#running) return;
    this.#running = true;
    for (const row of Object.values(this.#rows)) row.busy(true);
    const row = this.#rows[kind];
    try {
      await this.#open(kind, row);
      row.begins();
      const cut_ms = clock_ms();
      for (const guest of this.#guests) guest.isCut(cut_ms);
      await Promise.all(this.#names.map((name) => this.#doors.act(name, "cut")));
      await allWithin(this.#guests.map(({ back }) => back.then((ms) => row.came(ms))));
      row.ends(this.#guests.length);
    } catch (error) {
      row.failed(error.message);
    }
    this.leave();
    for (const one of Object.values(this.#rows)) one.busy(false);
    this.#running = false;
  }

  async #open(kind, row) {
    row.opens();
    for (const name of this.#names) await this.#doors.set(name, {});
    const address = (name) => `${this.#doors.originOf(name)}/sse/${TOPIC}?since=now`;
    this.#guests = this.#names.flatMap((name) => Array.from({ length: EACH }, () => new Guest(address(name), WAITS[kind])));
    await allWithin(this.#guests.map(({ opened }) => opened));
  }

  #draw() {
    const rows = Object.values(this.#rows);
    const highest = Math.max(...rows.map(({ counted }) => counted.peak));
    for (const row of rows) row.draw(highest);
  }
}

/** One of the many. */
class Guest {
  #address;
  #wait_ms; // null: EventSource comes back by itself
  #source = null;
  #timer = 0;
  #cut_ms = null;

  constructor(address, wait_ms) {
    this.#address = address;
    this.#wait_ms = wait_ms;
    this.opened = new Promise((resolve) => (this.onOpened = resolve));
    this.back = new Promise((resolve) => (this.onBack = resolve));
    this.#connect();
  }

  isCut(at_ms) {
    this.#cut_ms = at_ms;
  }

  leave() {
    clearTimeout(this.#timer);
    this.#source.close();
  }

  #connect() {
    this.#source = new EventSource(this.#address);
    this.#source.onopen = () => (this.#cut_ms === null ? this.onOpened() : this.onBack(clock_ms() - this.#cut_ms));
    this.#source.onerror = () => this.#lost();
  }

  #lost() {
    if (this.#wait_ms === null && this.#source.readyState !== EventSource.CLOSED) return;
    this.#source.close();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), this.#wait_ms?.() ?? WAIT_MS);
  }
}

/** A way to come back: its button, its histogram, its figures. */
class Row {
  counted = countTimes([]);
  #times = [];
  #state = { key: "storm_idle", args: {} };
  #button = h("button", { type: "button", class: "primary" });
  #canvas = sayAttribute(h("canvas", { role: "img" }), "aria-label", "connections.histogram");
  #figures = h("p", { class: "about", role: "status" });

  constructor(kind, onRun) {
    say(this.#button, "connections.storm_cut").addEventListener("click", onRun);
    const card = h("div", {}, say(h("h3"), `connections.storm_${kind}`), say(h("p", { class: "about" }), `connections.storm_${kind}_about`), this.#button);
    this.element = h("article", { class: "storm-row", "data-kind": kind, "data-transport": "sse" }, card, h("div", {}, this.#canvas, this.#figures));
  }

  busy(busy) {
    this.#button.disabled = busy;
  }

  opens() {
    this.#times = [];
    this.#show("storm_opens");
  }

  begins() {
    this.#show("storm_runs");
  }

  came(ms) {
    this.#times.push(ms);
    this.element.dataset.back = this.#times.length;
  }

  ends(all) {
    this.counted = countTimes(this.#times);
    this.#show("storm_done", { all, peak: this.counted.peak, last: formatDelay(this.counted.last_ms), bin: BIN_MS });
    this.element.dataset.peak = this.counted.peak;
  }

  failed(text) {
    this.#show("storm_failed", { text });
  }

  draw(highest) {
    this.counted = countTimes(this.#times);
    drawHistogram(this.#canvas, this.counted, highest);
    const { key, args } = this.#state;
    setText(this.#figures, t(`connections.${key}`, { back: number(this.#times.length), ...args }));
  }

  #show(key, args = {}) {
    this.#state = { key, args };
    this.element.dataset.state = key;
  }
}

/** Resolves when all have; throws when that takes too long. */
async function allWithin(promises) {
  let timer = 0;
  const tooLong = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(t("connections.too_long"))), OPENING_MS)));
  try {
    await Promise.race([Promise.all(promises), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
