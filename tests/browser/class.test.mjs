// SPDX-License-Identifier: MIT
// The class page's parts that need no browser: delays by clocks that are wrong, what the teacher's
// page makes of reports, codes. Time is made up here, so nothing depends on how fast this machine is.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { binOf, Delays, LAST_BIN, msOf } from "../../web/class/delays.js";
import { deviceOf } from "../../web/class/device.js";
import { answerOf, FIRST, lessonOf, QUESTIONS } from "../../web/class/lesson.js";
import { Meter } from "../../web/class/meter.js";
import { qrOf } from "../../web/class/qr.js";
import { Tally } from "../../web/class/tally.js";

const STUDENTS = 50;
const RESET = 7;

/** Numbers that look random and are the same each time, from 0 to 1. */
function* dice(seed = 42) {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** A student whose clock is `off_ms` ahead, and whose line takes delay_ms each way and at times more. */
async function attend(who, { off_ms, delay_ms, about = {} }, random) {
  let now_ms = 1.7e12;
  const way = () => delay_ms + (random.next().value < 0.5 ? 0 : 80 * random.next().value);
  const ask = async () => {
    const [there, back] = [way(), way()];
    const [sent, asked] = [now_ms + off_ms, now_ms + there];
    now_ms += there + back;
    return { round_trip_ms: there + back, offset_ms: asked - (sent + now_ms + off_ms) / 2 };
  };
  const meter = new Meter({ who, own: false, device: "phone", browser: "chrome", ...about }, ask);
  await meter.synchronise();
  for (let i = 0; i < 40; i++) {
    now_ms += 500;
    meter.take("sse", { time: now_ms * 1000 }, now_ms + delay_ms + off_ms);
  }
  return meter;
}

test("50 students with clocks up to 5 s off and 20 to 200 ms of delay: right to 10 ms", async () => {
  const random = dice();
  const tally = new Tally();
  tally.follow({ reset: RESET, question: 0 });
  for (let i = 0; i < STUDENTS; i++) {
    const off_ms = 10000 * random.next().value - 5000;
    const delay_ms = 20 + (180 * i) / (STUDENTS - 1);
    const meter = await attend(`s${i}`, { off_ms, delay_ms }, random);
    const own = meter.delays("sse").quantile(0.5);
    assert.ok(Math.abs(own - delay_ms) < 10, `${delay_ms} ms measured as ${own} ms, the clock ${off_ms} ms off`);
    tally.takeReport(JSON.parse(JSON.stringify(meter.report(RESET))), 0);
  }
  const row = tally.byTransport().get("sse");
  assert.equal(row.students, STUDENTS);
  assert.equal(row.delays.count, STUDENTS * 40);
  assert.ok(Math.abs(row.delays.quantile(0.5) - 110) < 10, `the class's median: ${row.delays.quantile(0.5)} ms`);
  assert.ok(Math.abs(row.delays.quantile(0.95) - 191) < 15, `95 %: ${row.delays.quantile(0.95)} ms`);
});

test("a clock that stood still while its device slept is not believed from before", async () => {
  let answer = { round_trip_ms: 2, offset_ms: 0 };
  const meter = new Meter({}, async () => answer);
  await meter.synchronise();
  answer = { round_trip_ms: 9, offset_ms: 60000 }; // a minute later, on a slower line
  meter.forgetClock();
  assert.equal(meter.take("sse", { time: 61e6 }, 1025), null, "not before it is compared anew");
  await meter.synchronise();
  assert.equal(meter.take("sse", { time: 61e6 }, 1025), 25);
});

test("a bin is known to 2.5 %, and everything has one", () => {
  for (const ms of [0.5, 1, 3.3, 20, 199, 1000, 59000]) assert.ok(Math.abs(msOf(binOf(ms)) / ms - 1) < 0.026, `${ms}`);
  assert.deepEqual([binOf(-5), binOf(0), binOf(1e9)], [0, 0, LAST_BIN]);
});

test("histograms are added, and nonsense in them is not", () => {
  const all = new Delays();
  const one = new Delays();
  for (const ms of [5, 5, 80]) one.add(ms);
  for (const bins of [JSON.parse(JSON.stringify(one)), null, 3, "x", [1], { "-1": 5, 999: 5, x: 5, 1.5: 2, 3: -1, 4: 0.5, 5: "9" }]) all.merge(bins);
  assert.equal(all.count, 4); // [1] is a bin 0 with one
  assert.equal(new Delays().quantile(0.5), null);
});

test("reports of others' resets, without a number or not to be understood do not count", () => {
  const tally = new Tally();
  tally.follow({ reset: RESET, question: 1 });
  const lines = { sse: { delays: { 100: 3 }, requests: 1, bytes: 300 } };
  const good = { who: "a", reset: RESET, device: "phone", browser: "firefox", own: false, lines };
  for (const bad of [null, 3, "x", { reset: RESET }, { ...good, reset: 1 }, { ...good, who: 5 }, { ...good, who: "<b>" }, { ...good, lines: null }]) {
    tally.takeReport(bad, 0);
  }
  assert.deepEqual(tally.counts(0), { present: 0, others: 0, voted: 0 });
  tally.takeReport({ ...good, who: "b", lines: { "<img>": {}, sse: null, websocket: { delays: { 5: 1 }, requests: "many", bytes: NaN } } }, 0);
  tally.takeReport(good, 0);
  tally.takeReport(good, 0); // the last one counts, not their sum
  assert.deepEqual([...tally.byTransport().keys()].sort(), ["sse", "websocket"]);
  assert.equal(tally.byTransport().get("sse").delays.count, 3);
  assert.deepEqual([...tally.byDevice("sse").keys()], ["phone firefox"]);
  assert.deepEqual(tally.counts(0), { present: 2, others: 2, voted: 0 });
  assert.equal(tally.counts(60000).present, 0, "who has not reported for long is gone");
  tally.follow({ reset: RESET + 1, question: 1 });
  assert.equal(tally.byTransport().size, 0, "a reset forgets");
});

test("each student has one vote, and may change it; another question starts at none", () => {
  const tally = new Tally();
  tally.follow({ reset: RESET, question: 1 });
  const vote = (who, choice, question = 1) => tally.takePrediction({ who, reset: RESET, question, choice });
  vote("a", "sse");
  vote("a", "websocket");
  vote("b", "websocket");
  vote("c", "sse", 2);
  vote("d", "<b>");
  assert.deepEqual([...tally.votes()], [["websocket", 2]]);
  tally.follow({ reset: RESET, question: 2 });
  assert.equal(tally.votes().size, 0);
});

test("the class's own figures answer the questions", () => {
  const row = (ms, requests, bytes) => {
    const delays = new Delays();
    for (let i = 0; i < 10; i++) delays.add(ms);
    return { delays, students: 1, requests, bytes };
  };
  const rows = new Map([["short_poll", row(900, 30, 9000)], ["long_poll", row(9, 10, 6000)], ["sse", row(7, 1, 1500)], ["websocket", row(6, 1, 1200)]]);
  const answers = Object.fromEntries(Object.keys(QUESTIONS).map((asks) => [asks, answerOf(asks, rows)]));
  assert.deepEqual(answers, { first: "websocket", last: "short_poll", requests: "short_poll", bytes: "websocket" });
  assert.equal(answerOf("first", new Map([["sse", row(7, 1, 1)]])), "", "one alone is no answer");
});

test("a lesson is what the last message says, as far as it makes sense", () => {
  assert.deepEqual(lessonOf({ rate: 5, muted: "yes", other: 1 }), { ...FIRST, rate: 5 });
  assert.equal(lessonOf("x"), null);
  assert.equal(lessonOf(null), null);
});

test("devices and browsers by what they say of themselves", () => {
  const safari = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15";
  const said = [
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1", 5, "phone safari"],
    ["Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36", 5, "phone chrome"],
    ["Mozilla/5.0 (Linux; Android 14; Tablet) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36", 5, "tablet chrome"],
    ["Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0", 5, "phone firefox"],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", 0, "laptop firefox"],
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 Edg/124.0.0.0", 0, "laptop edge"],
    [safari, 0, "laptop safari"],
    [safari, 5, "tablet safari"],
    ["curl/8", 0, "laptop other"],
  ];
  for (const [agent, touches, expected] of said) assert.equal(Object.values(deviceOf(agent, touches)).join(" "), expected);
});

// ---- codes ----

/** The text of a code by zbar, from a picture in the plainest of formats. */
function decoded(rows) {
  const [border, scale] = [4, 4];
  const size = (rows.length + 2 * border) * scale;
  const pixels = Buffer.alloc(size * size, 255);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (rows[Math.floor(y / scale) - border]?.[Math.floor(x / scale) - border]) pixels[y * size + x] = 0;
    }
  }
  const input = Buffer.concat([Buffer.from(`P5\n${size} ${size}\n255\n`), pixels]);
  return spawnSync("zbarimg", ["--quiet", "--raw", "--oneshot", "-Sbinary", "PGM:-"], { input });
}

