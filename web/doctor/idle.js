// SPDX-License-Identifier: MIT
//
// Idle limits, live: how long the path bears silence, up to 90 s. One SSE and one held poll are
// watched for an end, since a browser has only six connections; several WebSockets are each asked
// for a sign of life after a longer silence, which finds what is forgotten without an end. Where the
// server is a lab (`careless=1`) it sends no heartbeats meanwhile; elsewhere it goes on, which is told.

import { cursorOf, get, newTopic, pause, publish } from "./probe.js";
import { readers } from "./readers.js";

const STEPS_S = [10, 20, 30, 45, 60, 75, 90];
export const LIMIT_S = STEPS_S.at(-1);
const SIGN_MS = 4000; // for a message to come behind the silence

/** A listener of one reader, and what became of it. */
class Watch {
  seen = { answers: 0, hasty: 0, hold_s: LIMIT_S, apart_ms: null };
  got = false;
  ended = null; // {after_s, status}
  forgotten = false;

  constructor(transport, step_s) {
    Object.assign(this, { transport, step_s });
  }

  onOpen() {}
  onMessage() {
    this.got = true;
  }
  onEnd(failure, status) {
    const after_s = (this.seen.cut_after_ms ?? 0) / 1000;
    this.ended ??= failure === "cut" ? { after_s, status } : { after_s: null, status };
  }

  async begin(base, more) {
    this.topic = newTopic("idle");
    const cursor = await cursorOf(base, this.topic);
    if (cursor === null) this.ended = { after_s: null, status: 0 };
    else this.reader = readers[this.transport](base, this.topic, cursor, this, more);
    await Promise.race([this.reader?.opened, pause(SIGN_MS)]);
  }

  /** Behind its silence: is anybody there? */
  async ask(base) {
    if (this.ended || !this.reader) return;
    await publish(base, this.topic, "1");
    for (let waited_ms = 0; waited_ms < SIGN_MS && !this.got && !this.ended; waited_ms += 50) await pause(50);
    this.forgotten = !this.got && !this.ended;
    this.reader.close();
  }
}

/**
 * Runs until the limit or until `stopped()`. onTime(seconds) and onChange(results) are called as it
 * goes. Resolves to the results: {transport: {borne_s, cut_s, forgotten_s}}, and `heartbeats`.
 */
export async function findIdleLimits(base, { stopped, onTime, onChange }) {
  const { status } = await get(`${base}/short_poll/${newTopic("idle")}?since=now&careless=1`);
  const more = status === 200 ? "&careless=1" : "";
  const watches = [
    new Watch("long_poll", LIMIT_S),
    new Watch("sse", LIMIT_S),
    ...STEPS_S.map((step_s) => new Watch("websocket", step_s)),
  ];
  await Promise.all(watches.map((watch) => watch.begin(base, more)));
  const begun_ms = performance.now();
  const asked = new Set();
  const answers = [];
  for (let passed_s = 0; passed_s < LIMIT_S && !stopped(); ) {
    await pause(250);
    passed_s = Math.min((performance.now() - begun_ms) / 1000, LIMIT_S);
    for (const watch of watches) {
      if (asked.has(watch) || passed_s < watch.step_s) continue;
      asked.add(watch);
      answers.push(watch.ask(base));
    }
    onTime(passed_s);
    onChange(resultsOf(watches, passed_s));
  }
  await Promise.all(answers);
  for (const { reader } of watches) reader?.close();
  const passed_s = Math.min((performance.now() - begun_ms) / 1000, LIMIT_S);
  return { ...resultsOf(watches, passed_s), heartbeats: more === "" };
}

function resultsOf(watches, passed_s) {
  const results = {};
  for (const transport of ["long_poll", "sse", "websocket"]) {
    const own = watches.filter((watch) => watch.transport === transport);
    const cuts = own.filter(({ ended }) => ended?.after_s).map(({ ended }) => ended.after_s);
    const forgotten = own.filter((watch) => watch.forgotten).map(({ step_s }) => step_s);
    const borne = own.filter(({ got }) => got).map(({ step_s }) => step_s);
    const never = own.some(({ ended }) => ended && !ended.after_s);
    results[transport] = {
      never, passed_s, poll: transport === "long_poll",
      borne_s: borne.length ? Math.max(...borne) : null,
      cut_s: cuts.length ? Math.min(...cuts) : null,
      forgotten_s: forgotten.length ? Math.min(...forgotten) : null,
    };
  }
  return results;
}
