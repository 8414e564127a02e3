// SPDX-License-Identifier: MIT
//
// Feed panel: which topic the columns watch, and how the polls ask. `?topic=` chooses one at the
// start, `?interval=S&wait=S` how often and how long, so that a class can be given a link.

import { byId, h } from "../dom.js";
import { has, say } from "../i18n.js";

const FIRST_TOPICS = ["clock", "host", "frames", "chat"];
const TOPIC = /^[A-Za-z0-9._~-]{1,128}$/;

export class FeedPanel {
  topic = new URLSearchParams(location.search).get("topic") ?? "clock";
  #select = byId("topic");
  #onTopic;

  constructor({ onTopic, onOptions }) {
    this.#onTopic = onTopic;
    byId("feed").addEventListener("submit", (event) => event.preventDefault());
    this.#select.addEventListener("change", () => this.choose(this.#select.value));
    byId("other-topic").addEventListener("change", (event) => this.#chooseOther(event.target));
    for (const id of ["interval", "wait"]) setFromAddress(byId(id));
    for (const id of ["interval", "wait", "coalesce", "close"]) {
      byId(id).addEventListener("change", (event) => event.target.checkValidity() && onOptions());
    }
  }

  /** Offers the server's topics and begins with the chosen one. */
  async load() {
    const names = await serverTopics().catch(() => []);
    for (const name of new Set([...FIRST_TOPICS, ...names, this.topic])) this.#offer(name);
    this.choose(this.topic);
  }

  choose(topic) {
    this.topic = topic;
    this.#offer(topic);
    this.#select.value = topic;
    say(byId("feed-about"), aboutKey(topic));
    this.#onTopic(topic);
  }

  options() {
    return {
      interval_ms: byId("interval").valueAsNumber * 1000,
      wait_s: byId("wait").valueAsNumber,
      coalesce_ms: byId("coalesce").valueAsNumber,
      close: byId("close").checked,
    };
  }

  #chooseOther(input) {
    if (!TOPIC.test(input.value)) return;
    this.choose(input.value);
    input.value = "";
  }

  #offer(name) {
    const offered = [...this.#select.options].some((option) => option.value === name);
    if (!offered) this.#select.append(h("option", { value: name }, name));
  }
}

/** An input keeps its own value where the address has none that it allows. */
function setFromAddress(input) {
  const before = input.value;
  input.value = new URLSearchParams(location.search).get(input.id) ?? before;
  if (!input.value || !input.checkValidity()) input.value = before;
}

function aboutKey(topic) {
  const name = topic.startsWith("lab.") ? "lab" : topic;
  return has(`about.${name}`) ? `about.${name}` : "about.any";
}

async function serverTopics() {
  const answer = await (await fetch("/topics")).json();
  const list = Array.isArray(answer) ? answer : answer.topics;
  return list.map((entry) => entry.name ?? entry).filter((name) => TOPIC.test(name));
}
