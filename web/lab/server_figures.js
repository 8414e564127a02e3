// SPDX-License-Identifier: MIT
//
// Server figures: /stats as a table, a row for each transport. Shows whatever the server counts;
// figures it has words for (strings `stat.NAME`) come with them.

import { h } from "../dom.js";
import { formatBytes } from "../format.js";
import { has, number, onLanguage, t } from "../i18n.js";
import { clock_ms } from "../transports/transport.js";

const EVERY_MS = 2000;

/** onReading(stats, at_ms): all of /stats, its `transports` as a list. Never while the tab is hidden. */
export function followServerFigures(place, onReading) {
  let last = null;
  const show = () => last && place.replaceChildren(table(last));
  const refresh = async () => {
    const stats = document.hidden ? null : await read().catch(() => null);
    if (stats) {
      last = stats.transports;
      show();
      onReading(stats, clock_ms());
    }
    setTimeout(refresh, EVERY_MS);
  };
  onLanguage(show);
  refresh();
}

/** `transports`: [{transport, figure: number…}] whether the server gives a list or an object by name. */
async function read() {
  const stats = await (await fetch("/stats", { cache: "no-store", signal: AbortSignal.timeout(3000) })).json();
  return { ...stats, transports: listOf(stats.transports) };
}

function listOf(transports) {
  if (!Array.isArray(transports)) {
    return Object.entries(transports).map(([transport, figures]) => ({ ...figures, transport }));
  }
  return transports.map(({ name, transport = name, ...figures }) => ({ ...figures, transport }));
}

function table(rows) {
  const names = [...new Set(rows.flatMap(Object.keys))];
  const figures = names.filter((name) => rows.some((row) => typeof row[name] === "number"));
  const heads = figures.map((name) => h("th", { scope: "col" }, label(`stat.${name}`, name)));
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("stat.transport")), ...heads)),
    h("tbody", {}, ...rows.map((row) => tableRow(row, figures))),
  );
}

function tableRow(row, figures) {
  const cells = figures.map((name) => h("td", {}, cell(name, row[name] ?? 0)));
  const name = label(`transport.${row.transport}`, row.transport);
  return h("tr", { "data-transport": row.transport }, h("th", { scope: "row" }, name), ...cells);
}

function cell(name, value) {
  return name.endsWith("_bytes") ? formatBytes(value) : number(value);
}

function label(key, otherwise) {
  return has(key) ? t(key) : otherwise;
}
