// SPDX-License-Identifier: MIT
//
// Teacher: what the lesson is at, said to class.control; what the class has measured and expects,
// put together from its reports. The server obeys only who shows the token.

import { byId, h, setText } from "../dom.js";
import { formatBytes, formatDelay } from "../format.js";
import { has, number, onLanguage, say, t } from "../i18n.js";
import { post } from "../pushlab/publish.js";
import { subscribe } from "../pushlab.js";
import { loadTransports } from "../transports/load.js";
import { clock_ms } from "../transports/transport.js";
import { DelayRow } from "./delay_row.js";
import { Delays } from "./delays.js";
import { startInvitation } from "./invitation.js";
import { answerOf, CONTROL, FIRST, lessonOf, PREDICTIONS, QUESTIONS, REPORTS } from "./lesson.js";
import { Line, offerLines } from "./line.js";
import { Tally } from "./tally.js";

const DRAW_MS = 1000;
const REPEAT_MS = 10 * 60 * 1000; // the log forgets after an hour
const NO_ROW = { delays: new Delays(), students: 0, requests: 0, bytes: 0 };
const SETTINGS = { rate: Number, payload: Number, transport: String };

export function startTeacher(token, addresses, { onWrongToken }) {
  byId("teacher").hidden = false;
  new Teacher(token, addresses, onWrongToken).start();
}

class Teacher {
  #lesson = FIRST;
  #tally = new Tally();
  #rows = new Map(); // list and key -> DelayRow
  #token;
  #onWrongToken;
  #said; // when all that was told has been said
  #last = { log: "", seq: 0 }; // where the lesson stands in class.control

  constructor(token, addresses, onWrongToken) {
    this.#token = token;
    this.#onWrongToken = onWrongToken;
    this.invitation = startInvitation(addresses);
  }

