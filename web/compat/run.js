// SPDX-License-Identifier: MIT
//
// Run: what `pushbench compat` has left as JSON, as the page needs it. No page is known here.

export const TRANSPORTS = ["short_poll", "long_poll", "sse", "websocket"];
/** How careful the server is, and at last what stands before it. */
export const CARES = ["naive", "careful", "cured"];

/** {document, cares, orders, environments}; throws where this is no such run. */
export function readRun(document) {
  const whole = /^compat /.test(document?.command) && Array.isArray(document.rows) && document.rows.length > 0;
  if (!whole || !document.rows.every(isRow)) throw new Error("pushbench compat --json=FILE");
  const environments = [];
  for (const row of document.rows) {
    if (environments.at(-1)?.name !== row.environment) environments.push(startOf(row));
    const environment = environments.at(-1);
    environment.rows[row.server] = row;
    environment.remedy ??= row.remedy ?? null;
  }
  const cares = CARES.filter((care) => document.orders[care]);
  return { document, cares, orders: document.orders, environments };
}

function isRow({ environment, server, title, cells }) {
  const told = (cell) => cell?.told && cell.reason && "passes" in cell;
  return environment && CARES.includes(server) && title && TRANSPORTS.every((name) => told(cells?.[name]));
}

function startOf({ environment, title, version }) {
  return { name: environment, title, version: version ?? "", remedy: null, rows: {} };
}

/** What stands for an environment at that care: where nothing is to be cured, the careful server. */
export function rowAt(environment, care) {
  return environment.rows[care] ?? (environment.remedy ? null : environment.rows.careful);
}

/** "prompt", "late", "none", or "unknown". */
export function passageOf(cell) {
  if (cell.outcome === "not measured") return "unknown";
  if (!cell.passes) return "none";
  return cell.outcome === "late" ? "late" : "prompt";
}

/** Who cures it: "server" by care alone, "middlebox" by its configuration, null: nobody, nothing. */
export function cureOf(environment, care, transport) {
  const passage = (at) => environment.rows[at] && passageOf(environment.rows[at].cells[transport]);
  const row = environment.rows[care];
  if (!row || passageOf(row.cells[transport]) === "prompt") return null;
  if (care === "naive" && passage("careful") === "prompt") return "server";
  return environment.remedy && care !== "cured" ? "middlebox" : null;
}

/** What counts say of an order, best first as it is claimed: as the bench words it. */
export function verdictOf(counts) {
  const steps = counts.slice(1).map((count, i) => counts[i] - count);
  if (steps.some((step) => step < 0)) return "fails";
  const ties = steps.filter((step) => step === 0).length;
  if (ties === steps.length) return "all_tie";
  return ties ? "ties" : "holds";
}

/** [{name, count, sign}…] in the order of the counts, those that tie as they are given. */
export function ordered(names, counts) {
  const sorted = names.map((name, i) => ({ name, count: counts[i] })).sort((a, b) => b.count - a.count);
  return sorted.map((one, i) => ({ ...one, sign: i === 0 ? "" : one.count === sorted[i - 1].count ? "=" : ">" }));
}
