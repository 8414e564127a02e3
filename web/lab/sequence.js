// SPDX-License-Identifier: MIT
//
// Sequence: who said what to whom, and when, as the rows of a sequence diagram. A page knows when it
// asked, when an answer had come, and when each message was accepted by the server (the message says
// so). When something passed the server's door it does not know: that is put half a round trip
// after asking, or at the message's own time, whichever is later. Pure: times in ms of clock_ms().

import { READS_NOW, READS_ON, READS_WAIT } from "../transports/transport.js";

/** What one subscriber has asked and received lately. */
export class Track {
  asks = []; // see Transport's onRequest
  arrivals = []; // {seq, published_ms, at_ms, ask}

  constructor(reads) {
    this.reads = reads;
  }

  asked(ask) {
    this.asks.push(ask);
  }

  /** published_ms: when the server accepted it, by this page's clock. */
  arrived(seq, published_ms, at_ms) {
    this.arrivals.push({ seq, published_ms: Math.min(published_ms, at_ms), at_ms, ask: this.asks.at(-1) });
  }

  forget(before_ms) {
    this.asks = this.asks.filter(({ end_ms }) => end_ms === null || end_ms > before_ms);
    this.arrivals = this.arrivals.filter(({ at_ms }) => at_ms > before_ms);
  }
}

/**
 * What is to be drawn of a track, all of it as {start_ms, end_ms}:
 * asks (page to server), answers (server to page; `useless` when empty), frames (server to page, on
 * an answer that goes on), holds (the server keeps an answer open), waits (a message lies at the
 * server until somebody asks).
 */
export function marksOf(track, half_trip_ms, now_ms) {
  const marks = { asks: [], answers: [], frames: [], holds: [], waits: [] };
  for (const ask of track.asks) addExchange(marks, track, ask, half_trip_ms, now_ms);
  for (const arrival of track.arrivals) addArrival(marks, track, arrival, half_trip_ms);
  return marks;
}

function addExchange(marks, track, ask, half_trip_ms, now_ms) {
  const there_ms = Math.min(ask.start_ms + half_trip_ms, ask.end_ms ?? now_ms);
  marks.asks.push({ start_ms: ask.start_ms, end_ms: there_ms });
  const leaves_ms = ask.end_ms === null ? now_ms : leaving(track, ask, half_trip_ms);
  if (track.reads !== READS_NOW) marks.holds.push({ start_ms: there_ms, end_ms: leaves_ms });
  if (track.reads !== READS_ON && ask.end_ms !== null)
    marks.answers.push({ start_ms: leaves_ms, end_ms: ask.end_ms, useless: ask.messages === 0 });
}

/** When the answer to a poll set out. */
function leaving(track, ask, half_trip_ms) {
  const there_ms = Math.min(ask.start_ms + half_trip_ms, ask.end_ms);
  const latest_ms = Math.max(there_ms, ask.end_ms - half_trip_ms);
  if (track.reads !== READS_WAIT) return latest_ms;
  const published = track.arrivals.filter((arrival) => arrival.ask === ask).map((a) => a.published_ms);
  return published.length ? Math.max(there_ms, Math.min(latest_ms, Math.max(...published))) : latest_ms;
}

function addArrival(marks, track, { published_ms, at_ms, ask }, half_trip_ms) {
  if (track.reads === READS_ON) {
    marks.frames.push({ start_ms: published_ms, end_ms: at_ms });
    return;
  }
  if (!ask || ask.end_ms === null) return;
  const leaves_ms = leaving(track, ask, half_trip_ms);
  if (leaves_ms > published_ms) marks.waits.push({ start_ms: published_ms, end_ms: leaves_ms });
}

/** The moments at which messages were published, each once, whoever has them. */
export function publishMoments(tracks) {
  const moments = new Map();
  for (const { arrivals } of tracks)
    for (const { seq, published_ms } of arrivals) if (!moments.has(seq)) moments.set(seq, published_ms);
  return [...moments.values()];
}