  async start() {
    this.names = (await loadTransports().catch(() => [])).filter(({ client }) => client).map(({ name }) => name);
    this.#prepare();
    await (this.#said = this.#takeUp());
    await this.#offerLine();
    const onMessage = (message) => this.#follow(message);
    const onState = (state) => this.#trouble(state === "reconnecting" ? "class.no_server" : "");
    subscribe(CONTROL, { since: "-1", share: false, onMessage, onState, onGap: () => this.#tell({}) });
    subscribe(REPORTS, { share: false, onMessage: ({ data }) => this.#tally.takeReport(data, clock_ms()) });
    subscribe(PREDICTIONS, { since: "first", share: false, onMessage: ({ data }) => this.#tally.takePrediction(data) });
    setInterval(() => this.#draw(), DRAW_MS);
    setInterval(() => this.#tell({}), REPEAT_MS);
    onLanguage(() => this.#draw());
  }

  // ---- what the teacher says ----

  #prepare() {
    for (const select of [byId("transport"), byId("device-transport")]) {
      for (const name of this.names) select.append(transportName(h("option", { value: name }, name), name));
    }
    if (this.names.includes("websocket")) byId("device-transport").value = "websocket";
    for (const name of Object.keys(QUESTIONS)) byId("asks").append(say(h("option", { value: name }), `class_ask.${name}`));
    for (const [name, read] of Object.entries(SETTINGS)) {
      byId(name).addEventListener("change", () => this.#tell({ [name]: read(byId(name).value) }));
    }
    byId("muted").addEventListener("change", () => this.#tell({ muted: byId("muted").checked }));
    byId("ask").addEventListener("click", () => this.#ask());
    byId("tell").addEventListener("click", () => this.#reveal());
    byId("reset").addEventListener("click", () => this.#tell({ ...FIRST, ...this.#settings(), reset: Date.now() }));
    byId("device-transport").addEventListener("change", () => this.#draw());
  }

  #settings() {
    const { rate, payload, transport, line, door, muted } = this.#lesson;
    return { rate, payload, transport, line, door, muted };
  }

  /** Goes on with the lesson that is on, or begins one. */
  async #takeUp() {
    const answer = await fetch(`/short_poll/${CONTROL}?since=-1&limit=1`).then((response) => response.json()).catch(() => null);
    const lesson = lessonOf(answer?.messages?.at(-1)?.data);
    if (lesson) this.#lesson = lesson;
    await this.#say(lesson ? {} : { reset: Date.now() });
  }

  async #offerLine() {
    this.line = await Line.find();
    say(byId("line-about"), this.line ? "class.line_about" : "class.line_needs", { port: String(this.line?.port) });
    byId("line-choice").hidden = !this.line;
    if (!this.line) return;
    offerLines(byId("line"));
    byId("line").addEventListener("change", () => this.#lead(byId("line").value));
    this.#showSettings();
  }

  /** Students come when the door is ready, and leave it before it closes. */
  async #lead(line) {
    try {
      if (line) await this.line.open(line);
      await this.#tell({ line, door: line ? this.line.port : 0 });
      if (!line) await this.line.close();
    } catch (error) {
      this.#showSettings();
      this.#trouble("class.no_line", { text: error.message });
    }
  }

  #ask() {
    this.#tell({ question: this.#lesson.question + 1, asks: byId("asks").value, answer: "" });
  }

  #reveal() {
    const answer = answerOf(this.#lesson.asks, this.#tally.byTransport());
    if (answer) this.#tell({ answer });
    else this.#trouble("class.no_answer_yet");
  }

  /** One after the other: said at once, the second would take the first back. */
  #tell(changes) {
    return (this.#said = this.#said.then(() => this.#say(changes)));
  }

  async #say(changes) {
    const lesson = { ...this.#lesson, ...changes };
    try {
      const said = await post({ topic: CONTROL, type: "json", data: JSON.stringify(lesson), token: this.#token });
      if (this.#isLater(said)) this.#lesson = lesson;
      this.#trouble("");
    } catch (error) {
      if (error.status === 403) this.#onWrongToken();
      else this.#trouble("class.not_said", { text: error.status ? error.message : t("class.unreachable") });
    }
    this.#show();
  }

  /** Another page of the teacher's may speak too: the last word holds. A server that was started anew has
   * another log, knows nothing of the lesson, and is told. */
  #follow(message) {
    const lesson = lessonOf(message.data);
    if (!lesson || !this.#isLater(message)) return;
    this.#lesson = lesson;
    this.#show();
  }

  #isLater({ id, seq }) {
    const [log] = id.split("-");
    const later = log !== this.#last.log || seq > this.#last.seq;
    if (later) this.#last = { log, seq };
    return later;
  }

  #show() {
    this.#tally.follow(this.#lesson);
    this.#showSettings();
    this.#draw();
  }

  #trouble(key, args = {}) {
    if (key) say(byId("teacher-problem"), key, args);
    byId("teacher-problem").hidden = !key;
  }

  #showSettings() {
    for (const name of Object.keys(SETTINGS)) byId(name).value = String(this.#lesson[name]);
    byId("line").value = this.#lesson.line;
    byId("muted").checked = this.#lesson.muted;
    if (this.#lesson.asks) byId("asks").value = this.#lesson.asks;
  }

  // ---- what the class says ----

  #draw() {
    const counts = this.#tally.counts(clock_ms());
    this.invitation.show(counts);
    setText(byId("present"), number(counts.present, 0));
    const over = byId("device-transport").value;
    const devices = this.#tally.byDevice(over);
    const byTransport = this.#tally.byTransport();
    this.#drawRows(byId("by-transport"), this.names.map((name) => this.#rowOf(transportLabel, name, name, byTransport.get(name))));
    this.#drawRows(byId("by-device"), [...devices.keys()].sort().map((key) => this.#rowOf(deviceLabel, key, over, devices.get(key))));
    this.#drawVotes(counts);
  }

  /** The row of a name, over a transport, that shows this row of the tally. */
  #rowOf(labelOf, key, transport, row = NO_ROW) {
    const place = `${key} ${transport}`;
    if (!this.#rows.has(place)) this.#rows.set(place, new DelayRow(labelOf(key), transport));
    return { shown: this.#rows.get(place), row };
  }

  #drawRows(list, rows) {
    const elements = rows.map(({ shown }) => shown.element);
    if (elements.length === 0) elements.push(say(h("li", { class: "note" }), "class.nothing_yet"));
    const same = elements.length === list.children.length && elements.every((element, i) => list.children[i] === element);
    if (!same) list.replaceChildren(...elements);
    for (const { shown, row } of rows) shown.show(row.delays, wordsOf(row));
  }

  #drawVotes({ voted, present }) {
    const { asks, question, answer } = this.#lesson;
    const asked = question > 0 && asks in QUESTIONS;
    byId("votes").hidden = !asked;
    byId("tell").disabled = !asked || answer !== "";
    if (!asked) return;
    const votes = this.#tally.votes();
    const most = Math.max(1, ...votes.values());
    setText(byId("voted"), t("class.voted", { voted, present: Math.max(present, voted) }));
    byId("vote-bars").replaceChildren(...this.names.map((name) => voteBar(name, votes.get(name) ?? 0, most, name === answer)));
    const outcome = byId("outcome");
    if (answer) say(outcome, "class.told", { answer: has(`transport.${answer}`) ? t(`transport.${answer}`) : answer });
    else say(outcome, `class_ask.${asks}`);
  }
}

function voteBar(name, votes, most, right) {
  const bar = h("span", { class: "vote-bar" });
  bar.style.width = `${(100 * votes) / most}%`;
  const label = transportName(h("b", {}, name), name);
  return h("li", { "data-transport": name, class: right ? "answer" : null }, label, h("div", {}, bar), h("span", {}, number(votes, 0)));
}

function transportName(element, name) {
  return has(`transport.${name}`) ? say(element, `transport.${name}`) : element;
}

function transportLabel(name) {
  return transportName(h("span", {}, name), name);
}

/** "phone firefox", in the reader's language; each word may be one that nobody knows. */
function deviceLabel(key) {
  return h("span", {}, ...key.split(" ").flatMap((word) => [has(`class_device.${word}`) ? say(h("span"), `class_device.${word}`) : word, " "]));
}

function wordsOf({ delays, students, requests, bytes }) {
  const each = { requests: number(requests / delays.count, 1), bytes: formatBytes(bytes / delays.count) };
  const slow = formatDelay(delays.quantile(0.95));
  return delays.count > 0 ? t("class.row", { students, slow, ...each }) : "";
}
