// SPDX-License-Identifier: MIT
//
// Paper: what is printed: every claim, with the guess and what became of it, in place of the stage.

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { resultOf } from "./result.js";
import { CLAIMS } from "./table.js";

export function printOn(paper, kept) {
  addEventListener("beforeprint", () => paper.replaceChildren(...CLAIMS.map((claim) => sheetOf(claim, kept))));
  addEventListener("afterprint", () => paper.replaceChildren());
}

function sheetOf({ id }, kept) {
  const finding = kept.finding(id);
  const guess = kept.guess(id);
  const open = guess ? t("claims.said_guess", { guess: t(`claims.verdict_${guess}`) }) : t("claims.not_run");
  return h("article", { class: "sheet" },
    h("h2", {}, `${id}. ${t(`claims.sentence_${id}`)}`),
    finding ? resultOf(finding, guess) : h("p", {}, open),
    finding ? h("p", { class: "about" }, h("b", {}, t("claims.flips")), " ", t(`claims.flips_${id}`).replaceAll("`", "")) : null,
  );
}
