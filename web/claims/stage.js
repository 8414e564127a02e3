// SPDX-License-Identifier: MIT
//
// Stage: one claim, large: the sentence, the guess, the experiment, what came of it, and behind it
// where the claim flips and what is to be learnt.

import { h, setText } from "../dom.js";
import { number, onLanguage, say, sayAttribute, t } from "../i18n.js";
import { PAGES } from "../page.js";
import { resultOf } from "./result.js";
import { CLAIMS, SIGNS, VERDICTS } from "./table.js";

export class Stage {
  #element;
  #claim = CLAIMS[0];
  #kept;
  #runner;
  #acts;
  #shown = null; // the finding that the result shows
  #problems = new Map(); // claim -> text
  #parts = {
    number: h("b", { class: "stage-number" }),
    sentence: h("h2"),
    run: h("button", { type: "button", class: "primary", id: "run" }),
    cancel: say(h("button", { type: "button", id: "cancel" }), "claims.cancel"),
    time: h("span", { class: "about" }),
    bar: h("progress", { max: "1" }),
    problem: h("p", { class: "about bad", role: "alert" }),
    result: h("section", { id: "result", "aria-live": "polite" }),
    flips: h("p"),
    lesson: h("p"),
    see: h("p", { class: "see" }),
  };
  #guesses;
  #behind;

  /** acts: onRun(claim), onGuess(claim, verdict), onTurn(step). */
  constructor(element, kept, runner, acts) {
    this.#element = element;
    this.#kept = kept;
    this.#runner = runner;
    this.#acts = acts;
    this.#guesses = VERDICTS.map((verdict) => this.#guessButton(verdict));
    this.#behind = this.#layBehind();
    element.append(...this.#layOut());
    sayAttribute(this.#parts.bar, "aria-label", "claims.running");
    onLanguage(() => this.#again());
  }

  get claim() {
    return this.#claim;
  }

  show(claim) {
    this.#claim = claim;
    this.#again();
    this.#behind.open = Boolean(this.#kept.finding(claim.id));
    this.#element.scrollTop = 0;
  }

  /** On a phone the list is below. */
  comeIntoView() {
    const { top } = this.#element.getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) this.#element.scrollIntoView();
  }

  /** What is to be said about a claim's experiment; empty: nothing. */
  complain(claim, text) {
    this.#problems.set(claim, text);
    this.update();
  }

  /** quick: as the next run will be. */
  update(quick = this.quick) {
    this.quick = quick;
    const running = this.#runner.claim === this.#claim;
    const guess = this.#kept.guess(this.#claim.id);
    this.#updateRun(running, guess);
    for (const button of this.#guesses) {
      button.setAttribute("aria-pressed", button.dataset.verdict === guess);
      button.disabled = running || Boolean(this.#kept.finding(this.#claim.id));
    }
    setText(this.#parts.problem, this.#problems.get(this.#claim) ?? "");
    this.#updateResult(guess);
  }

  #updateRun(running, guess) {
    const { run, cancel, time, bar } = this.#parts;
    const finding = this.#kept.finding(this.#claim.id);
    const can = this.#runner.can(this.#claim);
    run.hidden = running;
    run.disabled = !can || this.#runner.claim !== null;
    bar.hidden = cancel.hidden = !running;
    bar.value = this.#runner.share;
    say(run, finding ? "claims.run_again" : guess ? "claims.run" : "claims.run_unguessed");
    setText(time, this.#timeText(running, can));
  }

  #timeText(running, can) {
    if (running) return this.#runner.left_s === null ? "" : t("claims.left", { seconds: number(Math.ceil(this.#runner.left_s)) });
    if (!can) return t("claims.cannot");
    if (this.#runner.claim) return t("claims.busy", { id: this.#runner.claim.id });
    return t("claims.takes", { seconds: this.#runner.seconds(this.#claim, this.quick) });
  }

  #updateResult(guess) {
    const finding = this.#kept.finding(this.#claim.id);
    if (finding === this.#shown) return;
    this.#shown = finding;
    this.#parts.result.replaceChildren(...(finding ? [resultOf(finding, guess)] : []));
    if (finding) this.#behind.open = true;
  }

  /** All of it, in another language or of another claim. */
  #again() {
    const { id } = this.#claim;
    setText(this.#parts.number, String(id));
    say(this.#parts.sentence, `claims.sentence_${id}`);
    say(this.#parts.flips, `claims.flips_${id}`);
    say(this.#parts.lesson, `claims.lesson_${id}`);
    this.#parts.see.replaceChildren(...this.#links());
    this.#shown = null;
    this.#parts.result.replaceChildren();
    this.update();
  }

  #links() {
    const pages = Object.values(PAGES).flat();
    const links = Object.entries(this.#claim.see).map(([name, rest]) => {
      const page = pages.find((one) => one.name === name);
      return page && h("a", { href: page.path + rest }, say(h("span"), `nav.${name}`));
    });
    const found = links.filter(Boolean);
    return found.length ? [say(h("span"), "claims.see"), ...found] : [];
  }

  #guessButton(verdict) {
    const press = () => this.#acts.onGuess(this.#claim, verdict);
    return h("button", { type: "button", "data-verdict": verdict, onclick: press },
      h("b", { class: "sign", "aria-hidden": "true" }, SIGNS[verdict]), say(h("span"), `claims.verdict_${verdict}`));
  }

  #layOut() {
    const { number: id, sentence, run, cancel, time, bar, problem, result } = this.#parts;
    run.addEventListener("click", () => this.#acts.onRun(this.#claim));
    cancel.addEventListener("click", () => this.#runner.cancel());
    return [
      h("div", { class: "stage-head" }, id, sentence, h("div", { class: "turn" }, this.#turn(-1, "‹"), this.#turn(1, "›"))),
      h("fieldset", { class: "guess" }, say(h("legend"), "claims.guess"), ...this.#guesses),
      h("div", { class: "run-row" }, run, cancel, bar, time),
      problem,
      result,
      this.#behind,
    ];
  }

  #turn(step, sign) {
    const button = h("button", { type: "button", onclick: () => this.#acts.onTurn(step) }, sign);
    return sayAttribute(button, "aria-label", step < 0 ? "claims.previous" : "claims.next");
  }

  #layBehind() {
    const { flips, lesson, see } = this.#parts;
    return h("details", { class: "behind" }, say(h("summary"), "claims.behind"),
      say(h("h3"), "claims.flips"), flips, say(h("h3"), "claims.lesson"), lesson, see);
  }
}
