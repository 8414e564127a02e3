#!/usr/bin/env node
// SPDX-License-Identifier: MIT
//
// A class of 50 without a class: students with clocks up to 5 s off, on lines of 20 to 200 ms each
// way (pushrelay), read the feed over all four transports with the pages' own code, and report. What
// the teacher's page would make of that is held against what the lines really do. Then, with Chromium,
// the teacher's page and four students' are opened too, and its work is counted.
//
//   node tests/browser/class_students.mjs [--students 50] [--seconds 15] [--no-page] [--json]
//
// It takes three quarters of a minute, and wants a quiet machine. Ends with 0 when all limits were kept.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { CONTROL, FEED, FIRST, REPORTS } from "../../web/class/lesson.js";
import { Meter } from "../../web/class/meter.js";
import { Tally } from "../../web/class/tally.js";
import { post } from "../../web/pushlab/publish.js";
import { askServerTime } from "../../web/server_time.js";
import { clock_ms } from "../../web/transports/transport.js";
import { BROWSERS, launch } from "./lib/browsers.mjs";
import { startLab } from "./lib/lab_server.mjs";
import { startRelay } from "./lib/relay.mjs";

const LIMITS = { error_ms: 10, class_error_ms: 10, server_percent: 20, page_ms_per_s: 100 };
const [LEAST_MS, MOST_MS, CLOCK_MS, DOORS, TABS] = [20, 200, 5000, 25, 4];
const TOKEN = "token-of-a-class-that-is-none";
const STREAMING = ["long_poll", "sse", "websocket"]; // short poll waits for its next question

const require = createRequire(import.meta.url);
/** As a browser's: an error that nobody listens for ends nothing. */
class QuietWebSocket extends require("ws") {
  constructor(...how) {
    super(...how);
    this.on("error", () => {});
  }
}

globalThis.WebSocket = QuietWebSocket;
globalThis.EventSource ??= require("eventsource").EventSource;
globalThis.location ??= new URL("http://localhost/"); // addresses are whole ones here
globalThis.navigator ??= { userAgent: "node", languages: ["en"] };

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const { values: wanted } = parseArgs({
  options: {
    students: { type: "string", default: "50" }, seconds: { type: "string", default: "15" },
    "no-page": { type: "boolean", default: false }, json: { type: "boolean", default: false },
  },
});

class Student {
  constructor(number, door, clients) {
    const off_ms = CLOCK_MS * Math.sin(number * 12.9898); // the same ones each time
    const about = { who: `s${number}`, own: false, device: ["phone", "laptop", "tablet"][number % 3], browser: "chrome" };
    this.line_ms = door.delay_ms;
    this.base = door.origin;
    this.clock = () => clock_ms() + off_ms;
    this.meter = new Meter(about, () => askServerTime({ origin: this.base, clock: this.clock }));
    this.clients = clients.map((Client) => {
      const onMessage = (message, at_ms) => this.meter.take(Client.transport, message, at_ms + off_ms);
      return new Client(FEED, { through: this.base }, { onMessage });
    });
  }

  async join() {
    await this.meter.synchronise();
    for (const client of this.clients) client.start("now");
    this.timer = setInterval(() => this.report().catch(() => {}), 1000);
  }

  report() {
    for (const client of this.clients) this.meter.count(client.constructor.transport, client.counters);
    const data = JSON.stringify(this.meter.report(FIRST.reset + 1));
    return post({ topic: REPORTS, type: "json", data }, { base: this.base });
  }

  leave() {
    clearInterval(this.timer);
    for (const client of this.clients) client.stop();
  }

  /** How far its medians are from what its line does, the worst. */
  error_ms() {
    return Math.max(...STREAMING.map((name) => Math.abs((this.meter.delays(name)?.quantile(0.5) ?? Infinity) - this.line_ms)));
  }
}

async function clientsOf() {
  const names = ["short_poll", ...STREAMING];
  return Promise.all(names.map(async (name) => (await import(`../../web/transports/${name}.js`)).default));
}

async function openPages(server) {
  const kind = BROWSERS.find(({ name }) => name === "chromium");
  if (wanted["no-page"] || !kind.path) return null;
  const browser = await launch(kind);
  const teacher = await browser.tab();
  await teacher.open(`${server.http}/class.html?lang=en#token=${TOKEN}`);
  const tabs = [];
  for (let i = 0; i < TABS; i++) {
    tabs.push(await browser.tab());
    await tabs[i].open(`${server.http}/class.html?lang=en`);
  }
  return { browser, teacher, tabs };
}

/** Milliseconds of work of a page's main thread, so far. */
async function workOf(pages) {
  if (!pages) return NaN;
  pages.session ??= await pages.teacher.context.newCDPSession(pages.teacher.context.pages()[0]);
  await pages.session.send("Performance.enable");
  const { metrics } = await pages.session.send("Performance.getMetrics");
  return 1000 * metrics.find(({ name }) => name === "TaskDuration").value;
}

