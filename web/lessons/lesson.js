// SPDX-License-Identifier: MIT
//
// Lesson: one transport, or one matter: what it is, its client at work, an exercise, figures.

import { h } from "../dom.js";
import { say } from "../i18n.js";
import { choosing } from "./choosing.js";
import { demo, source } from "./demo.js";
import { fifth } from "./fifth.js";
import { figuresPanel, loadFigures } from "./figures.js";
import { claimLinks, lessonPath, passage, termLinks, titleRow } from "./parts.js";
import { LESSONS } from "./table.js";

const OWN_PARTS = { choosing, fifth }; // what takes the client's place

export async function showLesson(main, lesson) {
  const { name, transport, client, row, terms, claims } = lesson;
  main.dataset.transport = transport ?? "none";
  const text = h("div", { class: "text" },
    passage("lessons.how", `lesson.${name}_how`), passage("lessons.good", `lesson.${name}_good`), passage("lessons.price", `lesson.${name}_price`));
  main.append(titleRow(`lesson.${name}_title`, `lesson.${name}_question`));
  if (client) main.append(h("div", { class: "halves" }, text, demo(name), await source(name), exercise(name)));
  else main.append(text, ...(await OWN_PARTS[name]()), exercise(name));
  if (row || name === "choosing") main.append(figuresPanel(await loadFigures(), row));
  main.append(termLinks(terms), claimLinks(claims), turns(lesson));
}

/** What to try, what to watch; the answer stays folded. */
function exercise(name) {
  return h("section", { class: "panel exercise" },
    say(h("h2"), "lessons.exercise"),
    say(h("p"), `lesson.${name}_exercise`),
    h("details", {}, say(h("summary"), "lessons.answer"), say(h("p"), `lesson.${name}_answer`)));
}

function turns(lesson) {
  const at = LESSONS.indexOf(lesson);
  const link = (other, arrow) => other && h("a", { href: lessonPath(other.name) }, `${arrow} `, say(h("span"), `lesson.${other.name}_title`));
  return h("p", { class: "turns" }, link(LESSONS[at - 1], "←"), say(h("a", { href: "/lessons.html" }), "lessons.all"), link(LESSONS[at + 1], "→"));
}
