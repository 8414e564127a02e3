// SPDX-License-Identifier: MIT
//
// Result: what became of a claim: the verdict, the guess beside it, the figures it was drawn from,
// and under what conditions they were taken. For the screen and for paper.

import { h } from "../dom.js";
import { language, t } from "../i18n.js";
import { figuresOf } from "./figures.js";
import { tell } from "./said.js";
import { SIGNS } from "./table.js";

/** guess: one of VERDICTS, or undefined. */
export function resultOf(finding, guess) {
  const { verdict, verdict_text, regime, notes = [], broken = [], pictures = [] } = finding;
  return h("div", { class: "outcome" },
    h("p", { class: "verdict", "data-verdict": verdict },
      h("b", { class: "sign", "aria-hidden": "true" }, SIGNS[verdict]),
      tell(h("span"), verdict_text)),
    guess ? guessOf(guess, verdict) : null,
    pictures.length ? h("p", { class: "came" }, ...pictures.map((src) => h("img", { src, alt: t("claims.picture") }))) : null,
    figuresOf(finding),
    ...broken.map((text) => h("p", { class: "about bad" }, t("claims.broken", { text }))),
    ...notes.map((note) => tell(h("p", { class: "about" }), note)),
    tell(h("p", { class: "about regime" }), regime),
    h("p", { class: "about" }, whenOf(finding)),
  );
}

function guessOf(guess, verdict) {
  const key = verdict === "unknown" ? "claims.guess_open" : guess === verdict ? "claims.guess_right" : "claims.guess_wrong";
  return h("p", { class: "guessed" }, t(key, { guess: `${SIGNS[guess]} ${t(`claims.verdict_${guess}`)}` }));
}

function whenOf({ at_ms, quick, seconds }) {
  const at = new Date(at_ms).toLocaleString(language().tag, { dateStyle: "medium", timeStyle: "short" });
  if (quick === undefined) return t("claims.when_here", { at });
  return t(quick ? "claims.when_quick" : "claims.when_thorough", { at, seconds: Math.max(1, Math.round(seconds)) });
}
