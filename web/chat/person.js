// SPDX-License-Identifier: MIT
//
// Person: one subscriber and speaker of the chat. Hears through the transport; speaks through it
// too where it can (WebSocket), else by POST. A message is JSON: {"name","text"}, or, with the
// event `typing`, {"name"} alone: that somebody is writing.

import { h, setText } from "../dom.js";
import { has, onLanguage, remember, say, sayAttribute, t } from "../i18n.js";
import { delay_ms } from "../server_time.js";
import { Bill } from "./bill.js";
import { LinesView } from "./lines_view.js";
import { Signals, Typists } from "./typing.js";

const TOPIC = "chat";
const TYPING = "typing";
const HISTORY = "-60"; // signals among them
const SHORT_POLL_MS = 1000;
const LINES_KEPT = 200;
const NAME_LIMIT = 40;

export class Person {
  #entries;
  #client = null;
  #onLeave;
  #signals = new Signals();
  #typists = new Typists();
  #bill = new Bill();
  #lines = new LinesView();

  /** first: the one whose name is remembered, and who cannot leave. */
  constructor(entries, name, { first, onLeave }) {
    this.#entries = entries;
    this.#onLeave = onLeave;
    this.title = h("h2");
    this.pill = h("span", { class: "pill" });
    this.name = h("input", { maxlength: NAME_LIMIT, autocomplete: "nickname", value: firstName(first) });
    this.select = this.#switcher(name);
    this.talk = sayAttribute(h("ol", { class: "talk", role: "log", tabindex: "0" }), "aria-label", "chat.log");
    this.text = sayAttribute(h("input", { maxlength: 1000, autocomplete: "off" }), "placeholder", "chat.write");
    sayAttribute(this.text, "aria-label", "chat.write");
    this.text.addEventListener("input", () => this.#typed());
    this.typing = h("p", { class: "typing", role: "status" });
    this.problem = h("p", { class: "about bad", role: "status" });
    this.how = h("p", { class: "costs" });
    this.element = this.#layout(first);
    if (first) this.name.addEventListener("change", () => remember("name", this.name.value));
    onLanguage(() => this.#showTypists());
    this.#note();
    this.#listen(name, HISTORY);
  }

  get transport() {
    return this.select.value;
  }

  /** Bytes of the dearest thing this person does, once. */
  get bytes_each() {
    return this.#bill.most;
  }

  /** bytes_scale: bytes that fill a bar, the same for all persons. */
  draw(bytes_scale) {
    this.#bill.draw(bytes_scale);
    this.#lines.draw();
    this.#showTypists();
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
      },
      onMessage: (message, at_ms) => this.#heard(message, at_ms),
      onGap: (gap) => this.#gap(gap),
      onRequest: (request) => this.#lines.asked(request),
    });
    this.#bill.begin(this.#client.counters);
    this.#lines.begin(name === "websocket");
    this.#client.start(cursor);
    say(this.how, has(`chat.by_${name}`) ? `chat.by_${name}` : "chat.by_post");
  }

  #switchTo(name) {
    const { cursor } = this.#client;
    this.#client.stop();
    this.#listen(name, cursor);
  }

  async #speak(event) {
    event.preventDefault();
    if (!this.text.value.trim()) return;
    try {
      await this.#publish({ name: this.#name, text: this.text.value }, this.#bill.line);
      this.text.value = "";
      this.#signals.spoke();
      this.problem.textContent = "";
    } catch (error) {
      say(this.problem, "chat.not_sent", { text: error.status ? error.message : t("publish.unreachable") });
    }
  }

  /** A signal that is lost is not missed: the next one comes soon, and the line itself in any case. */
  #typed() {
    if (!this.text.value || !this.#signals.typed(performance.now())) return;
    this.#publish({ name: this.#name }, this.#bill.typing, TYPING).catch(() => this.#signals.spoke());
  }

  async #publish(object, bill, event = "") {
    const message = { topic: TOPIC, type: "json", event, data: JSON.stringify(object) };
    bill.messages += 1;
    return this.#lines.speaking(this.#client.publish(message, bill));
  }

  get #name() {
    return this.name.value || t("chat.name");
  }

  /** Whoever publishes to the topic by other means is heard too: any data has some text. */
  #heard(message, at_ms) {
    this.#lines.heard(at_ms);
    if (message.event === TYPING) return this.#heardTyping(message, at_ms);
    const isChat = message.type === "json" && typeof message.data?.text === "string";
    const { name, text } = isChat ? message.data : { name: "·", text: String(message.data) };
    this.#typists.spoke(String(name));
    const own = name === this.name.value;
    this.#addLine(h("li", { class: own ? "own" : null }, h("b", {}, String(name)), text));
  }

  #heardTyping(message, at_ms) {
    const name = String(message.data?.name ?? "·").slice(0, NAME_LIMIT);
    if (name !== this.#name) this.#typists.heard(name, delay_ms(message, at_ms), performance.now());
    this.#showTypists();
  }

  #showTypists() {
    const names = this.#typists.names(performance.now());
    const text = names.length ? t(names.length > 1 ? "chat.several_typing" : "chat.is_typing", { name: names.join(", ") }) : "";
    setText(this.typing, text);
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
      this.typing,
      h("form", { class: "say", onsubmit: (event) => this.#speak(event) }, this.text, send),
      this.problem,
      this.how,
      this.#lines.element,
      this.#bill.element,
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
