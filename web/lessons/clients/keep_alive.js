// SPDX-License-Identifier: MIT
import { note, show, topic } from "./show.js";

let cursor = "now";

async function ask() {
  const url = `/short_poll/${topic}?since=${cursor}`;
  const { next, messages } = await (await fetch(url)).json();
  const request = performance.getEntriesByType("resource").at(-1);
  const opened = request.connectEnd > request.connectStart;
  note(`→ GET ← 200  TCP ${opened ? "+1" : "+0"}`);
  performance.clearResourceTimings();
  for (const message of messages) show(message.data);
  cursor = next;
}

setInterval(ask, 1000);
