// SPDX-License-Identifier: MIT
//
// Column view: how a column looks. Everything has its fixed place and size, so that nothing jumps
// when figures grow.

import { bytesLegend, bytesRow } from "../bytes_row.js";
import { h, setText } from "../dom.js";
import { formatData, formatDelay, formatTime } from "../format.js";
import { has, number, onLanguage, say, sayAttribute, t } from "../i18n.js";
import { Plot } from "./plot.js";

const ROWS = 4;
const PINNED_MS = 20000;
const CHECKS = ["lost", "repeated", "reordered", "gaps"];
const COUNTS = ["messages", "requests", "useless", "connections"];

export class ColumnView {
  #state = null; // {state, reason, retry_ms}
  #rows = [];
  #pinned = []; // {note, args, tone, until_ms}: newest first

  constructor(name, names, { onSwitch, onPause, onDoor }) {
    this.title = h("h2");
    this.pill = h("span", { class: "pill" });
    this.reason = h("p", { class: "reason" });
    this.last = h("strong", { class: "big" }, "–");
    this.median = h("strong", { class: "big" }, "–");
    this.canvas = sayAttribute(h("canvas", { class: "plot", role: "img" }), "aria-label", "column.plot");
    sayAttribute(this.canvas, "title", "column.plot");
    this.plot = new Plot(this.canvas);
    this.list = sayAttribute(h("ol", { class: "messages" }), "aria-label", "column.list");
    this.counts = figures(COUNTS);
    this.checks = figures(CHECKS);
    this.up = bytesRow("column.bytes_up");
    this.down = bytesRow("column.bytes_down");
    this.pauseButton = say(h("button", { type: "button", onclick: onPause }), "column.pause");
    this.select = switcher(names, name, onSwitch);
    this.doorSelect = h("select", { onchange: (event) => onDoor(event.target.value) });
    this.doorLabel = h("label", { class: "door-choice", hidden: true }, say(h("span"), "column.door"), this.doorSelect);
    this.element = this.#layout(name);
    onLanguage(() => {
      this.#renderRows();
      if (this.#state) this.#renderState(); // its tooltip
    });
    this.#setName(name);
    this.clear();
  }

  // ---- what happens ----

  clear() {
    this.#rows = [];
    this.#pinned = [];
    this.plot.clear();
    this.#renderRows();
  }

  switched(name) {
    this.select.value = name;
    this.#setName(name);
    this.#addRow({ note: "column.switched", args: { transport: transportName(name) } });
  }

  offerDoors(names) {
    const straight = say(h("option", { value: "" }), "column.straight");
    this.doorSelect.replaceChildren(straight, ...names.map((name) => h("option", { value: name }, name)));
    this.doorLabel.hidden = false;
  }

  wentThrough(door) {
    this.doorSelect.value = door;
    this.#addRow({ note: door ? "column.by_door" : "column.by_no_door", args: { door } });
  }

  paused(paused) {
    say(this.pauseButton, paused ? "column.resume" : "column.pause");
  }

  state(state, reason, wait_ms) {
    this.#state = { state, reason, retry_ms: wait_ms ? performance.now() + wait_ms : 0 };
    this.#renderState();
  }

  /** delay_ms: null when it does not count. */
  message(message, at_ms, delay_ms) {
    if (delay_ms !== null) this.plot.points.push({ at_ms, delay_ms });
    this.#addRow({ message, delay_ms });
  }

  gap(gap) {
    this.#pin(gap.count === null ? "gap.unknown" : "gap.known", gap);
  }

  wasHidden({ start_ms, end_ms }) {
    this.#pin("column.hidden", { from: formatTime(start_ms), to: formatTime(end_ms) }, " mild");
  }

  /** bytes_scale: bytes per message that fill a bar, the same in all columns. */
  draw({ counters, ledger, last_ms, median_ms, bytes_scale }) {
    setText(this.last, formatDelay(last_ms));
    setText(this.median, formatDelay(median_ms));
    this.#drawCounts(counters);
    for (const name of CHECKS) {
      setText(this.checks[name].value, number(ledger[name]));
      this.checks[name].box.classList.toggle("bad", ledger[name] > 0);
    }
    this.up.draw(counters.up, counters.messages, bytes_scale);
    this.down.draw(counters.down, counters.messages, bytes_scale);
    if (this.#rowsChanged) this.#renderRows();
    if (this.#state?.retry_ms) this.#renderState();
    this.plot.draw();
  }

  // ---- how it is drawn ----

  #rowsChanged = false;

  #drawCounts(counters) {
    const { messages, requests, empty, connections } = counters;
    setText(this.counts.messages.value, number(messages));
    setText(this.counts.requests.value, number(requests));
    const share = empty ? ` ${number((100 * empty) / requests, 0)}%` : "";
    setText(this.counts.useless.value, number(empty));
    setText(this.counts.useless.aside, share);
    setText(this.counts.connections.value, number(connections));
  }

  #setName(name) {
    this.element.dataset.transport = name;
    if (has(`transport.${name}`)) say(this.title, `transport.${name}`);
    else this.title.textContent = name;
  }

  #renderState() {
    const { state, reason, retry_ms } = this.#state;
    this.element.dataset.state = state;
    say(this.pill, `state.${state}`);
    if (!reason) return;
    const seconds = Math.ceil((retry_ms - performance.now()) / 1000);
    if (seconds > 0) say(this.reason, "reason.retry", { reason: t(reason.key, reason.args), seconds });
    else say(this.reason, reason.key, reason.args);
    this.reason.title = this.reason.textContent;
  }

