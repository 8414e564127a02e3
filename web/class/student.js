// SPDX-License-Identifier: MIT
//
// Student: follows the class's feed over the transports that the teacher deals out, shows how long
// each takes, answers questions, and tells the class once a second what was measured. It has no name;
// the numbers it goes by are made for this tab and forgotten with it. What it predicts has one of its
// own, since what it measures tells the kind of device, which only one of a class may have.

import { byId, h, setText } from "../dom.js";
import { formatDelay } from "../format.js";
import { has, onLanguage, say, t } from "../i18n.js";
import { post } from "../pushlab/publish.js";
import { subscribe } from "../pushlab.js";
import { loadTransports } from "../transports/load.js";
import { clock_ms } from "../transports/transport.js";
import { DelayRow } from "./delay_row.js";
import { Delays } from "./delays.js";
import { deviceOf } from "./device.js";
import { keep, recall } from "./kept.js";
import { CONTROL, FEED, FIRST, lessonOf, PREDICTIONS, QUESTIONS, REPORTS } from "./lesson.js";
import { showLine, throughOf } from "./line.js";
import { Meter } from "./meter.js";

const REPORT_MS = 1000;
const SYNCHRONISE_MS = 20000;

export function startStudent(own) {
  byId("student").hidden = false;
  new Student(own).start();
}

function anyNumber() {
  return crypto.getRandomValues(new Uint32Array(2)).join("_");
}

class Student {
  #lesson = FIRST;
  #clients = new Map(); // transport -> {client, row}
  #choice = "";
  #asked = 0;
  #kept = recall(); // {who, voter, and the last choice: reset, question, choice}
  #seen_ms = Infinity; // visible since; what was published before says nothing about the line

