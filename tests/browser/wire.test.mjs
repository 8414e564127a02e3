// SPDX-License-Identifier: MIT
// The wire inspector's parsers and writers by themselves; needs no browser. Whatever way the bytes
// are cut, the units are the same.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { deflateRawSync, constants } from "node:zlib";
import { ROOT } from "./lib/lab_server.mjs";

// Node takes a .js file for a module where a package.json says so.
const folder = mkdtempSync(path.join(tmpdir(), "pushlab-wire-"));
after(() => rmSync(folder, { recursive: true, force: true }));
cpSync(path.join(ROOT, "web"), folder, { recursive: true });
writeFileSync(path.join(folder, "package.json"), '{"type":"module"}');
const load = (name) => import(path.join(folder, "wire", `${name}.js`));
const [{ GUID, ownSha1, workOutAccept }, { WireConnection }, { bytesOf, concat, latin1 }, { countsOf }, { ipBytes, pcapOf }, { readFrame }] =
  await Promise.all(["accept", "connection", "octets", "unit", "pcap", "frames"].map(load));

const KEY = "dGhlIHNhbXBsZSBub25jZQ=="; // of RFC 6455, 1.3
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
const OPEN = {
  connection: 1, what: "open", opened: 1_700_000_000_000_000, whole: true,
  client: "127.0.0.1", client_port: 40000, server: "127.0.0.1", server_port: 8765,
};

/** The units of what went over one connection; each piece in bits of so many bytes. */
async function unitsOf(pieces, size = Infinity) {
  const connection = new WireConnection(1);
  const units = await connection.add(OPEN, 0);
  for (const [what, data] of pieces) {
    const bytes = typeof data === "string" ? bytesOf(data) : data;
    const step = Math.min(size, bytes.length || 1);
    for (let at = 0; at < bytes.length; at += step) {
      units.push(...(await connection.add({ connection: 1, what, bytes: bytes.slice(at, at + step) }, 0)));
    }
    if (data === "") units.push(...(await connection.add({ connection: 1, what }, 0)));
  }
  return units;
}

function clientFrame(first, payload, key = [1, 2, 3, 4]) {
  const length = payload.length < 126 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 255];
  return Uint8Array.from([first, ...length, ...key, ...payload.map((byte, i) => byte ^ key[i % 4])]);
}

function deflated(text) {
  const bytes = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH });
  return bytes.subarray(0, bytes.length - 4);
}

