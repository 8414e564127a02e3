// SPDX-License-Identifier: MIT
//
// Trials: the table of what was done to the line, and who noticed when. A silent line is found by a
// timer: a timeout after it fell silent at the earliest, an interval and a timeout at the latest.

import { h } from "../dom.js";
import { number, onLanguage, say, t } from "../i18n.js";

export const SIDES = ["page", "server", "stream"];
const KEPT = 8;
const ROUNDED_MS = 5; // browsers' clocks and timers are rounded

export class Trials {
  list = []; // the newest first
  #place;

  constructor(place) {
    this.#place = place;
    onLanguage(() => this.#show());
    this.#show();
  }

  /** bounds: {side: {least_ms, most_ms}, null where nobody can know}. Returns the trial. */
  add(kind, bounds) {
    const trial = { kind, bounds, found: {}, over: false };
    this.list = [trial, ...this.list].slice(0, KEPT);
    this.#show();
    return trial;
  }

  /** after_ms: since the line fell silent. late_ms: how much of that this page's own timer slept.
   * told: by the connection's end, not by a timer. */
  found(trial, side, { after_ms, late_ms = 0, told = false }) {
    if (trial.over || trial.found[side]) return;
    const { bounds: { [side]: bound } } = trial;
    const held = told || (bound !== null && after_ms - late_ms <= bound.most_ms + ROUNDED_MS);
    trial.found[side] = { after_ms, late_ms, told, held };
    this.#show();
  }

  /** The line is whole again: who has found nothing so far will not. */
  end(trial) {
    trial.over = true;
    this.#show();
  }

  #show() {
    const heads = ["done", ...SIDES].map((name) => say(h("th", { scope: "col" }), `heartbeat.trial_${name}`));
    const none = h("tr", {}, say(h("td", { colspan: SIDES.length + 1, class: "none" }), "heartbeat.trial_none"));
    const rows = this.list.map((trial) => this.#row(trial));
    this.#place.replaceChildren(h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...(rows.length ? rows : [none])));
  }

  #row(trial) {
    const cells = SIDES.map((side) => this.#cell(trial, side));
    return h("tr", { "data-kind": trial.kind }, say(h("th", { scope: "row" }), `heartbeat.did_${trial.kind}`), ...cells);
  }

  #cell(trial, side) {
    const found = trial.found[side];
    const bound = trial.bounds[side];
    const verdict = verdictOf(trial, side);
    const cell = h("td", { "data-side": side, "data-verdict": verdict });
    if (found) cell.append(h("b", {}, seconds(found.after_ms)), " ");
    cell.append(say(h("span"), `heartbeat.verdict_${verdict}`));
    if (bound && !found?.told) cell.append(h("small", {}, t("heartbeat.bound", { least: seconds(bound.least_ms), most: seconds(bound.most_ms) })));
    return cell;
  }
}

/** "blind": it cannot notice; "unseen": it may, but this page cannot know. */
function verdictOf(trial, side) {
  const found = trial.found[side];
  const bound = trial.bounds[side];
  if (found) return found.told ? "told" : found.held ? "held" : "late";
  if (!bound) return side === "server" ? "unseen" : "blind";
  return trial.over ? "none" : "waits";
}

function seconds(ms) {
  return ms < 100 ? `${number(ms, 0)} ms` : `${number(ms / 1000, 2, true)} s`;
}
