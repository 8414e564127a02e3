// SPDX-License-Identifier: MIT
//
// Figures: what the last bench measured (figures.json, made by bench/report/lesson_figures.mjs).

import { h } from "../dom.js";
import { number, onLanguage, say } from "../i18n.js";

const METRICS = ["delay_mean_ms", "requests", "useless_percent", "bytes", "header_bytes", "opens_per_minute", "cpu_us"];

export async function loadFigures() {
  return (await fetch("/lessons/figures.json")).json();
}

/** The rows of all transports, with `row` marked, and when and where that was. */
export function figuresPanel({ date, command, machine, setting, transports }, row) {
  const heads = METRICS.map((metric) => say(h("th", { scope: "col" }), `lessons.metric_${metric}`));
  const body = h("tbody");
  const draw = () => body.replaceChildren(...Object.entries(transports).map(([name, figures]) => figuresRow(name, figures, name === row)));
  onLanguage(draw);
  draw();
  const day = date.slice(0, 10);
  return h("section", { class: "figures" },
    say(h("h2"), "lessons.measured"),
    row ? say(h("p", { class: "said" }), "lessons.measured_said", transports[row]) : null,
    h("div", { class: "scroll-x", tabindex: "0" },
      h("table", {}, h("thead", {}, h("tr", {}, say(h("th", { scope: "col" }), "lessons.metric_of"), ...heads)), body)),
    say(h("p"), "lessons.measured_where", { ...setting, day, machine, command }));
}

function figuresRow(name, figures, own) {
  const cells = METRICS.map((metric) => h("td", {}, number(figures[metric])));
  const label = say(h("th", { scope: "row" }), `lessons.of_${name}`);
  return h("tr", { "data-transport": name.replace(/_close$/, ""), "data-own": own }, label, ...cells);
}
