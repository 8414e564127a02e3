// SPDX-License-Identifier: MIT
//
// The chat page: people on topic `chat`, each over a transport of their choice. It opens with three
// in the order of history: long poll, as the web's first chats were, then SSE with POST, then
// WebSocket. `?people=1` opens with one.

import { Person } from "./chat/person.js";
import { byId, h } from "./dom.js";
import { say } from "./i18n.js";
import { startPage } from "./page.js";
import { followServerClock } from "./server_time.js";
import { loadTransports } from "./transports/load.js";

const FIRST = ["long_poll", "sse", "websocket", "short_poll"];
const MOST = 4;
const REDRAW_MS = 100;
const people = new Set();

startPage("chat.title");
start();

async function start() {
  const list = await loadTransports().catch((error) => {
    byId("people").append(say(h("p", { class: "notice" }), "page.no_transports", { text: error.message }));
    return [];
  });
  const usable = list.filter(({ client }) => client);
  if (usable.length === 0) return;
  await followServerClock();
  const count = Number(new URLSearchParams(location.search).get("people") ?? 3);
  for (let i = 0; i < count; i++) add(usable);
  byId("add").addEventListener("click", () => add(usable));
  requestAnimationFrame(draw);
  addEventListener("pagehide", () => people.forEach((person) => person.stop()));
  addEventListener("pageshow", (event) => event.persisted && people.forEach((person) => person.goOn()));
}

let drawn_ms = 0;

function draw(now_ms) {
  requestAnimationFrame(draw);
  if (now_ms - drawn_ms < REDRAW_MS) return;
  drawn_ms = now_ms;
  const bytes_scale = Math.max(1, ...[...people].map((person) => person.bytes_each));
  for (const person of people) person.draw(bytes_scale);
}

function add(usable) {
  const used = [...people].map(({ transport }) => transport);
  const free = FIRST.find((name) => !used.includes(name) && usable.some((entry) => entry.name === name));
  const person = new Person(usable, free ?? usable[0].name, {
    first: people.size === 0,
    onLeave: () => {
      people.delete(person);
      byId("add").disabled = false;
    },
  });
  people.add(person);
  byId("people").append(person.element);
  byId("add").disabled = people.size >= MOST;
}
