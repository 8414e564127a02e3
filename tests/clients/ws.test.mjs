// SPDX-License-Identifier: MIT
// The npm client `ws` against the server: a foreign reading of RFC 6455.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import WebSocket from "ws";

import { publish, queue, startServer } from "./server.mjs";

let server;
before(async () => { server = await startServer("--lab"); });
after(() => server.stop());

let count = 0;
const newTopic = () => `ws-${++count}`;

/** An open client whose messages wait in a queue as {data, binary}. */
async function open(path, protocols = [], options = {}) {
  const client = new WebSocket(server.ws + path, protocols, options);
  client.messages = queue();
  client.on("message", (data, binary) => client.messages.push({ data, binary }));
  await once(client, "open");
  client.nextJson = async () => JSON.parse((await client.messages.next()).data.toString());
  return client;
}

async function close(client, code = 1000) {
  client.close(code);
  const [seen] = await once(client, "close");
  assert.equal(seen, code);
}

for (const perMessageDeflate of [false, true, { threshold: 0, serverMaxWindowBits: 10 },
  { threshold: 0, clientMaxWindowBits: 10, serverNoContextTakeover: true }]) {
  test(`echo with perMessageDeflate ${JSON.stringify(perMessageDeflate)}`, async () => {
    const client = await open("/websocket/~echo", [], { perMessageDeflate });
    for (const text of ["", "hello", "é".repeat(70_000), "\u{1f600}"]) {
      client.send(text);
      const { data, binary } = await client.messages.next();
      assert.equal(binary, false);
      assert.equal(data.toString(), text);
    }
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919) & 255));
    client.send(bytes);
    const { data, binary } = await client.messages.next();
    assert.equal(binary, true);
    assert.ok(bytes.equals(data));
    await close(client);
  });
}

test("fragments come back as one message", async () => {
  const client = await open("/websocket/~echo");
  client.send("a", { fin: false });
  client.ping("between");
  client.send("b", { fin: false });
  client.send("c", { fin: true });
  const [pong] = await once(client, "pong");
  assert.equal(pong.toString(), "between");
  assert.equal((await client.messages.next()).data.toString(), "abc");
  await close(client);
});

for (const code of [1000, 1001, 3000, 4999]) {
  test(`the close code ${code} comes back`, async () => {
    await close(await open("/websocket/~echo"), code === 1001 ? 1000 : code);
  });
}

test("a raw feed gives each message's data", async () => {
  const topic = newTopic();
  const client = await open(`/websocket/${topic}`);
  await publish(server, topic, "text");
  await publish(server, topic, new Uint8Array([0, 255]), { "Content-Type": "application/octet-stream" });
  const first = await client.messages.next();
  assert.deepEqual([first.data.toString(), first.binary], ["text", false]);
  const second = await client.messages.next();
  assert.deepEqual([[...second.data], second.binary], [[0, 255], true]);
  await close(client);
});

test("client data on a raw feed closes with 1008", async () => {
  const client = await open(`/websocket/${newTopic()}`);
  client.send("x");
  const [code] = await once(client, "close");
  assert.equal(code, 1008);
});

test("pushlab.json: ready, publish, message, ping", async () => {
  const topic = newTopic();
  const client = await open(`/websocket/${topic}`, "pushlab.json");
  assert.equal(client.protocol, "pushlab.json");
  assert.deepEqual(Object.keys(await client.nextJson()), ["ready", "next"]);
  client.send(JSON.stringify({ ref: 7, publish: { topic, type: "json", data: { a: [1] } } }));
  const answers = [await client.nextJson(), await client.nextJson()];
  const published = answers.find((answer) => answer.published);
  const message = answers.find((answer) => answer.id);
  assert.equal(published.ref, 7);
  assert.equal(published.published.id, message.id);
  assert.deepEqual(message.data, { a: [1] });
  client.send(JSON.stringify({ ping: "x" }));
  assert.deepEqual(await client.nextJson(), { pong: "x" });
  await close(client);
});

test("a client that comes back with its cursor loses nothing", async () => {
  const topic = newTopic();
  let client = await open(`/websocket/${topic}`, "pushlab.json");
  let cursor = (await client.nextJson()).next;
  const seen = [];
  for (let round = 0; round < 10; round++) {
    await publish(server, topic, String(round));
    const message = await client.nextJson();
    seen.push(message.data);
    cursor = message.id;
    client.terminate();
    client = await open(`/websocket/${topic}?since=${encodeURIComponent(cursor)}`, "pushlab.json");
    await client.nextJson();
  }
  assert.equal(seen.join(""), "0123456789");
  await close(client);
});

test("a foreign origin is refused with 403", async () => {
  const client = new WebSocket(`${server.ws}/websocket/t`, { origin: "http://evil.example" });
  const [error] = await once(client, "error");
  assert.match(error.message, /403/);
});

test("the server's end is 1001", async () => {
  const own = await startServer();
  const client = new WebSocket(`${own.ws}/websocket/t`);
  await once(client, "open");
  const closed = once(client, "close");
  await own.stop();
  assert.equal((await closed)[0], 1001);
});

test("a hundred clients all get a hundred messages in order", async () => {
  const topic = newTopic();
  const clients = await Promise.all(Array.from({ length: 100 }, () => open(`/websocket/${topic}`)));
  for (let i = 0; i < 100; i++) await publish(server, topic, String(i));
  await Promise.all(clients.map(async (client) => {
    for (let i = 0; i < 100; i++) {
      assert.equal((await client.messages.next()).data.toString(), String(i));
    }
    await close(client);
  }));
});
