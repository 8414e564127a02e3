// SPDX-License-Identifier: MIT
// The wire inspector: each transport taken apart, the handshake worked out, what is saved.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { artefact } from "../lib/in_browsers.mjs";
import { startLab, transportsOf } from "../lib/lab_server.mjs";
import { until } from "../lib/until.mjs";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** What a transport's entries are, and a part that only it has. */
const SHOWN = {
  short_poll: { steps: ["request", "answer", "body"], part: "body" },
  long_poll: { steps: ["request", "answer", "body"], part: "body" },
  sse: { steps: ["request", "answer", "event"], part: "field_name" },
  ndjson: { steps: ["request", "answer", "line"], part: "line" },
  websocket: { steps: ["request", "answer", "frame"], part: "frame_first" },
};

/** Runs in the page: the list's entries. */
function entries() {
  return [...document.querySelectorAll("#units [role=option]")].map(({ id, dataset, textContent: text }) => ({
    id, text, what: dataset.what, way: dataset.way, transport: dataset.transport,
  }));
}

/** Runs in the page: what the entry that is picked is made of. */
function detail() {
  const all = (selector, read) => [...document.querySelectorAll(`#detail ${selector}`)].map(read);
  const text = (element) => element?.textContent ?? "";
  return {
    what: document.querySelector("#detail").dataset.what,
    names: all(".parts tbody td:first-child", (cell) => cell.dataset.i18n.replace("wire.part_", "")),
    sizes: all(".parts tbody td:nth-child(3)", (cell) => Number(cell.textContent.replace(/\D/g, ""))),
    said: all(".parts .said", text),
    bits: all(".bits b", text).join(""),
    carried: text(document.querySelector("#detail .carried")),
    accept: all(".accept code", text),
    verdict: text(document.querySelector("#detail .accept-verdict")),
    xor: all(".xor tr", (row) => [...row.cells].slice(1).map(({ textContent }) => textContent)),
    dump: all(".dump:not(.carried)", text).join(""),
    heading: text(document.querySelector("#detail h2")),
  };
}

async function openWire(open, server, query = "lines=websocket") {
  return open(`${server.http}/wire.html?lang=en&theme=light&topic=chat&${query}`);
}

/** Waits for an entry, the newest that is good, and picks it. */
async function pick(tab, good, what) {
  const find = async () => (await tab.evaluate(entries)).findLast(good);
  const entry = await until(find, Boolean, what);
  await tab.evaluate((id) => document.getElementById(id).click(), entry.id);
  return tab.evaluate(detail);
}

/** Keeps what the page would save, in place of downloading it. */
async function save(tab, button) {
  await tab.evaluate(() => {
    window.saved = null;
    const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob) => {
      blob.arrayBuffer().then((bytes) => (window.saved = [...new Uint8Array(bytes)]));
      return make(blob);
    };
    document.addEventListener("click", (event) => event.target.closest("a[download]") && event.preventDefault());
  });
  await tab.click(button);
  return Uint8Array.from(await until(() => tab.evaluate(() => window.saved)));
}

export const serve = () => startLab("--lab", "--heartbeat", "1s");

