// SPDX-License-Identifier: MIT
//
// Browsers: the other order of compatibility. For each year how many of the browsers there were had
// what a transport needs; at the year of the slider, which ones, and what becomes of the order.

import { byId, h } from "../dom.js";
import { say, sayAttribute, t } from "../i18n.js";
import { orderLine, verdict } from "./orders.js";
import { verdictOf } from "./run.js";
import { countsAt, FIRST_YEAR, lastYear, reversedAt, stateAt } from "./support.js";

/** What the transports of the claim need, the best first. Polls need the same, which is one place. */
const CLAIMED = ["xhr", "sse", "websocket"];
/** Whose colour a feature has. */
const TONES = { xhr: "short_poll", sse: "sse", websocket: "websocket", stream: "ndjson" };
const SIGNS = { yes: "✓", not_yet: "✗", never: "✗", unborn: "–", ended: "–" };
const TICK_YEARS = 4;

export class Browsers {
  #data;
  #year;
  #years;
  #slider;

  constructor(data, year) {
    this.#data = data;
    const count = lastYear(data) - FIRST_YEAR + 1;
    this.#years = Array.from({ length: count }, (_, i) => FIRST_YEAR + i);
    this.#year = this.#years.includes(year) ? year : lastYear(data);
    this.#slider = h("input", { type: "range", id: "year", min: FIRST_YEAR, max: lastYear(data), step: 1, value: this.#year });
    sayAttribute(this.#slider, "aria-label", "compat.year");
    this.#slider.addEventListener("input", () => {
      this.#year = Number(this.#slider.value);
      this.draw();
    });
    byId("years").append(...this.#chart());
    this.draw();
  }

  draw() {
    const { source } = this.#data;
    this.#drawOrder();
    this.#drawSupport();
    for (const bar of byId("years").querySelectorAll("[data-year]")) {
      bar.toggleAttribute("data-chosen", Number(bar.dataset.year) === this.#year);
    }
    this.#slider.setAttribute("aria-valuetext", String(this.#year));
    say(byId("source"), "compat.source", { package: source.package, version: source.version, date: source.date });
  }

  // ---- all years ----

  #chart() {
    const rows = Object.entries(this.#data.features).flatMap(([feature, name]) => this.#chartRow(feature, name));
    const ticks = this.#years.map((year) => h("span", { class: "tick" }, (year - FIRST_YEAR) % TICK_YEARS ? "" : String(year)));
    const chart = h("div", { class: "years" }, ...rows, h("span"), h("div", { class: "ticks" }, ...ticks), say(h("label", { for: "year" }), "compat.year"), this.#slider);
    return [chart];
  }

  #chartRow(feature, name) {
    const bars = this.#years.map((year) => {
      const { all, counts } = countsAt(this.#data, year);
      const bar = h("i", { "data-year": year, title: `${year}: ${counts[feature]} / ${all}` }, h("u"));
      bar.firstChild.style.height = `${(100 * counts[feature]) / all}%`;
      bar.addEventListener("click", () => {
        this.#slider.value = this.#year = year;
        this.draw();
      });
      return bar;
    });
    const strip = h("div", { class: "strip", "data-transport": TONES[feature], role: "img", "aria-label": name, translate: "no" }, ...bars);
    return [h("span", { class: "feature", "data-transport": TONES[feature], translate: "no" }, name), strip];
  }

  // ---- one year ----

  #drawOrder() {
    const { all, counts } = countsAt(this.#data, this.#year);
    const claimed = CLAIMED.map((feature) => counts[feature]);
    const line = orderLine(CLAIMED, claimed, (feature) => this.#data.features[feature]);
    line.translate = false;
    for (const one of line.querySelectorAll("[data-transport]")) one.dataset.transport = TONES[one.dataset.transport];
    const reversed = reversedAt(this.#data, this.#year, "websocket", "sse");
    const names = reversed.length ? say(h("span"), "compat.had_websocket", { names: reversed.join(t("compat.and")) }) : "";
    const head = say(h("strong"), "compat.at_the_end", { year: String(this.#year), all });
    byId("in-year").replaceChildren(head, " ", line, " · ", verdict(verdictOf(claimed)), " ", names);
  }

  #drawSupport() {
    const features = Object.entries(this.#data.features);
    const heads = features.map(([feature, name]) => h("th", { scope: "col", "data-transport": TONES[feature], translate: "no" }, name));
    const head = h("tr", {}, say(h("th", { scope: "col" }), "compat.browser"), ...heads);
    const rows = this.#data.browsers.map((browser) => {
      const cells = features.map(([feature]) => this.#supportCell(browser, feature));
      return h("tr", {}, h("th", { scope: "row", translate: "no" }, browser.name), ...cells);
    });
    byId("support").replaceChildren(h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows)));
  }

  #supportCell(browser, feature) {
    const state = stateAt(this.#data, browser, feature, this.#year);
    const support = browser.support[feature];
    const words = state === "yes" ? `${support.version} (${support.date.slice(0, 4)})` : t(`compat.${state}`, { year: browser.ended?.slice(0, 4) });
    return h("td", { "data-state": state }, h("b", { "aria-hidden": "true" }, SIGNS[state]), " ", words);
  }
}
