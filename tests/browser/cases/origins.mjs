// SPDX-License-Identifier: MIT
// The same-origin policy in real browsers: what a page from another port may do with this server.
// Requests of fetch and EventSource are sent, and their answers kept from the page; a WebSocket is
// outside the policy, so the server judges its Origin. For a program an Origin is just a header.
import assert from "node:assert/strict";
import http from "node:http";
import { publish } from "../../clients/server.mjs";
import { startLab, startOtherOrigin } from "../lib/lab_server.mjs";

const BLOCKED = { fetch: "TypeError", eventSource: "closed", webSocket: "closed 1006" };
const READ = { fetch: "read", eventSource: "open", webSocket: "open" };

/** The server, a page's origin that it does not know, and one that it lists. */
export async function serve() {
  const [stranger, friend] = [await startOtherOrigin(), await startOtherOrigin()];
  const server = await startLab("--feed", "frames", "--origin", friend.origin);
  const stop = async () => {
    for (const running of [server, stranger, friend]) await running.stop();
  };
  return { ...server, stranger, friend, stop };
}

/** Runs in the page: what it can read of a topic in each of three ways. */
async function tryAll({ base, topic }) {
  const asked = fetch(`${base}/short_poll/${topic}?since=first`);
  const fetched = await asked.then((response) => response.json(), (error) => error.name);
  const source = new EventSource(`${base}/sse/${topic}`);
  const eventSource = await new Promise((resolve) => {
    source.onopen = () => resolve("open");
    source.onerror = () => resolve(source.readyState === EventSource.CLOSED ? "closed" : "retrying");
  });
  source.close();
  const socket = new WebSocket(`${base.replace("http", "ws")}/websocket/${topic}`);
  const webSocket = await new Promise((resolve) => {
    socket.onopen = () => resolve("open");
    socket.onclose = ({ code }) => resolve(`closed ${code}`);
  });
  socket.close();
  return { fetch: fetched.topic === topic ? "read" : fetched, eventSource, webSocket };
}

/** Runs in the page: publishes with and without a preflight. */
async function tryPublishing({ base, topic }) {
  const post = (headers, body) => fetch(`${base}/publish/${topic}`, { method: "POST", headers, body })
    .then((response) => response.status, (error) => error.name);
  return {
    simple: await post({ "Content-Type": "text/plain" }, "simple"),
    preflighted: await post({ "Content-Type": "application/json", "Pushlab-Event": "tick" }, "1"),
  };
}

async function stats({ server }) {
  const { requests, transports } = await (await fetch(`${server.http}/stats`)).json();
  return { requests, fetch: transports.short_poll.subscriptions, eventSource: transports.sse.subscriptions };
}

/** Browsers complain of what they block, each in its words; what the page learns is tested here. */
async function openFrom(open, { origin }) {
  const tab = await open(origin);
  tab.allow(/CORS|Access-Control|Failed to load resource/i);
  tab.allow(/WebSocket connection|establish a connection|interrupted while/);
  return tab;
}

/** The status that a handshake gets, and the words with it. */
function handshake({ server }, topic, headers) {
  return new Promise((resolve, reject) => {
    const request = http.get(`${server.http}/websocket/${topic}`, {
      headers: {
        Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": Buffer.alloc(16).toString("base64"), ...headers,
      },
    });
    request.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode, text: "" });
    });
    request.on("response", async (response) => {
      let text = "";
      for await (const part of response) text += part;
      resolve({ status: response.statusCode, text });
    });
    request.on("error", reject);
  });
}

export function cases(test, own) {
  const topic = "private";

  test("a page from another port: asked, but not read", async ({ open }) => {
    const tab = await openFrom(open, own.server.stranger);
    const earlier = await stats(own);
    assert.deepEqual(await tab.evaluate(tryAll, { base: own.server.http, topic }), BLOCKED);
    const later = await stats(own);
    assert.ok(later.fetch > earlier.fetch, "the server has answered the fetch");
    assert.ok(later.eventSource > earlier.eventSource, "the server has answered the EventSource");
    assert.ok(later.requests >= earlier.requests + 4, "a fetch, an EventSource, a handshake, and /stats");
    const { status, text } = await handshake(own, topic, { Origin: own.server.stranger.origin });
    assert.equal(status, 403);
    assert.ok(JSON.parse(text).error.includes("origin"), text);
  });

  test("a page from another port cannot publish", async ({ open }) => {
    const tab = await openFrom(open, own.server.stranger);
    const target = "untouched";
    const tried = await tab.evaluate(tryPublishing, { base: own.server.http, topic: target });
    assert.deepEqual(tried, { simple: "TypeError", preflighted: "TypeError" });
    assert.equal((await publish(own.server, target, "the first")).seq, 1);
  });

  test("a page from another port reads a public topic, and cannot publish to it", async ({ open }) => {
    const tab = await openFrom(open, own.server.stranger);
    const frames = { base: own.server.http, topic: "frames" };
    assert.deepEqual(await tab.evaluate(tryAll, frames), READ);
    const { simple, preflighted } = await tab.evaluate(tryPublishing, frames);
    for (const answer of [simple, preflighted]) assert.ok([403, "TypeError"].includes(answer), String(answer));
  });

  test("a page from an origin that is listed reads and publishes", async ({ open }) => {
    const tab = await openFrom(open, own.server.friend);
    assert.deepEqual(await tab.evaluate(tryAll, { base: own.server.http, topic }), READ);
    const target = "shared";
    const tried = await tab.evaluate(tryPublishing, { base: own.server.http, topic: target });
    assert.deepEqual(tried, { simple: 200, preflighted: 200 });
    assert.equal((await publish(own.server, target, "the third")).seq, 3);
  });

  test("for a program Origin is a header like any other", async () => {
    const forged = { Origin: own.server.http };
    const statusOf = async (headers) => (await handshake(own, topic, headers)).status;
    const statuses = [await statusOf({}), await statusOf(forged), await statusOf({ Origin: "null" })];
    assert.deepEqual(statuses, [101, 101, 403]);
  });

  test("localhost and 127.0.0.1 of one port are one origin to the server", async ({ open }) => {
    const tab = await open(`${own.server.http}/chat.html`);
    const base = `http://localhost:${own.server.port}`;
    assert.deepEqual(await tab.evaluate(tryAll, { base, topic }), READ);
  });
}
