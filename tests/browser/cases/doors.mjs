// SPDX-License-Identifier: MIT
// The lab's doors: a column goes through one, says what became of it, and misses nothing.
import assert from "node:assert/strict";
import { assertSound, columnsOf, openLab, untilColumns } from "../lib/columns.mjs";
import { startLab } from "../lib/lab_server.mjs";
import { freePort, startRelay } from "../lib/relay.mjs";
import { until } from "../lib/until.mjs";

const SHORT_POLL = 0;
const LONG_POLL = 1;
const SSE = 2;
const WEBSOCKET = 3;
const [CUT, RESET, FREEZE, THAW] = [0, 1, 2, 3]; // the buttons of a door

export async function serve() {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const relay = await startRelay({ port }, { far: "delay=40", yours: "" }, "--control-origin", origin);
  const server = await startLab(port, "--feed", "clock=5", "--lab", "--doors", relay.control, "--origin", origin);
  const stop = async () => {
    await server.stop();
    await relay.stop();
  };
  return { ...server, stop };
}

const way = (index) => `#columns > .column:nth-child(${index + 1}) .door-choice select`;
const thing = (row) => `#doors > .door:nth-child(${row + 1}) select`;
const act = (row, number) => `#doors > .door:nth-child(${row + 1}) .acts button:nth-child(${number + 1})`;

/** Runs in the page. */
function faults() {
  return [...document.querySelectorAll("#doors .door code")].map(({ textContent }) => textContent);
}

/** Runs in the page. */
function chosenWays() {
  return [...document.querySelectorAll("#columns .door-choice select")].map(({ value }) => value);
}

/** Runs in the page: what stands in the second door, what it does to each transport, and whether a quiet topic is offered. */
function doings() {
  const door = document.querySelectorAll("#doors .door")[1];
  const told = [...door.querySelectorAll(".doings span")].map(({ textContent }) => textContent);
  return { stands: door.dataset.thing, told, quiet: !door.querySelector(".about button").hidden };
}

/** Runs in the page: the median delay of each column, in ms. */
function medians() {
  return [...document.querySelectorAll("#columns .delays div:nth-child(2) .big")].map(({ textContent }) => {
    const [figure, unit] = textContent.split(/\s/);
    return Number(figure.replaceAll(",", "")) * (unit === "s" ? 1000 : 1);
  });
}

/** Goes on until each column has some more messages, and finds them all in order. */
async function untilMore(tab, count = 5) {
  const last = (await columnsOf(tab)).map(({ rows }) => rows[0]?.seq ?? 0);
  const more = ({ rows }) => rows[0]?.seq >= Math.max(...last) + count;
  assertSound(await untilColumns(tab, more, `${count} more messages in every column`));
}

async function openClock(open, own) {
  const tab = await openLab(open, own, "clock");
  tab.allow(/ERR_|Failed to load|WebSocket connection|establish a connection|interrupted while|CORS/);
  await until(() => tab.evaluate(faults), (texts) => texts.length === 2, "two doors");
  return tab;
}

