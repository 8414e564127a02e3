// SPDX-License-Identifier: MIT
// The client library without a browser: its pure parts with a clock that the test turns, and the
// whole of it in Node, with foreign clients for EventSource and WebSocket, against the real server.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { EventSource } from "eventsource";
import WebSocket from "ws";

import { retryAfter } from "../../web/pushlab/ask.js";
import { Backoff } from "../../web/pushlab/backoff.js";
import { Hold } from "../../web/pushlab/hold.js";
import { explain, subscribe, TRANSPORTS } from "../../web/pushlab/index.js";
import { Ladder } from "../../web/pushlab/ladder.js";
import { Position } from "../../web/pushlab/position.js";
import { REASONS } from "../../web/pushlab/reasons.js";
import { Watchdog } from "../../web/pushlab/watchdog.js";
import { publish, startServer } from "../clients/server.mjs";
import { Clock } from "./lib/clock.mjs";
import { ROOT } from "./lib/lab_server.mjs";
import { startRelay } from "./lib/relay.mjs";
import { until } from "./lib/until.mjs";

const LIBRARY = path.join(ROOT, "web/pushlab");
const FILES = ["", "lines/"].flatMap((folder) =>
  readdirSync(path.join(LIBRARY, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => folder + name),
);

describe("backoff", () => {
  test("doubles up to its limit, half of it chance", () => {
    const least = new Backoff(100, 1000, () => 0);
    const most = new Backoff(100, 1000, () => 1);
    assert.deepEqual(Array.from({ length: 6 }, () => least.next_ms()), [50, 100, 200, 400, 500, 500]);
    assert.deepEqual(Array.from({ length: 6 }, () => most.next_ms()), [100, 200, 400, 800, 1000, 1000]);
    least.reset();
    assert.equal(least.next_ms(), 50);
  });

  test("is never shorter than what the server asked for, and not the same for all", () => {
    assert.equal(new Backoff(100, 1000, () => 0).next_ms(5000), 5000);
    assert.equal(new Backoff(100, 1000, () => 1).next_ms(5000), 6250);
  });

  test("Retry-After is seconds or a date", () => {
    const now_ms = Date.parse("Sun, 06 Nov 1994 08:49:37 GMT");
    assert.equal(retryAfter("7", now_ms), 7000);
    assert.equal(retryAfter("Sun, 06 Nov 1994 08:49:40 GMT", now_ms), 3000);
    for (const none of [null, "", "0", "soon", "Sun, 06 Nov 1994 08:49:30 GMT"]) {
      assert.equal(retryAfter(none, now_ms), 0, String(none));
    }
  });
});

describe("watchdog", () => {
  const watch = (interval_ms) => {
    const clock = new Clock();
    const silences = [];
    const dog = new Watchdog(clock, interval_ms, (silence_ms) => silences.push(silence_ms));
    return { clock, dog, silences };
  };

  test("2.5 intervals of silence are too much, and not a moment less", () => {
    const { clock, dog, silences } = watch(1000);
    dog.seen();
    clock.turn(2499);
    dog.seen();
    clock.turn(2499);
    assert.deepEqual(silences, []);
    clock.turn(1);
    assert.deepEqual(silences, [2500]);
  });

  test("learns the interval, and forgives a heartbeat that was late", () => {
    const { clock, dog, silences } = watch(15000);
    for (const ms of [0, 200, 300, 100]) {
      clock.turn(ms);
      dog.beat();
    }
    assert.equal(dog.interval_ms, 300);
    clock.turn(749);
    assert.deepEqual(silences, []);
    clock.turn(1);
    assert.deepEqual(silences, [750]);
  });

  test("a page that stood still looks once more before it judges", () => {
    const { clock, dog, silences } = watch(1000);
    dog.seen();
    clock.turn(2500, 60000);
    assert.deepEqual(silences, []);
    dog.seen();
    clock.turn(2000);
    assert.deepEqual(silences, []);
    clock.turn(500);
    assert.deepEqual(silences, [2500]);
  });

  test("stopped it is silent", () => {
    const { clock, dog, silences } = watch(1000);
    dog.seen();
    dog.stop();
    clock.turn(10000);
    assert.deepEqual(silences, []);
  });
});

describe("hold", () => {
  test("many empty answers within a second are a cache's", () => {
    const hold = new Hold(25, "me");
    const plain = hold.nonce();
    assert.equal(hold.nonce(), plain);
    const found = Array.from({ length: 8 }, (_, i) => hold.answered(i * 10, true));
    assert.deepEqual(found, [false, false, false, false, false, true, false, false]);
    assert.equal(new Set([plain, hold.nonce(), hold.nonce()]).size, 3, "each request has its own address");
  });

  test("empty answers at the hold's end are none of a cache", () => {
    const hold = new Hold(1, "me");
    for (let i = 0; i < 100; i++) assert.equal(hold.answered(i * 1000, true), false);
    for (let i = 0; i < 100; i++) assert.equal(hold.answered(i, i % 5 > 0), false);
  });

  test("what is cut twice is held for a shorter time", () => {
    const hold = new Hold(25, "me");
    hold.cut(5000);
    assert.equal(hold.wait_s, 25, "once: a restart may have been the reason");
    hold.answered(0, true);
    hold.cut(5000);
    assert.equal(hold.wait_s, 25, "not twice in a row");
    hold.cut(5000);
    assert.equal(hold.wait_s, 3);
    hold.cut(1100);
    assert.equal(hold.wait_s, 1);
  });
});

describe("position", () => {
  const message = (topic, seq, epoch = "e") => ({ topic, seq, id: `${epoch}-${seq}` });

  test("two lines that bring the same give it once, in order", () => {
    const position = new Position(["t"], "now");
    assert.deepEqual([position.pinned, position.cursor], [false, "now"]);
    position.pin("e-0");
    const given = [1, 2, 1, 2, 3, 3, 4, 2].filter((seq) => position.take(message("t", seq)));
    assert.deepEqual(given, [1, 2, 3, 4]);
    assert.equal(position.cursor, "e-4");
    position.pin("e-9");
    assert.equal(position.cursor, "e-4", "a place that is known is not moved by hearsay");
  });

  test("several topics have a place each", () => {
    const position = new Position(["a", "b"], "first");
    assert.ok(position.take(message("a", 7)));
    assert.equal(position.cursor, "first", "b has none yet");
    position.pin("a:e-1,b:f-2");
    assert.equal(position.cursor, "a:e-7,b:f-2");
    assert.ok(position.take(message("b", 3, "f")));
    assert.ok(!position.take(message("c", 1)));
    assert.equal(position.cursor, "a:e-7,b:f-3");
  });

  test("a gap is told once, and what it skipped is not waited for", () => {
    const position = new Position(["t"], "e-1");
    position.take(message("t", 2));
    assert.ok(position.skip({ topic: "t", from: 3, to: 5, count: 3 }, ""));
    assert.ok(!position.skip({ topic: "t", from: 3, to: 5, count: 3 }, ""));
    assert.ok(!position.take(message("t", 5)));
    assert.ok(position.take(message("t", 6)));
  });

  test("another log counts anew", () => {
    const position = new Position(["t"], "e-1");
    position.take(message("t", 50));
    assert.ok(position.skip({ topic: "t", from: null, to: null, count: null }, "f-0"));
    assert.equal(position.cursor, "f-0");
    assert.ok(position.take(message("t", 1, "f")));
  });
});

describe("ladder", () => {
  const NEUTRAL = () => 0.5;
  const begin = (...transports) => {
    const ladder = new Ladder(transports.length > 0 ? transports : TRANSPORTS, NEUTRAL);
    if (ladder.base) {
      ladder.tries(ladder.base);
      ladder.rises(ladder.base, 0);
    }
    return ladder;
  };

  test("a poll carries it while the streams are tried", () => {
    const ladder = begin();
    assert.equal(ladder.current, "long_poll");
    assert.deepEqual(ladder.due(0), ["websocket", "sse"]);
  });

  test("a stream takes over, and with the best one nothing more is tried", () => {
    const ladder = begin();
    ladder.due(0).forEach((transport) => ladder.tries(transport));
    ladder.rises("sse", 400);
    assert.equal(ladder.why.code, "trying");
    ladder.rises("websocket", 500);
    assert.deepEqual([ladder.due(1e9), ladder.next_ms, ladder.why.code], [[], null, "best"]);
  });

  test("names why the best one is not in use, and tries it again, ever less often", () => {
    const ladder = begin();
    const waits = [];
    let now_ms = 0;
    for (let i = 0; i < 6; i++) {
      ladder.tries("websocket");
      ladder.fails("websocket", { code: "upgrade_blocked" }, now_ms);
      assert.equal(ladder.why.code, "upgrade_blocked");
      ladder.tries("sse");
      ladder.fails("sse", { code: "sse_buffered", args: { seconds: 3 } }, now_ms);
      waits.push(ladder.next_ms - now_ms);
      now_ms = ladder.next_ms;
      assert.deepEqual(ladder.due(now_ms), ["websocket", "sse"]);
    }
    assert.deepEqual(waits, [2000, 30000, 60000, 300000, 300000, 300000]);
    ladder.tries("websocket");
    assert.equal(ladder.why.code, "upgrade_blocked", "until the new trial has its outcome");
    assert.equal(ladder.why.rungs[1].code, "sse_buffered");
    ladder.forgets();
    assert.deepEqual(ladder.due(0), ["sse"], "a new network: what is not on trial is due");
  });

  test("a stream that dies falls to the poll, and comes back soon", () => {
    const ladder = begin();
    ladder.tries("websocket");
    ladder.rises("websocket", 0);
    ladder.fails("websocket", { code: "went_silent", args: { seconds: 37.5 } }, 70000);
    assert.deepEqual([ladder.current, ladder.base, ladder.why.code], [null, "long_poll", "went_silent"]);
    ladder.rises("long_poll", 70100);
    assert.equal(ladder.why.code, "went_silent");
    assert.deepEqual(ladder.due(70600), ["sse"]);
    assert.deepEqual(ladder.due(70750), ["websocket", "sse"]);
  });

  test("one that dies again and again is not hurried", () => {
    const ladder = begin();
    const waits = [];
    for (let now_ms = 0; waits.length < 8; now_ms += 5000) {
      ladder.rises("websocket", now_ms);
      ladder.fails("websocket", { code: "broke" }, now_ms + 1000);
      ladder.rises("long_poll", now_ms + 1000);
      ladder.tries("sse");
      waits.push(ladder.next_ms - now_ms - 1000);
    }
    assert.deepEqual(waits, [750, 1500, 3000, 6000, 12000, 24000, 45000, 45000]);
  });

  test("a poll that never holds gives way to the other one, and gets another chance", () => {
    const ladder = new Ladder(["long_poll", "short_poll"], NEUTRAL);
    for (let i = 0; i < 3; i++) {
      assert.equal(ladder.base, "long_poll");
      ladder.rises("long_poll", i * 1000);
      ladder.fails("long_poll", { code: "hold_cut" }, i * 1000 + 500);
    }
    assert.equal(ladder.base, "short_poll");
    ladder.rises("short_poll", 3000);
    assert.deepEqual([ladder.why.code, ladder.due(3000), ladder.due(60000)], ["hold_cut", [], ["long_poll"]]);
  });

  test("with streams only there is nothing to wait on, so it hurries", () => {
    const ladder = begin("sse");
    assert.deepEqual([ladder.base, ladder.due(0)], [null, ["sse"]]);
    ladder.tries("sse");
    ladder.fails("sse", { code: "sse_refused" }, 0);
    assert.equal(ladder.next_ms, 187.5);
    assert.equal(ladder.why.code, "sse_refused");
  });

  test("the server's Retry-After holds for trials, too", () => {
    const ladder = begin();
    ladder.tries("sse");
    ladder.fails("sse", { code: "busy" }, 0, 20000);
    assert.ok(!ladder.due(19999).includes("sse") && ladder.due(20000).includes("sse"));
  });

  test("what is not there is never tried", () => {
    const ladder = begin();
    ladder.lacks("sse");
    ladder.forgets();
    assert.deepEqual(ladder.due(1e12), ["websocket"]);
    assert.equal(ladder.why.rungs[1].code, "unavailable");
  });
});

describe("reasons", () => {
  const places = (sentence) => [...sentence.matchAll(/\{\w+\}/g)].map(String).sort();
  const code = FILES
    .filter((name) => name.endsWith(".js") && name !== "reasons.js")
    .map((name) => readFileSync(path.join(LIBRARY, name), "utf8"))
    .join("\n");

  test("each has its sentence in each language, and fills the same places", () => {
    for (const [name, row] of Object.entries(REASONS)) {
      assert.deepEqual(Object.keys(row), ["en", "zh"], name);
      assert.deepEqual(places(row.zh), places(row.en), name);
    }
  });

  test("the library gives all of them, and no others", () => {
    for (const name of Object.keys(REASONS)) assert.ok(code.includes(`"${name}"`), `${name} is never given`);
    const given = code.matchAll(/(?:Down|down|fails|code:|onRemark",)\(?\s*"([a-z_]+)"/g);
    for (const [, name] of given) assert.ok(REASONS[name], `${name} has no sentence`);
  });

  test("a sentence names what it is about", () => {
    const why = { transport: "long_poll", subject: "websocket", code: "went_silent", args: { seconds: 2.5 } };
    assert.match(explain(why), /^WebSocket went silent: nothing for 2.5 s/);
    assert.match(explain(why, "zh"), /^WebSocket 没有声息：2.5 秒/);
  });
});

test("the npm package holds the library and nothing else", () => {
  const listed = execFileSync("npm", ["pack", "--dry-run", "--json", "--offline"], { cwd: LIBRARY, encoding: "utf8" });
  const packed = JSON.parse(listed)[0].files.map((file) => file.path).sort();
  assert.deepEqual(packed, [...FILES].sort());
});

describe("in Node", () => {
  const count = (total) => Array.from({ length: total }, (_, i) => i + 1);

  /** A subscription with all that it has told. */
  function follow(server, topic, options = {}) {
    const told = { seqs: [], gaps: [], codes: [] };
    const subscription = subscribe(topic, {
      url: server.http, EventSource, WebSocket, since: "first",
      onMessage: ({ seq }) => told.seqs.push(seq),
      onGap: (gap) => told.gaps.push(gap),
      onState: (state, { code }) => told.codes.push(code),
      ...options,
    });
    const arrived = (total) => until(() => told.seqs, (seqs) => seqs.length >= total, `${total} messages`);
    const reached = (transport) =>
      until(() => subscription.why, (why) => why.transport === transport, `to be on ${transport}`);
    return { ...told, subscription, arrived, reached };
  }

  for (const transport of TRANSPORTS) {
    test(`${transport} alone`, async () => {
      const server = await startServer();
      for (let i = 0; i < 110; i++) await publish(server, "t", String(i));
      const { subscription, seqs, arrived, reached } = follow(server, "t", { transports: [transport] });
      await arrived(110);
      await reached(transport);
      assert.equal(subscription.why.code, "best");
      await subscription.publish({ by: transport });
      await arrived(111);
      assert.deepEqual(seqs, count(111));
      subscription.close();
      assert.deepEqual([subscription.state, subscription.why.code], ["closed", "closed"]);
      await server.stop();
    });
  }

  test("without EventSource and WebSocket it stays on long poll, and says so", async () => {
    const server = await startServer();
    const { subscription, reached } = follow(server, "t", { EventSource: null, WebSocket: null });
    const { code, rungs } = await reached("long_poll");
    assert.deepEqual([code, rungs[0].code, rungs[1].code], ["unavailable", "unavailable", "unavailable"]);
    subscription.close();
    await server.stop();
  });

  const PAGE = new URL("http://page.test/");
  const answered = (http, host) => ({ status: 200, body: { websocket: true, http, host } });
  for (const [what, { status, body }, expected] of [
    ["as the page named it", answered("1.1", PAGE.host), "upgrade_blocked"],
    ["under another Host", answered("1.1", "127.0.0.1:8765"), "host_changed"],
    ["in HTTP/1.0, which has no Upgrade", answered("1.0", "127.0.0.1:8765"), "upgrade_blocked"],
    ["not at all", { status: 502, body: {} }, "websocket_refused"],
  ]) {
    test(`a handshake failed, and a plain request arrives ${what}`, async () => {
      globalThis.location = PAGE; // as in a page of the server's own
      class Refused {
        constructor() {
          queueMicrotask(() => this.onclose?.({ code: 1006 }));
        }
        close() {}
      }
      const fetch = async () => new Response(JSON.stringify(body), { status });
      const codes = [];
      const onState = (state, { code }) => codes.push(code);
      const subscription = subscribe("t", { transports: ["websocket"], WebSocket: Refused, fetch, onState });
      delete globalThis.location;
      await until(() => codes, () => codes.includes(expected), expected);
      subscription.close();
    });
  }

  test("a server that is killed and comes back without its log: one gap, and on", async () => {
    let server = await startServer();
    const { subscription, seqs, gaps, codes, arrived, reached } = follow(server, "t");
    await reached("websocket");
    await publish(server, "t", "one");
    await arrived(1);
    await server.kill();
    await until(() => subscription.state, (state) => state === "reconnecting", "to notice");
    server = await startServer(server.port);
    await publish(server, "t", "two");
    await arrived(2);
    await reached("websocket");
    assert.deepEqual([seqs, gaps.length, gaps[0].count], [[1, 1], 1, null]);
    assert.ok(codes.includes("broke"), codes.join());
    subscription.close();
    await server.stop();
  });

  test("a server that leaves says so; several topics go on with one cursor", async () => {
    const server = await startServer();
    const { subscription, seqs, codes, arrived, reached } = follow(server, ["a", "b"]);
    await publish(server, "a", "1");
    await publish(server, "b", "1");
    await arrived(2);
    await reached("websocket");
    const cursor = subscription.cursor;
    assert.match(cursor, /^a:\w+-1,b:\w+-1$/);
    await subscription.publish("2", { topic: "b" });
    await arrived(3);
    const later = follow(server, ["a", "b"], { since: cursor });
    await later.arrived(1);
    assert.deepEqual([seqs, later.seqs], [[1, 1, 2], [2]]);
    later.subscription.close();
    await server.stop();
    await until(() => codes, () => codes.includes("server_leaving"), "to be told");
    subscription.close();
  });

  test("publishing takes the token, and a refusal has the server's words", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "pushlab-"));
    const file = path.join(folder, "token");
    writeFileSync(file, "secret\n");
    const server = await startServer("--publish-token", file);
    const { subscription, reached, arrived } = follow(server, "t");
    await reached("websocket");
    await assert.rejects(subscription.publish("x"), { status: 403, message: /token/ });
    await assert.rejects(subscription.publish(new Uint8Array(2)), { status: 401, message: /token/ });
    const other = follow(server, "t", { token: "secret", transports: ["long_poll"] });
    await other.subscription.publish(new Uint8Array(2));
    await arrived(1);
    for (const one of [subscription, other.subscription]) one.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  test("a full server is left alone for as long as it asks", async () => {
    const server = await startServer("--max-connections", "3"); // fetch may open a second one
    const holders = [1, 2, 3].map(() => connect(server.port, "127.0.0.1"));
    await Promise.all(holders.map((holder) => once(holder, "connect")));
    const { subscription, codes, reached } = follow(server, "t", { transports: ["long_poll"] });
    await until(() => codes, () => codes.includes("busy"), "to be told");
    assert.ok(subscription.why.args.seconds >= 1);
    for (const holder of holders) holder.destroy();
    await reached("long_poll");
    subscription.close();
    await server.stop();
  });

  test("what cuts held polls is met with shorter ones", async () => {
    const server = await startServer();
    const relay = await startRelay(server, { cutting: "idle-cut=1500ms", straight: "delay=0" });
    const behind = { http: relay.doors.cutting };
    const { subscription, codes, seqs, arrived } = follow(behind, "t", { transports: ["long_poll"], share: false });
    const cuts = () => codes.filter((code) => code === "hold_cut").length;
    await until(cuts, (count) => count >= 2, "two cuts");
    await publish(server, "t", "x");
    await arrived(1);
    assert.deepEqual(seqs, [1]);
    subscription.close();
    await relay.stop();
    await server.stop();
  });

  test("options that make no sense are refused at once", () => {
    for (const [topic, options] of [["", {}], [[], {}], ["a b", {}], [["a", "a"], {}], ["..", {}],
      ["a", { transports: ["carrier_pigeon"] }], ["a", { transports: [] }], ["a", { wait_s: 0 }], ["a", {}]]) {
      assert.throws(() => subscribe(topic, options), TypeError); // the last for want of a url
    }
  });
});
