// SPDX-License-Identifier: MIT
//
// Server time: how far this browser's clock is from the server's, so that a message's delay (its
// `time` to its arrival) holds on two machines too. Asks /time a few times and believes the
// quickest answer, which is off by half its round trip at most. Where no difference at all lies
// within that, the two clocks are taken to be one, as they are on one machine.

import { clock_ms } from "./transports/transport.js";

const TRIES = 5;
const TRIES_THROUGH = 2;
const AGAIN_MS = 60000;
const TIMEOUT_MS = 1000;
let offset_ms = 0;
let round_trip_ms = 0;

export async function followServerClock() {
  await measure();
  setInterval(measure, AGAIN_MS);
  // The clock of a device that sleeps may stand still: compared anew when somebody looks again.
  document.addEventListener("visibilitychange", () => document.hidden || measure());
}

/** From the message's time to its arrival, in ms; never below 0, which only says "the clocks". */
export function delay_ms(message, at_ms) {
  return Math.max(0, at_ms + offset_ms - message.time / 1000);
}

/** When the server accepted it, by this page's clock. */
export function published_ms(message) {
  return message.time / 1000 - offset_ms;
}

/** About how long a request is under way to the server. */
export function halfTrip_ms() {
  return round_trip_ms / 2;
}

export function server_ms() {
  return clock_ms() + offset_ms;
}

async function measure() {
  const samples = [];
  for (let i = 0; i < TRIES; i++) samples.push(await askServerTime().catch(() => null));
  const best = quickest(samples);
  if (!best) return;
  round_trip_ms = best.round_trip_ms;
  offset_ms = Math.abs(best.offset_ms) <= best.round_trip_ms / 2 ? 0 : best.offset_ms;
}

/** The shortest of a few round trips by another way to this server, halved; NaN when it does not answer. */
export async function halfTripThrough_ms(origin) {
  const samples = [];
  for (let i = 0; i < TRIES_THROUGH; i++) samples.push(await askServerTime({ origin }).catch(() => null));
  return (quickest(samples)?.round_trip_ms ?? NaN) / 2;
}

/**
 * The sample to believe, or null without any: its offset is right to half its round trip, and exact
 * when both ways take equally long, as NTP has it (RFC 5905, 8). Samples may be null.
 */
export function quickest(samples) {
  const quicker = (best, one) => (one && !(best && best.round_trip_ms <= one.round_trip_ms) ? one : best);
  return samples.reduce(quicker, null);
}

/** Asks once: {round_trip_ms, offset_ms}, the latter to be added to `clock()` for the server's time. */
export async function askServerTime({ origin = "", clock = clock_ms } = {}) {
  const sent_ms = clock();
  const response = await fetch(`${origin}/time`, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
  const { time_us } = await response.json();
  const back_ms = clock();
  return { round_trip_ms: back_ms - sent_ms, offset_ms: time_us / 1000 - (sent_ms + back_ms) / 2 };
}
