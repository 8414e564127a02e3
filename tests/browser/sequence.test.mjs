// SPDX-License-Identifier: MIT
// The rows of the sequence diagram, from what a page knows; needs no browser.
import assert from "node:assert/strict";
import test from "node:test";
import { marksOf, publishMoments, Track } from "../../web/lab/sequence.js";
import { READS_NOW, READS_ON, READS_WAIT } from "../../web/transports/transport.js";

const HALF_MS = 40;

function trackOf(reads, asks) {
  const track = new Track(reads);
  for (const { messages = [], ...ask } of asks) {
    track.asked({ ...ask, messages: messages.length });
    for (const [seq, published_ms, at_ms] of messages) track.arrived(seq, published_ms, at_ms ?? ask.end_ms);
  }
  return track;
}

test("a short poll that finds nothing is a question and a useless answer", () => {
  const marks = marksOf(trackOf(READS_NOW, [{ start_ms: 1000, end_ms: 1080 }]), HALF_MS, 2000);
  assert.deepEqual(marks.asks, [{ start_ms: 1000, end_ms: 1040 }]);
  assert.deepEqual(marks.answers, [{ start_ms: 1040, end_ms: 1080, useless: true }]);
  assert.deepEqual(marks.holds, []);
  assert.deepEqual(marks.waits, []);
});

test("a message waits at the server until a short poll asks", () => {
  const track = trackOf(READS_NOW, [{ start_ms: 1000, end_ms: 1080, messages: [[7, 400]] }]);
  const marks = marksOf(track, HALF_MS, 2000);
  assert.deepEqual(marks.waits, [{ start_ms: 400, end_ms: 1040 }]);
  assert.equal(marks.answers[0].useless, false);
});

test("a long poll is held until the message is published", () => {
  const track = trackOf(READS_WAIT, [{ start_ms: 1000, end_ms: 1540, messages: [[7, 1490]] }]);
  const marks = marksOf(track, HALF_MS, 2000);
  assert.deepEqual(marks.holds, [{ start_ms: 1040, end_ms: 1490 }]);
  assert.deepEqual(marks.answers, [{ start_ms: 1490, end_ms: 1540, useless: false }]);
  assert.deepEqual(marks.waits, []);
});

test("what is published between two long polls waits for the next", () => {
  const track = trackOf(READS_WAIT, [{ start_ms: 1000, end_ms: 1080, messages: [[8, 970]] }]);
  const marks = marksOf(track, HALF_MS, 2000);
  assert.deepEqual(marks.waits, [{ start_ms: 970, end_ms: 1040 }]);
  assert.deepEqual(marks.holds, [{ start_ms: 1040, end_ms: 1040 }]);
});

test("a poll that is still held has no answer yet", () => {
  const marks = marksOf(trackOf(READS_WAIT, [{ start_ms: 1000, end_ms: null }]), HALF_MS, 1900);
  assert.deepEqual(marks.holds, [{ start_ms: 1040, end_ms: 1900 }]);
  assert.deepEqual(marks.answers, []);
});

test("a stream has one question and a frame for each message", () => {
  const messages = [[1, 1100, 1140], [2, 1200, 1241]];
  const marks = marksOf(trackOf(READS_ON, [{ start_ms: 1000, end_ms: null, messages }]), HALF_MS, 1900);
  assert.equal(marks.asks.length, 1);
  assert.deepEqual(marks.frames, [{ start_ms: 1100, end_ms: 1140 }, { start_ms: 1200, end_ms: 1241 }]);
  assert.deepEqual(marks.answers, []);
});

test("no arrow runs backwards, even when the clocks disagree", () => {
  const track = trackOf(READS_WAIT, [{ start_ms: 1000, end_ms: 1010, messages: [[3, 1300]] }]);
  track.arrived(4, 1400, 1005);
  for (const list of Object.values(marksOf(track, HALF_MS, 1010)))
    for (const { start_ms, end_ms } of list) assert.ok(end_ms >= start_ms, `${start_ms} to ${end_ms}`);
});

test("a message that several have got was published once", () => {
  const tracks = [READS_NOW, READS_ON].map((reads) =>
    trackOf(reads, [{ start_ms: 0, end_ms: 500, messages: [[1, 100], [2, 200]] }]));
  assert.deepEqual(publishMoments(tracks), [100, 200]);
});

test("what is long past is forgotten, what is still open is not", () => {
  const track = trackOf(READS_WAIT, [
    { start_ms: 0, end_ms: 500, messages: [[1, 100]] },
    { start_ms: 500, end_ms: null },
  ]);
  track.forget(1000);
  assert.deepEqual(track.asks.map(({ start_ms }) => start_ms), [500]);
  assert.deepEqual(track.arrivals, []);
});
