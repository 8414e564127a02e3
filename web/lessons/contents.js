// SPDX-License-Identifier: MIT
//
// Contents: the tracks, the lessons and the glossary.

import { h } from "../dom.js";
import { say } from "../i18n.js";
import glossary from "../strings/lesson_terms.js";
import { lessonPath, titleRow } from "./parts.js";
import { LESSONS } from "./table.js";
import { claimsOf, TRACKS } from "./tracks.js";

export function showContents(main) {
  main.append(
    titleRow("lessons.heading", "lessons.lead"),
    h("div", { class: "columns tracks" }, ...TRACKS.map(trackCard)),
    say(h("h2", { class: "part" }), "lessons.lessons"),
    h("ol", { class: "lesson-list" }, ...LESSONS.map(lessonItem)),
    say(h("h2", { class: "part", id: "glossary" }), "lessons.glossary"),
    h("dl", { class: "glossary" }, ...termNames().map(entry)),
  );
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

function trackCard(track) {
  const { minutes, steps } = track;
  const counts = { steps: Object.keys(steps).length, claims: claimsOf(track).length };
  return h("article", { class: "column track-card" },
    say(h("h2"), "lessons.minutes", { minutes }),
    say(h("p"), `lessons.track_${minutes}`),
    say(h("p", { class: "about" }), "lessons.track_holds", counts),
    say(h("a", { class: "go", href: `/lessons.html?track=${minutes}` }), "lessons.track_open"));
}

function lessonItem({ name, transport }) {
  const title = say(h("b"), `lesson.${name}_title`);
  const question = say(h("span"), `lesson.${name}_question`);
  return h("li", { "data-transport": transport ?? "none" }, h("a", { href: lessonPath(name) }, title, question));
}

function termNames() {
  return Object.keys(glossary).map((key) => key.slice("term.".length)).filter((name) => !name.endsWith("_is"));
}

/** A term in all languages at once, whichever the page is in. */
function entry(name) {
  const inEach = (tag, key) => Object.entries(glossary[key]).map(([lang, text]) => h(tag, { lang }, text));
  return h("div", { id: `term-${name}`, translate: "no" }, ...inEach("dt", `term.${name}`), ...inEach("dd", `term.${name}_is`));
}
