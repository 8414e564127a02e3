// SPDX-License-Identifier: MIT
//
// Platform: what the library needs of a browser, of Node or of a test. What is not given in the
// options is taken from where the code runs; what is missing there is done without.

const HEARTBEAT_MS = 15000; // the server's default, until it says otherwise

const CLOCK = {
  now: () => performance.now(),
  epoch_ms: () => Date.now(),
  set: (call, ms) => setTimeout(call, ms),
  clear: (timer) => clearTimeout(timer),
};

/** The part of env (lines/line.js) that does not depend on the subscription. */
export function platformOf(options) {
  const { fetch = globalThis.fetch, clock = CLOCK, random = Math.random } = options;
  if (!fetch) throw new TypeError("there is no fetch here: give one as options.fetch");
  const base = baseOf(options.url);
  return {
    base,
    page_host: hostOf(base),
    clock,
    random,
    fetch: (...args) => fetch(...args), // a browser's wants to be called without an object
    EventSource: options.EventSource ?? globalThis.EventSource,
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
    locks: globalThis.document && globalThis.navigator?.locks, // between tabs; Node has none
    BroadcastChannel: globalThis.BroadcastChannel,
    heartbeat_ms: HEARTBEAT_MS,
    client: random().toString(36).slice(2, 10),
  };
}

/** The host of a page that is the server's own: what browsers say in Origin. Null for all others. */
function hostOf(base) {
  const { host, origin } = globalThis.location ?? {};
  return origin === new URL(base).origin ? host : null;
}

/** The server's address, without a slash at its end. A page's own server is the default. */
function baseOf(url) {
  const here = globalThis.location?.href;
  if (!url && !here) throw new TypeError("say which server: options.url");
  const { origin, pathname } = new URL(url ?? "/", here);
  return origin + pathname.replace(/\/+$/, "");
}