  #addRow(row) {
    this.#rows = [row, ...this.#rows].slice(0, ROWS);
    this.#rowsChanged = true;
  }

  /** Said in words, and kept in sight for a while, however much comes after it. */
  #pin(note, args, tone = "") {
    this.#pinned = [{ note, args, tone, until_ms: performance.now() + PINNED_MS }, ...this.#pinned].slice(0, ROWS);
    this.#rowsChanged = true;
  }

  #renderRows() {
    this.#rowsChanged = false;
    this.#pinned = this.#pinned.filter(({ until_ms }) => performance.now() < until_ms);
    const rows = this.#rows.length ? this.#rows.map(renderRow) : [h("li", { class: "note" }, t("column.waiting"))];
    this.list.replaceChildren(...this.#pinned.map(renderPinned), ...rows);
  }

  #layout(name) {
    const delay = (value, key) => h("div", {}, value, say(h("span"), key));
    const title = say(h("h3"), "column.bytes");
    const bytes = h("div", { class: "bytes" }, title, this.up.element, this.down.element, bytesLegend());
    return h(
      "article",
      { class: "column", "data-transport": name, "data-state": "connecting" },
      h("div", { class: "head" }, this.title, this.pill),
      this.reason,
      sayAttribute(
        h("div", { class: "delays" }, delay(this.last, "column.delay_last"), delay(this.median, "column.delay_median")),
        "title",
        "column.delay_help",
      ),
      this.canvas,
      this.list,
      this.counts.element,
      sayAttribute(bytes, "title", "column.bytes_help"),
      sayAttribute(this.checks.element, "title", "column.checks_help"),
      h("div", { class: "actions" }, this.pauseButton, switchLabel(this.select)),
      this.doorLabel,
    );
  }
}

function transportName(name) {
  return has(`transport.${name}`) ? t(`transport.${name}`) : name;
}

function renderPinned({ note, args, tone }) {
  return h("li", { class: `note alert${tone}` }, t(note, args));
}

function renderRow({ message, delay_ms, note, args }) {
  if (note) return h("li", { class: "note" }, t(note, args));
  const event = message.event ? h("em", {}, message.event) : null;
  return h(
    "li",
    { title: formatData(message, 2000) },
    h("b", {}, String(message.seq)),
    event,
    h("span", {}, formatData(message)),
    h("i", {}, formatDelay(delay_ms)),
  );
}

/** A row of small figures: {element, NAME: {box, value, aside}…}. */
function figures(names) {
  const result = { element: h("dl", { class: "figures-row" }) };
  for (const name of names) {
    const value = h("span", {}, "0");
    const aside = h("small");
    const box = h("div", {}, say(h("dt"), `column.${name}`), h("dd", {}, value, aside));
    if (has(`column.${name}_help`)) sayAttribute(box, "title", `column.${name}_help`);
    result[name] = { box, value, aside };
    result.element.append(box);
  }
  return result;
}

/** In a narrow column a sign stands for the words. */
function switchLabel(select) {
  const words = say(h("span", { class: "words" }), "column.switch");
  const label = h("label", {}, words, h("span", { class: "sign", "aria-hidden": "true" }, "⇄"), select);
  sayAttribute(select, "aria-label", "column.switch");
  return sayAttribute(label, "title", "column.switch_help");
}

function switcher(names, name, onSwitch) {
  const options = names.map((n) => {
    const option = h("option", { value: n }, n);
    return has(`transport.${n}`) ? say(option, `transport.${n}`) : option;
  });
  const select = h("select", {}, ...options);
  select.value = name;
  select.addEventListener("change", () => onSwitch(select.value));
  return select;
}
