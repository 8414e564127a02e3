// SPDX-License-Identifier: MIT
//
// Lesson figures: what the pages of the lessons quote, taken from the sample report, so that no
// figure of theirs is typed by hand. By hand, whenever the sample has been made anew:
//   node bench/report/lesson_figures.mjs
// writes web/lessons/figures.json; a test (tests/browser/lessons.test.mjs) holds the two together.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SAMPLE = new URL("../sample/report.json", import.meta.url);
const FIGURES = new URL("../../web/lessons/figures.json", import.meta.url);
const METRICS = ["delay_mean_ms", "requests", "useless_percent", "bytes", "header_bytes", "opens_per_minute", "cpu_us"];

/** The whole text of web/lessons/figures.json. */
export function figuresText() {
  const { date, command_line, machine, rate, clients, interval_ms, payload_bytes, transports } = JSON.parse(readFileSync(SAMPLE, "utf8"));
  const { processor, processors } = machine;
  const rows = transports.map(({ name, figures }) => [name, Object.fromEntries(METRICS.map((metric) => [metric, rounded(figures[metric].median)]))]);
  const setting = { rate, clients, interval_ms, payload_bytes };
  const document = { date, command: command_line.replace(/ --pushlab \S+/, ""), machine: `${processors} × ${processor}`, setting, transports: Object.fromEntries(rows) };
  return `${JSON.stringify(document, null, 1)}\n`;
}

/** Three digits say all that a run of a minute can. */
function rounded(value) {
  return Number(value.toPrecision(3));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FIGURES, figuresText());
