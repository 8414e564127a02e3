// SPDX-License-Identifier: MIT
//
// Readers: how each transport is subscribed to, with nothing but what a browser has. A reader tells
// its listener onOpen(), onMessage(text) of each message, and onEnd(failure, status) when it is over;
// it never comes back by itself. `opened` resolves with the first sign of life. What it counts goes
// into listener.seen.

const POLL_MS = 250;
const HOLD_S = 10;
const HASTY_MS = 2000; // an empty answer so soon, though it asked to be held: a cache's
const HASTY_LIMIT = 20;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** `more`: behind each query. */
const poll = (transport) => (base, topic, cursor, listener, more = "") => {
  const abort = new AbortController();
  const { seen } = listener;
  const held = transport === "long_poll";
  let opened;
  const first = new Promise((resolve) => (opened = resolve));

  async function ask() {
    const asked_ms = performance.now();
    const wait = held ? `&wait=${seen.hold_s ?? HOLD_S}` : "";
    const url = `${base}/${transport}/${topic}?since=${cursor}${wait}${more}`;
    const response = await fetch(url, { cache: "no-store", signal: abort.signal });
    const text = await response.text();
    if (!response.ok) throw Object.assign(new Error(text), { status: response.status });
    const batch = JSON.parse(text);
    const took_ms = performance.now() - asked_ms;
    seen.answers += 1;
    seen.answer_ms = Math.min(seen.answer_ms ?? took_ms, took_ms);
    if (held && batch.messages.length === 0 && took_ms < HASTY_MS) seen.hasty += 1;
    cursor = batch.next;
    for (const { data } of batch.messages) listener.onMessage(data);
  }

  async function run() {
    let asked_ms = 0;
    try {
      while (!abort.signal.aborted && seen.hasty <= HASTY_LIMIT) {
        asked_ms = performance.now();
        const answer = ask();
        if (held) opened(); // it shows no sign of life until it is answered
        await answer;
        opened();
        listener.onOpen();
        if (!held) await pause(POLL_MS);
      }
    } catch ({ status }) {
      if (abort.signal.aborted) return;
      const held_ms = performance.now() - asked_ms;
      seen.cut_after_ms = held_ms;
      listener.onEnd(held_ms > 1000 ? "cut" : "refused", status ?? 0);
      opened();
    }
  }
  run();
  return { opened: first, streams: false, close: () => abort.abort() };
};

function sse(base, topic, cursor, listener, more = "") {
  const source = new EventSource(`${base}/sse/${topic}?since=${cursor}&canary=1${more}`);
  const { seen } = listener;
  let [canary_ms, heard_ms] = [null, performance.now()];
  const opened = new Promise((resolve) => {
    source.addEventListener("canary", () => {
      const now_ms = performance.now();
      if (canary_ms !== null) seen.apart_ms = now_ms - canary_ms;
      canary_ms = heard_ms = now_ms;
      listener.onOpen();
      if (seen.apart_ms !== null) resolve();
    });
    source.addEventListener("open", () => (seen.head = true));
    source.addEventListener("message", ({ data }) => {
      heard_ms = performance.now();
      listener.onMessage(data);
    });
    source.addEventListener("heartbeat", () => (heard_ms = performance.now()));
    source.addEventListener("error", () => {
      const refused = !seen.head;
      source.close();
      seen.cut_after_ms = performance.now() - heard_ms;
      listener.onEnd(refused ? "refused" : "cut");
      resolve();
    });
  });
  return { opened, streams: true, close: () => source.close() };
}

function websocket(base, topic, cursor, listener, more = "") {
  const address = `${base}/websocket/${topic}?since=${cursor}${more}`;
  let socket = null;
  let [open, heard_ms, closed] = [false, performance.now(), false];
  const opened = new Promise((resolve) => {
    const fail = async () => {
      const { status, own } = await askPlainly(address);
      if (closed) return;
      listener.onEnd(own ? "upgrade" : "handshake", status);
      resolve();
    };
    try {
      socket = new WebSocket(address.replace(/^http/, "ws"));
    } catch {
      fail(); // a page may not even try: ws: from https:
      return;
    }
    socket.onopen = () => {
      open = true;
      heard_ms = performance.now();
      listener.onOpen();
      resolve();
    };
    socket.onmessage = ({ data }) => {
      heard_ms = performance.now();
      listener.onMessage(data);
    };
    socket.onclose = ({ code }) => {
      if (closed) return;
      if (!open) return void fail();
      listener.seen.cut_after_ms = performance.now() - heard_ms;
      listener.onEnd("cut", code);
      resolve();
    };
    socket.onerror = () => {}; // onclose follows
  });
  return {
    opened,
    streams: true,
    close: () => {
      closed = true;
      socket?.close();
    },
  };
}

/** A page is not told why a handshake failed; a plain GET of the same address shows whether the
 * server is there, and would have taken it: pushlab says so when asked with plain=1. */
async function askPlainly(address) {
  const url = new URL(address);
  url.searchParams.set("plain", "1");
  try {
    const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(4000) });
    const answer = await response.json().catch(() => null);
    return { status: response.status, own: answer?.websocket === true };
  } catch {
    return { status: 0, own: false };
  }
}

export const readers = { short_poll: poll("short_poll"), long_poll: poll("long_poll"), sse, websocket };
