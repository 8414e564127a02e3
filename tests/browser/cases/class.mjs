// SPDX-License-Identifier: MIT
// A class: a teacher and two students on three pages. What one says and the others measure arrives
// where it belongs, and nobody else is obeyed.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { msOf } from "../../../web/class/delays.js";
import { artefact } from "../lib/in_browsers.mjs";
import { startLab } from "../lib/lab_server.mjs";
import { freePort, startRelay } from "../lib/relay.mjs";
import { until } from "../lib/until.mjs";
import { untilAllIn } from "./languages.mjs";

const TOKEN = "token-of-the-test";

export async function serve() {
  const folder = mkdtempSync(path.join(tmpdir(), "pushlab-class-"));
  writeFileSync(path.join(folder, "token"), TOKEN);
  const port = await freePort();
  const relay = await startRelay({ port }, { far: "delay=40", "~class": "refuse" }, "--control-origin", `http://127.0.0.1:${port}`);
  const server = await startLab(port, "--class", "--teacher-token", path.join(folder, "token"), "--lab", "--doors", relay.control);
  rmSync(folder, { recursive: true }); // it is read at the start
  const stop = async () => {
    await server.stop();
    await relay.stop();
  };
  return { ...server, relay, stop };
}

const page = (server, more = "") => `${server.http}/class.html?lang=en&theme=light${more}`;

function say(server, topic, object, headers = {}) {
  const body = JSON.stringify(object);
  return fetch(`${server.http}/publish/${topic}`, { method: "POST", body, headers: { "Content-Type": "application/json", ...headers } });
}

/** Runs in the page. */
function read() {
  const text = (selector) => document.querySelector(selector)?.textContent ?? "";
  const rowsOf = (list) => [...document.querySelectorAll(`${list} .delay-row`)].map((row) => ({
    transport: row.dataset.transport,
    name: row.querySelector("b").textContent.trim(),
    measured: row.querySelector("strong").textContent !== "–",
    words: row.querySelector("small").textContent,
  }));
  return {
    shown: ["teacher", "student"].filter((id) => !document.getElementById(id).hidden),
    address: location.href,
    present: text("#present"),
    light: document.querySelector("#light").dataset.light,
    byTransport: rowsOf("#by-transport"),
    byDevice: rowsOf("#by-device"),
    own: rowsOf("#own-delays"),
    line: document.querySelector("#line-told").hidden ? "" : text("#line-name"),
    toCheck: document.querySelectorAll("#what-to-check:not([hidden]) li").length,
    asked: document.querySelector("#question").hidden ? "" : text("#asked"),
    told: text("#told"),
    voted: text("#voted"),
    votes: Object.fromEntries([...document.querySelectorAll("#vote-bars li")].map((li) => [li.dataset.transport, Number(li.lastChild.textContent)])),
    outcome: text("#outcome"),
    answer: document.querySelector("#vote-bars .answer")?.dataset.transport ?? "",
    problems: [...document.querySelectorAll("[role=alert]")].filter(({ hidden }) => !hidden).map(({ textContent }) => textContent),
  };
}

const see = (tab) => tab.evaluate(read);
const untilSees = (tab, good, what) => until(() => see(tab), good, what ?? String(good));
const measures = ({ own: rows }) => rows.length >= 4 && rows.every(({ measured }) => measured);
const choice = (name) => `#choices [data-transport=${name}]`;

