// SPDX-License-Identifier: MIT
//
// Delay row: a name, how its delays are spread on a logarithmic scale that all rows share, the
// median, and a line of words.

import { h, setText } from "../dom.js";
import { formatDelay } from "../format.js";
import { fitCanvas, line } from "../lab/canvas.js";
import { LAST_BIN, msOf } from "./delays.js";

const LOWEST_MS = 0.5;
const HIGHEST_MS = 60000;
const LINES = [[1, "1 ms"], [10, "10 ms"], [100, "100 ms"], [1000, "1 s"], [10000, "10 s"]];

export class DelayRow {
  constructor(name, transport) {
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.median = h("strong");
    this.words = h("small");
    const figures = h("div", { class: "delay-figures" }, this.median, this.words);
    this.element = h("li", { class: "delay-row", "data-transport": transport }, h("b", {}, name), this.canvas, figures);
    setText(this.median, formatDelay(null));
  }

  show(delays, words) {
    const half = delays.quantile(0.5);
    setText(this.median, formatDelay(half));
    setText(this.words, words);
    draw(this.canvas, delays);
  }
}

const place = (ms) => Math.log(Math.max(ms, LOWEST_MS) / LOWEST_MS) / Math.log(HIGHEST_MS / LOWEST_MS);

function draw(canvas, delays) {
  const drawing = fitCanvas(canvas);
  if (!drawing) return;
  const { context: c, width, height, em, style } = drawing;
  const floor = height - 1.05 * em;
  c.font = `${0.72 * em}px ${style.fontFamily}`;
  c.fillStyle = c.strokeStyle = style.color;
  for (const [ms, label] of LINES) {
    const x = Math.round(place(ms) * width) + 0.5;
    c.globalAlpha = 0.2;
    line(c, x, 0, x, floor);
    c.globalAlpha = 0.75;
    c.fillText(label, x + 3, height - 0.2 * em);
  }
  c.globalAlpha = 1;
  c.fillStyle = style.getPropertyValue("--tone") || style.color;
  const bins = delays.bins();
  const most = Math.max(1, ...bins.map(([, count]) => count));
  const wide = Math.max(2, place(msOf(LAST_BIN)) * (width / LAST_BIN));
  for (const [bin, count] of bins) {
    const tall = Math.max(2, (count / most) * (floor - 2));
    c.fillRect(Math.min(width - wide, place(msOf(bin)) * width - wide / 2), floor - tall, wide, tall);
  }
  c.fillRect(0, floor, width, 1);
}