const hasZbar = spawnSync("zbarimg", ["--version"]).status === 0;
const TEXTS = ["http://192.168.1.5:8765/c", "x", "WIFI:T:WPA;S:a\\;b;P:秘密;;", ...[14, 15, 62, 84, 106, 122, 152, 180, 213].map((length) => "k".repeat(length))];

test("codes are read back by zbar", { skip: hasZbar ? false : "zbarimg is not installed (apt install zbar-tools)" }, () => {
  for (const text of TEXTS) assert.equal(decoded(qrOf(text)).stdout.toString(), text);
});

test("a code has its finders, its timing and a size of the standard", () => {
  const finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"];
  const part = (rows, x, y) => rows.slice(y, y + 7).map((row) => row.slice(x, x + 7).map(Number).join(""));
  for (const text of TEXTS) {
    const rows = qrOf(text);
    const far = rows.length - 7;
    assert.ok(rows.length >= 21 && rows.length <= 57 && rows.length % 4 === 1);
    for (const [x, y] of [[0, 0], [far, 0], [0, far]]) assert.deepEqual(part(rows, x, y), finder);
    for (let i = 8; i < far; i++) assert.deepEqual([rows[6][i], rows[i][6]], [i % 2 === 0, i % 2 === 0]);
  }
  assert.throws(() => qrOf("k".repeat(214)), RangeError);
});
