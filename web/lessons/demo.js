// SPDX-License-Identifier: MIT
//
// Demo: a client as the file that it is, and that very file at work in a frame of its own, on a
// topic of its own, to which this page publishes.

import { h } from "../dom.js";
import { say, sayAttribute } from "../i18n.js";
import { post } from "../pushlab/publish.js";
import { listing } from "./parts.js";

const TOPIC = `lesson.${Math.random().toString(36).slice(2, 8)}`;

/** The text of clients/NAME.js, without its licence line. */
export async function source(name) {
  const file = `${name}.js`;
  const text = await (await fetch(`/lessons/clients/${file}`)).text();
  const alone = say(h("a", { href: `/lessons/clients/${name}.html`, target: "_blank" }), "lessons.alone");
  return h("figure", { class: "source" },
    h("figcaption", {}, h("strong", { translate: "no" }, file), alone),
    listing(text.replace(/^.*SPDX.*\n/, "")));
}

/** The frame, with buttons to publish and to begin anew. */
export function demo(name) {
  const frame = sayAttribute(h("iframe", { id: "demo" }), "title", "lessons.running");
  const publish = say(h("button", { type: "button", class: "primary", id: "publish", disabled: true }), "lessons.publish");
  const restart = say(h("button", { type: "button", id: "restart" }), "lessons.restart");
  const status = say(h("p", { role: "status" }), "lessons.publish_first");
  const { dataset } = document.documentElement;
  const begin = () => (frame.src = `/lessons/clients/${name}.html?topic=${TOPIC}&theme=${dataset.theme}`);
  let count = 0;
  publish.addEventListener("click", () => send(++count, status));
  restart.addEventListener("click", begin);
  frame.addEventListener("load", () => (publish.disabled = false));
  document.addEventListener("theme", () => (frame.contentDocument.documentElement.dataset.theme = dataset.theme));
  begin();
  return h("figure", { class: "result" }, h("figcaption", {}, publish, restart), frame, status);
}

/** What is sent says when it was sent, as the client says when it came. */
async function send(count, status) {
  const time = new Date().toISOString().slice(14, 23);
  try {
    await post({ topic: TOPIC, data: `#${count} (${time})` });
    say(status, "lessons.published", { count, time });
  } catch (error) {
    say(status, error.status ? "publish.failed" : "publish.unreachable", { status: error.status, text: error.message });
  }
}
