// SPDX-License-Identifier: MIT
// The heart of the heartbeat lab, by a clock that the test turns: a peer that falls silent is found
// within interval and timeout, one that answers never is, for however long.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Heart } from "../../web/heartbeat/heart.js";
import { Clock } from "./lib/clock.mjs";

const SETTINGS = { interval_ms: 2000, timeout_ms: 1000 };
const HOUR_MS = 3600000;

/** {clock, heart, told}: a peer that answers after delay_ms(), and not at all when that is null. */
function beating(delay_ms, settings = SETTINGS) {
  const clock = new Clock();
  const told = { replies: 0, heard_ms: 0, dead_ms: null, late_ms: null };
  const heart = new Heart(clock, settings, {
    onProbe: (number) => {
      const wait_ms = delay_ms();
      if (wait_ms !== null) clock.set(() => heart.reply(number), wait_ms);
    },
    onReply: () => Object.assign(told, { replies: told.replies + 1, heard_ms: clock.now() }),
    onDead: (late_ms) => Object.assign(told, { dead_ms: clock.now(), late_ms }),
  });
  heart.start();
  return { clock, heart, told };
}

test("a thousand hours, replies as late as they may be: no false alarm", () => {
  let number = 0;
  const { clock, told } = beating(() => (number++ * 37) % SETTINGS.timeout_ms);
  clock.turn(1000 * HOUR_MS);
  assert.equal(told.dead_ms, null);
  assert.ok(told.replies > 1000000);
});

test("whenever the peer falls silent, it is found within interval and timeout", () => {
  for (let silent_ms = 4000; silent_ms < 7200; silent_ms += 20) {
    const { clock, told } = beating(() => (clock.now() < silent_ms ? 100 : null));
    clock.turn(silent_ms + 10000);
    const after_ms = told.dead_ms - Math.max(silent_ms, told.heard_ms); // an answer may be under way
    assert.ok(after_ms >= SETTINGS.timeout_ms, `silent at ${silent_ms}: dead after ${after_ms}`);
    assert.ok(after_ms <= SETTINGS.interval_ms + SETTINGS.timeout_ms, `silent at ${silent_ms}: dead after ${after_ms}`);
  }
});

test("an answer to an older probe is no sign of life", () => {
  const { clock, heart, told } = beating(() => null);
  clock.turn(2500);
  heart.reply(0);
  clock.turn(1000);
  assert.equal(told.dead_ms, 3000);
});

test("a page that stood still reads first what has come, and counts its own delay", () => {
  const { clock, heart, told } = beating(() => null);
  clock.turn(2000);
  clock.turn(1500, 5000); // the verdict comes five seconds late
  assert.equal(told.dead_ms, null);
  heart.reply(1); // it had come meanwhile
  clock.turn(1900);
  assert.deepEqual([told.replies, told.dead_ms], [1, null]);
  const other = beating(() => null);
  other.clock.turn(2000);
  other.clock.turn(1000, 5000);
  other.clock.turn(600);
  assert.equal(other.told.dead_ms, 8500);
  assert.equal(other.told.late_ms, 5500);
});

test("an interval that is changed holds at once, a timer that runs keeps its time", () => {
  const { clock, heart, told } = beating(() => null);
  clock.turn(1000);
  heart.configure({ interval_ms: 500, timeout_ms: 1000 });
  clock.turn(600);
  heart.configure({ interval_ms: 500, timeout_ms: 9000 });
  clock.turn(1000);
  assert.equal(told.dead_ms, 2500);
});

test("one that is stopped asks nobody and judges nobody", () => {
  const { clock, heart, told } = beating(() => null);
  clock.turn(2500);
  heart.stop();
  clock.turn(60000);
  assert.equal(told.dead_ms, null);
});
