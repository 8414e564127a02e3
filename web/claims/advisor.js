// SPDX-License-Identifier: MIT
//
// Advisor: which transport for so many messages, clients and so long a delay, by what each costs on
// this machine: `pushbench advise`, asked from the page.

import { h, setText } from "../dom.js";
import { has, number, onLanguage, say, sayAttribute, t } from "../i18n.js";
import { formatFigure } from "./figures.js";
import { said } from "./said.js";

const FIELDS = [
  { name: "rate", value: 1, min: 0.01, max: 1000, step: "any" },
  { name: "clients", value: 100, min: 1, max: 100000, step: 1 },
  { name: "payload", value: 100, min: 16, max: 65000, step: 1 },
  { name: "max_delay", value: 1000, min: 1, max: 3600000, step: 1 },
];
const WORDS = { direction: ["down", "both"], path: ["direct", "proxy"], want: ["on", "once"] };
const COLUMNS = ["delay_mean_ms", "delay_worst_ms", "requests_per_s", "cpu_percent", "wire_kbit_per_s", "memory_mib"];
const COLUMNS_ONCE = ["ms", "bytes", "wire_bytes", "segments", "cpu_us"];

export class Advisor {
  #bench;
  #abort = null;
  #found = null;
  #inputs = {};
  #form = h("form", { class: "fields" });
  #button = h("button", { class: "primary", id: "advise" });
  #bar = h("progress", { max: "1", hidden: true });
  #about = h("p", { class: "about", role: "status" });
  #answer = h("div", { class: "answer", "aria-live": "polite" });

  constructor(element, bench) {
    this.#bench = bench;
    const heading = say(h("h2", { id: "advisor-heading" }), "advisor.heading");
    sayAttribute(this.#bar, "aria-label", "claims.running");
    this.#form.append(...FIELDS.map((field) => this.#field(field)), ...Object.keys(WORDS).map((name) => this.#choice(name)), this.#button);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#abort) this.#abort.abort();
      else this.#ask();
    });
    element.append(heading, say(h("p", { class: "lead" }), "advisor.lead"), this.#form, this.#bar, this.#about, this.#answer);
    this.#button.disabled = !bench;
    onLanguage(() => this.#show());
    addEventListener("pagehide", () => this.#abort?.abort());
    this.#show();
  }

  #field({ name, ...limits }) {
    this.#inputs[name] = h("input", { type: "number", id: `advise-${name}`, required: true, ...limits });
    return h("label", {}, say(h("span"), `advisor.${name}`), this.#inputs[name]);
  }

  #choice(name) {
    const options = WORDS[name].map((word) => say(h("option", { value: word }), `advisor.${name}_${word}`));
    this.#inputs[name] = h("select", { id: `advise-${name}` }, ...options);
    return h("label", {}, say(h("span"), `advisor.${name}`), this.#inputs[name]);
  }

  #question() {
    const question = Object.fromEntries(FIELDS.map(({ name }) => [name, this.#inputs[name].valueAsNumber]));
    for (const name of ["direction", "path"]) question[name] = this.#inputs[name].value;
    return { ...question, once: this.#inputs.want.value === "once" };
  }

  async #ask() {
    this.#abort = new AbortController();
    this.#bar.hidden = false;
    this.#found = null;
    setText(this.#about, "");
    this.#show();
    try {
      const onProgress = (share, left_s) => this.#progress(share, left_s);
      this.#found = await this.#bench.run("/advise", this.#question(), { onProgress, signal: this.#abort.signal });
      setText(this.#about, "");
    } catch (error) {
      setText(this.#about, this.#abort.signal.aborted ? "" : error.message);
    }
    this.#abort = null;
    this.#bar.hidden = true;
    this.#show();
  }

  #progress(share, left_s) {
    this.#bar.value = share;
    setText(this.#about, left_s === null ? t("advisor.calibrates") : t("claims.left", { seconds: number(Math.ceil(left_s)) }));
  }

  #show() {
    say(this.#button, this.#abort ? "claims.cancel" : "advisor.ask");
    this.#answer.replaceChildren(...(this.#found ? this.#answerOf(this.#found) : []));
  }

  #answerOf({ rows, reason, check_command: command, coalesce }) {
    const [best] = rows;
    const once = best.standing === undefined;
    const advice = h("p", { class: "verdict", "data-verdict": "holds" },
      h("b", { class: "sign", "aria-hidden": "true" }, "→"),
      h("span", {}, t(once ? "advisor.take_once" : "advisor.take", { transport: nameOf(best) })));
    return [advice, tableOf(rows, once ? COLUMNS_ONCE : COLUMNS), ...remarksOf(rows),
      ...reasoned(reason, command), ...reasoned(coalesce?.reason, coalesce?.check_command)];
  }
}

/** Why some are doubtful or excluded. */
function remarksOf(rows) {
  return rows.filter(({ remark }) => said(remark))
    .map((row) => h("p", { class: "about" }, h("b", {}, nameOf(row)), ` ${said(row.remark)}`));
}

/** A sentence, and the command that holds it to the test. */
function reasoned(reason, command) {
  const sentence = said(reason) ? h("p", { class: "about" }, said(reason)) : null;
  const check = command ? h("p", { class: "about" }, t("advisor.check"), " ", h("code", {}, `./dev bench ${command.replace(/^pushbench /, "")}`)) : null;
  return [sentence, check].filter(Boolean);
}

function nameOf({ transport }) {
  return has(`transport.${transport}`) ? t(`transport.${transport}`) : t(`claims.of_${transport}`);
}

function tableOf(rows, columns) {
  const heads = columns.map((key) => h("th", { scope: "col" }, t(`advisor.${key}`)));
  const body = rows.map((row) => {
    const cells = columns.map((key) => h("td", {}, formatFigure(row[key])));
    const standing = row.standing ? h("small", {}, t(`advisor.standing_${row.standing}`)) : null;
    const name = h("th", { scope: "row" }, nameOf(row), " ", standing);
    return h("tr", { "data-transport": row.transport.replace(/_close$/, ""), "data-standing": row.standing ?? "fits" }, name, ...cells);
  });
  return h("div", { class: "scroll-x", tabindex: "0" },
    h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("advisor.transport")), ...heads)), h("tbody", {}, ...body)));
}
