// SPDX-License-Identifier: MIT
//
// Choosing: the questions to ask in their order, and the advisor, which knows what each transport
// costs on this machine; the same as a command, for those without the lab's bench.

import { Advisor } from "../claims/advisor.js";
import { Bench } from "../claims/bench.js";
import { h } from "../dom.js";
import { say } from "../i18n.js";

const QUESTIONS = ["seldom", "both", "path", "late", "many", "else"];
const OPTIONS = ["rate", "clients", "payload", "max-delay", "direction", "path"];

export async function choosing() {
  const questions = QUESTIONS.map((name) =>
    h("li", {}, say(h("span"), `choosing.${name}`), say(h("b"), `choosing.${name}_take`)));
  const bench = await Bench.find();
  const panel = h("section", { id: "advisor", class: "panel", "aria-labelledby": "advisor-heading" });
  new Advisor(panel, bench);
  const command = h("code", { translate: "no", id: "advise-command" });
  const told = h("p", { class: "command" }, say(h("span"), bench ? "choosing.as_command" : "choosing.no_bench"), command);
  const tell = () => (command.textContent = commandOf(panel));
  panel.addEventListener("input", tell);
  panel.append(told);
  tell();
  return [say(h("h2", { class: "part" }), "choosing.questions"), h("ol", { class: "questions" }, ...questions), panel];
}

function commandOf(panel) {
  const value = (name) => panel.querySelector(`#advise-${name}`).value;
  const options = OPTIONS.map((name) => `--${name} ${value(name.replace("-", "_"))}`);
  if (value("want") === "once") options.push("--once");
  return `./dev bench advise ${options.join(" ")}`;
}
