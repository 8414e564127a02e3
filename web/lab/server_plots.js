// SPDX-License-Identifier: MIT
//
// Server plots: what the server does and takes, over the last minute: one small plot for each
// figure, all with the same time axis. CPU and memory are the whole server's; the rest is told by
// transport, in its colour. From two readings of /stats each; a reading across a time in which the
// tab was hidden gives no value.

import { h, setText } from "../dom.js";
import { formatBytes } from "../format.js";
import { has, number, onLanguage, say, sayAttribute, t } from "../i18n.js";
import { clock_ms } from "../transports/transport.js";
import { fitCanvas, line } from "./canvas.js";
import { hiddenTimes } from "./hidden.js";
import { drawHidden, WINDOW_MS } from "./plot.js";
import { niceMost, ratesOf } from "./server_rates.js";

const perSecond = (value) => `${number(value, value < 10 ? 1 : 0)}/s`;
const PLOTS = [
  { name: "cpu", format: (value) => `${number(value, value < 10 ? 1 : 0)} %`, floor: 5 },
  { name: "memory", format: formatBytes, floor: 1e6 },
  { name: "messages", format: perSecond, floor: 1 },
  { name: "requests", format: perSecond, floor: 1 },
  { name: "useless", format: perSecond, floor: 1 },
  { name: "sent", format: (value) => `${formatBytes(value)}/s`, floor: 100 },
];

export class ServerPlots {
  #before = null;
  #values = []; // see ratesOf()
  #plots = PLOTS.map((kind) => new SmallPlot(kind));
  #legend = h("p", { class: "legend" });

  constructor(place) {
    place.append(h("div", { class: "small-plots" }, ...this.#plots.map(({ element }) => element)), this.#legend);
    onLanguage(() => this.draw());
  }

  /** A reading of /stats, with its `transports` as a list, taken at at_ms. Shown are those that anybody used. */
  add(reading, at_ms) {
    const stats = { ...reading, transports: reading.transports.filter(({ subscriptions }) => subscriptions > 0) };
    const before = this.#before;
    this.#before = { stats, at_ms };
    this.#showTransports(stats.transports.map(({ transport }) => transport));
    if (!before || hiddenTimes.covers(before.at_ms, at_ms)) this.#values.push({ at_ms });
    else this.#values.push({ at_ms, ...ratesOf(before.stats, stats) });
    this.#values = this.#values.filter((value) => value.at_ms > at_ms - 1.1 * WINDOW_MS);
    this.draw();
  }

  draw() {
    for (const plot of this.#plots) plot.draw(this.#values, this.#legend);
  }

  #showTransports(names) {
    if (this.#legend.children.length === names.length) return;
    const keys = names.map((name) => {
      const text = h("span", {}, name);
      return h("span", { class: "key", "data-transport": name }, has(`transport.${name}`) ? say(text, `transport.${name}`) : text);
    });
    this.#legend.replaceChildren(...keys);
  }
}

class SmallPlot {
  #kind;
  #now = h("strong", {}, "–");
  #most = h("small");
  #canvas = h("canvas", { role: "img" });

  constructor(kind) {
    this.#kind = kind;
    const key = `server.${kind.name}`;
    sayAttribute(this.#canvas, "aria-label", key);
    this.element = h("figure", { class: "small-plot", "data-plot": kind.name },
      h("figcaption", {}, say(h("span"), key), this.#now), this.#most, this.#canvas);
  }

  /** legend: its keys bear the transports' colours. */
  draw(values, legend) {
    const { name, format, floor } = this.#kind;
    const series = seriesOf(values, name);
    const all = [...series.values()].flat().filter(({ value }) => value !== null);
    const most = niceMost(Math.max(floor, ...all.map(({ value }) => value)));
    const last = [...series.values()].map((points) => points.at(-1)?.value ?? null);
    const known = last.length > 0 && last.every((value) => value !== null);
    setText(this.#now, known ? format(last.reduce((sum, value) => sum + value, 0)) : "–");
    setText(this.#most, t("server.most", { most: format(most) }));
    this.#paint(series, most, legend);
  }

  #paint(series, most, legend) {
    const drawing = fitCanvas(this.#canvas);
    if (!drawing) return;
    const { context: c, width, height, style } = drawing;
    const now_ms = clock_ms();
    const x = (at_ms) => width * (1 - (now_ms - at_ms) / WINDOW_MS);
    const y = (value) => height - 1.5 - (value / most) * (height - 4);
    c.strokeStyle = style.color;
    c.globalAlpha = 0.2;
    for (const share of [0, 0.5, 1]) line(c, 0, y(share * most), width, y(share * most));
    c.globalAlpha = 1;
    drawHidden({ c, x, height, ink: style.color }, now_ms);
    c.lineWidth = 2;
    for (const [transport, points] of series) {
      const key = [...legend.children].find(({ dataset }) => dataset.transport === transport);
      c.strokeStyle = key ? getComputedStyle(key).getPropertyValue("--tone") : style.color;
      paintLine(c, points, x, y);
    }
    c.lineWidth = 1;
  }
}

/** Broken where there is no value. */
function paintLine(c, points, x, y) {
  let drawing = false;
  c.beginPath();
  for (const { at_ms, value } of points) {
    if (value !== null) c[drawing ? "lineTo" : "moveTo"](x(at_ms), y(value));
    drawing = value !== null;
  }
  c.stroke();
}

/** Map: transport ("" for the whole server) to [{at_ms, value}]. */
function seriesOf(values, name) {
  const figures = values.map((one) => (typeof one[name] === "object" ? one[name] : { "": one[name] }));
  const names = new Set(figures.flatMap(Object.keys));
  if (names.size > 1) names.delete("");
  const points = (transport) => values.map(({ at_ms }, i) => ({ at_ms, value: figures[i][transport] ?? null }));
  return new Map([...names].map((transport) => [transport, points(transport)]));
}
