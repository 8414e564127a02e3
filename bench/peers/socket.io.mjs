// SPDX-License-Identifier: MIT
// Socket.IO, WebSocket only: a room for each topic, named by the handshake's query. Its adapter
// encodes a message once for all who are in the room.
import { Server } from "socket.io";

import { createPeer, listen, notFound } from "./peer.mjs";

const DAY_MS = 86_400_000; // while another server has its turn, nobody answers pings

const count = (topic) => io.of("/").adapter.rooms.get(topic)?.size ?? 0;

function deliver(topic, body) {
  io.to(topic).emit("message", body.toString());
  return count(topic);
}

const server = createPeer({ deliver, count, onRequest: notFound });
const io = new Server(server, {
  transports: ["websocket"], serveClient: false, perMessageDeflate: false,
  pingInterval: DAY_MS, pingTimeout: DAY_MS });
io.on("connection", (socket) => socket.join(socket.handshake.query.topic));
listen(server);
