// SPDX-License-Identifier: MIT
import { note, show, topic } from "./show.js";

const server = location.origin.replace("http", "ws");
const socket = new WebSocket(`${server}/websocket/${topic}`);
socket.onopen = () => note("✓ 101, open");
socket.onmessage = (event) => show(event.data);
socket.onclose = (event) => note(`✕ closed, ${event.code}`);
