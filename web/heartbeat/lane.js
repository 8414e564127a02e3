// SPDX-License-Identifier: MIT
//
// Lane: one heart as a card: its state, its counts, and its beats on a time axis. The upper rail is the
// server, the lower one this page. Right of "now" lies what a timer still has to run.

import { h, setText } from "../dom.js";
import { number, say, sayAttribute, t } from "../i18n.js";
import { arrow, fitCanvas, line } from "../lab/canvas.js";
import { Beats, endOf } from "./beats.js";

const NOW_AT = 0.8; // of the width
const LOST_MS = 600; // what has not arrived by then is drawn as lost
const COUNTS = ["replies", "false_alarms"];

export class Lane {
  beats = new Beats();
  counts = { replies: 0, false_alarms: 0 };
  #kind;
  #canvas = sayAttribute(h("canvas", { role: "img" }), "aria-label", "heartbeat.timeline_help");
  #pill = h("span", { class: "pill" });
  #seen = h("p", { class: "about" });
  #figures = {};

  /**
   * name: strings heartbeat.lane_NAME; asker: "page" or "server", whose timer it is. Of a kind that
   * only listens (`watches`) the timer runs from one arrival to the next. `known`: whether the
   * server's side is recorded; otherwise half of a round trip is taken for the way there.
   */
  constructor(name, { transport, asker, watches = false, known }) {
    this.#kind = { name, asker, watches, known };
    const title = say(h("h2"), `heartbeat.lane_${name}`);
    for (const count of COUNTS) this.#figures[count] = h("dd", { "data-count": count }, "0");
    const list = COUNTS.map((count) => h("div", {}, say(h("dt"), countKey(count, watches)), this.#figures[count]));
    const card = h("div", { class: "lane-card" }, h("div", { class: "head" }, title, this.#pill),
      say(h("p", { class: "lane-about" }), `heartbeat.about_${name}`), h("dl", { class: "figures-row" }, ...list), this.#seen);
    this.element = h("article", { class: "column lane", "data-transport": transport, "data-lane": name }, card, this.#canvas);
    this.show("connecting");
  }

  /** state: as Line's. */
  show(state) {
    this.state = state;
    this.element.dataset.state = state;
    say(this.#pill, `heartbeat.state_${state}`);
  }

  count(name) {
    this.counts[name] += 1;
    setText(this.#figures[name], number(this.counts[name]));
    this.#figures[name].parentElement.classList.toggle("bad", name === "false_alarms");
  }

  /** faults: [{at_ms, end_ms: null while it lasts}]; seen_ms: the last sign of life. */
  draw(now_ms, window_ms, faults, seen_ms) {
    const ago = number(Math.max(0, now_ms - seen_ms) / 1000, 1, true);
    setText(this.#seen, seen_ms ? t("heartbeat.seen", { seconds: ago }) : t("heartbeat.unseen"));
    const drawing = fitCanvas(this.#canvas);
    if (!drawing) return;
    const from_ms = now_ms - window_ms * NOW_AT;
    this.beats.forget(from_ms - window_ms);
    const x = (at_ms) => (drawing.width * (at_ms - from_ms)) / window_ms;
    paint(drawing, x, now_ms, { ...this.#kind, beats: this.beats.list, faults });
  }
}

const countKey = (count, watches) => `heartbeat.${count === "replies" && watches ? "beats" : count}`;

// ---- drawing ----

function paint(drawing, x, now_ms, lane) {
  const { context: c, width, height, em, style } = drawing;
  const colour = (name) => style.getPropertyValue(`--${name}`);
  const server = Math.round(1.6 * em) + 0.5;
  const page = Math.round(height - 1.6 * em) + 0.5;
  const rails = lane.asker === "page" ? { asks: page, answers: server } : { asks: server, answers: page };
  const scene = { c, x, now_ms, em, rails, colour, style, lane };
  c.fillStyle = colour("bad");
  c.globalAlpha = 0.13;
  for (const { at_ms, end_ms } of lane.faults) c.fillRect(x(at_ms), 0, Math.max(2, x(end_ms ?? now_ms) - x(at_ms)), height);
  c.strokeStyle = style.color;
  c.globalAlpha = 0.35;
  for (const rail of [server, page]) line(c, 0, rail, width, rail);
  c.globalAlpha = 0.6;
  line(c, x(now_ms), 0, x(now_ms), height);
  c.fillStyle = style.color;
  c.font = `${0.75 * em}px ${style.fontFamily}`;
  c.fillText(t("heartbeat.rail_server"), 2, server - 0.4 * em);
  c.fillText(t("heartbeat.rail_page"), 2, page + 1.1 * em);
  c.globalAlpha = 1;
  for (const beat of lane.beats) {
    drawTimer(scene, beat);
    drawAsk(scene, beat);
    if (!lane.watches) drawReply(scene, beat);
    if (beat.dead_ms) drawDead(scene, beat.dead_ms);
  }
}

/** Filled as far as it has run, pale where it still has to. It stands outside the rail of who asks. */
function drawTimer({ c, x, now_ms, em, rails, colour, lane }, beat) {
  const { sent_ms, there_ms, due_ms, back_ms, dead_ms } = beat;
  const rail = lane.watches ? rails.answers : rails.asks;
  const top = rail > rails.answers || rail > rails.asks ? rail + 0.25 * em : rail - 0.75 * em;
  const from_ms = lane.watches ? there_ms : sent_ms;
  if (from_ms === null) return;
  const to_ms = endOf(beat) ?? Math.min(now_ms, due_ms);
  c.fillStyle = colour(dead_ms ? "bad" : back_ms ? "good" : endOf(beat) ? "muted" : "warn");
  c.fillRect(x(from_ms), top, Math.max(2, x(to_ms) - x(from_ms)), 0.5 * em);
  if (endOf(beat)) return;
  c.globalAlpha = 0.3;
  c.fillRect(x(to_ms), top, x(due_ms) - x(to_ms), 0.5 * em);
  c.globalAlpha = 1;
}

function drawAsk(scene, { sent_ms, there_ms, back_ms }) {
  const { c, x, now_ms, em, rails, colour, lane } = scene;
  const arrived_ms = there_ms ?? (lane.known || back_ms === null ? null : (sent_ms + back_ms) / 2);
  c.strokeStyle = c.fillStyle = colour("tone");
  if (arrived_ms !== null) arrow(c, x(sent_ms), rails.asks, x(arrived_ms), rails.answers, em, lane.watches);
  else if (now_ms - sent_ms > LOST_MS) drawLost(scene, sent_ms, rails.asks, rails.answers);
}

function drawReply(scene, { sent_ms, there_ms, left_ms, back_ms }) {
  const { c, x, now_ms, em, rails, colour, lane } = scene;
  const leaves_ms = left_ms ?? there_ms ?? (lane.known || back_ms === null ? null : (sent_ms + back_ms) / 2);
  if (leaves_ms === null) return;
  c.strokeStyle = c.fillStyle = colour("tone");
  if (back_ms !== null) arrow(c, x(leaves_ms), rails.answers, x(back_ms), rails.asks, em, true);
  else if (lane.known && now_ms - leaves_ms > LOST_MS) drawLost(scene, leaves_ms, rails.answers, rails.asks);
}

/** Half the way, and a cross. */
function drawLost({ c, x, em, colour }, at_ms, from, to) {
  const middle = (from + to) / 2;
  const left = x(at_ms);
  c.setLineDash([3, 2]);
  line(c, left, from, left, middle);
  c.setLineDash([]);
  drawCross(c, left, middle, 0.3 * em, colour("bad"));
}

function drawDead({ c, x, em, rails, colour, style, lane }, at_ms) {
  const rail = lane.watches ? rails.answers : rails.asks;
  c.fillStyle = colour("bad");
  c.beginPath();
  c.arc(x(at_ms), rail, 0.65 * em, 0, 2 * Math.PI);
  c.fill();
  drawCross(c, x(at_ms), rail, 0.3 * em, colour("card"));
  c.fillStyle = colour("bad");
  c.font = `600 ${0.85 * em}px ${style.fontFamily}`;
  c.fillText(t("heartbeat.dead"), x(at_ms) + 0.9 * em, rail + (rail === Math.max(rails.asks, rails.answers) ? -0.4 : 1.1) * em);
}

function drawCross(c, x, y, size, colour) {
  c.strokeStyle = colour;
  c.lineWidth = 2.5;
  line(c, x - size, y - size, x + size, y + size);
  line(c, x - size, y + size, x + size, y - size);
  c.lineWidth = 1;
}
