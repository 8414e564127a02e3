// SPDX-License-Identifier: MIT
//
// Ask: one poll and its batch, or a Down that says why there is none.

import { addressOf, Down } from "./lines/line.js";

const ANSWER_MS = 10000; // beyond the time the server was asked to hold the answer
const LIMIT = 100;

/**
 * Asks for what comes after the subscription's place. signal: to give up. Resolves to the batch,
 * {next, messages, gaps, more}; more: there may be some left that could be had at once.
 */
export async function ask(env, transport, { wait_s, nonce }, signal) {
  const abort = new AbortController();
  const give_up = () => abort.abort();
  const timer = env.clock.set(give_up, wait_s * 1000 + ANSWER_MS);
  signal.addEventListener("abort", give_up, { once: true });
  try {
    const query = { since: env.position.cursor, limit: LIMIT, client: nonce };
    if (transport === "long_poll") query.wait = wait_s;
    const url = addressOf(env, transport, query);
    const response = await env.fetch(url, { cache: "no-store", signal: abort.signal });
    return read(response, await response.text(), env.clock.epoch_ms());
  } catch (error) {
    throw error instanceof Down ? error : new Down("no_answer");
  } finally {
    env.clock.clear(timer);
    signal.removeEventListener("abort", give_up);
  }
}

function read(response, text, epoch_ms) {
  const answer = parse(text);
  if (!response.ok) throw refusal(response, answer, epoch_ms);
  if (typeof answer?.next !== "string" || !Array.isArray(answer.messages)) {
    throw new Down("foreign_answer", { status: response.status });
  }
  const { next, messages, gap, gaps = gap ? [gap] : [] } = answer;
  return { next, messages, gaps, more: messages.length >= LIMIT };
}

function refusal({ status, headers }, answer, epoch_ms) {
  const text = answer?.error;
  const asked_ms = retryAfter(headers.get("retry-after"), epoch_ms);
  if (asked_ms > 0) return new Down("busy", { status, seconds: Math.ceil(asked_ms / 1000) }, asked_ms);
  if (text) return new Down("refused", { status, text });
  return new Down(status >= 500 ? "gateway" : "foreign_answer", { status });
}

/** Retry-After in ms: a number of seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfter(value, epoch_ms) {
  if (!value) return 0;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - epoch_ms;
  return ms > 0 ? ms : 0;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
