// SPDX-License-Identifier: MIT
// What the server did between two readings; needs no browser.
import assert from "node:assert/strict";
import test from "node:test";
import { niceMost, ratesOf } from "../../web/lab/server_rates.js";

function reading(seconds, { cpu_ms, messages, sent }) {
  return {
    time_us: 1e15 + seconds * 1e6, uptime_us: seconds * 1e6, rss_bytes: 5e6,
    cpu_user_us: cpu_ms * 600, cpu_system_us: cpu_ms * 400,
    transports: [{
      transport: "sse", messages, subscriptions: 1, empty_answers: 0,
      payload_bytes: sent / 2, framing_bytes: sent / 4, header_bytes: sent / 4,
    }],
  };
}

test("rates are by the server's own clock", () => {
  const before = reading(10, { cpu_ms: 100, messages: 20, sent: 4000 });
  const rates = ratesOf(before, reading(12, { cpu_ms: 150, messages: 30, sent: 8000 }));
  assert.deepEqual(rates, {
    cpu: 2.5, memory: 5e6, messages: { sse: 5 }, requests: { sse: 0 }, useless: { sse: 0 }, sent: { sse: 2000 },
  });
});

test("a server that was started anew has no rates yet", () => {
  const before = reading(10, { cpu_ms: 100, messages: 20, sent: 4000 });
  assert.deepEqual(ratesOf(before, { ...reading(12, { cpu_ms: 1, messages: 1, sent: 4 }), uptime_us: 1e6 }), {});
});

test("a scale ends in a round figure", () => {
  assert.deepEqual([1, 1.1, 3, 5, 7, 23, 0.03, 1e6].map(niceMost), [1, 2, 5, 5, 10, 50, 0.05, 1e6]);
});
