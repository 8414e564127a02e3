// SPDX-License-Identifier: MIT
//
// Words: what was found, in sentences, for the page and for a report in plain text.

import { number, t } from "../i18n.js";
import { curesOf } from "./cures.js";
import { outcomeOf } from "./judge.js";

/** The key of a sentence: fault_holds, is_works, saw_late. */
export const keyOf = (kind, name) => `doctor.${kind}_${name}`;
const PLAIN = /[`]|\*\*/g;

/** [{kind, title, means, args, cures: [{label, line}], otherwise}]; means and otherwise are keys. */
export function diagnosisParts({ diagnosis, round_ms }) {
  const suspected = diagnosis.clues.filter(({ certainty }) => certainty !== "unknown").map(({ product }) => product);
  const parts = diagnosis.findings.map(({ fault, transports }) => {
    const { certain, lines } = curesOf(fault, suspected);
    return {
      kind: "bad",
      title: `${t(keyOf("fault", fault))} (${transports.map((name) => t(`transport.${name}`)).join(", ")})`,
      means: keyOf("means", fault),
      cures: lines.map(({ product, line }) => ({ label: t(certain ? "doctor.cure" : "doctor.cure_if", { product }), line })),
      otherwise: keyOf("otherwise", fault),
    };
  });
  const plain = (kind, key, args) => ({ kind, title: t(key, args), means: `${key}_means`, args, cures: [], otherwise: null });
  if (diagnosis.far) parts.push(plain("slow", "doctor.far", { ms: Math.round(round_ms) }));
  if (parts.length === 0) parts.push(plain("good", "doctor.nothing"));
  return parts;
}

/** One transport's silence. heartbeats: the server went on sending them. */
export function idleText({ never, poll, passed_s, borne_s, cut_s, forgotten_s }, heartbeats, limit_s) {
  const seconds = (value) => number(value, value < 10 ? 1 : 0);
  if (never) return t("doctor.idle_never");
  if (cut_s !== null) return t(poll ? "doctor.idle_cut_poll" : "doctor.idle_cut", { s: seconds(cut_s) });
  if (forgotten_s !== null) return t("doctor.idle_forgotten", { from: seconds(borne_s ?? 0), to: seconds(forgotten_s) });
  const bears = Math.max(borne_s ?? 0, Math.floor(passed_s));
  return t(heartbeats ? "doctor.idle_bears_beats" : bears >= limit_s ? "doctor.idle_bears" : "doctor.idle_so_far", { s: bears });
}

/** Everything, as plain text for a ticket. */
export function reportText(path, idle) {
  const { base, round_ms, seen, diagnosis } = path;
  const lines = [`pushlab doctor, ${new Date().toISOString()}`, base, navigator.userAgent, ""];
  for (const one of seen) {
    const figure = (ms) => (ms === null ? "-" : `${Math.round(ms)} ms`);
    const figures = `${one.got}/${one.sent}, ${figure(one.first_ms)}, max ${figure(one.max_ms)}`;
    const status = one.status ? `, ${one.status}` : "";
    lines.push(`${one.transport}: ${t(keyOf("is", outcomeOf(one)))} (${figures}${status})`);
  }
  lines.push(`${t("doctor.round")}: ${Math.round(round_ms)} ms`, "");
  for (const { title, means, args, cures, otherwise } of diagnosisParts(path)) {
    lines.push(title, `  ${t(means, args)}`);
    lines.push(...cures.map(({ label, line }) => `  ${label}: ${line}`));
    if (otherwise) lines.push(`  ${t(otherwise)}`);
  }
  lines.push("", t(keyOf("who", diagnosis.certainty), { product: diagnosis.product }));
  lines.push(...diagnosis.clues.map(({ key, args }) => `  ${t(key, args)}`));
  for (const name of ["long_poll", "sse", "websocket"]) {
    if (idle) lines.push(`${name}: ${idleText(idle[name], name !== "long_poll" && idle.heartbeats, 90)}`);
  }
  return lines.join("\n").replace(PLAIN, "");
}
