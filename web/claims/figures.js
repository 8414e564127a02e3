// SPDX-License-Identifier: MIT
//
// Figures: those of a finding, as a person compares them: figures of one kind together, a bar for
// each beside the others; a table where they were taken at several places of an axis; words where
// they are no numbers. Works for whatever the bench has measured.

import { h } from "../dom.js";
import { has, number, t } from "../i18n.js";
import { said, tell } from "./said.js";

export function figuresOf(finding) {
  const blocks = [];
  for (const figure of finding.figures) {
    const last = blocks.at(-1);
    const same = last && last[0].key === figure.key && said(last[0].label) === said(figure.label);
    if (same && figure.of) last.push(figure);
    else blocks.push([figure]);
  }
  return h("div", { class: "findings" }, ...merge(blocks).map(blockOf));
}

/** Kinds of figures that take turns (a and b at 1, a and b at 2) are put together. */
function merge(blocks) {
  const merged = new Map();
  for (const block of blocks) {
    const [{ key, label, of, at }] = block;
    const name = of || at ? `${key} ${said(label)}` : Symbol(key);
    merged.set(name, [...(merged.get(name) ?? []), ...block]);
  }
  return [...merged.values()];
}

function blockOf(figures) {
  const [first] = figures;
  const places = [...new Set(figures.filter(({ at }) => at).map(({ at }) => at.value))];
  if (first.result) return wordsOf(figures);
  if (places.length > 1) return tableOf(figures, places);
  if (!first.of) return aloneOf(first);
  return barsOf(figures);
}

function nameOf({ of }) {
  if (!of) return "";
  if (has(`transport.${of}`)) return t(`transport.${of}`);
  return has(`claims.of_${of}`) ? t(`claims.of_${of}`) : of;
}

/** As many digits as three take. */
export function formatFigure(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 1000) return number(value, 0);
  return number(value, size < 0.1 ? 4 : size < 10 ? 2 : 1);
}

function modelOf({ model }) {
  return model === undefined ? null : h("small", { title: t("claims.model_help") }, t("claims.model", { value: formatFigure(model) }));
}

function transportOf({ of }) {
  return of === "short_poll_close" ? "short_poll" : of;
}

// ---- one each ----

function aloneOf(figure) {
  return h("p", { class: "alone" }, tell(h("span"), figure.label), h("strong", {}, formatFigure(figure.value)), modelOf(figure));
}

function wordsOf(figures) {
  const rows = figures.map((figure) => {
    const place = figure.at ? ` (${formatFigure(figure.at.value)} ${said(figure.at.label)})` : "";
    const name = figure.of ? h("dt", {}, `${nameOf(figure)}${place}`) : null;
    const order = figure.order ? h("span", { class: "order" }, orderOf(figure.order)) : null;
    return h("div", { "data-transport": transportOf(figure) }, name, h("dd", {}, tell(h("span"), figure.result), order && " ", order));
  });
  const side = figures.every(({ of, order }) => of && !order && has(`transport.${of}`));
  return h("section", { class: side ? "words side" : "words" }, tell(h("h4"), figures[0].label), h("dl", {}, ...rows));
}

/** "sse 230 = websocket 233", in the language of the page. */
function orderOf(order) {
  return order.replace(/([a-z_]+) ([\d.e+-]+)/g, (whole, of, value) => `${nameOf({ of })} ${formatFigure(Number(value))}`);
}

// ---- beside each other ----

function bar(value, most) {
  const fill = h("span", { class: "payload" });
  fill.style.width = `${most > 0 && value > 0 ? Math.max((100 * value) / most, 0.6) : 0}%`;
  return h("span", { class: "bar" }, fill);
}

const mostOf = (figures) => Math.max(...figures.map(({ value }) => value ?? 0));

function barsOf(figures) {
  const most = mostOf(figures);
  const rows = figures.map((figure) =>
    h("tr", { "data-transport": transportOf(figure) },
      h("th", { scope: "row" }, nameOf(figure)),
      h("td", { class: "length" }, bar(figure.value, most)),
      h("td", {}, formatFigure(figure.value), " ", modelOf(figure)),
    ),
  );
  const place = figures[0].at && `${formatFigure(figures[0].at.value)} ${said(figures[0].at.label)}`;
  return h("table", { class: "bars" }, h("caption", {}, tell(h("span"), figures[0].label), place ? ` (${place})` : ""), h("tbody", {}, ...rows));
}

function tableOf(figures, places) {
  const most = mostOf(figures);
  const names = [...new Set(figures.map(nameOf))];
  const rows = names.map((name) => {
    const own = figures.filter((figure) => nameOf(figure) === name);
    const cells = places.map((place) => {
      const figure = own.find(({ at }) => at?.value === place);
      return figure ? h("td", {}, formatFigure(figure.value), bar(figure.value, most), modelOf(figure)) : h("td", {}, "–");
    });
    return h("tr", { "data-transport": transportOf(own[0]) }, h("th", { scope: "row" }, name), ...cells);
  });
  const heads = places.map((place) => h("th", { scope: "col" }, formatFigure(place)));
  const axis = h("th", { scope: "col" }, said(figures.find(({ at }) => at).at.label));
  return h("div", { class: "scroll-x", tabindex: "0" },
    h("table", { class: "grid" }, tell(h("caption"), figures[0].label),
      h("thead", {}, h("tr", {}, axis, ...heads)), h("tbody", {}, ...rows)));
}
