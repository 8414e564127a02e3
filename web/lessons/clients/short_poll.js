// SPDX-License-Identifier: MIT
import { note, show, topic } from "./show.js";

let cursor = "now";

async function ask() {
  note("→ GET");
  const query = `since=${cursor}&close=1`;
  const answer = await fetch(`/short_poll/${topic}?${query}`);
  const { next, messages } = await answer.json();
  note(`← ${answer.status}: ${messages.length}`);
  for (const message of messages) show(message.data);
  cursor = next;
}

setInterval(ask, 3000);
ask();
