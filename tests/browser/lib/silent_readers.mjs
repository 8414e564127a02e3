// SPDX-License-Identifier: MIT
//
// Silent readers: what a page may wait for messages with, each noting what becomes of it: three bare
// ones that ask for no heartbeats, and the client library.

export const READERS = { eventsource: "EventSource", websocket: "WebSocket", fetch: "fetch, held", library: "pushlab.js" };
export const WAIT_S = 120; // the server holds no poll longer

/**
 * Runs in the page: opens all, each on a topic of its own. window.readers is then, of each, a list of
 * {what, at_ms, quiet_ms: since it began or the last one, by}. what: "open", "message", "empty" (a poll's
 * answer); "cut": it will be back; "ended": it will not, by itself; "gap".
 */
export async function openReaders({ topics, wait_s }) {
  const AGAIN_MS = 1000; // a poll that was cut, or not held
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  window.readers = {};

  const noting = (name) => {
    const events = (window.readers[name] = []);
    let since_ms = Date.now();
    return (what, by) => {
      const at_ms = Date.now();
      if (what !== "asked") events.push({ what, at_ms, quiet_ms: at_ms - since_ms, by });
      if (what !== "open") since_ms = at_ms; // what gathers an answer passes its head on when it cuts
    };
  };

  const readEvents = (note) => {
    const source = new EventSource(`/sse/${topics.eventsource}?since=now&careless=1`);
    source.onopen = () => note("open");
    source.onmessage = () => note("message");
    source.onerror = () => note(source.readyState === EventSource.CLOSED ? "ended" : "cut");
  };

  const readFrames = (note) => {
    const socket = new WebSocket(`ws://${location.host}/websocket/${topics.websocket}?careless=1`);
    socket.onopen = () => note("open");
    socket.onmessage = () => note("message");
    socket.onclose = () => note("ended");
  };

  const ask = async (since) => {
    const answer = await fetch(`/long_poll/${topics.fetch}?since=${since}&wait=${wait_s}&careless=1`);
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  };

  const poll = async (note) => {
    for (let since = "now"; ; ) {
      const asked_ms = Date.now();
      note("asked");
      const batch = await ask(since).catch(() => null);
      since = batch?.next ?? since;
      note(!batch ? "cut" : batch.messages.length > 0 ? "message" : "empty");
      if (Date.now() - asked_ms < AGAIN_MS || !batch) await pause(AGAIN_MS);
    }
  };

  const subscribe = async (note) => {
    const library = await import("/pushlab.js");
    let was = "connecting";
    const subscription = library.subscribe(topics.library, {
      onMessage: () => note("message", subscription.why.transport),
      onGap: () => note("gap"),
      onState(state, { transport }) {
        if (state !== was) note(state === "open" ? "open" : "cut", transport);
        was = state;
      },
    });
  };

  readEvents(noting("eventsource"));
  readFrames(noting("websocket"));
  poll(noting("fetch"));
  await subscribe(noting("library"));
}

/** Runs in that page. */
export function readReaders() {
  return window.readers;
}

/** Runs in a page: a request to what never answers. */
export function askTheSilent() {
  window.asked = { from_ms: Date.now(), until_ms: null };
  fetch("/silent").catch(() => (window.asked.until_ms = Date.now()));
}

/** Runs in that page: for how long it has waited, and whether it still does. */
export function readTheSilent() {
  const { from_ms, until_ms } = window.asked;
  return { waited_s: Math.round(((until_ms ?? Date.now()) - from_ms) / 1000), waits: until_ms === null };
}

const isEnd = ({ what }) => what === "cut" || what === "ended";

/** Whether no more is to be awaited: it has come, or it is over. */
export const isSettled = (readers) =>
  Object.values(readers).every((events) => events.some(({ what }) => what === "message") || events.at(-1)?.what === "ended");

/** "cut after 50 s (6x)": since when it was silent, the first time. */
function tellEnds([first, ...more]) {
  const often = more.length > 0 ? ` (${more.length + 1}x)` : "";
  return `cut after ${Math.round(first.quiet_ms / 1000)} s${often}`;
}

/** What became of one: {words, stayed: never cut nor refused, once: the message came, once}. */
export function outcomeOf(events, published_ms, patience_s) {
  const [early, late] = [true, false].map((before) => events.filter((event) => isEnd(event) && event.at_ms < published_ms === before));
  const messages = events.filter(({ what }) => what === "message");
  const gaps = events.filter(({ what }) => what === "gap");
  const isOver = events.at(-1)?.what === "ended";
  const isRefused = isOver && events.every(({ what }) => what === "ended");
  const said = [];
  if (isRefused) said.push("refused");
  else if (early.length > 0) said.push(tellEnds(early));
  if (messages.length > 0) {
    const [{ at_ms, by }] = messages;
    const how = early.length > 0 ? "came back" : "works";
    said.push(`${by ? `${by} ` : ""}${how} +${at_ms - published_ms} ms`);
  } else if (!isRefused) {
    said.push(isOver || late.length > 0 ? "message lost" : `nothing within ${patience_s} s`);
  }
  if (messages.length > 1) said.push(`it came ${messages.length} times`);
  if (gaps.length > 0) said.push("told of a gap");
  return { words: said.join(", "), stayed: !isRefused && early.length === 0, once: messages.length === 1 && gaps.length === 0 };
}
