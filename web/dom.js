// SPDX-License-Identifier: MIT
//
// DOM: making elements. Text is always set as text, so nothing that was published can become
// markup. Properties: `class`, `on…` handlers, `data-…`, `aria-…`; anything else is an attribute.

export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) setProperty(element, name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function setProperty(element, name, value) {
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (value === true) element.setAttribute(name, "");
  else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
}

export function byId(id) {
  return document.getElementById(id);
}

/** Sets text only when it differs, which spares layout at several updates a second. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
