// SPDX-License-Identifier: MIT
// The lab: one topic over every transport side by side, and a column changing its transport.
import assert from "node:assert/strict";
import { publish } from "../../clients/server.mjs";
import { assertSound, columnsOf, openLab, pauseButton, switcher, untilColumns } from "../lib/columns.mjs";
import { startLab, transportsOf } from "../lib/lab_server.mjs";
import { until } from "../lib/until.mjs";

export const serve = () => startLab("--feed", "clock=5");

async function startRate(tab, rate) {
  await tab.fill("#rate", String(rate));
  await tab.choose("#size", "256");
  await tab.click("#rate-button");
  await untilColumns(tab, ({ messages }) => messages > 0);
}

/** Runs in the page: keeps the lines that each diagram draws, until arrowsDrawn() takes them. */
function watchDrawing() {
  const { clearRect, moveTo, lineTo } = CanvasRenderingContext2D.prototype;
  window.drawn = new Map();
  Object.assign(CanvasRenderingContext2D.prototype, {
    clearRect(...place) {
      const drawing = window.drawn.get(this.canvas) ?? { times: 0 };
      window.drawn.set(this.canvas, { times: drawing.times + 1, last: drawing.lines, lines: [] });
      clearRect.apply(this, place);
    },
    moveTo(x, y) {
      this.from = [x, y];
      moveTo.call(this, x, y);
    },
    lineTo(x, y) {
      window.drawn.get(this.canvas)?.lines?.push([...this.from, x, y]);
      lineTo.call(this, x, y);
    },
  });
}

/**
 * Runs in the page: what each row of the diagram shows, in ms of its time axis, once all have been
 * drawn whole: moments of publishing, questions and what comes down as [start, end]; else null.
 */
function arrowsDrawn(window_ms) {
  const rows = [...document.querySelectorAll("#sequence .track")].map((row) => {
    const canvas = row.querySelector("canvas");
    const lines = window.drawn.get(canvas)?.last;
    if (!lines) return null;
    const rails = lines.filter(([x1, , x2]) => x1 === 0 && x2 === canvas.clientWidth).map(([, y]) => y);
    const [server, page] = [Math.min(...rails), Math.max(...rails)];
    const ms = (x) => (x * window_ms) / canvas.clientWidth;
    const between = (from, to) => lines.filter(([, y1, , y2]) => y1 === from && y2 === to).map(([x1, , x2]) => [ms(x1), ms(x2)]);
    const moments = lines.filter(([x1, y1, x2, y2]) => x1 === x2 && y1 === 0 && y2 === canvas.clientHeight);
    return [row.dataset.transport, { moments: moments.map(([x]) => ms(x)), asks: between(page, server), down: between(server, page) }];
  });
  return rows.every(Boolean) ? Object.fromEntries(rows) : null;
}

/** Runs in the page: how many messages its rate publisher has sent. */
function sentSoFar() {
  const [count] = document.getElementById("rate-state").textContent.match(/^[\d,]+/);
  return Number(count.replaceAll(",", ""));
}

/** Runs in the page: where everything is that must stay where it is. */
function places() {
  return [...document.querySelectorAll(".panel, .column, .column > *, .prose")].map((element) => {
    const { top, height } = element.getBoundingClientRect();
    return `${element.className}: at ${Math.round(top + scrollY)}, ${Math.round(height)} high`;
  });
}

/** Runs in the page: which of its controls has the focus (-1: none), and whether that shows. */
function focused() {
  const controls = [...document.querySelectorAll("a[href], button, input, select")];
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  return {
    control: controls.indexOf(element),
    last: element.id === "server-figures",
    seen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
  };
}

function visibleControls() {
  const controls = [...document.querySelectorAll("a[href], button, input, select")];
  return controls.flatMap((control, i) => (control.checkVisibility() ? [i] : []));
}

/** Runs in the page: what the sequence diagram counts, by transport. */
function diagramCounts() {
  const rows = [...document.querySelectorAll("#sequence .track")];
  return Object.fromEntries(rows.map((row) => [row.dataset.transport, row.querySelector("small").textContent]));
}

/** Runs in the page: makes it believe that it is hidden, or seen. No driver can hide a tab. */
function setHidden(hidden) {
  Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}

