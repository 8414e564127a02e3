// SPDX-License-Identifier: MIT
//
// Plot: the last minute of one subscriber. Above, a dot for each message at its delay, on a
// logarithmic scale that is the same in every column. Below, what was asked: a bar from each
// request to the end of its answer, filled when it brought a message, hollow when it was useless.
// Hatched: the tab was hidden, so no delay of that time is shown.

import { clock_ms } from "../transports/transport.js";
import { fitCanvas, hatch, line } from "./canvas.js";
import { hiddenTimes } from "./hidden.js";

export const WINDOW_MS = 60000;
const LOWEST_MS = 0.3;
const HIGHEST_MS = 30000;
const LINES = [[1, "1 ms"], [10, "10 ms"], [100, "100 ms"], [1000, "1 s"], [10000, "10 s"]];

export class Plot {
  points = []; // {at_ms, delay_ms}
  requests = []; // see Transport's onRequest
  #canvas;

  constructor(canvas) {
    this.#canvas = canvas;
  }

  clear() {
    this.points = [];
    this.requests = [];
  }

  draw() {
    const now_ms = clock_ms();
    this.#forget(now_ms - WINDOW_MS);
    const drawing = fitCanvas(this.#canvas);
    if (!drawing) return;
    const { width, height, em, style } = drawing;
    const paint = {
      c: drawing.context,
      width,
      height,
      em,
      chart: height - 1.5 * em,
      x: (at_ms) => width * (1 - (now_ms - at_ms) / WINDOW_MS),
      tone: style.getPropertyValue("--tone"),
      ink: style.color,
      font: `${0.7 * em}px ${style.fontFamily}`,
    };
    this.#drawGrid(paint);
    drawHidden(paint, now_ms);
    this.#drawRequests(paint, now_ms);
    this.#drawPoints(paint);
  }

  #forget(before_ms) {
    this.points = this.points.filter(({ at_ms }) => at_ms > before_ms);
    this.requests = this.requests.filter(({ end_ms }) => end_ms === null || end_ms > before_ms);
  }

  #drawGrid({ c, width, chart, ink, font }) {
    c.font = font;
    c.fillStyle = c.strokeStyle = ink;
    for (const [ms, label] of LINES) {
      const y = Math.round(heightOf(ms, chart)) + 0.5;
      c.globalAlpha = 0.16;
      line(c, 0, y, width, y);
      c.globalAlpha = 0.7;
      c.fillText(label, 2, y - 3);
    }
    c.globalAlpha = 1;
  }

  #drawPoints({ c, chart, x, tone, em }) {
    c.fillStyle = tone;
    for (const { at_ms, delay_ms } of this.points) {
      c.beginPath();
      c.arc(x(at_ms), heightOf(delay_ms, chart), 0.165 * em, 0, 2 * Math.PI);
      c.fill();
    }
  }

  #drawRequests({ c, height, x, tone, em }, now_ms) {
    const bar = Math.round(0.85 * em);
    const top = height - bar - 1.5;
    c.fillStyle = c.strokeStyle = tone;
    for (const { start_ms, end_ms, messages } of this.requests) {
      const left = Math.max(-2, x(start_ms));
      const width = Math.max(2.5, x(end_ms ?? now_ms) - left - 1);
      c.globalAlpha = end_ms === null ? 0.45 : 1;
      if (messages > 0 || end_ms === null) c.fillRect(left, top, width, bar);
      else c.strokeRect(left + 0.5, top, width - 0.5, bar);
    }
    c.globalAlpha = 1;
  }
}

/** Plots of the last WINDOW_MS share this: c, x(), height, ink of their paint. */
export function drawHidden({ c, x, height, ink }, now_ms) {
  c.strokeStyle = ink;
  for (const { start_ms, end_ms } of hiddenTimes.since(now_ms - WINDOW_MS)) {
    const left = Math.max(-2, x(start_ms));
    hatch(c, left, Math.max(3, x(end_ms ?? now_ms) - left), height);
  }
}

function heightOf(delay_ms, chart) {
  const share = Math.log(Math.max(LOWEST_MS, delay_ms) / LOWEST_MS) / Math.log(HIGHEST_MS / LOWEST_MS);
  return chart - 4 - Math.min(1, share) * (chart - 10);
}
