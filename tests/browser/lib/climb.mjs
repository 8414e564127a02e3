// SPDX-License-Identifier: MIT
//
// Climb: the client library behind a real proxy while numbered messages are published; and where,
// by the committed matrix of `pushbench compat real`, it should end, and for which reason.

import { readFileSync } from "node:fs";
import path from "node:path";
import { subscribe, TRANSPORTS } from "../../../web/pushlab/index.js";
import { publish } from "../../clients/server.mjs";
import { platformBehind } from "./hold.mjs";
import { ROOT } from "./lab_server.mjs";
import { until } from "./until.mjs";

const PAUSE_MS = 40; // between two messages
const AFTERWARDS = 15; // messages, so that what a change has lost would show
const PATIENCE_MS = 90000; // on a machine so slow that a trial fails for that, the third comes late
const PASSES = ["works", "late"];

const { rows } = JSON.parse(readFileSync(path.join(ROOT, "web/compat/matrix.json"), "utf8"));

/** {transport: null where it gets through to a careful server, otherwise what is to be said of it}.
 * refused: that of a WebSocket that is refused. */
export function reasonsBehind(title, configuration, refused = "upgrade_blocked") {
  const care = { default: "careful", cured: "cured" }[configuration];
  const { cells } = rows.find(({ environment, server }) => environment === title && server === care);
  const reasons = { websocket: refused, sse: "sse_buffered" };
  return Object.fromEntries(TRANSPORTS.map((name) => [name, PASSES.includes(cells[name].outcome) ? null : reasons[name]]));
}

/** Where the ladder should end: {transport, code, passed_over: {transport: code}}. */
export function placeBehind(title, configuration, refused) {
  const reasons = reasonsBehind(title, configuration, refused);
  const transport = TRANSPORTS.find((name) => reasons[name] === null);
  const passed_over = TRANSPORTS.slice(0, TRANSPORTS.indexOf(transport)).map((name) => [name, reasons[name]]);
  return { transport, code: reasons[TRANSPORTS[0]] ?? "best", passed_over: Object.fromEntries(passed_over) };
}

/** Publishes numbers until stop(), which resolves to how many there were. */
export function keepCounting(server, topic) {
  let [count, stopped] = [0, false];
  const done = (async () => {
    while (!stopped) {
      await publish(server, topic, String(++count));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();
  return async () => {
    stopped = true;
    await done;
    return count;
  };
}

/** Whether nothing better than what is in use is still on trial. */
const isSettled = ({ transport, rungs }) =>
  transport !== null && rungs.slice(0, rungs.findIndex((rung) => rung.transport === transport)).every(({ state }) => state === "failed");

/**
 * Climbs behind a hold, and has arrived where the predicate of its `why` says so: as it stands, where
 * nothing better is on trial any more. Resolves to {first_ms: until the first message, place: as placeBehind(),
 * place_ms, count, whole: every number once and in order, gaps}.
 */
export async function climb(server, hold, topic, hasArrived = isSettled) {
  const stop = keepCounting(server, topic);
  const told = { numbers: [], gaps: 0, first_ms: null, place_ms: null };
  const started_ms = performance.now();
  const subscription = subscribe(topic, {
    ...platformBehind(hold),
    share: false,
    onMessage({ data }) {
      told.first_ms ??= performance.now() - started_ms;
      told.numbers.push(Number(data));
    },
    onGap: () => (told.gaps += 1),
    onState(state, why) {
      if (hasArrived(why)) told.place_ms ??= performance.now() - started_ms;
    },
  });
  try {
    await until(() => told.place_ms, Boolean, "the ladder to arrive", PATIENCE_MS);
    const { transport, code, rungs } = subscription.why;
    const failed = rungs.filter(({ state }) => state === "failed").map((rung) => [rung.transport, rung.code]);
    const enough = told.numbers.length + AFTERWARDS;
    await until(() => told.numbers.length, (length) => length >= enough, "further messages");
    const last = await stop();
    await until(() => told.numbers.at(-1), (number) => number >= last, "the last message");
    const [first] = told.numbers;
    const whole = told.gaps === 0 && told.numbers.every((number, i) => number === first + i);
    const place = { transport, code, passed_over: Object.fromEntries(failed) };
    return { ...told, place, count: told.numbers.length, whole };
  } finally {
    await stop();
    subscription.close();
  }
}
