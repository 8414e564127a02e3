// SPDX-License-Identifier: MIT
//
// The page from elsewhere, in its sandboxed frame (live/stranger.js): a classic script, since a
// module would have to be let through by CORS. It says what this browser and that server let it do.

(async function () {
  "use strict";
  const PATIENCE_MS = 10000;
  const server = document.currentScript.src.replace(/\/claims\/stranger\.js$/, "");

  /** Resolves to what begin() tells, or to "silent". */
  function outcome(begin) {
    return new Promise((resolve) => {
      setTimeout(resolve, PATIENCE_MS, "silent");
      begin(resolve);
    });
  }

  function byFetch(tell) {
    fetch(server + "/short_poll/clock?since=now").then(
      () => tell("read"),
      () => tell("kept"),
    );
  }

  function byEventSource(tell) {
    const source = new EventSource(server + "/sse/clock");
    source.onopen = () => tell("read");
    source.onerror = () => {
      source.close();
      tell("kept");
    };
  }

  function byWebSocket(topic, tell) {
    const socket = new WebSocket(server.replace(/^http/, "ws") + "/websocket/" + topic);
    socket.onopen = () => {
      tell("open");
      socket.close();
    };
    socket.onerror = () => tell("refused");
  }

  parent.postMessage({
    fetch: await outcome(byFetch),
    events: await outcome(byEventSource),
    socket: await outcome((tell) => byWebSocket("clock", tell)),
    socket_public: await outcome((tell) => byWebSocket("frames", tell)),
  }, "*");
})();
