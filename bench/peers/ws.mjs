// SPDX-License-Identifier: MIT
// WebSocket by npm's `ws`, as its documentation broadcasts. No compression, as pushlab has none
// unless asked; no list of clients beside ours. Its optional native helper would unmask what
// clients send, and they send nothing.
import { WebSocketServer } from "ws";

import { createPeer, listen, notFound, topicOf, Topics } from "./peer.mjs";

const topics = new Topics();
const sockets = new WebSocketServer({
  noServer: true, clientTracking: false, perMessageDeflate: false });

function onUpgrade(request, socket, head) {
  const topic = topicOf(request.url, "websocket");
  if (topic === undefined) return socket.destroy();
  sockets.handleUpgrade(request, socket, head, (client) => {
    const listeners = topics.of(topic);
    listeners.add(client);
    client.on("close", () => listeners.delete(client));
    client.on("error", () => client.terminate());
  });
}

function deliver(topic, body) {
  const listeners = topics.of(topic);
  for (const client of listeners) client.send(body, { binary: false });
  return listeners.size;
}

const server = createPeer({
  deliver, onRequest: notFound, count: (topic) => topics.of(topic).size });
server.on("upgrade", onUpgrade);
listen(server);
