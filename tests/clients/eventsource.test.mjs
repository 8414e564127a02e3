// SPDX-License-Identifier: MIT
// The npm client `eventsource` against the server: a foreign reading of the event stream format,
// and of when an EventSource comes back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { EventSource } from "eventsource";

import { publish, queue, startServer } from "./server.mjs";

let server;
before(async () => { server = await startServer("--retry", "100ms", "--heartbeat", "200ms"); });
after(() => server.stop());

let count = 0;
const newTopic = () => `es-${++count}`;

/** An open source; the events named wait in a queue. */
async function open(url, ...names) {
  const source = new EventSource(url);
  const events = queue();
  for (const name of ["message", ...names]) source.addEventListener(name, events.push);
  await new Promise((resolve, reject) => {
    source.addEventListener("open", resolve, { once: true });
    source.addEventListener("error", reject, { once: true });
  });
  return { source, next: events.next, close: () => source.close() };
}

for (const text of ["hello", "", "two\nlines", "  spaces  ", ": colon", "é 长 \u{1f600}",
  "a\n\nb", "\n", "id: forged", "x".repeat(100_000)]) {
  test(`data ${JSON.stringify(text).slice(0, 30)} arrives as it was`, async () => {
    const topic = newTopic();
    const client = await open(`${server.http}/sse/${topic}`);
    const { id } = await publish(server, topic, text);
    const event = await client.next();
    assert.equal(event.data, text);
    assert.equal(event.lastEventId, id);
    client.close();
  });
}

test("events arrive under their names", async () => {
  const topic = newTopic();
  const client = await open(`${server.http}/sse/${topic}`, "tick");
  await publish(server, topic, "x", { "Pushlab-Event": "tick" });
  const event = await client.next();
  assert.equal(event.type, "tick");
  client.close();
});

test("the heartbeat is an event that scripts can see, and changes no id", async () => {
  const topic = newTopic();
  const client = await open(`${server.http}/sse/${topic}`, "heartbeat");
  const { id } = await publish(server, topic, "x");
  let event;
  while ((event = await client.next()).type === "heartbeat");
  assert.equal(event.lastEventId, id);
  const beat = await client.next();
  assert.equal(beat.type, "heartbeat");
  assert.ok(["", id].includes(beat.lastEventId), "this client gives no ID where none was sent");
  client.close();
});

test("since=first gives what is held", async () => {
  const topic = newTopic();
  for (const text of "abc") await publish(server, topic, text);
  const client = await open(`${server.http}/sse/${topic}?since=first`);
  const seen = [(await client.next()).data, (await client.next()).data, (await client.next()).data];
  assert.equal(seen.join(""), "abc");
  client.close();
});

test("a source comes back by itself after the server's end, and is told of the gap", async () => {
  const first = await startServer("--retry", "50ms");
  const client = await open(`${first.http}/sse/t`, "gap", "bye");
  await publish(first, "t", "one");
  assert.equal((await client.next()).data, "one");
  await first.stop();
  assert.equal((await client.next()).type, "bye");
  const second = await startServer(first.port, "--retry", "50ms");
  const gap = await client.next(); /* it is back */
  await publish(second, "t", "two");
  assert.equal(gap.type, "gap");
  assert.equal(JSON.parse(gap.data).count, null);
  assert.equal((await client.next()).data, "two");
  client.close();
  await second.stop();
});

test("a source that finds the house full comes back when there is room", async () => {
  const small = await startServer("--max-connections", "2", "--retry", "50ms");
  const inside = [await open(`${small.http}/sse/t`), await open(`${small.http}/sse/t`)];
  const outside = new EventSource(`${small.http}/sse/t`);
  await new Promise((resolve) => outside.addEventListener("error", resolve, { once: true }));
  assert.notEqual(outside.readyState, EventSource.CLOSED, "it has given up");
  outside.close();
  for (const client of inside) client.close();
  await small.stop();
});

test("a malformed last ID opens the stream and says gap", async () => {
  const client = await open(`${server.http}/sse/${newTopic()}?since=nonsense`, "gap");
  assert.equal((await client.next()).type, "gap");
  client.close();
});
