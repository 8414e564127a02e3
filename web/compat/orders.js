// SPDX-License-Identifier: MIT
//
// Orders: what becomes of "short poll > long poll > long connection > WebSocket" through middleboxes,
// in both readings, and where it is reversed.

import { byId, h } from "../dom.js";
import { language, say, t } from "../i18n.js";
import { ordered, TRANSPORTS } from "./run.js";

/** As the bench words its verdicts. */
const VERDICTS = { "holds": "holds", "holds but for ties": "ties", "all tie": "all_tie", "does not hold": "fails" };
const HEADS = ["server", "measured", "as_keep_alive", "as_sse"];

export function showOrders(run) {
  const heads = HEADS.map((name) => say(h("th", { scope: "col" }), `compat.${name}`));
  const rows = run.cares.map((care) => verdictRow(care, run.orders[care]));
  byId("verdicts").replaceChildren(h("table", {}, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows)));
  byId("reversals").replaceChildren(...grouped(run.document.reversals).map((one) => reversal(run, one)));
}

function verdictRow(care, order) {
  const counts = TRANSPORTS.map((name) => order[name]);
  return h(
    "tr",
    {},
    say(h("th", { scope: "row" }), `compat.${care}`),
    h("td", {}, orderLine(TRANSPORTS, counts, (name) => t(`transport.${name}`))),
    h("td", {}, verdict(VERDICTS[order.verdict_keep_alive])),
    h("td", {}, verdict(VERDICTS[order.verdict_sse])),
  );
}

/** "A 8 = B 8 > C 6" */
export function orderLine(names, counts, title) {
  const parts = ordered(names, counts).flatMap(({ name, count, sign }) => [
    sign ? ` ${sign} ` : "",
    h("span", { class: "one", "data-transport": name }, h("b", {}, title(name)), ` ${count}`),
  ]);
  return h("span", { class: "order" }, ...parts);
}

export function verdict(name = "unknown") {
  return say(h("span", { class: "verdict", "data-verdict": name }), `compat.${name}`);
}

/** The same reversal with several servers is one. */
function grouped(reversals) {
  const groups = new Map();
  for (const one of reversals) {
    const key = [one.environment, one.worse, one.better].join();
    if (!groups.has(key)) groups.set(key, { ...one, servers: [] });
    groups.get(key).servers.push(one.server);
  }
  return [...groups.values()];
}

function reversal(run, { environment: name, servers, better, worse }) {
  const environment = run.environments.find((one) => one.name === name);
  const text = (cell) => cell.told[language().code];
  const line = (transport) => {
    const told = [...new Set(servers.map((server) => text(environment.rows[server].cells[transport])))].join(t("compat.or"));
    return h("span", { class: "one", "data-transport": transport }, h("b", {}, t(`transport.${transport}`)), ` ${told}`);
  };
  const cares = servers.map((server) => t(`compat.${server}`)).join(t("compat.and"));
  return h("li", {}, h("strong", { translate: "no" }, environment.title[language().code]), " ", line(better), " > ", line(worse), " ", h("small", {}, cares));
}
