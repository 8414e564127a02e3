// SPDX-License-Identifier: MIT
//
// Judge: what probes have seen, and what that says about the path. Pure. The names of outcomes and
// faults are those of `pushbench doctor`; a page sees less than it, and says less.

export const TRANSPORTS = ["short_poll", "long_poll", "sse", "websocket"];
const LATE_MS = 150; // above what a busy machine adds
const BUNCHED_MS = 100; // of the 300 ms that the server leaves between two canaries
const HASTY_LIMIT = 20;
const CORKED_MS = [180, 260]; // how long HAProxy gathers

/** How late a message is by the path's doing. A short poll is late by its own choice. */
function delayOf({ transport, answer_ms, least_ms }) {
  return transport === "short_poll" ? answer_ms : least_ms;
}

/** works · late · buffered · refused · cut · stale · looping · dead · broken · unknown */
export function outcomeOf(seen) {
  if (seen.trouble) return "unknown";
  if (seen.broken) return "broken";
  if (seen.hasty > HASTY_LIMIT) return "looping";
  if (seen.failure === "cut") return "cut";
  if (seen.failure) return "refused";
  if (seen.let_go_bytes > 0) return "buffered";
  if (seen.got < seen.sent) return outcomeOfMissing(seen);
  const bunched = seen.apart_ms !== null && seen.apart_ms < BUNCHED_MS;
  if (bunched) return "buffered";
  return delayOf(seen) > LATE_MS ? "late" : "works";
}

function outcomeOfMissing(seen) {
  if (seen.transport === "sse") return seen.got > 0 ? "dead" : "buffered";
  if (seen.transport === "websocket") return "dead";
  return seen.answers > 0 ? "stale" : "dead";
}

/** The fault that this transport has met, or null. */
export function faultOf(seen, round_ms) {
  const outcome = outcomeOf(seen);
  const by_name = {
    buffered: "holds", cut: "cuts", stale: "caches", looping: "caches", broken: "changes", dead: "forgets",
  };
  if (outcome === "refused") return seen.failure === "upgrade" ? "no_upgrade" : "refuses";
  if (outcome === "late") return delayOf(seen) > (round_ms > LATE_MS ? round_ms + LATE_MS : 0) ? "gathers" : null;
  if (outcome === "dead" && seen.got === 0) return "holds";
  return by_name[outcome] ?? null;
}

export function passes(seen) {
  return ["works", "late"].includes(outcomeOf(seen));
}

/**
 * path: {seen: one for each transport, round_ms, clues}. Gives {findings: [{fault, seen}], far, product,
 * certainty, clues, best}.
 */
export function diagnose({ seen, round_ms, clues }) {
  const findings = [];
  for (const one of seen) {
    const fault = faultOf(one, round_ms);
    const before = findings.find((finding) => finding.fault === fault);
    if (before) before.transports.push(one.transport);
    else if (fault) findings.push({ fault, transports: [one.transport], seen: one });
  }
  const all = [...clues, ...cluesOfBehaviour(seen, round_ms, findings)];
  const named = all.find(({ certainty }) => certainty === "says") ?? all.find(({ certainty }) => certainty === "looks");
  const best = [...TRANSPORTS].reverse().find((name) => seen.some((one) => one.transport === name && passes(one)));
  return {
    findings, clues: all, best: best ?? null, far: round_ms > LATE_MS,
    product: named?.product ?? null, certainty: named?.certainty ?? "unknown",
  };
}

function cluesOfBehaviour(seen, round_ms, findings) {
  const sse = seen.find(({ transport }) => transport === "sse");
  const corked = sse?.least_ms > CORKED_MS[0] && sse.least_ms < CORKED_MS[1] && round_ms < LATE_MS;
  const gathers = findings.some(({ fault }) => fault === "gathers");
  return corked && gathers ? [{ key: "doctor.clue_corked", args: {}, product: "HAProxy", certainty: "looks" }] : [];
}