async function cpuOf(server) {
  const { cpu_user_us, cpu_system_us } = await (await fetch(`${server.http}/stats`)).json();
  return (cpu_user_us + cpu_system_us) / 1000;
}

/** What the server and the teacher's page do in that time, of each second. */
async function measure(server, pages, seconds) {
  const [started, cpu, work] = [performance.now(), await cpuOf(server), await workOf(pages)];
  await pause(1000 * seconds);
  const [cpuAfter, workAfter, passed_s] = [await cpuOf(server), await workOf(pages), (performance.now() - started) / 1000];
  return { server_percent: (cpuAfter - cpu) / passed_s / 10, page_ms_per_s: (workAfter - work) / passed_s };
}

async function tallyOf(server) {
  const tally = new Tally();
  tally.follow({ reset: FIRST.reset + 1, question: 0 });
  const answer = await (await fetch(`${server.http}/short_poll/${REPORTS}?since=first&limit=1000`)).json();
  for (const { type, data } of answer.messages) if (type === "json") tally.takeReport(data, clock_ms());
  return tally;
}

/** [what, figure, unit, limit] of each. */
function rowsOf(figures) {
  return [
    ["worst error of a student's median", figures.error_ms, "ms", LIMITS.error_ms],
    ...Object.entries(figures.class_error_ms).map(([name, ms]) => [`error of the class's median, ${name}`, ms, "ms", LIMITS.class_error_ms]),
    ["the server", figures.server_percent, "% of a core", LIMITS.server_percent],
    ["the teacher's page", figures.page_ms_per_s, "ms a second", LIMITS.page_ms_per_s],
  ];
}

/** What was not looked at is kept. */
const within = ([, figure, , limit]) => !(figure > limit);

function tell(figures) {
  if (wanted.json) return console.log(JSON.stringify(figures));
  console.log(`${figures.students} students`);
  for (const row of rowsOf(figures)) {
    const [what, figure, unit, limit] = row;
    const told = Number.isNaN(figure) ? "not open" : `${figure.toFixed(1)} ${unit}`;
    console.log(what.padEnd(44), told.padEnd(20), `at most ${limit}`.padEnd(14), Number.isNaN(figure) ? "" : within(row) ? "ok" : "NOT KEPT");
  }
  const busy = figures.load / availableParallelism();
  if (busy > 1) console.log(`The machine was busy (load ${figures.load.toFixed(1)}): delays are then its own, too. Run it again on a quiet one.`);
}

const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];

async function main() {
  const [load] = loadavg(); // before it makes some itself
  const folder = mkdtempSync(path.join(tmpdir(), "pushlab-class-"));
  writeFileSync(path.join(folder, "token"), TOKEN);
  const server = await startLab("--class", "--teacher-token", path.join(folder, "token"));
  const doors = Array.from({ length: DOORS }, (_, i) => ({ delay_ms: Math.round(LEAST_MS + ((MOST_MS - LEAST_MS) * i) / (DOORS - 1)) }));
  const relay = await startRelay(server, Object.fromEntries(doors.map(({ delay_ms }, i) => [`d${i}`, `delay=${delay_ms}`])));
  doors.forEach((door, i) => (door.origin = relay.doors[`d${i}`]));
  let pages = null;
  const clients = await clientsOf();
  const students = Array.from({ length: Number(wanted.students) }, (_, i) => new Student(i, doors[i % DOORS], clients));
  try {
    const lesson = { ...FIRST, reset: FIRST.reset + 1, rate: 1 };
    await post({ topic: CONTROL, type: "json", data: JSON.stringify(lesson), token: TOKEN }, { base: server.http });
    await Promise.all(students.map((student) => student.join()));
    await pause(1000 * wanted.seconds);
    const rows = (await tallyOf(server)).rows((name, { own }) => (own === false ? name : null));
    const line = middle(students.map(({ line_ms }) => line_ms));
    const class_error_ms = Object.fromEntries(STREAMING.map((name) => [name, Math.abs(rows.get(name).delays.quantile(0.5) - line)]));
    const error_ms = Math.max(...students.map((student) => student.error_ms()));
    pages = await openPages(server); // not before: five pages keep the machine itself from being in time
    const work = await measure(server, pages, Number(wanted.seconds));
    const figures = { students: rows.get("sse").students, load, error_ms, class_error_ms, ...work };
    tell(figures);
    return rowsOf(figures).every(within) ? 0 : 1;
  } finally {
    for (const student of students) student.leave();
    await pages?.browser.close();
    await relay.stop();
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

process.exit(await main());
