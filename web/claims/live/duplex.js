// SPDX-License-Identifier: MIT
//
// Duplex: claim 1. On one WebSocket this page sends frame after frame without waiting, while what
// it sent comes back. How often the directions take turns, and how many connections that took by
// the server's count, is the answer.

import { told } from "../said.js";
import { figure, ownTopic, socketAddress, stats, within } from "./figure.js";

const FRAMES = 200;
const BETWEEN_MS = 5;
const PATIENCE_MS = 20000;
const LEAST_TURNS = 20;

export const duplex = { seconds: 2, run };

async function run(signal) {
  const before = (await stats()).transports.websocket.subscriptions;
  const topic = ownTopic("claim-1");
  const socket = new WebSocket(socketAddress(`/websocket/${topic}?since=now`), "pushlab.json");
  const book = { sent: 0, received: 0, meanwhile: 0, turns: 0, last: "" };
  try {
    await within(PATIENCE_MS, signal, (done, fail) => speak(socket, topic, book, done, fail));
    const handshakes = (await stats()).transports.websocket.subscriptions - before;
    return finding(book, handshakes);
  } finally {
    socket.onclose = null;
    socket.close();
  }
}

function speak(socket, topic, book, done, fail) {
  let timer = 0;
  const count = (way) => {
    book.turns += book.last !== "" && book.last !== way;
    book.last = way;
  };
  const send = () => {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(JSON.stringify({ publish: { topic, type: "text", data: `frame ${book.sent}` } }));
    book.sent += 1;
    count("up");
    if (book.sent === FRAMES) clearInterval(timer);
  };
  socket.onmessage = ({ data }) => {
    const object = JSON.parse(data);
    if (object.ready) timer = setInterval(send, BETWEEN_MS);
    if (!object.id) return;
    book.received += 1;
    book.meanwhile += book.sent < FRAMES;
    count("down");
    if (book.received === FRAMES) done();
  };
  socket.onclose = ({ code }) => {
    clearInterval(timer);
    fail(new Error(`WebSocket: ${code}`));
  };
}

function finding(book, handshakes) {
  const verdict = book.received < FRAMES ? "unknown" : book.turns < LEAST_TURNS ? "does_not_hold" : "holds";
  return {
    verdict,
    verdict_text: told(`duplex_${verdict}`, book),
    regime: told("duplex_regime", { frames: FRAMES, ms: BETWEEN_MS }),
    figures: [
      figure("frames_up", book.sent),
      figure("frames_down", book.received),
      figure("frames_meanwhile", book.meanwhile),
      figure("turns", book.turns),
      figure("sockets_of_page", 1),
      figure("handshakes", handshakes),
    ],
  };
}
