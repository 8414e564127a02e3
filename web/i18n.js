// SPDX-License-Identifier: MIT
//
// Languages: every visible string has a key, and stands in strings/*.js once for each language,
// side by side. Elements keep their key, so the language can change without loading the page
// again:
//   <p data-i18n="lab.title">           the text
//   <a data-i18n-title="…">             an attribute: title, aria-label, placeholder
//   say(element, key, args)             the same from code; {name} in a string is args.name
// In a string, `x` becomes <code> and **x** becomes <strong>.

import chat from "./strings/chat.js";
import claims from "./strings/claims.js";
import claimsLive from "./strings/claims_live.js";
import claimsPage from "./strings/claims_page.js";
import classroom from "./strings/class.js";
import common from "./strings/common.js";
import compat from "./strings/compat.js";
import connections from "./strings/connections.js";
import doctor from "./strings/doctor.js";
import doings from "./strings/doings.js";
import heartbeat from "./strings/heartbeat.js";
import lab from "./strings/lab.js";
import ladder from "./strings/ladder.js";
import lessonTerms from "./strings/lesson_terms.js";
import lessonTexts from "./strings/lesson_texts.js";
import lessonTracks from "./strings/lesson_tracks.js";
import lessons from "./strings/lessons.js";
import origins from "./strings/origins.js";
import pictures from "./strings/pictures.js";
import transports from "./strings/transports.js";
import wire from "./strings/wire.js";

export const LANGUAGES = [
  { code: "en", tag: "en", name: "English" },
  { code: "zh", tag: "zh-CN", name: "中文" },
];
const ATTRIBUTES = ["title", "aria-label", "placeholder"];
const strings = { ...common, ...transports, ...lab, ...doings, ...pictures, ...chat, ...ladder, ...doctor, ...compat, ...wire, ...connections, ...heartbeat, ...origins, ...classroom, ...claims, ...claimsPage, ...claimsLive, ...lessons, ...lessonTexts, ...lessonTracks, ...lessonTerms };
const listeners = new Set();

export function language() {
  return LANGUAGES.find(({ tag }) => tag === document.documentElement.lang) ?? LANGUAGES[0];
}

export function has(key) {
  return key in strings;
}

export function t(key, args = {}) {
  const string = strings[key]?.[language().code] ?? strings[key]?.en ?? key;
  return string.replace(/\{(\w+)\}/g, (whole, name) => format(args[name] ?? whole));
}

function format(value) {
  return typeof value === "number" ? number(value) : String(value);
}

/** `digits`: at most so many decimals; `fixed`: exactly so many, so that a column does not jump. */
export function number(value, digits = 2, fixed = false) {
  const minimumFractionDigits = fixed ? digits : 0;
  return value.toLocaleString(language().tag, { minimumFractionDigits, maximumFractionDigits: digits });
}

/** Shows a string in an element, now and after each change of language. */
export function say(element, key, args = {}) {
  element.dataset.i18n = key;
  element.i18nArgs = args;
  show(element);
  return element;
}

export function sayAttribute(element, attribute, key) {
  element.setAttribute(`data-i18n-${attribute}`, key);
  element.setAttribute(attribute, t(key));
  return element;
}

export function onLanguage(listener) {
  listeners.add(listener);
}

export function setLanguage(code) {
  document.documentElement.lang = LANGUAGES.find((l) => l.code === code).tag;
  remember("lang", code);
  translatePage();
  for (const listener of listeners) listener();
}

export function translatePage(root = document) {
  for (const element of root.querySelectorAll("[data-i18n]")) show(element);
  for (const attribute of ATTRIBUTES) {
    const name = `data-i18n-${attribute}`;
    for (const element of root.querySelectorAll(`[${name}]`)) {
      element.setAttribute(attribute, t(element.getAttribute(name)));
    }
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`pushlab.${name}`, value);
  } catch {
    // Storage can be forbidden; then the choice lasts as long as the page.
  }
}

function show(element) {
  const text = t(element.dataset.i18n, element.i18nArgs);
  if (element.i18nShown === text) return;
  element.i18nShown = text;
  element.replaceChildren(...text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map(inline));
}

function inline(part) {
  if (/^`.+`$/.test(part)) return wrap("code", part.slice(1, -1));
  if (/^\*\*.+\*\*$/.test(part)) return wrap("strong", part.slice(2, -2));
  return part;
}

function wrap(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
