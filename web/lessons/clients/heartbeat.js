// SPDX-License-Identifier: MIT
import { note, show, topic } from "./show.js";

const server = location.origin.replace("http", "ws");
const socket = new WebSocket(`${server}/websocket/${topic}`, "pushlab.json");
let timer = 0;

function probe() {
  note("→ ping");
  socket.send('{"ping": 1}');
  // no answer: taken for dead
  timer = setTimeout(() => socket.close(), 1000);
}

socket.onopen = () => setInterval(probe, 3000);
socket.onmessage = (event) => {
  const said = JSON.parse(event.data);
  if (said.id) show(said.data);
  if (!said.pong) return;
  clearTimeout(timer);
  note("← pong");
};
socket.onclose = () => note("✕ closed");
