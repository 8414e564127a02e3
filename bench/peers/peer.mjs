// SPDX-License-Identifier: MIT
// What the Node peers share: an HTTP server on a free port of this machine's own, which says
// where it is, takes POST /publish/TOPIC and hands the text to the peer. As pushlab does, it
// answers a publisher once the message has been handed over, and ends with 0 on SIGTERM.
import { createServer } from "node:http";

const JSON_TYPE = { "Content-Type": "application/json" };

/** The topic in /WORD/TOPIC?…, or undefined when the path begins with another word. */
export function topicOf(url, word) {
  const path = url.split("?", 1)[0];
  return path.startsWith(`/${word}/`) ? path.slice(word.length + 2) : undefined;
}

/** For each topic, a set of those who listen. */
export class Topics {
  #byName = new Map();

  of(name) {
    let listeners = this.#byName.get(name);
    if (!listeners) this.#byName.set(name, (listeners = new Set()));
    return listeners;
  }
}

function answer(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, { ...JSON_TYPE, "Content-Length": Buffer.byteLength(text) }).end(text);
}

function onPublish(request, response, topic, deliver) {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    const body = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    answer(response, 200, { subscribers: deliver(topic, body) });
  });
}

/**
 * An HTTP server. `deliver(topic, body)` hands a message to all and gives their number;
 * `count(topic)` is that number; `onRequest(request, response)` has every other request.
 */
export function createPeer({ deliver, count, onRequest }) {
  const server = createServer((request, response) => {
    const topic = topicOf(request.url, "publish");
    if (topic === undefined) onRequest(request, response);
    else if (request.method === "POST") onPublish(request, response, topic, deliver);
    else answer(response, 200, { subscribers: count(topic) });
  });
  // A connection lives as long as its client wants.
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0, timeout: 0 });
  server.on("connection", (socket) => socket.setNoDelay(true));
  return server;
}

export function notFound(request, response) {
  answer(response, 404, { error: `no such page: ${request.url}` });
}

/** Listens, and says where. The backlog takes a crowd that comes at once. */
export function listen(server) {
  server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
    process.stdout.write(`ready http://127.0.0.1:${server.address().port}/\n`);
  });
  process.on("SIGTERM", () => process.exit(0));
}
