// SPDX-License-Identifier: MIT
//
// Said: texts of findings. The bench's hold every language; those of the page's own experiments
// are a key of the strings and what fills it.

import { language, say, t } from "../i18n.js";

export function said(text) {
  if (!text) return "";
  return text.key ? t(text.key, text.args) : (text[language().code] ?? text.en ?? "");
}

/** A text of a finding, for an experiment of the page's own. */
export function told(name, args = {}) {
  return { key: `live.${name}`, args };
}

/** Shows it in an element. */
export function tell(element, text) {
  if (text?.key) return say(element, text.key, text.args);
  element.textContent = said(text);
  return element;
}
