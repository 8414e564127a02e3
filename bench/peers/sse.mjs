// SPDX-License-Identifier: MIT
// Server-sent events with nothing but Node's own http: what one writes without a library.
import { createPeer, listen, notFound, topicOf, Topics } from "./peer.mjs";

const topics = new Topics();
let lastId = 0;

function onRequest(request, response) {
  const topic = topicOf(request.url, "sse");
  if (topic === undefined) return notFound(request, response);
  const listeners = topics.of(topic);
  // The end of the connection ends the answer: chunks around each event would only cost.
  response.removeHeader("Transfer-Encoding");
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  response.write(`retry: 3000\nid: ${lastId}\n\n`);
  listeners.add(response);
  response.on("close", () => listeners.delete(response));
}

/** Each message becomes bytes once, whoever gets it. */
function deliver(topic, body) {
  const listeners = topics.of(topic);
  const lines = body.toString().replaceAll(/\r\n|\r|\n/g, "\ndata: ");
  const event = Buffer.from(`id: ${++lastId}\ndata: ${lines}\n\n`);
  for (const response of listeners) response.write(event);
  return listeners.size;
}

listen(createPeer({ deliver, onRequest, count: (topic) => topics.of(topic).size }));
