// SPDX-License-Identifier: MIT
// Times in which a tab was hidden, and what is not counted for them; needs no browser.
import assert from "node:assert/strict";
import test from "node:test";
import { HiddenTimes } from "../../web/lab/hidden.js";

test("what was under way while the tab was hidden is covered, nothing else is", () => {
  const times = new HiddenTimes();
  assert.equal(times.covers(0, Infinity), false);
  times.hide(1000);
  assert.equal(times.covers(900, 999), false);
  assert.equal(times.covers(900, 1000), true);
  assert.equal(times.covers(5000, 6000), true, "still hidden");
  times.show(2000);
  assert.equal(times.covers(1500, 2100), true, "published while hidden, seen later");
  assert.equal(times.covers(900, 2100), true);
  assert.equal(times.covers(2001, 2100), false);
});

test("it is told once, however often the browser says so", () => {
  const times = new HiddenTimes();
  times.show(500);
  times.hide(1000);
  times.hide(1200);
  times.show(2000);
  times.show(2500);
  assert.deepEqual(times.spans, [{ start_ms: 1000, end_ms: 2000 }]);
  times.hide(3000);
  assert.deepEqual(times.since(2000), [{ start_ms: 3000, end_ms: null }]);
});