  constructor(own) {
    this.#keep({ who: this.#kept.who ?? anyNumber(), voter: this.#kept.voter ?? anyNumber() });
    this.meter = new Meter({ who: this.#kept.who, own, ...deviceOf(navigator.userAgent, navigator.maxTouchPoints) });
  }

  #keep(changes) {
    Object.assign(this.#kept, changes);
    keep(this.#kept);
  }

  async start() {
    onLanguage(() => this.#draw());
    document.addEventListener("visibilitychange", () => this.#lookUp());
    addEventListener("pagehide", () => this.#each(({ client }) => client.stop()));
    addEventListener("pageshow", (event) => event.persisted && this.#each(({ client }) => client.start()));
    this.entries = (await loadTransports().catch(() => [])).filter(({ client }) => client);
    if (this.entries.length === 0) return this.#trouble("class.no_server");
    await this.#lookUp();
    subscribe(CONTROL, { since: "-1", share: false, onMessage: ({ data }) => this.#follow(lessonOf(data)) });
    this.#listen();
    setInterval(() => this.#synchronise(), SYNCHRONISE_MS);
    setInterval(() => this.#report(), REPORT_MS);
  }

  /** A page in the background is slowed down by its browser: what it would measure is that. And where
   * the device has slept meanwhile, so has this page's clock: it is compared anew first. */
  async #lookUp() {
    this.#seen_ms = Infinity;
    if (document.hidden) return;
    this.meter.forgetClock();
    await this.#synchronise();
    if (!document.hidden) this.#seen_ms = clock_ms();
  }

  #each(act) {
    this.#clients.forEach(act);
  }

  #trouble(key, args = {}) {
    const problem = byId("student-problem");
    if (key) say(problem, key, args);
    problem.hidden = !key;
  }

  async #synchronise() {
    await this.meter.synchronise().catch(() => this.#trouble("class.no_server"));
    this.#draw();
  }

  #follow(lesson) {
    if (!lesson) return;
    const before = this.#lesson;
    this.#lesson = lesson;
    if (lesson.reset !== before.reset) this.meter.reset();
    const { reset, question, choice } = this.#kept;
    this.#choice = lesson.reset === reset && lesson.question === question ? choice : "";
    this.#asked = lesson.question;
    const led = lesson.line !== before.line || lesson.door !== before.door;
    if (led) this.meter.reset(); // what came another way says nothing about this one
    if (led || lesson.transport !== before.transport) this.#listen();
    showLine(lesson);
    this.#drawQuestion();
    this.#draw();
  }

  /** Opens the transports that are dealt out, and closes the others. */
  #listen() {
    const { transport } = this.#lesson;
    const wanted = this.entries.filter(({ name }) => transport === "all" || transport === name);
    this.#each(({ client }) => client.stop());
    this.#clients.clear();
    for (const { name, client } of wanted.length > 0 ? wanted : this.entries) this.#open(name, client);
    byId("own-delays").replaceChildren(...[...this.#clients.values()].map(({ row }) => row.element));
  }

  #open(name, Client) {
    const row = new DelayRow(has(`transport.${name}`) ? say(h("span"), `transport.${name}`) : name, name);
    const client = new Client(FEED, { through: throughOf(this.#lesson) }, {
      onMessage: (message, at_ms) => this.#heard(name, message, at_ms),
      onState: (state) => (row.element.dataset.state = state),
    });
    this.#clients.set(name, { client, row });
    client.start("now");
  }

  #heard(name, message, at_ms) {
    const { clock } = this.meter;
    if (clock && message.time / 1000 - clock.offset_ms > this.#seen_ms) this.meter.take(name, message, at_ms);
  }

  async #report() {
    this.#each(({ client }, name) => this.meter.count(name, client.counters));
    this.#draw();
    const data = JSON.stringify(this.meter.report(this.#lesson.reset));
    await this.#tell(REPORTS, data); // in the background too: the student is still there
  }

  async #tell(topic, data) {
    try {
      await post({ topic, type: "json", data });
      this.#trouble("");
      return true;
    } catch (error) {
      this.#trouble(error.status ? "class.not_told" : "class.no_server", { text: error.message });
      return false;
    }
  }

  #draw() {
    const { clock } = this.meter;
    for (const [name, { row }] of this.#clients) row.show(this.meter.delays(name) ?? new Delays(), this.#wordsOf(name));
    if (!clock) return;
    const args = { offset: formatDelay(Math.abs(clock.offset_ms)), error: formatDelay(clock.round_trip_ms / 2) };
    setText(byId("clock"), t(clock.offset_ms > 0 ? "class.clock_behind" : "class.clock_ahead", args));
  }

  #wordsOf(name) {
    return t("class.own_messages", { count: this.meter.delays(name)?.count ?? 0 });
  }

  // ---- the question ----

  #drawQuestion() {
    const { asks, question, answer } = this.#lesson;
    const asked = question > 0 && asks in QUESTIONS;
    byId("question").hidden = !asked;
    if (!asked) return;
    say(byId("asked"), `class_ask.${asks}`);
    byId("choices").replaceChildren(...this.entries.map(({ name }) => this.#choiceButton(name, answer)));
    if (!answer) say(byId("told"), this.#choice ? "class.chosen" : "class.choose");
    else this.#sayAnswer(answer);
  }

  #sayAnswer(answer) {
    const outcome = !this.#choice ? "class.told" : this.#choice === answer ? "class.right" : "class.wrong";
    say(byId("told"), outcome, { answer: has(`transport.${answer}`) ? t(`transport.${answer}`) : answer });
  }

  #choiceButton(name, answer) {
    const choose = () => this.#predict(name);
    const button = h("button", { type: "button", "data-transport": name, disabled: answer !== "", onclick: choose }, name);
    button.setAttribute("aria-pressed", this.#choice === name);
    if (answer === name) button.classList.add("answer");
    return has(`transport.${name}`) ? say(button, `transport.${name}`) : button;
  }

  async #predict(choice) {
    const { reset, question } = this.#lesson;
    const told = await this.#tell(PREDICTIONS, JSON.stringify({ who: this.#kept.voter, reset, question, choice }));
    if (told) this.#keep({ reset, question, choice });
    if (told && question === this.#asked) this.#choice = choice;
    this.#drawQuestion();
  }
}
