// SPDX-License-Identifier: MIT
//
// Board: all claims at a glance, each with its guess and what became of it. Arrow keys move from
// one to the next.

import { h, setText } from "../dom.js";
import { say, sayAttribute, t } from "../i18n.js";
import { said } from "./said.js";
import { CLAIMS, GROUPS, SIGNS } from "./table.js";

export class Board {
  #rows = new Map(); // claim's id -> {button, guess, verdict, text}
  #kept;
  #onPick;

  constructor(element, kept, onPick) {
    this.#kept = kept;
    this.#onPick = onPick;
    for (const { name, claims } of GROUPS) {
      const list = h("ol", {}, ...claims.map((claim) => this.#row(claim)));
      element.append(say(h("h2"), `claims.group_${name}`), list);
    }
    element.addEventListener("keydown", (event) => this.#move(event));
  }

  /** current: the claim on the stage; running: the one that runs, or null. */
  update(current, running) {
    for (const { id } of CLAIMS) {
      const { button, guess, verdict, text } = this.#rows.get(id);
      const finding = this.#kept.finding(id);
      const state = running?.id === id ? "running" : (finding?.verdict ?? "");
      button.setAttribute("aria-current", id === current.id);
      button.tabIndex = id === current.id ? 0 : -1;
      verdict.dataset.verdict = state;
      setText(verdict, state === "running" ? "…" : (SIGNS[state] ?? ""));
      setText(guess, SIGNS[this.#kept.guess(id)] ?? "");
      setText(text, this.#words(id, state));
    }
  }

  focus({ id }) {
    this.#rows.get(id).button.focus();
  }

  /** For those who do not see the signs. */
  #words(id, state) {
    const guess = this.#kept.guess(id);
    const finding = this.#kept.finding(id);
    const words = [guess && t("claims.said_guess", { guess: t(`claims.verdict_${guess}`) })];
    if (state === "running") words.push(t("claims.running"));
    else if (finding) words.push(said(finding.verdict_text));
    return words.filter(Boolean).join(". ");
  }

  #row(claim) {
    const row = {
      guess: h("span", { class: "mark guess-mark", "aria-hidden": "true" }),
      verdict: h("span", { class: "mark", "aria-hidden": "true" }),
      text: h("span", { class: "spoken" }),
    };
    row.button = h("button", { type: "button", "data-claim": claim.id, onclick: () => this.#onPick(claim) },
      h("b", {}, String(claim.id)),
      say(h("span", { class: "sentence" }), `claims.sentence_${claim.id}`),
      sayAttribute(row.guess, "title", "claims.guess_mark"),
      row.verdict, row.text);
    this.#rows.set(claim.id, row);
    return h("li", {}, row.button);
  }

  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = CLAIMS.findIndex(({ id }) => this.#rows.get(id).button === document.activeElement);
    if (!step || at < 0) return;
    const next = CLAIMS[at + step];
    event.preventDefault();
    if (!next) return;
    this.#onPick(next);
    this.focus(next);
  }
}
