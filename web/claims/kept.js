// SPDX-License-Identifier: MIT
//
// Kept: guesses and findings, in this browser, until somebody starts over. Where storage is
// forbidden they last as long as the page.

import { VERDICTS } from "./table.js";

const NAME = "pushlab.claims";

export class Kept {
  #guesses = {};
  #findings = {};

  constructor() {
    const { guesses = {}, findings = {} } = read();
    this.#guesses = guesses;
    this.#findings = findings;
  }

  /** One of VERDICTS, or undefined. */
  guess(id) {
    return this.#guesses[id];
  }

  /** A guess made after the result is none. */
  setGuess(id, verdict) {
    if (this.#findings[id] || !VERDICTS.includes(verdict)) return;
    this.#guesses[id] = verdict;
    this.#write();
  }

  /** As `pushbench claims --json` has it, with `quick` and `at_ms`; or undefined. */
  finding(id) {
    return this.#findings[id];
  }

  setFinding(id, finding) {
    this.#findings[id] = finding;
    this.#write();
  }

  clear() {
    this.#guesses = {};
    this.#findings = {};
    this.#write();
  }

  /** {holds, only_when, does_not_hold, unknown, guessed, right}: how many. */
  count() {
    const counts = { holds: 0, only_when: 0, does_not_hold: 0, unknown: 0, guessed: 0, right: 0 };
    for (const [id, { verdict }] of Object.entries(this.#findings)) {
      counts[verdict] += 1;
      if (!this.#guesses[id] || verdict === "unknown") continue;
      counts.guessed += 1;
      counts.right += this.#guesses[id] === verdict;
    }
    return counts;
  }

  #write() {
    const findings = Object.entries(this.#findings).map(([id, { pictures, ...finding }]) => [id, finding]);
    try {
      localStorage.setItem(NAME, JSON.stringify({ guesses: this.#guesses, findings: Object.fromEntries(findings) }));
    } catch {
      // Forbidden or full: this page still has them.
    }
  }
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(NAME)) ?? {};
  } catch {
    return {};
  }
}
