// SPDX-License-Identifier: MIT
//
// Histogram: when each came back, counted by tenths of a second. All share one time axis.

import { number, t } from "../i18n.js";
import { fitCanvas, line } from "../lab/canvas.js";

export const BIN_MS = 100;
export const LONGEST_MS = 6000;

/** {bins, peak, last_ms, first_ms} of times in ms. */
export function countTimes(times) {
  const bins = new Array(LONGEST_MS / BIN_MS).fill(0);
  for (const ms of times) bins[Math.min(bins.length - 1, Math.floor(ms / BIN_MS))] += 1;
  return { bins, peak: Math.max(0, ...bins), first_ms: Math.min(...times), last_ms: Math.max(0, ...times) };
}

/** highest: the count that fills the height. */
export function drawHistogram(canvas, { bins }, highest) {
  const drawing = fitCanvas(canvas);
  if (!drawing) return;
  const { context: c, width, height, em, style } = drawing;
  const floor = Math.round(height - 1.4 * em) + 0.5;
  const each = width / bins.length;
  c.strokeStyle = c.fillStyle = style.color;
  c.font = `${0.75 * em}px ${style.fontFamily}`;
  c.globalAlpha = 0.6;
  line(c, 0, floor, width, floor);
  for (let ms = 0; ms < LONGEST_MS; ms += 1000) {
    const x = (width * ms) / LONGEST_MS;
    line(c, x + 0.5, floor, x + 0.5, floor + 0.3 * em);
    c.fillText(t("connections.seconds", { seconds: number(ms / 1000) }), x + 3, floor + 1.1 * em);
  }
  c.globalAlpha = 1;
  c.fillStyle = style.getPropertyValue("--tone");
  bins.forEach((count, i) => {
    const tall = (count / Math.max(1, highest)) * (floor - 0.4 * em);
    if (count) c.fillRect(i * each, floor - tall, Math.max(2, each - 1), tall);
  });
}