const BATCH = '{"next":"e-1","messages":[{"id":"e-1","type":"text","data":"four"}]}';
const FLOWS = {
  "a poll": [
    ["up", "GET /short_poll/t HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["down", `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${BATCH.length}\r\n\r\n${BATCH}`],
    ["up", "POST /publish/t HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"],
    ["down", "HTTP/1.1 304 Not Modified\r\n\r\n"],
  ],
  "chunks": [
    ["up", "GET /t HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["down", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
    ["up", "HEAD /t HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["down", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"],
  ],
  "events": [
    ["up", "GET /sse/t HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["down", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 3000\nid: e-0\n\nid: e-1\ndata: one\ndata: two\n\nevent: heartbeat\ndata:\n\n"],
  ],
  "frames": [
    ["up", concat(bytesOf(`GET /websocket/t HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`), clientFrame(0x89, bytesOf("early")))],
    ["down", `HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: ${ACCEPT}\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n`],
    ["down", concat(Uint8Array.of(0xc1, deflated("squeezed").length), deflated("squeezed"))],
    ["up", clientFrame(0x82, new Uint8Array(300).fill(7))],
    ["up", clientFrame(0x88, Uint8Array.of(3, 232, ...bytesOf("bye")))],
  ],
};
const SEEN = {
  "a poll": ["request GET /short_poll/t", "answer 200 OK", "body 4", "request POST /publish/t", "body 2", "answer 304 Not Modified"],
  "chunks": ["request GET /t", "answer 200 OK", "chunk 5", "chunk 0", "request HEAD /t", "answer 200 OK"],
  "events": ["request GET /sse/t", "answer 200 OK", "event 0", "event 6", "event 0"],
  "frames": ["request GET /websocket/t", "answer 101 Switching Protocols", "frame ping early", "frame text squeezed", "frame binary", "frame close 1000 bye"],
};

function say(unit) {
  const { what, about } = unit;
  return what === "body" || what === "chunk" || what === "event" ? `${what} ${countsOf(unit).payload}` : `${what} ${about}`;
}

for (const [name, pieces] of Object.entries(FLOWS)) {
  for (const size of [1, 2, 3, 7, 64, Infinity]) {
    test(`${name}, cut every ${size} bytes`, async () => {
      const [opening, ...units] = await unitsOf(pieces, size);
      assert.equal(opening.what, "open");
      assert.deepEqual(units.map(say), SEEN[name]);
      for (const way of ["up", "down"]) {
        const sent = concat(...pieces.filter(([what]) => what === way).map(([, data]) => (typeof data === "string" ? bytesOf(data) : data)));
        assert.deepEqual(concat(...units.filter((unit) => unit.way === way).map(({ bytes }) => bytes)), sent, "no byte is missing");
      }
      for (const { parts, bytes } of units) {
        assert.equal(parts.reduce((at, { from, to }) => (assert.equal(from, at, "parts without holes"), to), 0), bytes.length);
      }
    });
  }
}

test("what is cut off is shown", async () => {
  const units = await unitsOf([["up", "GET /t HTTP/1.1\r\nHos"], ["close", ""]]);
  assert.deepEqual(units.map(({ what }) => what), ["open", "unfinished", "close"]);
});

test("where records are missing, bytes are shown as they are until the next request", async () => {
  const connection = new WireConnection(1);
  await connection.add(OPEN, 0);
  const add = (what, text, more = {}) => connection.add({ connection: 1, what, bytes: bytesOf(text), ...more }, 0);
  await add("up", "GET /sse/t HTTP/1.1\r\n\r\n");
  await add("down", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf a body");
  const lost = await add("down", "HTTP/1.1 200 OK\r\n", { missed: 3 });
  assert.deepEqual(lost.map(({ what }) => what), ["missed", "unfinished"]);
  const found = [...(await add("up", "GET /t HTTP/1.1\r\n\r\n")), ...(await add("down", "HTTP/1.1 204 No Content\r\n\r\n"))];
  assert.deepEqual(found.map(({ what }) => what), ["request", "answer"]);
  connection.lose();
  assert.deepEqual((await add("down", "x")).map(({ what }) => what), ["unfinished"]);
});

test("a frame's head, in each form of its length", () => {
  for (const length of [0, 125, 126, 65535]) {
    const frame = readFrame(clientFrame(0x81, new Uint8Array(length).fill(65)));
    assert.equal(frame.head.length, length);
    assert.equal(frame.head.extended, length < 126 ? 0 : 2);
    assert.equal(latin1(frame.payload), "A".repeat(length));
  }
  const long = readFrame(concat(Uint8Array.of(0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0), new Uint8Array(65536)));
  assert.equal(long.head.length, 65536);
  assert.equal(long.size, 65546);
});

test("the accept value of RFC 6455, 1.3", async () => {
  const { joined, digest, accept } = await workOutAccept(KEY);
  assert.equal(joined, KEY + GUID);
  assert.equal(digest, "b3 7a 4f 2c c0 62 4f 16 90 f6 46 06 cf 38 59 45 b2 be c4 ea");
  assert.equal(accept, ACCEPT);
});

test("our own SHA-1, at every length around a block's", () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000]) {
    const bytes = new Uint8Array(length).map((_, i) => i * 7);
    assert.deepEqual(Buffer.from(ownSha1(bytes)), createHash("sha1").update(bytes).digest());
  }
});

