// SPDX-License-Identifier: MIT
//
// Score: how many claims were tried, what became of them, and how many guesses were right.

import { h, setText } from "../dom.js";
import { number, onLanguage, say, t } from "../i18n.js";
import { CLAIMS, SIGNS, VERDICTS } from "./table.js";

export class Score {
  #values = {};
  #kept;

  constructor(element, kept) {
    this.#kept = kept;
    element.append(this.#tile("tried"), ...VERDICTS.map((verdict) => this.#tile(verdict, SIGNS[verdict])), this.#tile("right"));
    onLanguage(() => this.update());
  }

  update() {
    const counts = this.#kept.count();
    const tried = VERDICTS.reduce((sum, verdict) => sum + counts[verdict], counts.unknown);
    setText(this.#values.tried, t("claims.of", { count: tried, all: CLAIMS.length }));
    for (const verdict of VERDICTS) setText(this.#values[verdict], number(counts[verdict]));
    setText(this.#values.right, counts.guessed ? t("claims.of", { count: counts.right, all: counts.guessed }) : "–");
  }

  #tile(name, sign = "") {
    this.#values[name] = h("dd");
    const label = say(h("span"), `claims.score_${name}`);
    const mark = sign ? h("b", { class: "sign", "aria-hidden": "true" }, sign) : null;
    return h("div", { "data-verdict": name }, h("dt", {}, mark, label), this.#values[name]);
  }
}
