// SPDX-License-Identifier: MIT
//
// Table: the lessons in the textbook's order. `client`: clients/NAME.js is shown and run;
// `row`: its row among the figures of the last bench; `terms`: of the glossary. Its words are
// lesson.NAME_… in strings/lesson_texts.js.

export const LESSONS = [
  { name: "websocket", transport: "websocket", client: true, row: "websocket", terms: ["handshake", "full_duplex", "frame", "origin"], claims: [1, 2, 3, 4, 5] },
  { name: "heartbeat", transport: "websocket", client: true, terms: ["heartbeat", "timeout", "half_open"], claims: [7] },
  { name: "short_poll", transport: "short_poll", client: true, row: "short_poll_close", terms: ["short_poll", "interval", "useless", "cursor"], claims: [8, 9] },
  { name: "long_poll", transport: "long_poll", client: true, row: "long_poll", terms: ["long_poll", "hold", "cursor"], claims: [10, 11, 12] },
  { name: "keep_alive", transport: "short_poll", client: true, row: "short_poll", terms: ["keep_alive", "header", "payload"], claims: [13] },
  { name: "sse", transport: "sse", client: true, row: "sse", terms: ["sse", "stream", "one_way", "buffering"], claims: [14, 15, 16] },
  { name: "choosing", terms: ["delay", "gap", "proxy", "fallback"], claims: [17, 18, 19] },
  { name: "fifth", terms: ["transport", "topic", "cursor", "contract"], claims: [22] },
];
