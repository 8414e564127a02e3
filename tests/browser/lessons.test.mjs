// SPDX-License-Identifier: MIT
// The lessons' data, without a browser: figures as in the sample report, tracks that add up, terms
// that stand once in each language, clients that fit a page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { figuresText } from "../../bench/report/lesson_figures.mjs";
import { ROOT } from "./lib/lab_server.mjs";

const LINES_LIMIT = 25;
const read = (file) => readFileSync(path.join(ROOT, "web", file), "utf8");
const load = (file) => import(`data:text/javascript,${encodeURIComponent(read(file))}`);
const { LESSONS } = await load("lessons/table.js");
const { STEPS, TRACKS, claimsOf } = await load("lessons/tracks.js");
const { default: terms } = await load("strings/lesson_terms.js");

test("the figures are those of the sample report", () => {
  assert.equal(read("lessons/figures.json"), figuresText(), "make them anew: node bench/report/lesson_figures.mjs");
});

test("the minutes of a track add up, and the longest shows every claim", () => {
  for (const { minutes, steps } of TRACKS) {
    assert.equal(Object.values(steps).reduce((sum, takes) => sum + takes), minutes);
    for (const name of Object.keys(steps)) assert.ok(STEPS[name], name);
  }
  assert.deepEqual(claimsOf(TRACKS.at(-1)), Array.from({ length: 22 }, (_, i) => i + 1));
});

test("a term stands once in each language, and each that a lesson names is there", () => {
  for (const language of ["en", "zh"]) {
    const names = Object.entries(terms).filter(([key]) => !key.endsWith("_is")).map(([, row]) => row[language]);
    assert.equal(new Set(names).size, names.length, `twice in ${language}`);
  }
  const keys = Object.keys(terms).filter((key) => !key.endsWith("_is"));
  assert.deepEqual(keys, [...keys].sort());
  for (const name of LESSONS.flatMap((lesson) => lesson.terms)) assert.ok(keys.includes(`term.${name}`), name);
});

test("a client is short enough to be read at a glance", () => {
  for (const { name } of LESSONS.filter(({ client }) => client)) {
    const lines = read(`lessons/clients/${name}.js`).trimEnd().split("\n");
    assert.ok(lines.length <= LINES_LIMIT, `${name}: ${lines.length}`);
  }
});