export function cases(test, own) {
  test("a round trip makes all columns late and loses nothing, until one is sent another way", async ({ open }) => {
    const tab = await openClock(open, own);
    const ways = () => tab.evaluate(chosenWays);
    const roundTrip = () => tab.evaluate(() => document.getElementById("round-trip").value);
    await tab.choose("#round-trip", "distance");
    await until(ways, (all) => all.every((door) => door === "far"), "all columns through the door");
    await untilMore(tab);
    await until(() => tab.evaluate(medians), (all) => all.every((median) => median >= 40), "all 40 ms late at least");
    await tab.choose(way(SSE), "");
    await until(roundTrip, (chosen) => chosen === "own", "that it is no longer the same for all");
    await tab.choose("#round-trip", "");
    await until(ways, (all) => all.every((door) => door === ""), "all straight again");
    await untilMore(tab);
  });

  test("a proxy that buffers all keeps the stream's answer, also from columns that were there before", async ({ open }) => {
    const tab = await openClock(open, own);
    for (const column of [LONG_POLL, SSE, WEBSOCKET]) await tab.choose(way(column), "yours");
    await untilMore(tab);
    await tab.choose(thing(1), "buffer");
    const held = (columns) => columns[SSE].state === "connecting" && /holds it back/.test(columns[SSE].reason);
    const before = await until(() => columnsOf(tab), held, "SSE to wait for its answer, and to say why");
    const seqOf = ({ rows }) => rows[0].seq;
    const others = (columns) => [LONG_POLL, WEBSOCKET].every((i) => seqOf(columns[i]) >= seqOf(before[i]) + 5);
    const after = await until(() => columnsOf(tab), others, "five more by long poll and WebSocket");
    assert.equal(seqOf(after[SSE]), seqOf(before[SSE]));
    await tab.choose(thing(1), "nothing");
    await untilMore(tab);
  });

  test("a proxy that strips Upgrade stops WebSocket alone, which says so and comes back", async ({ open }) => {
    const tab = await openClock(open, own);
    await tab.choose(thing(1), "upgrade");
    await until(() => tab.evaluate(faults), (texts) => texts[1] === "strip_upgrade", "the fault, in words");
    await tab.choose(way(WEBSOCKET), "yours");
    const refused = (columns) => columns[WEBSOCKET].state === "reconnecting" && /proxy/.test(columns[WEBSOCKET].reason);
    await until(() => columnsOf(tab), refused, "WebSocket to be refused, and the proxy named");
    await tab.choose(way(SHORT_POLL), "yours");
    await tab.choose(thing(1), "nothing");
    await untilMore(tab);
    assert.match((await tab.evaluate(faults))[1], /^no fault/);
  });

  test("says what each transport does, whatever stands in a door, and leads to a topic quiet enough to see it", async ({ open }) => {
    const tab = await openClock(open, own);
    const things = await tab.evaluate(() => [...document.querySelectorAll("#doors select")[1].options].map(({ value }) => value));
    for (const name of things.filter(Boolean)) {
      await tab.choose(thing(1), name);
      const { told, quiet } = await until(() => tab.evaluate(doings), ({ stands }) => stands === name, `${name} to stand there`);
      assert.equal(told.length, 4, name);
      for (const text of told) assert.doesNotMatch(text, /^$|doing\./, name);
      assert.equal(quiet, ["cache", "idle", "silent"].includes(name), name);
    }
    await tab.choose(thing(1), "idle");
    await tab.click("#doors > .door:nth-child(2) .about button");
    await until(() => tab.evaluate(() => document.getElementById("topic").value), (topic) => topic === "quiet", "the quiet topic");
    await tab.choose(thing(1), "nothing");
  });

  test("a line that is cut or frozen goes on from the cursor", async ({ open }) => {
    const tab = await openClock(open, own);
    for (const column of [SSE, WEBSOCKET]) await tab.choose(way(column), "yours");
    await untilMore(tab, 2);
    for (const number of [CUT, RESET]) {
      await tab.click(act(1, number));
      await untilMore(tab);
    }
    await tab.click(act(1, FREEZE));
    await until(() => tab.evaluate(faults), (texts) => /^frozen/.test(texts[1]), "the door, frozen");
    const before = await columnsOf(tab);
    const further = (columns) => columns[LONG_POLL].rows[0].seq >= before[LONG_POLL].rows[0].seq + 5;
    const after = await until(() => columnsOf(tab), further, "five more by the line that is not");
    for (const column of [SSE, WEBSOCKET]) {
      assert.equal(after[column].state, "open", "nobody is told");
      assert.ok(after[column].rows[0].seq <= before[column].rows[0].seq + 1);
    }
    await tab.click(act(1, THAW));
    await untilMore(tab);
  });
}
