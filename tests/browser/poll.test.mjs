// SPDX-License-Identifier: MIT
//
// What the polls wait by: a pause that ends leaves nothing behind, since a subscriber's one signal
// serves all of its pauses, and it may poll for hours.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { pause } from "../../web/transports/poll.js";

test("a pause that is over no longer listens", async () => {
  const { signal } = new AbortController();
  await pause(1, signal);
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("a pause ends at once when it is aborted, and says why", async () => {
  const abort = new AbortController();
  const paused = pause(2 ** 30, abort.signal);
  abort.abort(new Error("enough"));
  await assert.rejects(paused, /enough/);
});
