// SPDX-License-Identifier: MIT
//
// Sequence view: the diagram of sequence.js, a row for each column of the lab. Of a row's two rails
// the upper one is the server, the lower one this page; time runs to the right, and "now" is at the
// right edge. It can be stopped to be looked at; what comes meanwhile is not lost, only not shown.

import { byId, h, setText } from "../dom.js";
import { has, number, onLanguage, say, sayAttribute, t } from "../i18n.js";
import { clock_ms } from "../transports/transport.js";
import { arrow, fitCanvas, line } from "./canvas.js";
import { marksOf, publishMoments } from "./sequence.js";

export const LONGEST_MS = 30000;

export class SequenceView {
  #rows = [];
  #stopped_ms = null;

  /** columns: what has a `track`, a `transport` name and a `halfTrip_ms`, which may all change. */
  constructor(columns) {
    this.#rows = columns.map((column) => new Row(column));
    byId("sequence").append(...this.#rows.map(({ element }) => element));
    byId("sequence-stop").addEventListener("click", () => this.#toggle());
  }

  draw() {
    const now_ms = this.#stopped_ms ?? clock_ms();
    const window_ms = Number(byId("sequence-window").value) * 1000;
    const tracks = this.#rows.map(({ track }) => track).filter(Boolean);
    if (this.#stopped_ms === null) tracks.forEach((track) => track.forget(now_ms - LONGEST_MS));
    const moments = publishMoments(tracks);
    for (const row of this.#rows) row.draw(moments, now_ms, window_ms);
  }

  #toggle() {
    this.#stopped_ms = this.#stopped_ms === null ? clock_ms() : null;
    say(byId("sequence-stop"), this.#stopped_ms === null ? "sequence.stop" : "sequence.go_on");
  }
}

class Row {
  #column;
  #name = "";
  #canvas = sayAttribute(h("canvas", { role: "img" }), "aria-label", "sequence.help");
  #title = h("b");
  #counts = h("small");

  constructor(column) {
    this.#column = column;
    const names = h("div", { class: "track-name" }, this.#title, this.#counts);
    const rails = h("div", { class: "rails" }, say(h("span"), "sequence.server"), say(h("span"), "sequence.page"));
    this.element = h("div", { class: "track" }, names, rails, this.#canvas);
    onLanguage(() => (this.#name = ""));
  }

  get track() {
    return this.#column.track;
  }

  draw(moments, now_ms, window_ms) {
    this.#showName();
    const drawing = fitCanvas(this.#canvas);
    if (!drawing || !this.track) return;
    const marks = marksOf(this.track, this.#column.halfTrip_ms, now_ms);
    const from_ms = now_ms - window_ms;
    paint(drawing, marks, moments, (at_ms) => (drawing.width * (at_ms - from_ms)) / window_ms);
    this.#count(marks, from_ms, now_ms);
  }

  #showName() {
    const name = this.#column.transport;
    if (name === this.#name) return;
    this.#name = name;
    this.element.dataset.transport = name;
    setText(this.#title, has(`transport.${name}`) ? t(`transport.${name}`) : name);
  }

  /** What is in sight, in figures. */
  #count({ asks, answers, frames }, from_ms, now_ms) {
    const seen = (list) => list.filter(({ end_ms }) => end_ms >= from_ms && end_ms <= now_ms).length;
    const useless = seen(answers.filter((answer) => answer.useless));
    const args = { asks: number(seen(asks)), answers: number(seen(answers)), useless: number(useless),
      frames: number(seen(frames)) };
    setText(this.#counts, t(frames.length ? "sequence.stream_counts" : "sequence.poll_counts", args));
  }
}

// ---- drawing ----

function paint({ context: c, width, height, em, style }, marks, moments, x) {
  const server = Math.round(0.55 * em) + 0.5;
  const page = Math.round(height - 0.55 * em) + 0.5;
  const tone = style.getPropertyValue("--tone");
  c.strokeStyle = style.color;
  c.globalAlpha = 0.5;
  c.setLineDash([2, 3]);
  for (const at_ms of moments) line(c, x(at_ms), 0, x(at_ms), height);
  c.setLineDash([]);
  c.globalAlpha = 0.3;
  line(c, 0, server, width, server);
  line(c, 0, page, width, page);
  c.fillStyle = c.strokeStyle = tone;
  shade(c, marks.holds, x, server - 0.3 * em, 0.6 * em, 0.35);
  shade(c, marks.waits, x, server - 0.12 * em, 0.24 * em, 1);
  c.globalAlpha = 1;
  for (const mark of marks.asks) arrow(c, x(mark.start_ms), page, x(mark.end_ms), server, em, false);
  for (const mark of [...marks.answers, ...marks.frames])
    arrow(c, x(mark.start_ms), server, x(mark.end_ms), page, em, !mark.useless);
}

function shade(c, marks, x, top, height, alpha) {
  c.globalAlpha = alpha;
  for (const { start_ms, end_ms } of marks) {
    const left = Math.max(-2, x(start_ms));
    c.fillRect(left, top, Math.max(1, x(end_ms) - left), height);
  }
}
