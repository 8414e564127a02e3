// SPDX-License-Identifier: MIT
//
// Parts that several views of the lessons have.

import { h } from "../dom.js";
import { say, sayAttribute } from "../i18n.js";

/** A heading with a line of text beside it, as on all pages. */
export function titleRow(title, lead, args) {
  return h("div", { class: "title-row" }, say(h("h1"), title, args), say(h("p"), lead, args));
}

/** Numbers that lead to the claims board, each with its sentence. */
export function claimLinks(claims) {
  const links = claims.map((id) => {
    const link = h("a", { href: `/claims.html#${id}`, class: "chip" }, String(id));
    return sayAttribute(link, "title", `claims.sentence_${id}`);
  });
  return h("p", { class: "chips" }, say(h("span"), "lessons.claims"), ...links);
}

export function termLinks(terms) {
  const links = terms.map((name) => say(h("a", { href: `/lessons.html#term-${name}`, class: "chip" }), `term.${name}`));
  return h("p", { class: "chips" }, say(h("span"), "lessons.terms"), ...links);
}

export function lessonPath(name) {
  return `/lessons.html?lesson=${name}`;
}

/** A paragraph under a heading. */
export function passage(heading, text, args) {
  return h("div", { class: "passage" }, say(h("h2"), heading), say(h("p"), text, args));
}

/** Program text, as it is. */
export function listing(text) {
  return h("pre", { tabindex: "0", translate: "no" }, h("code", {}, text));
}