export function cases(test, own, browser) {
  test("a teacher and two students", async ({ open }) => {
    const { server } = own;
    const teacher = await open(page(server, `#token=${TOKEN}`));
    const { shown, address } = await untilSees(teacher, ({ byTransport }) => byTransport.length >= 4);
    assert.deepEqual(shown, ["teacher"]);
    assert.ok(!address.includes(TOKEN), "the token is out of sight");
    await teacher.choose("#rate", "5");

    const ann = await open(page(server));
    assert.deepEqual((await untilSees(ann, measures, "Ann measures")).shown, ["student"]);
    const bob = await open(page(server)); // now Ann's may be in the background, and measures no more
    await untilSees(bob, measures, "Bob measures");
    await untilSees(teacher, ({ present }) => present === "2", "two students");
    const everywhere = ({ byTransport }) => byTransport.every(({ measured, words }) => measured && words.includes("students: 2"));
    const seen = await untilSees(teacher, everywhere, "both have measured every transport");
    assert.deepEqual(seen.byDevice.map(({ name }) => name), [{ chromium: "Computer Chrome", firefox: "Computer Firefox", webkit: "Computer Safari" }[browser]]);
    assert.equal(seen.light, "waiting", "students on this very machine prove nothing");

    await teacher.click("#ask");
    for (const tab of [ann, bob]) await untilSees(tab, ({ asked }) => asked !== "", "the question");
    await ann.click(choice("sse"));
    await bob.click(choice("sse"));
    await untilSees(bob, ({ told }) => told.startsWith("Taken"));
    await bob.click(choice("short_poll"));
    const counted = ({ votes }) => votes.sse === 1 && votes.short_poll === 1;
    assert.equal((await untilSees(teacher, counted, "a vote each")).voted, "2 of 2 have predicted");
    await bob.reload();
    await untilSees(bob, ({ told }) => told.startsWith("Taken"), "Bob's page still knows what he chose");
    const predictions = (await said(server, "class.predictions")).slice(1); // what the reset left comes first
    for (const prediction of predictions) assert.deepEqual(Object.keys(prediction).sort(), ["choice", "question", "reset", "who"]);
    const devices = new Set((await said(server, "class.reports")).map(({ who }) => who));
    assert.ok(predictions.every(({ who }) => !devices.has(who)), "who predicts cannot be told by the device");
    await teacher.click("#tell");
    const { answer } = await untilSees(teacher, (now) => now.answer !== "", "the answer");
    assert.notEqual(answer, "");
    await untilSees(ann, ({ told }) => told.includes("The class has measured"));
    await teacher.screenshot(artefact(`class.teacher.${browser}.png`), true);
    await ann.screenshot(artefact(`class.student.${browser}.png`), true);

    for (const language of ["zh", "en"]) {
      await teacher.click(`[data-code=${language}]`);
      await untilAllIn(teacher, language);
    }

    await teacher.choose("#transport", "websocket");
    await untilSees(bob, ({ own: rows }) => rows.length === 1 && rows[0].transport === "websocket", "what is dealt out");
    await teacher.click("#reset");
    await untilSees(bob, ({ asked }) => asked === "", "the question is gone");
    const { reset } = await lastWord(server);
    assert.deepEqual(await said(server, "class.predictions"), [{ reset }], "wiped");
    await bob.click("#own-delays"); // to the front
    await untilSees(teacher, ({ byTransport }) => byTransport.every(({ transport, measured }) => measured === (transport === "websocket")), "measured anew");
    for (const tab of [teacher, ann, bob]) assert.deepEqual((await see(tab)).problems, []);
  });

  test("the light turns green with the first other device, and the lesson goes on after a reload", async ({ open }) => {
    const { server } = own;
    const teacher = await open(page(server, `#token=${TOKEN}`));
    const { reset } = await until(() => lastWord(server), (word) => word !== null, "the teacher has begun");
    const report = { who: "phone", own: false, device: "phone", browser: "safari", reset, lines: { websocket: { delays: { 100: 3 }, requests: 1, bytes: 500 } } };
    assert.equal((await see(teacher)).toCheck, 0);
    await teacher.evaluate(aMinuteLater);
    assert.equal((await untilSees(teacher, ({ light }) => light === "late", "no phone within a minute")).toCheck, 4);
    const again = async () => (await say(server, "class.reports", report)).ok && (await see(teacher)).light;
    await until(again, (light) => light === "through", "a green light");
    await teacher.click("#muted");
    await until(() => lastWord(server), (word) => word.muted === true, "muted");
    assert.equal((await see(teacher)).toCheck, 0);
    const chat = await open(`${server.http}/chat.html?people=1&lang=en&name=Ann`);
    chat.allow(/403/);
    await until(() => chat.evaluate(() => document.querySelector(".person")?.dataset.state), (state) => state === "open");
    await chat.fill(".say input", "hello");
    await chat.click(".say button");
    await until(() => chat.evaluate(() => document.querySelector(".person .bad").textContent), (text) => text.includes("the teacher has muted"), "why not");
    await teacher.reload();
    const muted = () => teacher.evaluate(() => document.querySelector("#muted").checked);
    await until(muted, (is) => is === true, "what was said before still holds");
    assert.equal((await lastWord(server)).reset, reset);
    await teacher.click("#muted");
    await until(() => lastWord(server), (word) => word.muted === false, "no longer muted");
  });

  test("a teacher's two pages: either goes on from what the other has said", async ({ open }) => {
    const { server } = own;
    const [desk, projector] = [await open(page(server, `#token=${TOKEN}`)), await open(page(server, `#token=${TOKEN}`))];
    const shows = (name) => () => desk.evaluate((id) => document.getElementById(id).value, name);
    await untilSees(projector, ({ byTransport }) => byTransport.length >= 4);
    await projector.choose("#rate", "2");
    await until(shows("rate"), (rate) => rate === "2", "the rate that was chosen on the other page");
    await desk.choose("#payload", "1000");
    const { rate } = await until(() => lastWord(server), ({ payload }) => payload === 1000, "the payload");
    assert.equal(rate, 2);
    await desk.choose("#payload", "50");
    await until(() => lastWord(server), ({ payload }) => payload === 50, "as it was");
  });

  test("what the teacher puts into the students' line is for their feed alone, and for as long as it is said", async ({ open }) => {
    const { server } = own;
    const teacher = await open(page(server, `#token=${TOKEN}`));
    const lines = () => teacher.evaluate(() => document.querySelector("#line-choice").hidden ? 0 : document.querySelector("#line").options.length);
    await until(lines, (count) => count > 5, "lines to choose from");
    await teacher.choose("#transport", "all");
    await teacher.choose("#rate", "5");
    const ann = await open(page(server));
    ann.allow(/ERR_|Failed to load|WebSocket connection|establish a connection|interrupted while|CORS|access control/);
    await server.relay.act("far", "freeze"); // a fault of the lab, which spares the class
    await untilSees(ann, measures, "Ann measures");

    await teacher.choose("#line", "upgrade");
    const butWebsocket = ({ line, own: rows }) => line !== "" && rows.every(({ transport, measured }) => measured === (transport !== "websocket"));
    const { problems } = await untilSees(ann, butWebsocket, "all but the WebSocket, which the line does not let through");
    assert.deepEqual(problems, [], "reports go past the door");
    await untilSees(teacher, ({ present }) => present === "1", "Ann's reports");
    assert.ok((await fetch(server.relay.doors["~class"] + "/healthz")).ok);

    await teacher.choose("#line", "");
    await untilSees(ann, (now) => now.line === "" && measures(now), "all of them again");
    await until(() => fetch(server.relay.doors["~class"] + "/healthz").then(() => "open", () => "closed"), (door) => door === "closed", "a closed door");
  });

  test("a student's device that has slept compares its clock anew before it measures", async ({ open }) => {
    const { server } = own;
    const ann = await open(page(server));
    await untilSees(ann, measures, "Ann measures");
    const reports = (await said(server, "class.reports")).length;
    await ann.evaluate(sleepAMinute);
    const later = async () => (await said(server, "class.reports")).slice(reports);
    const counts = ({ lines }) => Object.values(lines.websocket.delays).reduce((sum, count) => sum + count, 0);
    const list = await until(later, (all) => all.length > 2 && counts(all.at(-1)) > counts(all[0]), "more to be measured");
    for (const { lines } of list) {
      for (const { delays } of Object.values(lines)) assert.ok(Object.keys(delays).every((bin) => msOf(bin) < 30000), JSON.stringify(delays));
    }
  });

  test("a wrong token: the page says what to do, and that works in the same tab", async ({ open }) => {
    const tab = await open(page(own.server, "#token=wrong"));
    tab.allow(/403/);
    const { problems } = await untilSees(tab, (now) => now.problems.length > 0, "a word about it");
    assert.match(problems[0], /Open the teacher's address/);
    await tab.evaluate((token) => void setTimeout(() => (location.hash = `token=${token}`)), TOKEN); // as if typed there
    const between = () => ({ problems: ["between two pages"] }); // where nothing can be read
    const { address } = await until(() => see(tab).catch(between), ({ problems: now, byTransport }) => now.length === 0 && byTransport.length >= 4, "the teacher's page");
    assert.ok(!address.includes(TOKEN), "the token is out of sight");
    await tab.evaluate(aMinuteLater);
    const firewall = () => tab.evaluate(() => document.querySelector("#what-to-check:not([hidden]) #firewall")?.textContent ?? "");
    assert.ok((await until(firewall, (text) => text !== "", "what to check")).includes(`ufw allow ${new URL(own.server.http).port}/tcp`));
  });

  test("codes: the address, as large as the screen, and the Wi-Fi, which is sent to nobody", async ({ open }) => {
    const tab = await open(page(own.server, `#token=${TOKEN}`));
    await untilSees(tab, ({ byTransport }) => byTransport.length >= 4);
    await tab.click("summary");
    await tab.fill("#wifi-name", "class;room");
    const code = () => tab.evaluate(() => document.querySelector("#wifi-code svg")?.getAttribute("aria-label") ?? "");
    await until(code, (label) => label.includes("class;room"), "a code");
    const requests = () => tab.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("room")));
    assert.equal(await requests(), false);
    const offered = await tab.evaluate(() => !document.querySelector("#invite").hidden);
    if (!offered) return; // this machine is on no network, and the page has said so
    await tab.click("#page-code");
    const large = () => tab.evaluate(() => document.querySelector("#large").open && document.querySelector("#large svg").clientHeight);
    assert.ok((await until(large, (height) => height > 0, "a large code")) > 300);
    await tab.press("Escape");
    await until(() => tab.evaluate(() => document.querySelector("#large").open), (isOpen) => !isOpen, "closed again");
  });

  test("what students send is text, and cannot break the teacher's page", async ({ open }) => {
    const { server } = own;
    const tab = await open(page(server, `#token=${TOKEN}`));
    const { reset } = await until(() => lastWord(server), (word) => word !== null, "the teacher has begun");
    const markup = "<img src=x onerror='window.ran = 1'>";
    const lines = { [markup]: { delays: { 1: 1 } }, sse: { delays: { x: 1, 5: 1e308, 7: -1 }, requests: "1", bytes: null } };
    for (const bad of [null, 7, "x", [], { who: markup, reset, lines }, { who: "a", reset, lines, device: markup, browser: {} }]) {
      await say(server, "class.reports", bad);
      await say(server, "class.predictions", bad);
    }
    const good = { who: "b", own: false, device: "phone", browser: "other", reset, lines: { long_poll: { delays: { 90: 1 }, requests: 1, bytes: 1 } } };
    const again = async () => (await say(server, "class.reports", good)).ok && see(tab);
    await until(again, ({ byTransport }) => byTransport.some(({ transport, measured }) => transport === "long_poll" && measured), "the good one counts");
    assert.equal(await tab.evaluate(() => window.ran ?? document.querySelectorAll("main img").length), 0);
  });
}

async function said(server, topic, query = "since=first&limit=1000") {
  const { messages } = await (await fetch(`${server.http}/short_poll/${topic}?${query}`)).json();
  return messages.map(({ data }) => data);
}

async function lastWord(server) {
  return (await said(server, "class.control", "since=-1&limit=1")).at(-1) ?? null;
}

/** Runs in the page: it is hidden, and its clock a minute off when it is seen again. */
function sleepAMinute() {
  const look = (hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  };
  const now = performance.now.bind(performance);
  look(true);
  performance.now = () => now() + 60000;
  look(false);
}

/** Runs in the page. */
function aMinuteLater() {
  const now = performance.now.bind(performance);
  performance.now = () => now() + 61000;
}
