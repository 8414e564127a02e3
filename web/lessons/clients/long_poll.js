// SPDX-License-Identifier: MIT
import { note, show, topic } from "./show.js";

let cursor = "now";

while (true) {
  note("→ GET …");
  const query = `since=${cursor}&wait=10`;
  const answer = await fetch(`/long_poll/${topic}?${query}`);
  const { next, messages } = await answer.json();
  note(`← ${answer.status}: ${messages.length}`);
  for (const message of messages) show(message.data);
  cursor = next;
}
