// SPDX-License-Identifier: MIT
//
// Show: what the little clients beside this file have in common: a list on the page, the newest
// above. `?topic=T` in the page's address chooses what they read.

export const topic = new URLSearchParams(location.search).get("topic") ?? "clock";

/** A message has come. */
export function show(data) {
  add(typeof data === "string" ? data : JSON.stringify(data), "message");
}

/** What the client does meanwhile. */
export function note(text) {
  add(text, "note");
}

function add(text, kind) {
  const line = document.createElement("li");
  line.className = kind;
  line.textContent = `${new Date().toISOString().slice(14, 23)}  ${text}`;
  const list = document.querySelector("ol");
  list.prepend(line);
  while (list.children.length > 100) list.lastChild.remove();
}
