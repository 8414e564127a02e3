// SPDX-License-Identifier: MIT
// The matrix page's data and what it makes of them; needs no browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ROOT } from "./lib/lab_server.mjs";

const FOLDER = path.join(ROOT, "web/compat");
const data = (name) => JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), "utf8"));
const load = (name) => import(`data:text/javascript,${encodeURIComponent(readFileSync(path.join(FOLDER, `${name}.js`), "utf8"))}`);
const [run, support] = await Promise.all([load("run"), load("support")]);
const browsers = data("browsers");
/** As the bench words the verdicts of verdictOf(). */
const WORDS = { holds: "holds", ties: "holds but for ties", all_tie: "all tie", fails: "does not hold" };
const DATE = /^\d{4}-\d\d-\d\d$/;

test("browsers.json is well-formed, and says where it is from", () => {
  const { source, features, browsers: list } = browsers;
  assert.equal(source.package, "@mdn/browser-compat-data");
  assert.match(source.version, /^\d+\.\d+\.\d+$/);
  assert.match(source.date, DATE);
  assert.deepEqual(Object.keys(features), ["xhr", "sse", "websocket", "stream"]);
  assert.equal(list.length, 8);
  for (const { id, name, began, support: has } of list) {
    assert.ok(name, id);
    assert.match(began, DATE);
    assert.deepEqual(Object.keys(has), Object.keys(features), id);
    for (const one of Object.values(has).filter(Boolean)) assert.ok(one.version && DATE.test(one.date) && one.date >= began, id);
  }
});

test("what is known of the browsers comes out of them", () => {
  const state = (id, feature, year) => support.stateAt(browsers, browsers.browsers.find((one) => one.id === id), feature, year);
  assert.equal(state("ie", "websocket", 2011), "not_yet");
  assert.equal(state("ie", "websocket", 2012), "yes");
  assert.equal(state("ie", "sse", 2020), "never");
  assert.equal(state("ie", "sse", 2023), "ended");
  assert.equal(state("edge", "sse", 2019), "not_yet");
  assert.equal(state("edge", "sse", 2020), "yes");
  assert.equal(state("chrome", "xhr", 2005), "unborn");
  assert.deepEqual(support.reversedAt(browsers, 2016, "websocket", "sse"), ["Internet Explorer", "Edge"]);
  assert.deepEqual(support.reversedAt(browsers, 2024, "websocket", "sse"), []);
});

for (const [name, command] of [["matrix", "compat real"], ["faults", "compat quick"]]) {
  test(`the committed ${command} is whole, and names its date and command`, () => {
    const { document, cares, environments } = run.readRun(data(name));
    assert.equal(document.command, command);
    assert.match(document.date, /^\d{4}-\d\d-\d\dT/);
    assert.ok(document.command_line && document.held);
    for (const { rows } of environments) assert.ok(rows.naive && rows.careful);
    for (const care of cares) {
      const counts = run.TRANSPORTS.map((transport) => environments.filter((one) => run.rowAt(one, care).cells[transport].passes).length);
      assert.deepEqual(counts, run.TRANSPORTS.map((transport) => document.orders[care][transport]), care);
      assert.equal(document.orders[care].environments, environments.length);
      assert.equal(WORDS[run.verdictOf(counts)], document.orders[care].verdict_sse);
    }
    assert.ok(document.reversals.length > 0);
  });
}

test("the committed products have versions, and cures that cure", () => {
  const { cares, environments, orders } = run.readRun(data("matrix"));
  assert.deepEqual(cares, run.CARES);
  assert.ok(environments.length >= 13);
  for (const { name, version } of environments) assert.match(version, /^\d+\.\d/, name);
  for (const transport of run.TRANSPORTS) assert.equal(orders.cured[transport], environments.length);
});

test("what is no run is refused", () => {
  for (const wrong of [null, {}, { command: "idle", rows: [{}] }, { command: "compat real", rows: [{ environment: "x", server: "naive" }] }]) {
    assert.throws(() => run.readRun(wrong), /compat/);
  }
});

test("orders and cures", () => {
  assert.equal(run.verdictOf([4, 3, 2, 1]), "holds");
  assert.equal(run.verdictOf([4, 4, 2, 1]), "ties");
  assert.equal(run.verdictOf([4, 4, 4, 4]), "all_tie");
  assert.equal(run.verdictOf([4, 4, 2, 3]), "fails");
  const cells = (outcome) => Object.fromEntries(run.TRANSPORTS.map((name) => [name, { outcome, passes: outcome === "works" || outcome === "late" }]));
  const environment = { remedy: { en: "a line", zh: "一行" }, rows: { naive: { cells: cells("stale") }, careful: { cells: cells("works") } } };
  assert.equal(run.cureOf(environment, "naive", "sse"), "server");
  assert.equal(run.cureOf(environment, "careful", "sse"), null);
  environment.rows.careful.cells = cells("late");
  assert.equal(run.cureOf(environment, "careful", "sse"), "middlebox");
  assert.equal(run.cureOf(environment, "naive", "sse"), "middlebox");
});