export function cases(test, own, browser) {
  test("each transport is taken apart", async ({ open }) => {
    const names = await transportsOf(own.server);
    const tab = await openWire(open, own.server, `lines=${names}`);
    await until(() => tab.evaluate(entries), (list) => names.every((name) => list.some((entry) => entry.transport === name)));
    await tab.fill("#text", "taken apart");
    await tab.click("#post");
    for (const name of names) {
      for (const what of SHOWN[name].steps) {
        const said = !["request", "answer"].includes(what);
        const good = (entry) => entry.transport === name && entry.what === what && (!said || /taken apart/.test(entry.text));
        const seen = await pick(tab, good, `${what} of ${name}`);
        assert.equal(seen.what, what);
        if (what === "request") assert.deepEqual(seen.names.slice(0, 5), ["method", "target", "version", "crlf", "header"]);
        if (said) assert.ok(seen.names.includes(SHOWN[name].part), `${name}: ${seen.names}`);
        if (said) assert.match(seen.said.join() + seen.carried, /taken apart/);
      }
    }
    const posted = await pick(tab, ({ what, text, transport }) => transport === "publish" && what === "body" && /taken apart/.test(text));
    assert.deepEqual(posted.said, ["taken apart"]);
  });

  test("the handshake's answer is worked out", async ({ open }) => {
    const tab = await openWire(open, own.server);
    const { said } = await pick(tab, ({ what, transport }) => what === "request" && transport === "websocket");
    const key = said.find((line) => /^sec-websocket-key/i.test(line)).replace("\\r\\n", "").split(": ")[1];
    await pick(tab, ({ what, transport }) => what === "answer" && transport === "websocket");
    const { accept, verdict } = await until(() => tab.evaluate(detail), ({ verdict: words }) => words);
    const digest = createHash("sha1").update(key + GUID).digest();
    const hex = digest.toString("hex").replace(/..(?=.)/g, "$& ");
    assert.deepEqual(accept, [key, key + GUID, hex, digest.toString("base64"), digest.toString("base64")]);
    assert.match(verdict, /the same/i);
  });

  test("frames down to their bits: text, ping, pong, close", async ({ open }) => {
    const tab = await openWire(open, own.server);
    const frame = (way, word) => (entry) => entry.what === "frame" && entry.way === way && entry.text.includes(word);
    await pick(tab, frame("down", "text"), "the ready frame");
    await tab.fill("#text", "in a frame");
    await tab.click("#frame");
    const sent = await pick(tab, frame("up", "in a frame"));
    assert.match(sent.bits, /^1.0000011/, "FIN, text, MASK");
    assert.match(sent.carried, /"data":"in a frame"/);
    assert.ok(sent.names.includes("frame_key"));
    const [masked, mask, result] = sent.xor.map((cells) => cells.map((cell) => parseInt(cell, 16)));
    assert.deepEqual(masked.map((byte, i) => byte ^ mask[i]), result);
    assert.match((await pick(tab, frame("down", "ping"))).bits, /^1000100100000000$/);
    const pong = await pick(tab, frame("up", "pong"));
    assert.match(pong.bits, /^1000101010000000$/);
    assert.deepEqual([pong.names, pong.sizes], [["frame_first", "frame_second", "frame_key"], [1, 1, 4]]);
    await tab.click("#transports input[name=websocket]");
    assert.match((await pick(tab, frame("up", "close"))).bits, /^100010001/);
    await pick(tab, ({ what }) => what === "close", "TCP closed");
  });

  test("another page sees nothing of it", async ({ open }) => {
    const mine = await openWire(open, own.server);
    const other = await openWire(open, own.server, "lines=");
    await mine.fill("#text", "a secret");
    await mine.click("#post");
    await pick(mine, ({ text }) => /a secret/.test(text));
    await other.click("#post");
    await pick(other, ({ transport }) => transport === "publish");
    assert.ok((await other.evaluate(entries)).every(({ text }) => !/a secret/.test(text)));
  });

  test("markup is shown as text", async ({ open }) => {
    const tab = await openWire(open, own.server);
    await pick(tab, ({ what }) => what === "frame", "an open WebSocket");
    const text = `<img src=x onerror="window.ran = 1">`;
    await tab.fill("#text", text);
    await tab.click("#post");
    const { carried } = await pick(tab, (entry) => entry.what === "frame" && entry.text.includes("<img"));
    assert.ok(carried.includes("<img"));
    assert.equal(await tab.evaluate(() => document.querySelectorAll("main img").length), 0);
    assert.equal(await tab.evaluate(() => window.ran), undefined);
  });

  test("what is saved for Wireshark opens there, and the text has it all", async ({ open, skip }) => {
    const tab = await openWire(open, own.server, "lines=sse,websocket");
    await pick(tab, ({ what }) => what === "frame", "an open WebSocket");
    await pick(tab, ({ what }) => what === "event", "an open event stream");
    await tab.fill("#text", "to be saved");
    await tab.click("#post");
    await pick(tab, ({ what, text }) => what === "frame" && /to be saved/.test(text));
    await pick(tab, ({ what, text }) => what === "event" && /to be saved/.test(text));
    await tab.click("#transports input[name=sse]");
    await pick(tab, ({ what, transport }) => what === "close" && transport === "sse");
    const text = Buffer.from(await save(tab, "#save-text")).toString();
    assert.match(text, /SSE event/);
    assert.match(text, /74 6f 20 62 65 20 73 61/, "to be sa");
    const file = await save(tab, "#save-pcap");
    assert.deepEqual([...file.slice(0, 4)], [0x0a, 0x0d, 0x0d, 0x0a]);
    if (spawnSync("tshark", ["--version"]).error) return skip("tshark is not installed");
    checkByTshark(file, own.server.port);
  });

  test("keys move through the list, and the newest is found again", async ({ open }) => {
    const tab = await openWire(open, own.server);
    await pick(tab, ({ what }) => what === "frame");
    const picked = () => tab.evaluate(() => document.querySelector("#units [aria-selected=true]")?.id);
    await tab.evaluate(() => document.getElementById("units").focus());
    const order = (await tab.evaluate(entries)).map(({ id }) => id);
    await tab.press("Home");
    assert.equal(await picked(), order[0]);
    await tab.press("ArrowDown");
    assert.equal(await picked(), order[1]);
    await tab.press("ArrowUp");
    assert.equal(await picked(), order[0]);
    assert.equal(await tab.evaluate(() => document.getElementById("units").getAttribute("aria-activedescendant")), order[0]);
    await tab.press("End");
    assert.ok(order.indexOf(await picked()) !== 0);
  });

  test("hold, go on, clear", async ({ open }) => {
    const tab = await openWire(open, own.server);
    await pick(tab, ({ what }) => what === "frame");
    await tab.click("#hold");
    const { length } = await tab.evaluate(entries);
    const totals = () => tab.evaluate(() => document.querySelector("#totals tbody").textContent);
    const before = await totals();
    await until(totals, (now) => now !== before, "the totals go on");
    assert.equal((await tab.evaluate(entries)).length, length);
    await tab.click("#hold");
    await until(() => tab.evaluate(entries), (list) => list.length > length);
    await tab.click("#clear");
    await until(() => tab.evaluate(entries), (list) => list.length < length);
  });

  test("in both languages", async ({ open }) => {
    const names = await transportsOf(own.server);
    const tab = await openWire(open, own.server, `lines=${names}`);
    await pick(tab, ({ what, way }) => what === "frame" && way === "up", "a pong");
    await pick(tab, ({ what, transport }) => what === "answer" && transport === "websocket");
    await until(() => tab.evaluate(detail), ({ verdict }) => verdict);
    const words = () => tab.evaluate(() =>
      [...document.querySelectorAll("main :is(h1, h2 span, h3, button, th, #units b, .parts td:first-child, .accept li > span)")]
        .map(({ textContent }) => textContent).filter((text) => /\p{Letter}/u.test(text)));
    const isName = (text) => /^(SSE|WebSocket|NDJSON|Ping|#\d+)$/.test(text);
    for (const [language, foreign] of [["zh", /^[^\p{Script=Han}]*$/u], ["en", /\p{Script=Han}/u]]) {
      await tab.click(`[data-code=${language}]`);
      const others = async () => (await words()).filter((text) => foreign.test(text) && !isName(text));
      await until(others, (left) => left.length === 0, `all words in ${language}`);
      await tab.screenshot(artefact(`wire.${language}.${browser}.png`), true);
    }
  });

  test("without --lab the page says what to do", async ({ open }) => {
    const server = await startLab();
    try {
      const tab = await openWire(open, server);
      tab.allow(/404/);
      const words = () => tab.evaluate(() => document.querySelector("#problem:not([hidden])")?.textContent);
      assert.match(await until(words), /--lab/);
      await tab.close();
    } finally {
      await server.stop();
    }
  });
}

function checkByTshark(bytes, port) {
  const folder = mkdtempSync(path.join(tmpdir(), "pushlab-wire-"));
  try {
    const file = path.join(folder, "wire.pcapng");
    writeFileSync(file, bytes);
    const run = spawnSync("tshark", [
      "-r", file, "-d", `tcp.port==${port},http`, "-o", "tcp.check_checksum:TRUE", "-T", "fields",
      "-e", "_ws.col.Protocol", "-e", "tcp.checksum.status", "-e", "tcp.analysis.flags", "-e", "_ws.malformed",
    ], { encoding: "utf8", env: { ...process.env, HOME: folder } });
    assert.equal(run.status, 0, run.stderr);
    assert.ok(!/corrupt|malformed|cut short|error/i.test(run.stderr), run.stderr);
    const rows = run.stdout.split("\n").filter(Boolean).map((line) => line.split("\t"));
    assert.ok(rows.length > 10);
    assert.ok(rows.some(([protocol]) => protocol.startsWith("HTTP")), "it understands the requests");
    assert.ok(rows.some(([protocol]) => protocol === "WebSocket"), "and the frames");
    assert.ok(rows.every(([, sum, flags, malformed]) => sum === "1" && !flags && !malformed), run.stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