test("addresses", () => {
  assert.deepEqual([...ipBytes("192.168.0.1")], [192, 168, 0, 1]);
  assert.deepEqual([...ipBytes("::1")], [...Array(15).fill(0), 1]);
  assert.deepEqual([...ipBytes("fe80::1:2")], [0xfe, 0x80, ...Array(10).fill(0), 0, 1, 0, 2]);
  assert.deepEqual([...ipBytes("1:2:3:4:5:6:7:8")], [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]);
});

// ---- the file for Wireshark ----

const RECORDS = [
  OPEN,
  { connection: 1, what: "up", bytes: bytesOf("GET / HTTP/1.1\r\nHost: x\r\n\r\n") },
  { ...OPEN, connection: 2, whole: false, client: "::1", server: "::1", client_port: 40001 },
  { connection: 2, what: "down", bytes: new Uint8Array(40000).fill(66) },
  { connection: 1, what: "down", bytes: bytesOf("HTTP/1.1 204 No Content\r\n\r\n") },
  { connection: 1, what: "client_end" },
  { connection: 1, what: "close" },
  { connection: 2, what: "reset" },
  { connection: 2, what: "close" },
].map((record, i) => ({ at_us: OPEN.opened + 1000 + i, record }));

/** [{type, body}…]; every block says its size twice. */
function blocksOf(file) {
  const view = new DataView(file.buffer);
  const blocks = [];
  for (let at = 0; at < file.length; ) {
    const size = view.getUint32(at + 4, true);
    assert.ok(size >= 12 && size % 4 === 0 && at + size <= file.length);
    assert.equal(view.getUint32(at + size - 4, true), size);
    blocks.push({ type: view.getUint32(at, true), body: file.slice(at + 8, at + size - 4) });
    at += size;
  }
  return blocks;
}

test("the pcapng file is made of whole blocks, and says what is reconstructed", () => {
  const blocks = blocksOf(pcapOf(RECORDS));
  assert.deepEqual(blocks.slice(0, 2).map(({ type }) => type), [0x0a0d0d0a, 1]);
  const packets = blocks.slice(2);
  assert.ok(packets.every(({ type }) => type === 6));
  const comments = packets.map(({ body }) => latin1(body)).filter((text) => text.includes("reconstructed"));
  assert.equal(packets.length, 3 + 1 + 1 + 3 + 1 + 2 + 2 + 1 + 4);
  assert.equal(comments.length, 3 + 2 + 2 + 1 + 4, "opening, ends, reset");
});

test("tshark reads the file without an error", (t) => {
  const found = spawnSync("tshark", ["--version"]);
  if (found.error) return t.skip("tshark is not installed");
  const file = path.join(folder, "wire.pcapng");
  writeFileSync(file, pcapOf(RECORDS));
  const fields = ["frame.number", "tcp.stream", "tcp.len", "tcp.checksum.status", "ip.checksum.status", "tcp.analysis.flags", "_ws.malformed"];
  const run = spawnSync("tshark", [
    "-r", file, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-T", "fields", ...fields.flatMap((name) => ["-e", name]),
  ], { encoding: "utf8", env: { ...process.env, HOME: folder } });
  assert.equal(run.status, 0, run.stderr);
  assert.ok(!/corrupt|malformed|cut short|error/i.test(run.stderr), run.stderr);
  const rows = run.stdout.split("\n").filter(Boolean).map((line) => line.split("\t"));
  assert.equal(rows.length, 18);
  for (const [number, , , tcp, ip, flags, malformed] of rows) {
    assert.equal(tcp, "1", `packet ${number}: the TCP checksum`);
    assert.ok(ip === "1" || ip === "", `packet ${number}: the IP checksum`);
    assert.equal(flags, "", `packet ${number}: nothing odd about its sequence numbers`);
    assert.ok(!malformed);
  }
  const lengths = (stream) => rows.filter((row) => row[1] === stream).reduce((sum, row) => sum + Number(row[2]), 0);
  assert.deepEqual([lengths("0"), lengths("1")].sort((a, b) => a - b), [54, 40000]);
});
