// SPDX-License-Identifier: MIT
//
// Column view: how a column looks. Everything has its fixed place and size, so that nothing jumps
// when figures grow.

import { h, setText } from "../dom.js";
import { formatBytes, formatData, formatDelay } from "../format.js";
import { has, number, onLanguage, say, sayAttribute, t } from "../i18n.js";
import { sumOfParts } from "../transports/counters.js";
import { Plot } from "./plot.js";

const ROWS = 4;
const GAP_SHOWN_MS = 20000;
const PARTS = ["headers", "framing", "payload"];
const CHECKS = ["lost", "repeated", "reordered", "gaps"];
const COUNTS = ["messages", "requests", "useless", "connections"];

export class ColumnView {
  #state = null; // {state, reason, retry_ms}
  #rows = [];
  #gap = null; // {note, args, until_ms}

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
    this.#gap = null;
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

  message(message, at_ms, delay_ms) {
    this.plot.points.push({ at_ms, delay_ms });
    this.#addRow({ message, delay_ms });
  }

  /** Said in words, and kept in sight for a while, however much comes after it. */
  gap(gap) {
    const note = gap.count === null ? "gap.unknown" : "gap.known";
    this.#gap = { note, args: gap, until_ms: performance.now() + GAP_SHOWN_MS };
    this.#rowsChanged = true;
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

  #renderRows() {
    this.#rowsChanged = false;
    const gap = this.#gap && performance.now() < this.#gap.until_ms ? [renderGap(this.#gap)] : [];
    const rows = this.#rows.length ? this.#rows.map(renderRow) : [h("li", { class: "note" }, t("column.waiting"))];
    this.list.replaceChildren(...gap, ...rows);
  }

  #layout(name) {
    const delay = (value, key) => h("div", {}, value, say(h("span"), key));
    const title = say(h("h3"), "column.bytes");
    const bytes = h("div", { class: "bytes" }, title, this.up.element, this.down.element, legend());
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

function renderGap({ note, args }) {
  return h("li", { class: "note alert" }, t(note, args));
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

/** One direction: bytes per message as a bar whose parts are drawn to scale, and in figures. */
function bytesRow(key) {
  const bars = PARTS.map((part) => h("span", { class: part }));
  const sum = h("span", { class: "sum" }, "–");
  const element = h("div", { class: "bytes-row" }, say(h("span"), key), h("div", { class: "bar" }, ...bars), sum);
  const draw = (parts, messages, scale) => {
    const each = Math.max(1, messages);
    PARTS.forEach((part, i) => (bars[i].style.width = `${(100 * parts[part]) / each / scale}%`));
    setText(sum, messages ? `≈ ${formatBytes(sumOfParts(parts) / each)}` : "–");
  };
  return { element, draw };
}

function legend() {
  const keys = PARTS.map((part) => h("span", { class: `key ${part}` }, say(h("span"), `column.${part}`)));
  return h("div", { class: "legend" }, ...keys);
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
