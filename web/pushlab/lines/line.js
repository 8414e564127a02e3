// SPDX-License-Identifier: MIT
//
// Line: one attempt to read over one transport, from open() to its end. It never comes back by
// itself: what to do next is for the session to say. A line tells its listener, until it is closed:
//   onUp()                  it works: for a stream, only after it has passed its trial
//   onNext(cursor)          the place it reads from, or has reached
//   onMessage(message)      {topic, id, seq, time, event, type, data}
//   onGap(gap, cursor)      what can no longer be given; cursor: the place behind it, or ""
//   onSeen(heartbeat_ms)    a sign of life; the server's interval as far as it is known
//   onRemark(code, args)    something worth knowing, though it works
//   onDown(down)            the end: why, as {reason: {code, args}, retry_after_ms}
//
// env is what all lines of a subscription share: {base, page_host, topics, position, hold, client,
// heartbeat_ms, clock, fetch, EventSource, WebSocket}; see platform.js.

/** Why a line has ended, and how long the server wants us to stay away. */
export class Down extends Error {
  constructor(code, args = {}, retry_after_ms = 0) {
    super(code);
    this.reason = { code, args };
    this.retry_after_ms = retry_after_ms;
  }
}

export class Line {
  closed = false;
  #listener;

  constructor(env, listener) {
    this.env = env;
    this.#listener = listener;
  }

  // ---- for a line to fill in ----

  open() {}
  /** Drops whatever open() has made. Nothing is told from then on. */
  close() {
    this.closed = true;
  }

  // ---- for a line to call ----

  tell(what, ...details) {
    if (!this.closed) this.#listener[what](...details);
  }

  down(code, args, retry_after_ms) {
    this.end(new Down(code, args, retry_after_ms));
  }

  end(down) {
    if (this.closed) return;
    this.close();
    this.#listener.onDown(down);
  }

  /** A message as the topics' names stand in it, whether there are several or one. */
  message(message) {
    this.tell("onMessage", { topic: this.env.topics[0], ...message });
  }
}

/** The address of a transport for these topics. */
export function addressOf({ base, topics }, transport, query) {
  const params = new URLSearchParams(query);
  if (topics.length === 1) return `${base}/${transport}/${encodeURIComponent(topics[0])}?${params}`;
  params.set("topics", topics.join(","));
  return `${base}/${transport}?${params}`;
}
