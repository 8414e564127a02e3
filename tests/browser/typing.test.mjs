// SPDX-License-Identifier: MIT
// Who types, and when to say so; needs no browser.
import assert from "node:assert/strict";
import test from "node:test";
import { Signals, SIGNAL_EVERY_MS, SIGNAL_HOLDS_MS, Typists } from "../../web/chat/typing.js";

test("one signal at a time, however fast somebody types", () => {
  const signals = new Signals();
  const sent = [];
  for (let ms = 0; ms < 2 * SIGNAL_EVERY_MS; ms += 50) if (signals.typed(ms)) sent.push(ms);
  assert.deepEqual(sent, [0, SIGNAL_EVERY_MS]);
  signals.spoke();
  assert.ok(signals.typed(2 * SIGNAL_EVERY_MS - 1), "after a line the next begins at once");
});

test("a signal holds for a while, and the next one prolongs it", () => {
  const typists = new Typists();
  typists.heard("Ann", 0, 1000);
  assert.deepEqual(typists.names(1000 + SIGNAL_HOLDS_MS - 1), ["Ann"]);
  typists.heard("Ann", 0, 3000);
  assert.deepEqual(typists.names(1000 + SIGNAL_HOLDS_MS), ["Ann"]);
  assert.deepEqual(typists.names(3000 + SIGNAL_HOLDS_MS), []);
});

test("a signal of the past says nothing, and a line ends it", () => {
  const typists = new Typists();
  typists.heard("Ann", SIGNAL_HOLDS_MS, 1000);
  assert.deepEqual(typists.names(1000), []);
  typists.heard("Ann", 0, 1000);
  typists.spoke("Ann");
  assert.deepEqual(typists.names(1001), []);
});
