// SPDX-License-Identifier: MIT
//
// Person: one subscriber and speaker of the chat. Hears through the transport; speaks through it
// too where it can (WebSocket), else by POST. A message is JSON: {"name","text"}.

import { h, setText } from "../dom.js";
import { formatBytes } from "../format.js";
import { has, onLanguage, remember, say, sayAttribute, t } from "../i18n.js";
import { sumOfParts } from "../transports/counters.js";

const TOPIC = "chat";
const HISTORY = "-30";
const SHORT_POLL_MS = 1000;
const LINES_KEPT = 200;

export class Person {
  #entries;
  #client = null;
  #onLeave;

  /** first: the one whose name is remembered, and who cannot leave. */
  constructor(entries, name, { first, onLeave }) {
    this.#entries = entries;
    this.#onLeave = onLeave;
    this.title = h("h2");
    this.pill = h("span", { class: "pill" });
    this.name = h("input", { maxlength: 40, autocomplete: "nickname", value: firstName(first) });
    this.select = this.#switcher(name);
    this.talk = sayAttribute(h("ol", { class: "talk", role: "log", tabindex: "0" }), "aria-label", "chat.log");
    this.text = sayAttribute(h("input", { maxlength: 1000, autocomplete: "off" }), "placeholder", "chat.write");
    sayAttribute(this.text, "aria-label", "chat.write");
    this.problem = h("p", { class: "about bad", role: "status" });
    this.how = h("p", { class: "costs" });
    this.costs = sayAttribute(h("p", { class: "costs" }), "title", "chat.costs_help");
    this.element = this.#layout(first);
    if (first) this.name.addEventListener("change", () => remember("name", this.name.value));
    onLanguage(() => this.#drawCosts());
    this.#note();
    this.#listen(name, HISTORY);
  }

  get transport() {
    return this.select.value;
  }

  stop() {
    this.#client.stop();
  }

  goOn() {
    this.#client.start(this.#client.cursor);
  }

  #listen(name, cursor) {
    const { client } = this.#entries.find((entry) => entry.name === name);
    this.element.dataset.transport = name;
    if (has(`transport.${name}`)) say(this.title, `transport.${name}`);
    else this.title.textContent = name;
    this.#client = new client(TOPIC, { interval_ms: SHORT_POLL_MS }, {
      onState: (state) => {
        this.element.dataset.state = state;
        say(this.pill, `state.${state}`);
        this.#drawCosts();
      },
      onMessage: (message) => this.#heard(message),
      onGap: (gap) => this.#gap(gap),
      onEnd: () => this.#drawCosts(),
    });
    this.#client.start(cursor);
    say(this.how, name === "websocket" ? "chat.by_socket" : "chat.by_post");
    this.#drawCosts();
  }

  #switchTo(name) {
    const { cursor } = this.#client;
    this.#client.stop();
    this.#listen(name, cursor);
  }

  async #speak(event) {
    event.preventDefault();
    if (!this.text.value.trim()) return;
    const data = JSON.stringify({ name: this.name.value || t("chat.name"), text: this.text.value });
    try {
      await this.#client.publish({ topic: TOPIC, type: "json", data });
      this.text.value = "";
      this.problem.textContent = "";
    } catch (error) {
      say(this.problem, "chat.not_sent", { text: error.status ? error.message : t("publish.unreachable") });
    }
    this.#drawCosts();
  }

  /** Whoever publishes to the topic by other means is heard too: any data has some text. */
  #heard(message) {
    const isChat = message.type === "json" && typeof message.data?.text === "string";
    const { name, text } = isChat ? message.data : { name: "·", text: String(message.data) };
    const own = name === this.name.value;
    this.#addLine(h("li", { class: own ? "own" : null }, h("b", {}, String(name)), text));
    this.#drawCosts();
  }

  #gap(gap) {
    const key = gap.count === null ? "gap.unknown" : "gap.known";
    this.#addLine(say(h("li", { class: "note" }), key, gap));
  }

  #addLine(line) {
    this.talk.querySelector(".empty")?.remove();
    this.talk.append(line);
    if (this.talk.children.length > LINES_KEPT) this.talk.firstChild.remove();
    this.talk.scrollTop = this.talk.scrollHeight;
  }

  #note() {
    this.talk.append(say(h("li", { class: "note empty" }), "chat.empty"));
  }

  #drawCosts() {
    const { requests, connections, up, down } = this.#client.counters;
    const about = (parts) => `≈ ${formatBytes(sumOfParts(parts))}`;
    setText(this.costs, t("chat.costs", { requests, connections, up: about(up), down: about(down) }));
  }

  #switcher(name) {
    const options = this.#entries.map((entry) => {
      const option = h("option", { value: entry.name }, entry.name);
      return has(`transport.${entry.name}`) ? say(option, `transport.${entry.name}`) : option;
    });
    const select = h("select", { onchange: () => this.#switchTo(select.value) }, ...options);
    select.value = name;
    return select;
  }

  #leave() {
    this.stop();
    this.element.remove();
    this.#onLeave();
  }

  #layout(first) {
    const leave = h("button", { type: "button", class: "link", hidden: first, onclick: () => this.#leave() });
    say(leave, "chat.remove");
    const send = say(h("button", { class: "primary" }), "chat.send");
    return h(
      "article",
      { class: "column person" },
      h("div", { class: "head" }, this.title, leave, this.pill),
      h(
        "div",
        { class: "fields" },
        h("label", {}, say(h("span"), "chat.name"), this.name),
        h("label", {}, say(h("span"), "transport.choose"), this.select),
      ),
      this.talk,
      h("form", { class: "say", onsubmit: (event) => this.#speak(event) }, this.text, send),
      this.problem,
      this.how,
      this.costs,
    );
  }
}

function firstName(first) {
  const query = new URLSearchParams(location.search).get("name");
  if (first && query) return query;
  const number = String(100 + Math.floor(Math.random() * 900));
  return (first && stored()) || t("chat.default_name", { number });
}

function stored() {
  try {
    return localStorage.getItem("pushlab.name");
  } catch {
    return null;
  }
}
