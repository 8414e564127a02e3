// SPDX-License-Identifier: MIT
//
// Tally: what the class has measured and expects, put together from the students' reports and
// predictions. Anybody may have sent them, so they are judged first. No page is needed.

import { Delays } from "./delays.js";

const PRESENT_MS = 6000; // a report comes each second
const STUDENTS_LIMIT = 1000;
const NAME = /^[a-z0-9_]{1,40}$/i;

export class Tally {
  #students = new Map(); // their random number -> {report, at_ms}
  #votes = new Map();
  #reset = 0;
  #question = 0;

  /** From here on only what belongs to this reset, and to this question, counts. */
  follow({ reset, question }) {
    if (reset !== this.#reset) this.#students.clear();
    if (reset !== this.#reset || question !== this.#question) this.#votes.clear();
    this.#reset = reset;
    this.#question = question;
  }

  takeReport(report, at_ms) {
    if (!isFrom(report) || report.reset !== this.#reset || typeof report.lines !== "object" || !report.lines) return;
    if (this.#students.size < STUDENTS_LIMIT || this.#students.has(report.who)) this.#students.set(report.who, { report, at_ms });
  }

  takePrediction(prediction) {
    if (!isFrom(prediction) || prediction.reset !== this.#reset || prediction.question !== this.#question) return;
    if (!isName(prediction.choice)) return;
    if (this.#votes.size < STUDENTS_LIMIT || this.#votes.has(prediction.who)) this.#votes.set(prediction.who, prediction.choice);
  }

  /** How many students are there now; those on other devices; those who have voted. */
  counts(now_ms) {
    const present = [...this.#students.values()].filter(({ at_ms }) => now_ms - at_ms < PRESENT_MS);
    const others = present.filter(({ report }) => report.own === false);
    return { present: present.length, others: others.length, voted: this.#votes.size };
  }

  /** choice -> votes. */
  votes() {
    const votes = new Map();
    for (const choice of this.#votes.values()) votes.set(choice, (votes.get(choice) ?? 0) + 1);
    return votes;
  }

  /**
   * Rows by what `keyOf(transport, report)` gives: key -> {delays, students, requests, bytes}. A key
   * of null is left out.
   */
  rows(keyOf) {
    const rows = new Map();
    for (const { report } of this.#students.values()) {
      const met = new Set();
      for (const [transport, line] of Object.entries(report.lines)) {
        const key = NAME.test(transport) && line ? keyOf(transport, report) : null;
        if (key === null) continue;
        if (!rows.has(key)) rows.set(key, { delays: new Delays(), students: 0, requests: 0, bytes: 0 });
        const row = rows.get(key);
        row.delays.merge(line.delays);
        row.requests += amount(line.requests);
        row.bytes += amount(line.bytes);
        row.students += met.has(key) ? 0 : 1;
        met.add(key);
      }
    }
    return rows;
  }

  byTransport() {
    return this.rows((transport) => transport);
  }

  /** By kind of device and family of browser, of one transport or, by null, of all. */
  byDevice(only) {
    return this.rows((transport, { device, browser }) => {
      const known = isName(device) && isName(browser);
      return known && (only === null || transport === only) ? `${device} ${browser}` : null;
    });
  }
}

function isName(text) {
  return typeof text === "string" && NAME.test(text);
}

function isFrom(object) {
  return typeof object === "object" && object !== null && isName(object.who);
}

function amount(number) {
  return Number.isFinite(number) && number > 0 ? number : 0;
}