/** Runs in the page: the delays it shows with its last messages, by column. */
function delaysShown() {
  const lists = [...document.querySelectorAll("#columns .messages")];
  return lists.map((list) => [...list.querySelectorAll("li:not(.note) i")].map((cell) => cell.textContent));
}

/** Runs in the page: the figure at each small plot of the server. */
function plotFigures() {
  const plots = [...document.querySelectorAll(".small-plot")];
  return Object.fromEntries(plots.map((plot) => [plot.dataset.plot, plot.querySelector("strong").textContent]));
}

/** On a time axis, in ms: the messages lie 200 and more apart. */
function assertNear(drawn_ms, real_ms) {
  assert.ok(Math.abs(drawn_ms - real_ms) < 20, `drawn at ${drawn_ms} ms, in truth ${real_ms}`);
}

async function publishSome(own, topic, count) {
  for (let i = 0; i < count; i++) await publish(own.server, topic, `number ${i}`);
}

export function cases(test, own) {
  test("every transport has a column and brings the clock", async ({ open }) => {
    const names = await transportsOf(own.server);
    for (const name of ["short_poll", "long_poll", "sse", "websocket"]) assert.ok(names.includes(name), name);
    const tab = await open(`${own.server.http}/`);
    const early = await untilColumns(tab, ({ state, messages }) => state === "open" && messages >= 3);
    assert.deepEqual(early.map(({ transport }) => transport), names);
    const most = Math.max(...early.map(({ messages }) => messages));
    assertSound(await untilColumns(tab, ({ messages }) => messages >= most + 5));
  });

  test("a column goes through all transports and misses nothing", async ({ open }) => {
    const names = await transportsOf(own.server);
    const tab = await openLab(open, own, "switching");
    await startRate(tab, 25);
    for (let turn = 1; turn <= names.length; turn++) {
      for (let i = 0; i < names.length; i++) await tab.choose(switcher(i), names[(i + turn) % names.length]);
      const columns = await untilColumns(tab, ({ state, messages }) => state === "open" && messages >= 5);
      columns.forEach(({ transport }, i) => assert.equal(transport, names[(i + turn) % names.length]));
      assertSound(columns);
    }
    await tab.click("#rate-button");
    const sent = await tab.evaluate(sentSoFar);
    assertSound(await untilColumns(tab, ({ rows }) => rows[0]?.seq === sent, `the last is number ${sent}`));
  });

  test("the sequence diagram shows each message once, and stands still when told to", async ({ open }) => {
    const tab = await openLab(open, own, "diagram");
    await tab.choose("#sequence-window", "30");
    await publishSome(own, "diagram", 5);
    const five = ({ sse, websocket }) => [sse, websocket].every((text) => text === "questions: 1, messages: 5");
    await until(() => tab.evaluate(diagramCounts), five, "a question and five messages on both streams");
    await tab.click("#sequence-stop");
    await publishSome(own, "diagram", 1);
    await untilColumns(tab, ({ messages }) => messages === 6);
    assert.ok(five(await tab.evaluate(diagramCounts)));
    await tab.click("#sequence-stop");
    const six = ({ sse }) => sse === "questions: 1, messages: 6";
    await until(() => tab.evaluate(diagramCounts), six, "the sixth message, once it goes on");
  });

  test("the diagram's arrows are what the server's log and counters say", async ({ open }) => {
    const longPolls = async () => (await (await fetch(`${own.server.http}/stats`)).json()).transports.long_poll;
    const before = await longPolls();
    const tab = await openLab(open, own, "arrows");
    await tab.choose("#sequence-window", "30");
    for (let count = 1; count <= 3; count++) {
      await publishSome(own, "arrows", 1);
      await untilColumns(tab, ({ messages }) => messages === count);
    }
    const asked = (now) => now.subscriptions === before.subscriptions + 4;
    const { answers } = await until(longPolls, asked, "four questions by long poll, of which one is held");
    await tab.click("#sequence-stop");
    await tab.evaluate(watchDrawing);
    const { sse, websocket, long_poll } = await until(() => tab.evaluate(arrowsDrawn, 30000), Boolean, "the diagram");
    assert.deepEqual([long_poll.asks.length, long_poll.down.length], [4, answers - before.answers]);
    const { messages } = await (await fetch(`${own.server.http}/short_poll/arrows?since=first`)).json();
    const logged = messages.map(({ time }) => (time - messages[0].time) / 1000);
    for (const { moments, down } of [sse, websocket, long_poll]) {
      assert.equal(down.length, 3);
      moments.forEach((at_ms, i) => assertNear(at_ms - moments[0], logged[i]));
    }
    for (const { moments, down } of [sse, websocket]) down.forEach(([from_ms], i) => assertNear(from_ms, moments[i]));
  });

  test("pausing loses nothing", async ({ open }) => {
    const tab = await openLab(open, own, "pausing");
    await startRate(tab, 25);
    const count = (await columnsOf(tab)).length;
    for (let i = 0; i < count; i++) await tab.click(pauseButton(i));
    const paused = await untilColumns(tab, ({ state }) => state === "closed");
    const last = Math.max(...paused.map(({ rows }) => rows[0].seq));
    await until(() => tab.evaluate(sentSoFar), (n) => n > last + 20, "twenty messages while paused");
    for (let i = 0; i < count; i++) await tab.click(pauseButton(i));
    assertSound(await untilColumns(tab, ({ rows }) => rows[0].seq > last + 20));
  });

  test("what comes while the tab is hidden is delivered, and its delay is not counted", async ({ open }) => {
    const tab = await openLab(open, own, "hiding");
    await tab.evaluate(setHidden, true);
    await publishSome(own, "hiding", 2);
    await untilColumns(tab, ({ messages }) => messages === 2);
    await tab.evaluate(setHidden, false);
    const columns = await untilColumns(tab, ({ notes }) => /^Tab hidden from [\d:]+ to [\d:]+/.test(notes[0]));
    assertSound(columns);
    assert.deepEqual(await tab.evaluate(delaysShown), columns.map(() => ["–", "–"]));
    await publishSome(own, "hiding", 1);
    const counted = (all) => all.every(([first, ...others]) => /^[\d.,]+ m?s$/.test(first) && others.every((text) => text === "–"));
    await until(() => tab.evaluate(delaysShown), counted, "the third counts again");
  });

  test("the server's figures are drawn, and count what is delivered", async ({ open }) => {
    const tab = await openLab(open, own, "plots");
    await startRate(tab, 25);
    const busy = ({ cpu, memory, messages, sent }) => /%$/.test(cpu) && /MB$/.test(memory) && parseFloat(messages) > 10 && /B\/s$/.test(sent);
    await until(() => tab.evaluate(plotFigures), busy, "figures in every plot");
  });

  test("nothing jumps while messages come", async ({ open }) => {
    const tab = await openLab(open, own, "still");
    const empty = await tab.evaluate(places);
    for (const topic of ["clock", "host", "frames", "chat"]) {
      await tab.choose("#topic", topic);
      assert.deepEqual(await tab.evaluate(places), empty, `the page with the topic ${topic}`);
    }
    await startRate(tab, 25);
    const end_ms = Date.now() + 3000;
    const look = async () => assert.deepEqual(await tab.evaluate(places), empty) ?? Date.now();
    await until(look, (now_ms) => now_ms > end_ms, "three seconds of looking");
  });

  test("every control can be reached and used by keyboard", async ({ open }) => {
    const tab = await open(`${own.server.http}/?topic=keys`);
    await untilColumns(tab, ({ state }) => state === "open");
    const reached = [];
    for (let presses = 0; presses < 120; presses++) {
      await tab.press("Tab");
      const { control, last, seen } = await tab.evaluate(focused);
      if (last) break;
      if (control < 0) continue;
      assert.ok(seen, `control ${control} shows that it has the focus`);
      reached.push(control);
    }
    assert.deepEqual(reached, await tab.evaluate(visibleControls));
  });

  test("a column is paused and resumed by keyboard", async ({ open }) => {
    const tab = await openLab(open, own, "keys");
    await tab.evaluate((selector) => document.querySelector(selector).focus(), pauseButton(0));
    const state = async () => (await columnsOf(tab))[0].state;
    await tab.press(" ");
    await until(state, (now) => now === "closed");
    await tab.press("Enter");
    await until(state, (now) => now === "open");
  });
}
